"""OpenAI's chat completions and models, so that anything which talks to OpenAI talks to this."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from openai.types import Model

from agent.reply import Done, Reply, TurnRequest
from agent.surfaces.auth import GuardedRoute, Known
from agent.surfaces.chat_request import MODELS, ChatRequest, unknown_model
from agent.surfaces.chat_stream import Chunks, TurnStream, completion
from agent.surfaces.described import SAID, Completed, Models, streamed
from agent.surfaces.errors import Refused
from agent.surfaces.limits import attended
from agent.surfaces.services import Given, Services, services_of
from agent.surfaces.webui import background, told


class TurnRoute(GuardedRoute):
    """A route that refuses before it reads the body when there is no room for a turn: refusing must cost little."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def checked(request: Request) -> Response:
            services_of(request).turns.check()
            return await handler(request)

        return checked


turns = APIRouter(prefix="/v1", tags=["chat"], route_class=TurnRoute)
router = APIRouter(prefix="/v1", tags=["chat"], route_class=GuardedRoute)


@turns.post(
    "/chat/completions",
    summary="One turn of conversation, streamed or whole",
    response_model=Completed,
    responses=streamed("OpenAI's chunks, the last with the `tastemaker` object, then `[DONE]`"),
)
async def chat(
    body: Annotated[ChatRequest, Body(openapi_examples=SAID)], caller: Known, services: Given, request: Request
) -> Response:
    turn = body.turn(caller)
    if (answer := background(turn.messages[-1].content)) is not None:
        return told(answer, body.model, body.streamed, body.include_usage)
    if body.streamed:
        return TurnStream(services, turn, Chunks(body.model, body.include_usage))
    reply = await attended(request.receive, lambda: whole(services, turn))
    return Response(completion(reply, body.model).model_dump_json(exclude_unset=True), media_type="application/json")


@router.get("/models", summary="The models of this server")
async def models() -> Models:
    return Models(data=[_model(name) for name in MODELS])


@router.get("/models/{name}", summary="One model")
async def model(name: str) -> Model:
    if name not in MODELS:
        raise Refused(unknown_model(name))
    return _model(name)


async def whole(services: Services, turn: TurnRequest) -> Reply:
    """Run a turn to its end, within the limit of turns at once."""
    async with services.turn(turn) as events:
        async for event in events:
            if isinstance(event, Done):
                return event.reply
    raise RuntimeError("the turn ended without a reply")


def _model(name: str) -> Model:
    return Model(id=name, object="model", created=0, owned_by="tastemaker")

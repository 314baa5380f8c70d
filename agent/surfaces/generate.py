"""Texts to order over HTTP, whole or as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from agent.generate import MAX_TEXT, MAX_TONE, Generated, Generator, Kind, Length, Task
from agent.llm import Deadline, LLMUnavailable
from agent.summarize import Ungrounded
from agent.surfaces.auth import GuardedRoute, Known
from agent.surfaces.errors import Problem, Refused, problem_of
from agent.surfaces.limits import attended
from agent.surfaces.services import Given, Services
from tools.domain import Language
from tools.errors import InvalidInput

PATIENCE = 180.0  # seconds for the model to write a text
RETRY = 5
router = APIRouter(prefix="/v1", tags=["texts"], route_class=GuardedRoute)


class GenerateBody(BaseModel):
    """`summarize` and `translate` take a text or an item, `compose` an item. Without `language`, a summary is in the
    text's own, a translation in the other (English or Chinese), a composition in English.
    """

    model_config = ConfigDict(extra="forbid")
    task: Task
    item_id: str | None = Field(default=None, min_length=1, max_length=256)
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)] | None = None
    kind: Kind | None = Field(default=None, description="what to compose; a blurb by default")
    language: Language | None = None
    length: Length = "medium"
    tone: Annotated[str, Field(min_length=1, max_length=MAX_TONE)] | None = Field(
        default=None, description="instead of the domain's own"
    )
    user_id: str | None = None
    stream: bool = False


@router.post(
    "/generate",
    summary="Summarise, translate or compose",
    response_model=Generated,
    description="Every text is checked and screened whole before any of it is sent; with `stream` it then comes as "
    'server-sent events: `{"delta": ...}` in pieces, the whole answer, `[DONE]`. A text with risky content is held '
    "(`review`): what comes is that it waits. 503 without a language model, except for `compose`, which then tells the "
    "catalogue's facts, `degraded`.",
)
async def post_generate(body: GenerateBody, caller: Known, services: Given, request: Request) -> Response:
    user = caller.acting_for(body.user_id, "user_id")
    if body.kind is not None and body.task != "compose":
        raise InvalidInput(f"kind: only compose has kinds, not {body.task}", "kind")
    if not body.stream:
        made = await attended(request.receive, lambda: _made(services, body, user))
        return Response(made.model_dump_json(), media_type="application/json")
    return StreamingResponse(_events(services, body, user), media_type="text/event-stream")


async def _made(services: Services, body: GenerateBody, user: str) -> Generated:
    async with services.turns.turn():
        generator = Generator(services.agent.llm, await services.box())
        asked = body.model_dump(include={"item_id", "text", "kind", "language", "length", "tone"})
        try:
            return await generator.run(body.task, user=user, deadline=Deadline(PATIENCE), **asked)
        except Ungrounded as error:
            message = f"{error}; try again with a stronger model"
            raise Refused(Problem(503, "server_error", "not_grounded", message)) from None
        except LLMUnavailable as fault:
            raise Refused(_no_engine(body.task, fault.reason)) from None


async def _events(services: Services, body: GenerateBody, user: str) -> AsyncIterator[bytes]:
    """The answer as events; comment lines while it is being written."""
    sender, receiver = anyio.create_memory_object_stream[Generated | Exception](1)

    async def work() -> None:
        try:
            await sender.send(await _made(services, body, user))
        except Exception as error:  # told in the stream, which has begun
            await sender.send(error)

    async with anyio.create_task_group() as group, receiver, sender:
        group.start_soon(work)
        yield b": writing\n\n"
        while True:
            with anyio.move_on_after(services.settings.ping):
                result = await receiver.receive()
                break
            yield b": waiting\n\n"
    if isinstance(result, Exception):
        yield b"data: " + problem_of(result).body() + b"\n\n"
    else:
        for piece in _pieces(result.text):
            yield b"data: " + _Delta(delta=piece).model_dump_json().encode() + b"\n\n"
        yield b"data: " + result.model_dump_json().encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


class _Delta(BaseModel):
    delta: str


def _pieces(text: str) -> list[str]:
    """The text in pieces that join to it again."""
    return [text[at : at + 80] for at in range(0, len(text), 80)]


def _no_engine(task: str, reason: str) -> Problem:
    message = f"there is no language model to {task} with now ({reason}); try again later"
    return Problem(503, "server_error", "engine_unavailable", message, headers={"Retry-After": str(RETRY)})

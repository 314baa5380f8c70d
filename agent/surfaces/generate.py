"""Texts to order over HTTP, whole or as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agent.generate import MAX_TEXT, MAX_TONE, Generated, Generator, Kind, Length, Task
from agent.llm import Deadline, LLMUnavailable
from agent.summarize import Ungrounded
from agent.surfaces.auth import GuardedRoute, Known
from agent.surfaces.chat_stream import EventStream, data
from agent.surfaces.described import WRITTEN, streamed
from agent.surfaces.errors import Problem, Refused
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

    model_config = ConfigDict(extra="forbid", strict=True)
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
    responses=streamed("the text in pieces, the whole answer, `[DONE]`"),
    description="Every text is checked and screened whole before any of it is sent; with `stream` it then comes as "
    'server-sent events: `{"delta": ...}` in pieces, the whole answer, `[DONE]`. A text with risky content is held '
    "(`review`): what comes is that it waits. 503 without a language model, except for `compose`, which then tells the "
    "catalogue's facts, `degraded`.",
)
async def post_generate(
    body: Annotated[GenerateBody, Body(openapi_examples=WRITTEN)], caller: Known, services: Given, request: Request
) -> Response:
    user = caller.acting_for(body.user_id, "user_id")
    if body.kind is not None and body.task != "compose":
        raise InvalidInput(f"kind: only compose has kinds, not {body.task}", "kind")
    if not body.stream:
        made = await attended(request.receive, lambda: _made(services, body, user))
        return Response(made.model_dump_json(), media_type="application/json")
    return EventStream(services, lambda: _making(services, body, user), Pieces())


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


@asynccontextmanager
async def _making(services: Services, body: GenerateBody, user: str) -> AsyncIterator[AsyncGenerator[Generated, None]]:
    async def one() -> AsyncGenerator[Generated, None]:
        yield await _made(services, body, user)

    async with aclosing(one()) as texts:
        yield texts


class Pieces:
    """A text as events: in pieces, then the whole answer."""

    def opening(self) -> bytes:
        return b": writing\n\n"

    def written(self, made: Generated) -> bytes:
        pieces = [_Delta(delta=piece).model_dump_json() for piece in _pieces(made.text)]
        return b"".join(data(piece.encode()) for piece in [*pieces, made.model_dump_json()])

    def broken(self, problem: Problem) -> bytes:
        return data(problem.body())

    def ending(self) -> bytes:
        return data(b"[DONE]")


class _Delta(BaseModel):
    delta: str


def _pieces(text: str) -> list[str]:
    """The text in pieces that join to it again."""
    return [text[at : at + 80] for at in range(0, len(text), 80)]


def _no_engine(task: str, reason: str) -> Problem:
    message = f"there is no language model to {task} with now ({reason}); try again later"
    return Problem(503, "server_error", "engine_unavailable", message, headers={"Retry-After": str(RETRY)})

"""One turn on the wire as server-sent events: `TurnStream` runs it for any protocol, `Chunks` is OpenAI's chat chunks.

The headers wait a moment for the turn's first sign of life, so that a turn that fails at once still gets a proper
status. From then on silence is filled with comment lines, and whatever ends the turn, the stream ends properly.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast
from uuid import uuid4

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from fastapi import Response
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessage
from openai.types.chat.chat_completion import Choice
from openai.types.chat.chat_completion_chunk import Choice as ChunkChoice
from openai.types.chat.chat_completion_chunk import ChoiceDelta
from openai.types.completion_usage import PromptTokensDetails
from starlette.types import Receive, Scope, Send

from agent.reply import Done, Progress, Reply, TextDelta, TraceEntry, TurnEvent, TurnRequest, Usage
from agent.surfaces.errors import Problem, problem_of
from agent.surfaces.limits import ClientGone, attended
from agent.surfaces.services import Services

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
]


def completion(reply: Reply, model: str) -> ChatCompletion:
    """The whole answer to a request that is not streamed."""
    message = ChatCompletionMessage(role="assistant", content=reply.text)
    return ChatCompletion.model_validate(
        {
            "id": _new_id(),
            "object": "chat.completion",
            "created": int(time.time()),
            "model": model,
            "choices": [Choice(index=0, finish_reason="stop", message=message, logprobs=None)],
            "usage": _usage(reply.usage),
            "tastemaker": extras(reply),
        }
    )


def extras(reply: Reply) -> dict[str, Any]:
    """The contract's `tastemaker` object."""
    return {
        "conversation_id": reply.conversation_id,
        "slate": [item.model_dump(mode="json") for item in reply.slate],
        "trace": [entry.model_dump(mode="json", exclude_none=True) for entry in reply.trace],
        "degraded": reply.degraded,
        "abstained": reply.abstained,
        "language": reply.language,
        "act": reply.act,
        "constraints": [constraint.model_dump(mode="json") for constraint in reply.constraints],
    }


E = TypeVar("E")
In = TypeVar("In", contravariant=True)


class Wire(Protocol[In]):
    """How one protocol writes what happens, as whole server-sent events."""

    def opening(self) -> bytes: ...

    def written(self, event: In) -> bytes: ...

    def broken(self, problem: Problem) -> bytes: ...

    def ending(self) -> bytes: ...


@dataclass
class Chunks:
    """Makes the chunks of one stream."""

    model: str
    include_usage: bool

    def __post_init__(self) -> None:
        self._id, self._created = _new_id(), int(time.time())

    def of(self, event: TurnEvent) -> list[ChatCompletionChunk]:
        match event:
            case Progress(entry=entry):
                return [self._chunk({"reasoning_content": progress_line(entry)})]
            case TextDelta(text=text):
                return [self._chunk({"content": text})]
            case Done(reply=reply):
                return self._last(reply)

    def opening(self) -> bytes:
        return data(_json(self._chunk({"role": "assistant", "content": ""})))

    def written(self, event: TurnEvent) -> bytes:
        return b"".join(data(_json(chunk)) for chunk in self.of(event))

    def broken(self, problem: Problem) -> bytes:
        return data(problem.body())

    def ending(self) -> bytes:
        return data(b"[DONE]")

    def _last(self, reply: Reply) -> list[ChatCompletionChunk]:
        own = {"tastemaker": extras(reply)}
        if not self.include_usage:
            return [self._chunk({}, "stop", own)]
        return [self._chunk({}, "stop"), self._chunk(None, extra={**own, "usage": _usage(reply.usage)})]

    def _chunk(
        self, delta: dict[str, Any] | None, finish: str | None = None, extra: dict[str, Any] | None = None
    ) -> ChatCompletionChunk:
        choices = []
        if delta is not None:
            words = ChoiceDelta.model_validate(delta)
            choices = [ChunkChoice(index=0, delta=words, finish_reason=cast(Any, finish), logprobs=None)]
        fields: dict[str, Any] = {"usage": None} if self.include_usage else {}
        fields |= {"id": self._id, "object": "chat.completion.chunk", "created": self._created, "model": self.model}
        return ChatCompletionChunk.model_validate(fields | {"choices": choices} | (extra or {}))


class EventStream(Response, Generic[E]):
    """Sends what `work` yields as it happens; cancels it when the client leaves."""

    def __init__(
        self,
        services: Services,
        work: Callable[[], AbstractAsyncContextManager[AsyncGenerator[E, None]]],
        wire: Wire[E],
    ) -> None:
        super().__init__(media_type="text/event-stream")
        self._services, self._work, self._wire = services, work, wire
        self._started = False

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        self._send = send
        try:
            await attended(receive, self._serve)
        except ClientGone:
            return

    async def _serve(self) -> None:
        try:
            async with self._work() as events:
                await self._relay(events)
        except Exception as error:
            if not self._started:
                raise  # the error handlers answer with a status
            await self._write(self._wire.broken(problem_of(error)))
        await self._write(self._wire.ending(), last=True)

    async def _relay(self, events: AsyncGenerator[E, None]) -> None:
        sender, receiver = anyio.create_memory_object_stream[E | Exception](16)
        failure: Exception | None = None
        async with anyio.create_task_group() as group, receiver:
            group.start_soon(_pump, events, sender)
            try:
                await self._forward(receiver)
            except Exception as error:  # kept out of the group, which would wrap it in an ExceptionGroup
                failure = error
            group.cancel_scope.cancel()
        if failure:
            raise failure

    async def _forward(self, receiver: MemoryObjectReceiveStream[E | Exception]) -> None:
        patience = self._services.settings.headers_after
        while True:
            event: E | Exception | None = None
            try:
                with anyio.move_on_after(patience):
                    event = await receiver.receive()
            except anyio.EndOfStream:
                return
            if isinstance(event, Exception):
                raise event
            await self._start()
            patience = self._services.settings.ping
            await self._write(b": waiting\n\n" if event is None else self._wire.written(event))

    async def _start(self) -> None:
        if not self._started:
            self._started = True
            await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await self._write(self._wire.opening())

    async def _write(self, body: bytes, last: bool = False) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": not last})


class TurnStream(EventStream[TurnEvent]):
    """One turn, within the limit of turns at once."""

    def __init__(self, services: Services, turn: TurnRequest, wire: Wire[TurnEvent]) -> None:
        super().__init__(services, lambda: services.turn(turn), wire)


async def _pump(events: AsyncGenerator[E, None], sender: MemoryObjectSendStream[E | Exception]) -> None:
    """Move the events, and the exception that ends it, to the stream that `_forward` reads with a time limit.

    (A time limit around the generator itself would cancel the turn.)
    """
    async with sender:
        try:
            async for event in events:
                await sender.send(event)
        except Exception as error:
            await sender.send(error)


def data(body: bytes) -> bytes:
    """One server-sent event."""
    return b"data: " + body + b"\n\n"


def progress_line(entry: TraceEntry) -> str:
    """A step that has ended, in figures rather than words so that it reads the same in every language."""
    found = f" · {entry.candidates}" if entry.candidates is not None else ""
    failed = " · ✗" if entry.error else ""
    return f"{entry.tool or entry.step}{found} · {entry.ms:.0f} ms{failed}\n"


def _usage(usage: Usage) -> CompletionUsage:
    return CompletionUsage(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=PromptTokensDetails(cached_tokens=usage.cached_tokens),
    )


def _json(chunk: ChatCompletionChunk) -> bytes:
    return chunk.model_dump_json(exclude_unset=True).encode()


def _new_id() -> str:
    return f"chatcmpl-{uuid4().hex}"

"""AG-UI over the same turn: `POST /agui` streams a run's events to a front end that speaks the protocol.

The messages of the request are the conversation, and the front end's tools and state are its own: nothing of them is
used; `forwardedProps` may hold `remove_constraints`, `tone` and `length`, as a chat's `metadata`. Our tools' calls are
told with their results; the slate and the constraints in force come as state.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

import orjson
from ag_ui.core import (
    BaseEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    StateSnapshotEvent,
    StepFinishedEvent,
    StepStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)
from fastapi import APIRouter, Body, Response

from agent.reply import Done, Message, Progress, Reply, TextDelta, TraceEntry, TurnEvent, TurnRequest
from agent.surfaces.auth import Known
from agent.surfaces.chat_request import ROLES, Metadata, wishes
from agent.surfaces.chat_stream import TurnStream, data, extras
from agent.surfaces.described import RUN, streamed
from agent.surfaces.errors import Problem, Refused, invalid
from agent.surfaces.openai import TurnRoute
from agent.surfaces.services import Given
from agent.surfaces.settings import MAX_QUERY

router = APIRouter(tags=["chat"], route_class=TurnRoute)


@router.post(
    "/agui",
    summary="One run of the AG-UI protocol, streamed",
    response_class=Response,
    responses=streamed("the protocol's events"),
)
async def run(body: Annotated[RunAgentInput, Body(openapi_examples=RUN)], caller: Known, services: Given) -> Response:
    said, given = _conversation(body), body.forwarded_props
    wanted = wishes(Metadata.model_validate(given) if isinstance(given, dict) else None)
    turn = TurnRequest(user_id=caller.acting_for(), messages=said, **wanted)
    return TurnStream(services, turn, Events(body.thread_id, body.run_id))


def _conversation(body: RunAgentInput) -> list[Message]:
    """
    Raises:
        Refused: the last message is not the user's, or holds no words or too many.
    """
    said = [
        (f"messages[{n}].content", Message(role=ROLES[message.role], content=_words(message.content)))
        for n, message in enumerate(body.messages)
        if message.role in ROLES
    ]
    at, last = said[-1] if said else ("messages", None)
    if last is None or last.role != "user":
        raise Refused(invalid("messages: the last message must be the user's", "messages"))
    if not last.content.strip():
        raise Refused(invalid(f"{at}: the user's message holds no text", at, "empty_message"))
    if len(last.content) > MAX_QUERY:
        message = f"{at}: {len(last.content):,} characters; at most {MAX_QUERY:,}"
        raise Refused(invalid(message, at, "string_too_long"))
    return [message for _, message in said if message.content.strip()]


def _words(content: Any) -> str:
    """The text of a message; images and other media say nothing to this agent."""
    if isinstance(content, list):
        return "\n".join(getattr(part, "text", None) or "" for part in content)
    return content or ""


class Events:
    """A run as events of the protocol."""

    def __init__(self, thread_id: str, run_id: str) -> None:
        self._thread, self._run = thread_id, run_id
        self._message = f"msg_{uuid4().hex}"
        self._speaking = False

    def opening(self) -> bytes:
        return _sent(RunStartedEvent(thread_id=self._thread, run_id=self._run))

    def written(self, event: TurnEvent) -> bytes:
        match event:
            case Progress(entry=entry):
                return self._tool(entry) if entry.step == "act" else _step(entry)
            case TextDelta(text=text):
                # The protocol has no empty delta.
                return (self._begin() + self._delta(text)) if text else b""
            case Done(reply=reply):
                return self._closing(reply)

    def broken(self, problem: Problem) -> bytes:
        return _sent(RunErrorEvent(message=problem.message, code=problem.code))

    def ending(self) -> bytes:
        return b""

    def _begin(self) -> bytes:
        if self._speaking:
            return b""
        self._speaking = True
        return _sent(TextMessageStartEvent(message_id=self._message, role="assistant"))

    def _delta(self, text: str) -> bytes:
        return _sent(TextMessageContentEvent(message_id=self._message, delta=text))

    def _tool(self, entry: TraceEntry) -> bytes:
        call = f"call_{uuid4().hex}"
        told = {"candidates": entry.candidates, "ms": entry.ms, "error": entry.error}
        result = orjson.dumps({name: value for name, value in told.items() if value is not None}).decode()
        return _sent(
            ToolCallStartEvent(
                tool_call_id=call, tool_call_name=entry.tool or entry.step, parent_message_id=self._message
            ),
            ToolCallArgsEvent(tool_call_id=call, delta=orjson.dumps(entry.arguments or {}).decode()),
            ToolCallEndEvent(tool_call_id=call),
            ToolCallResultEvent(message_id=f"msg_{uuid4().hex}", tool_call_id=call, content=result, role="tool"),
        )

    def _closing(self, reply: Reply) -> bytes:
        ended = _sent(TextMessageEndEvent(message_id=self._message)) if self._speaking else b""
        return ended + _sent(
            StateSnapshotEvent(snapshot=state(reply)), RunFinishedEvent(thread_id=self._thread, run_id=self._run)
        )


def state(reply: Reply) -> dict[str, Any]:
    """What a front end may draw besides the words."""
    return {name: value for name, value in extras(reply).items() if name not in ("conversation_id", "trace")}


def _step(entry: TraceEntry) -> bytes:
    return _sent(StepStartedEvent(step_name=entry.step), StepFinishedEvent(step_name=entry.step))


def _sent(*events: BaseEvent) -> bytes:
    return b"".join(data(event.model_dump_json(by_alias=True).encode()) for event in events)

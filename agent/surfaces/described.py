"""What the OpenAPI description says of answers that leave as they are, without a model of ours (OpenAI's, the streams),
and what to try first.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path
from openai.types import Model
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ConfigDict, Field

from agent.reply import Constraint, TraceEntry
from tools.domain import Language
from tools.slate import SlateItem

Examples = dict[str, Any]
EVENTS = "text/event-stream"
_ID: dict[str, Any] = {"min_length": 1, "max_length": 256}
UserId = Annotated[str, Path(examples=["a01"], **_ID)]
ErasedId = Annotated[str, Path(examples=["a12"], **_ID)]
ItemId = Annotated[str, Path(examples=["s01"], **_ID)]
ReviewId = Annotated[str, Path(min_length=1, max_length=64)]
WORDS = "A light sci-fi comedy for tonight, nothing from before 1985."
_MESSAGE = {"role": "user", "content": WORDS}
SAID: Examples = {
    "whole": {"value": {"model": "tastemaker", "user": "a01", "messages": [_MESSAGE]}},
    "streamed": {"value": {"model": "tastemaker", "user": "a01", "messages": [_MESSAGE], "stream": True}},
}
ASKED: Examples = {
    "whole": {"value": {"model": "tastemaker", "user": "a01", "input": WORDS}},
    "streamed": {"value": {"model": "tastemaker", "user": "a01", "input": WORDS, "stream": True}},
}
_CLIENT: dict[str, Any] = {"state": {}, "tools": [], "context": [], "forwardedProps": {}}
RUN: Examples = {"run": {"value": {"threadId": "t1", "runId": "r1", "messages": [{"id": "m1", **_MESSAGE}], **_CLIENT}}}
_EVENT = {"user_id": "a01", "item_id": "s01", "kind": "rate", "value": 5, "event_id": "e-1"}
DONE: Examples = {"one": {"value": _EVENT}, "list": {"value": [_EVENT, {"user_id": "a01", "item_id": "s02"}]}}
WRITTEN: Examples = {
    "blurb": {"value": {"task": "compose", "kind": "blurb", "item_id": "s05", "user_id": "a01"}},
    "streamed": {"value": {"task": "compose", "item_id": "s05", "stream": True}},
}


def streamed(what: str) -> dict[int | str, dict[str, Any]]:
    """The other form of a 200: server-sent events, each as OpenAPI 3.2 describes one."""
    event = {
        "type": "object",
        "description": f"server-sent events: {what}",
        "properties": {"data": {"type": "string"}, "event": {"type": "string"}},
        "required": ["data"],
    }
    return {200: {"content": {EVENTS: {"itemSchema": event}}}}


class Extras(BaseModel):
    """The `tastemaker` object: what this server says besides what the protocol has."""

    conversation_id: str | None
    slate: list[SlateItem]
    trace: list[TraceEntry]
    degraded: bool
    abstained: bool
    language: Language
    act: str | None
    constraints: list[Constraint]


class Completed(ChatCompletion):
    """OpenAI's chat completion, and the `tastemaker` object."""

    tastemaker: Extras


class Models(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


class Answered(BaseModel):
    """OpenAI's response, and the `tastemaker` object."""

    model_config = ConfigDict(extra="allow")
    id: str = Field(pattern=r"^resp_[0-9a-f]{32}$")
    object: Literal["response"]
    created_at: int
    status: Literal["completed"]
    model: str
    output: list[dict[str, Any]]
    previous_response_id: str | None
    store: bool
    usage: dict[str, Any]
    tastemaker: Extras

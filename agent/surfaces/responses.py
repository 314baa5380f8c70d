"""OpenAI's Responses API over the same turn: `POST /v1/responses`, whole or as typed events.

A response that is stored (the default) can be continued with `previous_response_id`: what was said is then kept again
under the new response's id, so that an earlier response can be continued a second time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import uuid4

import orjson
from anyio import to_thread
from fastapi import APIRouter, Body, Request, Response

from agent.reply import Done, Progress, Reply, TextDelta, TurnEvent, TurnRequest, Usage
from agent.surfaces.auth import Known
from agent.surfaces.chat_stream import TurnStream, extras
from agent.surfaces.described import ASKED, Answered, streamed
from agent.surfaces.errors import Problem, Refused, invalid
from agent.surfaces.limits import attended
from agent.surfaces.openai import TurnRoute, whole
from agent.surfaces.responses_request import Asked, ResponsesRequest
from agent.surfaces.services import Given, Services
from tools.errors import NotFound

router = APIRouter(prefix="/v1", tags=["chat"], route_class=TurnRoute)
JSON = "application/json"


@router.post(
    "/responses",
    summary="One turn, in the form of OpenAI's Responses API",
    response_model=Answered,
    responses=streamed("the events of OpenAI's Responses API"),
)
async def respond(
    body: Annotated[ResponsesRequest, Body(openapi_examples=ASKED)], caller: Known, services: Given, request: Request
) -> Response:
    asked, shape = body.asked(caller), Shape(body)
    turn = await _turn(services, asked, body, shape.id)
    if body.stream:
        return TurnStream(services, turn, Events(shape))
    reply = await attended(request.receive, lambda: whole(services, turn))
    return Response(orjson.dumps(shape.completed(reply)), media_type=JSON)


async def _turn(services: Services, asked: Asked, body: ResponsesRequest, new_id: str) -> TurnRequest:
    """With what was said before it; under the new id where the response is stored.

    Raises:
        Refused: the previous response is not one of this user's.
    """
    said: list[dict[str, Any]] = [message.model_dump() for message in asked.before]
    store = (await services.box()).store if body.previous_response_id or body.stored else None
    if store and body.previous_response_id:
        try:
            kept = await to_thread.run_sync(store.conversation, body.previous_response_id, asked.user)
        except NotFound:  # another user's: told like one that never was
            kept = []
        if not kept:
            param = "previous_response_id"
            message = f"{param}: no stored response {body.previous_response_id!r} of this user"
            raise Refused(invalid(message, param, "previous_response_not_found"))
        said = [*kept, *said]
    if not (store and body.stored):
        return asked.turn(said)
    if said:
        await to_thread.run_sync(store.save_conversation, new_id, asked.user, said)
    return asked.turn([], new_id)


@dataclass
class Shape:
    """The response object of one request."""

    body: ResponsesRequest
    id: str = field(default_factory=lambda: f"resp_{uuid4().hex}")
    item_id: str = field(default_factory=lambda: f"msg_{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def completed(self, reply: Reply) -> dict[str, Any]:
        body = self.response("completed", [self.message("completed", reply.text)])
        return body | {"usage": _usage(reply.usage), "tastemaker": extras(reply)}

    def response(self, status: str, output: list[dict[str, Any]], error: Any = None) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "error": error,
            "incomplete_details": None,
            "instructions": self.body.instructions,
            "metadata": self._metadata(),
            "model": self.body.model,
            "output": output,
            "parallel_tool_calls": True,
            "previous_response_id": self.body.previous_response_id,
            "store": self.body.stored,
            "temperature": None,
            "text": {"format": {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": None,
            "usage": None,
            "user": self.body.user,
        }

    def _metadata(self) -> dict[str, Any]:
        """As it was sent."""
        sent = self.body.metadata
        return sent.model_dump(exclude_unset=True, exclude_none=True) if sent else {}

    def message(self, status: str, text: str | None = None) -> dict[str, Any]:
        content = [] if text is None else [part(text)]
        return {"id": self.item_id, "type": "message", "role": "assistant", "status": status, "content": content}


class Events:
    """A response as OpenAI streams one: the object, its one message, its text, and all of it again at the end."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._number = 0
        self._text = ""

    def opening(self) -> bytes:
        begun = self._shape.response("in_progress", [])
        return (
            self._event("response.created", response=begun)
            + self._event("response.in_progress", response=begun)
            + self._event("response.output_item.added", output_index=0, item=self._shape.message("in_progress"))
            + self._in_text("response.content_part.added", part=part(""))
        )

    def written(self, event: TurnEvent) -> bytes:
        match event:
            case Progress():
                return b": working\n\n"
            case TextDelta(text=text):
                self._text += text
                return self._in_text("response.output_text.delta", delta=text, logprobs=[])
            case Done(reply=reply):
                return self._closing(reply)

    def broken(self, problem: Problem) -> bytes:
        code = "rate_limit_exceeded" if problem.status == 429 else "server_error"
        error = {"code": code, "message": f"{problem.message} ({problem.code})"}
        output = [self._shape.message("incomplete", self._text)]
        return self._event("response.failed", response=self._shape.response("failed", output, error))

    def ending(self) -> bytes:
        return b""

    def _closing(self, reply: Reply) -> bytes:
        text = part(reply.text)
        return (
            self._in_text("response.output_text.done", text=reply.text, logprobs=[])
            + self._in_text("response.content_part.done", part=text)
            + self._event(
                "response.output_item.done", output_index=0, item=self._shape.message("completed", reply.text)
            )
            + self._event("response.completed", response=self._shape.completed(reply))
        )

    def _in_text(self, kind: str, **fields: Any) -> bytes:
        return self._event(kind, item_id=self._shape.item_id, output_index=0, content_index=0, **fields)

    def _event(self, kind: str, **fields: Any) -> bytes:
        body = orjson.dumps({"type": kind, "sequence_number": self._number, **fields})
        self._number += 1
        return b"event: " + kind.encode() + b"\ndata: " + body + b"\n\n"


def part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }

"""The agent's side of an evaluated conversation: in this process, or behind an OpenAI endpoint.

Both give a `Heard`: the reply as the contract's `tastemaker` object has it, its usage, and when its words came.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, Protocol

import httpx
import orjson
from pydantic import BaseModel, Field

from agent.reply import Done, Message, Mode, TextDelta, TurnRequest, Usage
from agent.turn import Agent
from tools.domain import Language
from tools.errors import TastemakerError

PATIENCE = 300.0  # seconds without a byte from an endpoint


class Heard(BaseModel):
    """One reply. `first_ms`: to the first words, None when there were none; `error`: why there is no reply."""

    text: str = ""
    slate: list[dict[str, Any]] = Field(default_factory=list)
    trace: list[dict[str, Any]] = Field(default_factory=list)
    usage: Usage = Field(default_factory=Usage)
    degraded: bool = False
    abstained: bool = False
    language: Language = "en"
    act: str | None = None
    constraints: list[dict[str, Any]] = Field(default_factory=list)
    first_ms: float | None = None
    ms: float = 0.0
    error: str | None = None

    @property
    def tools(self) -> set[str]:
        """Those that were called, whatever came of it."""
        return {entry["tool"] for entry in self.trace if entry["step"] == "act" and entry.get("tool")}

    @property
    def shown(self) -> list[str]:
        return [item["item_id"] for item in self.slate]


class Speaker(Protocol):
    async def reply(self, user: str, messages: Sequence[Message]) -> Heard: ...


class InProcess:
    """The agent of this process. `k`: most items in one reply."""

    def __init__(self, agent: Agent, mode: Mode = "plan", k: int = 4) -> None:
        self.agent, self.mode, self.k = agent, mode, k

    async def reply(self, user: str, messages: Sequence[Message]) -> Heard:
        request = TurnRequest(user_id=user, messages=list(messages), mode=self.mode, k=self.k)
        started, first = time.perf_counter(), None
        try:
            async with aclosing(self.agent.run(request)) as events:
                async for event in events:
                    if isinstance(event, TextDelta) and first is None:
                        first = _since(started)
                    if isinstance(event, Done):
                        told = event.reply.model_dump(mode="json", exclude_none=True)
                        return Heard.model_validate({**told, "first_ms": first, "ms": _since(started)})
        except TastemakerError as error:
            return Heard(error=str(error), ms=_since(started))
        raise AssertionError("a turn ends with Done")


class Endpoint:
    """A server that speaks OpenAI's chat completions, ours; `token` is a service token."""

    def __init__(self, url: str, mode: Mode = "plan", token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self.model = "tastemaker" if mode == "plan" else "tastemaker-react"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def reply(self, user: str, messages: Sequence[Message]) -> Heard:
        said = [message.model_dump() for message in messages]
        body = {"model": self.model, "messages": said, "temperature": 0, "seed": 0, "stream": True}
        body["stream_options"] = {"include_usage": True}
        heard, started = Heard(), time.perf_counter()
        try:
            async for chunk in self._chunks(body, {**self._headers, "X-User-Id": user}):
                _take(heard, chunk, started)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            heard.error = f"{self.url}: {error!r:.300}"
        heard.ms = _since(started)
        return heard

    async def _chunks(self, body: dict[str, Any], headers: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        async with (
            httpx.AsyncClient(timeout=PATIENCE, headers=headers) as client,
            client.stream("POST", f"{self.url}/chat/completions", json=body) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"status {response.status_code}: {(await response.aread())[:300]!r}")
            async for line in response.aiter_lines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    yield orjson.loads(line.removeprefix("data: "))


def _take(heard: Heard, chunk: dict[str, Any], started: float) -> None:
    if "error" in chunk:
        raise ValueError(chunk["error"])
    for choice in chunk.get("choices", ()):
        piece = choice["delta"].get("content") or ""
        if piece and heard.first_ms is None:
            heard.first_ms = _since(started)
        heard.text += piece
    if told := chunk.get("tastemaker"):
        for name in ("slate", "trace", "degraded", "abstained", "language", "act", "constraints"):
            setattr(heard, name, told[name])
    if usage := chunk.get("usage"):
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        spent = {name: usage[name] for name in ("prompt_tokens", "completion_tokens")}
        heard.usage = Usage(**spent, cached_tokens=cached, llm_calls=usage.get("llm_calls") or 0)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)

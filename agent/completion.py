"""An answer of the engine: whole, or while it is being written."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

from agent import metrics
from agent.attempts import LLMUnavailable
from agent.reply import Usage


@dataclass(frozen=True)
class Completion:
    """One whole answer. `finish_reason` "length" means that the text was cut at `max_tokens`."""

    text: str
    usage: Usage
    finish_reason: str
    ms: float
    first_token_ms: float


class Stream:
    """An answer being written: iterate it inside `async with`. `completion` is whole once the iteration has ended."""

    pieces: AsyncGenerator[str, None]

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A fresh attempt: nothing has come yet."""
        self.usage = Usage(llm_calls=1)
        self.alive = False
        self._started = time.perf_counter()
        self._first = self._ended = self._started
        self._text: list[str] = []
        self._finish_reason = ""

    def take(self, chunk: Any) -> str:
        """Remembers one chunk and gives the words in it."""
        try:
            if chunk.usage:
                self.usage = usage_of(chunk.usage)
            piece = "".join(choice.delta.content or "" for choice in chunk.choices)
            for choice in chunk.choices:
                self._finish_reason = choice.finish_reason or self._finish_reason
        except (AttributeError, TypeError) as error:  # the client checks no shapes
            raise LLMUnavailable("broken", f"the engine sent a chunk of the wrong shape: {chunk!r:.200}") from error
        self.alive = True
        if piece and not self._text:
            self._first = time.perf_counter()
        if piece:
            self._text.append(piece)
        return piece

    def end(self) -> None:
        if not self._finish_reason:
            raise LLMUnavailable("broken", "the engine ended its answer before it was whole")
        self._ended = time.perf_counter()
        metrics.LLM_FIRST_TOKEN.observe(self.completion.first_token_ms / 1e3)
        metrics.LLM_SECONDS.observe(self.completion.ms / 1e3)
        count(self.usage)

    @property
    def completion(self) -> Completion:
        ms, first_ms = (self._ended - self._started) * 1e3, (self._first - self._started) * 1e3
        return Completion("".join(self._text), self.usage, self._finish_reason, ms, first_ms)

    async def aclose(self) -> None:
        await self.pieces.aclose()

    def __aiter__(self) -> AsyncIterator[str]:
        return self.pieces

    async def __aenter__(self) -> Stream:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def usage_of(reported: Any) -> Usage:
    """OpenAI's usage object as ours, one call."""
    details = reported.prompt_tokens_details
    return Usage(
        llm_calls=1,
        prompt_tokens=reported.prompt_tokens,
        cached_tokens=(details.cached_tokens if details else None) or 0,
        completion_tokens=reported.completion_tokens,
    )


def count(usage: Usage) -> None:
    """Adds one ended call to the metrics."""
    metrics.LLM_CALLS.labels("answered").inc()
    metrics.LLM_TOKENS.labels("prompt").inc(usage.prompt_tokens)
    metrics.LLM_TOKENS.labels("cached").inc(usage.cached_tokens)
    metrics.LLM_TOKENS.labels("completion").inc(usage.completion_tokens)

"""How often and how long the engine is asked: the turn's deadline, the one retry loop, and what each fault means."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Literal, TypeVar

from agent import metrics
from agent.breaker import Breaker
from tools.errors import TastemakerError

T = TypeVar("T")
Reason = Literal["refused", "timeout", "status", "broken", "breaker", "loading"]


class LLMUnavailable(TastemakerError):
    """The engine gave no (whole) answer. `counts`: it speaks against the engine; `retryable`: a second try may help."""

    def __init__(self, reason: Reason, message: str, *, counts: bool = True, retryable: bool = False) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.counts = counts
        self.retryable = retryable


class Deadline:
    """What one turn may still spend: seconds, and retries over all its calls together."""

    def __init__(self, seconds: float, retries: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._retries = retries

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - self._clock())

    @property
    def expired(self) -> bool:
        return self.remaining() == 0.0

    def take_retry(self) -> bool:
        if self.expired or self._retries < 1:
            return False
        self._retries -= 1
        return True


class Attempts:
    """The guarded way to the engine at `url`. `ready` says whether it is up; one that is loading is not asked."""

    def __init__(self, url: str, breaker: Breaker, ready: Callable[[], bool]) -> None:
        self.breaker = breaker
        self._url = url
        self._ready = ready

    async def stream(self, start: Callable[[], AsyncGenerator[T, None]], deadline: Deadline) -> AsyncGenerator[T, None]:
        """What `start()` yields. It is started again only while nothing has been passed on and a retry is left.

        Raises:
            LLMUnavailable: refused beforehand, or the last attempt failed.
        """
        while True:
            passed_on = False
            try:
                with self._guard(deadline):
                    async with aclosing(start()) as pieces:
                        async for piece in pieces:
                            passed_on = True
                            yield piece
                return
            except LLMUnavailable as fault:
                if passed_on or not fault.retryable or not deadline.take_retry():
                    metrics.LLM_CALLS.labels("failed").inc()
                    raise

    async def call(self, start: Callable[[], Awaitable[T]], deadline: Deadline) -> T:
        """What `start()` returns within the deadline; otherwise as `stream`."""

        async def once() -> AsyncGenerator[T, None]:
            async with asyncio.timeout(deadline.remaining()):
                result = await start()
            yield result

        async with aclosing(self.stream(once, deadline)) as results:
            (result,) = [result async for result in results]
            return result

    @contextmanager
    def _guard(self, deadline: Deadline) -> Iterator[None]:
        """One attempt: refused while loading, out of time or broken; what it says about the engine is remembered."""
        self._admit(deadline)
        told = self.breaker.abandon
        try:
            yield
            told = self.breaker.success
        except Exception as error:
            fault = _fault(error, self._url)
            if fault is None:
                raise
            told = self.breaker.fault if fault.counts else told
            metrics.LLM_FAULTS.labels(fault.reason).inc()
            raise fault from error
        finally:
            told()
            metrics.LLM_BREAKER.set(self.breaker.open)

    def _admit(self, deadline: Deadline) -> None:
        refusal = None
        if not self._ready():
            refusal = LLMUnavailable("loading", f"the engine at {self._url} is still loading")
        elif deadline.expired:
            refusal = LLMUnavailable("timeout", "the turn's time was spent before the engine was asked")
        elif not self.breaker.enter():
            refusal = LLMUnavailable(
                "breaker", f"the engine at {self._url} failed repeatedly and is left alone a while"
            )
        if refusal is not None:
            metrics.LLM_FAULTS.labels(refusal.reason).inc()
            raise refusal


def _fault(error: Exception, url: str) -> LLMUnavailable | None:
    """What an exception says about the engine; None for a mistake of ours, which must not be hidden."""
    import httpx2
    import openai

    match error:
        case LLMUnavailable():
            return error
        case TimeoutError() | openai.APITimeoutError():
            return LLMUnavailable("timeout", f"the engine at {url} did not answer in time")
        case openai.APIStatusError(status_code=status):
            message = f"the engine at {url} answered {status}: {str(error)[:200]}"
            return LLMUnavailable("status", message, counts=status >= 500, retryable=status == 503)
        case openai.APIConnectionError():
            refused = isinstance(error.__cause__, httpx2.ConnectError)
            what = "refuses connections" if refused else "broke the connection"
            return LLMUnavailable("refused" if refused else "broken", f"the engine at {url} {what}", retryable=True)
        case openai.APIError() | json.JSONDecodeError() | UnicodeDecodeError():
            return LLMUnavailable("broken", f"the engine at {url} answered with something else: {error!r:.200}")
    return None

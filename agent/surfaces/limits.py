"""Limits that hold whatever a client does: a body's bytes and seconds, requests a minute, turns at once, and turns that
nobody waits for any more.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import anyio
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")


class TooManyTurns(Exception):
    """As many turns run and wait as this server holds."""


class ShuttingDown(Exception):
    """The server stops: it takes no new turn, and ends the running ones when their grace is over."""


class ClientGone(Exception):
    """The client closed its connection; nobody reads the answer."""


class BodyTooLarge(HTTPException):
    def __init__(self, limit: int) -> None:
        super().__init__(413, f"the request body is larger than {limit:,} bytes")


class BodyTooSlow(HTTPException):
    """The connection is closed with the answer: what is left of the body is not waited for."""

    def __init__(self, within: float) -> None:
        super().__init__(408, f"the request body did not arrive within {within:g} s", {"Connection": "close"})


@dataclass
class BodyLimit:
    """ASGI middleware that counts the bytes of a body as they arrive, so that a chunked one cannot pass unseen, and the
    seconds since it was first asked for.
    """

    app: ASGIApp
    limit: int
    within: float  # seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        too_large = declared.isdigit() and int(declared) > self.limit
        seen, arrived, until = 0, False, math.inf

        async def counted() -> Message:
            nonlocal seen, arrived, until
            if too_large:
                raise BodyTooLarge(self.limit)
            if arrived:
                return await receive()  # waits for the client to leave, as long as it likes
            until = min(until, anyio.current_time() + self.within)
            with anyio.CancelScope(deadline=until) as patience:
                message = await receive()
            if patience.cancelled_caught:
                raise BodyTooSlow(self.within)
            seen += len(message.get("body", b""))
            arrived = not message.get("more_body", False)
            if seen > self.limit:
                raise BodyTooLarge(self.limit)
            return message

        await self.app(scope, counted, send)


@dataclass
class Rates:
    """So many requests a minute of each token, as a bucket that fills evenly and holds a tenth of a minute's worth at
    once, but at least 10 (the generic cell rate algorithm, ITU-T I.371). Tokens asked longest ago are forgotten.
    """

    clock: Callable[[], float] = time.monotonic
    _due: OrderedDict[str, float] = field(default_factory=OrderedDict)  # token -> when its bucket is full again
    KEPT = 10_000

    def wait(self, token: str, per_minute: int) -> int:
        """0 and the request counts, or the whole seconds after which another try may succeed."""
        now, step = self.clock(), 60.0 / per_minute
        due = max(self._due.get(token, now), now) + step
        over = due - now - step * max(per_minute / 10, 10)
        if over > 1e-9:
            return math.ceil(over)
        self._due[token] = due
        self._due.move_to_end(token)
        if len(self._due) > self.KEPT:
            self._due.popitem(last=False)
        return 0


@dataclass
class Turns:
    """Lets `capacity` turns run at once and `queue` more wait their time; refuses the rest without waiting."""

    capacity: int
    queue: int
    running: int = 0
    waiting: int = 0
    closing: bool = False
    _slots: anyio.Semaphore = field(init=False)
    _ends: set[anyio.CancelScope] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._slots = anyio.Semaphore(self.capacity)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold one slot, waiting for it if need be.

        Raises:
            TooManyTurns: the queue is full; at once.
            ShuttingDown: the server stops, or stopped while this turn ran.
        """
        self.check()
        with anyio.CancelScope() as end:
            self._ends.add(end)
            try:
                await self._enter()
                try:
                    yield
                finally:
                    self.running -= 1
                    self._slots.release()
            finally:
                self._ends.discard(end)
        if end.cancelled_caught:
            raise ShuttingDown

    def check(self) -> None:
        """Raise what `turn` would raise at once."""
        if self.closing:
            raise ShuttingDown
        if self.running + self.waiting >= self.capacity + self.queue:
            raise TooManyTurns

    async def _enter(self) -> None:
        self.waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self.waiting -= 1
        self.running += 1

    def close(self) -> None:
        """Take no new turn from now on."""
        self.closing = True

    def end(self) -> None:
        """End every turn that still runs or waits; each raises ShuttingDown in its own request."""
        self.closing = True
        for scope in list(self._ends):
            scope.cancel()


async def attended(receive: Receive, work: Callable[[], Awaitable[T]]) -> T:
    """Do `work` for as long as the client listens. `receive` must have given the whole body already.

    Raises:
        ClientGone: the client left; the work was cancelled.
    """
    results: list[T] = []
    failures: list[Exception] = []
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(watch)
        try:
            results.append(await work())
        except Exception as error:  # kept out of the group, which would wrap it in an ExceptionGroup
            failures.append(error)
        group.cancel_scope.cancel()
    if failures:
        raise failures[0]
    if not results:
        raise ClientGone
    return results[0]

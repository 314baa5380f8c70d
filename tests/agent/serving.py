"""A real server on a free port for tests of the HTTP surfaces, and an agent that does what a test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import httpx

from agent.reply import Done, Progress, Reply, TextDelta, TraceEntry, TurnEvent, TurnRequest, Usage
from agent.surfaces.app import create_app
from agent.surfaces.server import Server
from agent.surfaces.settings import ServerSettings
from agent.tokens import TokenBook
from tools.home import Home
from tools.slate import SlateItem

ITEM = SlateItem(rank=1, item_id="s01", title="Orbit Blunders", score=0.9, ctr=0.4, attributes={"year": 1981})
USAGE = Usage(llm_calls=2, prompt_tokens=300, cached_tokens=200, completion_tokens=40)
WAIT = 10.0


@dataclass
class ScriptedAgent:
    """Says `words`; holds before its first or last word when told to; raises `error` after `fail_after` words."""

    words: tuple[str, ...] = ("Try ", "Orbit ", "Blunders.")
    error: Exception | None = None
    fail_after: int = 0
    hold_after: int | None = None
    seen: list[TurnRequest] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Queue[TurnRequest] = field(default_factory=asyncio.Queue)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, request: TurnRequest) -> AsyncGenerator[TurnEvent, None]:
        self.seen.append(request)
        self.arrived.put_nowait(request)
        try:
            entry = TraceEntry(step="act", tool="vector_search", candidates=12, ms=3.0)
            if self.error is None or self.fail_after:
                yield Progress(entry=entry)
            for n in range(len(self.words) + 1):
                if self.error and n == self.fail_after:
                    raise self.error
                if n == self.hold_after:
                    await self.go_on.wait()
                if n < len(self.words):
                    yield TextDelta(text=self.words[n])
            reply = Reply(text="".join(self.words), slate=[ITEM], trace=[entry], usage=USAGE)
            yield Done(reply=reply.model_copy(update={"conversation_id": request.conversation_id}))
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled.set()
            raise


class NoTools:
    """Enough of `Live` for routes that only ask whether something is trained."""

    last_error: str | None = None

    def current(self) -> Any:
        return SimpleNamespace(bundle_id="test-bundle", store=MagicMock())  # keeps no slates


@dataclass
class Running:
    """One server: its address, an HTTP client, and what it is made of."""

    url: str
    client: httpx.AsyncClient
    server: Server
    agent: Any
    task: asyncio.Task[None]

    async def post(self, path: str, body: Any = None, **kwargs: Any) -> httpx.Response:
        return await self.client.post(path, json=body, **kwargs)

    async def chat(self, words: str = "a comedy", **body: Any) -> httpx.Response:
        headers = body.pop("headers", {})
        message = {"role": "user", "content": words}
        return await self.post(
            "/v1/chat/completions", {"model": "tastemaker", "messages": [message], **body}, headers=headers
        )

    async def stop(self) -> None:
        self.server.should_exit = True
        await self.task


Serve = Callable[..., Any]


@asynccontextmanager
async def serving(
    home: Home, agent: Any = None, live: Any = None, engine: Any = None, token: str | None = None, **settings: Any
) -> AsyncIterator[Running]:
    """Serve on a free port of this event loop until the block ends."""
    book = TokenBook.open(home, {"TASTEMAKER_SERVICE_TOKEN": token} if token else {})
    agent = agent or ScriptedAgent()
    app = create_app(agent, live or NoTools(), engine, ServerSettings(port=0, **settings), book)
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(app, app.state.services.settings, started.set_result)
    task = asyncio.create_task(server._serve())  # `serve` would take over the test process's signals
    url = await asyncio.wait_for(started, WAIT)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=WAIT, trust_env=False) as client:
        running = Running(url, client, server, agent, task)
        try:
            yield running
        finally:
            agent.go_on.set() if isinstance(agent, ScriptedAgent) else None
            await client.aclose()
            await running.stop()


def problem(response: httpx.Response) -> dict[str, Any]:
    """The error of a response, which must have the contract's shape."""
    error: dict[str, Any] = response.json()["error"]
    assert response.json() == {"error": error}
    assert {"type", "message", "code"} <= set(error) <= {"type", "message", "code", "param"}
    assert "Traceback" not in error["message"]
    return error

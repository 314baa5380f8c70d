"""What each surface costs over the same turn called in process: a real server on loopback, an engine that answers at
once (agent_overhead.py), the same request by every way, one after another in turning order.

Figures are of the pairs: a request's time by the surface less its time in process. The client is a bare socket, because
httpx alone takes 2 ms of a stream; once it is MCP's official client, which holds every result against its schema.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx2
import numpy as np
import orjson
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from numpy.typing import NDArray

from agent.llm import LLM
from agent.reply import Message, TurnRequest
from agent.surfaces.app import create_app
from agent.surfaces.server import Server
from agent.surfaces.settings import ServerSettings
from agent.tokens import TokenBook
from agent.turn import Agent
from agent.user_tools import UserTools
from benchmarks.agent_overhead import instant_engine
from benchmarks.turn_latency import requests
from benchmarks.wire import Socket, connected
from tools.toolbox import Live

GOAL = 5.0  # ms at p50
ASKED, WARM_UP = 200, 10
K = 4
Way = Callable[[str], Awaitable[None]]


async def measure(live: Live) -> dict[str, Any]:
    box, rng = live.current(), np.random.default_rng(0)
    user = max((user.user_id for user in box.store.users()), key=lambda u: len(box.store.user_events(u)))
    words = requests(box, ASKED + WARM_UP, rng)
    with instant_engine() as url:
        llm = LLM(url)
        agent = Agent(live, llm)
        await agent.warm()
        async with _served(live, agent) as address, _ways(address, agent, live, user) as (turns, slates):
            report = await _race(turns, words) | await _race(slates, words)
        await llm.aclose()
    return {"goal_ms": {"p50": GOAL}, "requests": ASKED, "ms": report}


async def _race(ways: dict[str, Way], words: list[str]) -> dict[str, dict[str, float]]:
    """Milliseconds of the first way, which is the one in process, and of each other way beyond it."""
    names, spent = list(ways), defaultdict[str, list[float]](list)
    for n, said in enumerate(words):
        await ways[names[0]](said)  # the encoder remembers words: none may be the first to hear them
        for name in [*names[n % len(names) :], *names[: n % len(names)]]:
            start = time.perf_counter()
            await ways[name](said)
            if n >= WARM_UP:
                spent[name].append((time.perf_counter() - start) * 1e3)
    base = np.array(spent[names[0]])
    over = {name: np.array(spent[name]) - base for name in names[1:]}
    return {name: _quantiles(times) for name, times in ({names[0]: base} | over).items()}


def _quantiles(times: NDArray[np.float64]) -> dict[str, float]:
    p50, p99 = np.percentile(times, [50, 99])
    return {"p50": round(float(p50), 2), "p99": round(float(p99), 2)}


@asynccontextmanager
async def _served(live: Live, agent: Agent) -> AsyncIterator[str]:
    book = TokenBook.open(live.home, {})
    app = create_app(agent, live, None, ServerSettings(port=0), book)
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = Server(app, app.state.services.settings, started.set_result)
    task = asyncio.create_task(server._serve())  # `serve` would take over the signals
    try:
        yield await started
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def _ways(
    address: str, agent: Agent, live: Live, user: str
) -> AsyncIterator[tuple[dict[str, Way], dict[str, Way]]]:
    """The ways to a whole turn, and the ways to a slate without words."""
    headers, tools = {"X-User-Id": user}, UserTools(agent, live, user)

    async def slate(words: str) -> None:
        await tools.recommend(words, K)

    async with (
        connected(address, headers) as http,
        httpx2.AsyncClient(headers=headers, trust_env=False) as own,
        Client(streamable_http_client(f"{address}mcp", http_client=own)) as mcp,
    ):

        async def call(words: str) -> None:
            assert not (await mcp.call_tool("recommend", {"query": words, "k": K})).is_error

        turns = {
            "in process: a turn": _turn(agent, user),
            "chat completions": _post(http, "/v1/chat/completions", _chat),
            "chat completions, streamed": _post(http, "/v1/chat/completions", lambda w: _chat(w) | {"stream": True}),
            "responses": _post(http, "/v1/responses", _response),
            "responses, streamed": _post(http, "/v1/responses", lambda w: _response(w) | {"stream": True}),
            "AG-UI": _post(http, "/agui", lambda w: {"threadId": "t", "runId": "r", "messages": _said(w)}),
        }
        slates = {
            "in process: a slate": slate,
            "recommend": _post(http, "/v1/recommend", lambda w: {"query": w, "k": K}),
            "MCP": _post(http, "/mcp", _call),
            "MCP, official client": call,
        }
        yield turns, slates


def _turn(agent: Agent, user: str) -> Way:
    async def turn(words: str) -> None:
        request = TurnRequest(user_id=user, messages=[Message(role="user", content=words)], k=K)
        async with aclosing(agent.run(request)) as events:
            async for _ in events:
                pass

    return turn


def _post(http: Socket, path: str, body: Callable[[str], dict[str, Any]]) -> Way:
    async def ask(words: str) -> None:
        status, told = await http.ask("POST", path, orjson.dumps(body(words)))
        assert status == 200, told

    return ask


def _said(words: str) -> list[dict[str, str]]:
    return [{"id": "1", "role": "user", "content": words}]


def _chat(words: str) -> dict[str, Any]:
    return {"model": "tastemaker", "messages": _said(words)}


def _response(words: str) -> dict[str, Any]:
    return {"model": "tastemaker", "input": words, "store": False}


def _call(words: str) -> dict[str, Any]:
    params = {"name": "recommend", "arguments": {"query": words, "k": K}}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}

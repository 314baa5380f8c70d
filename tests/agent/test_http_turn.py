"""A whole turn over HTTP: the real agent and tools, and a scripted engine at the other end of a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from agent.llm import LLM
from agent.turn import Agent
from tests.agent.serving import WAIT, Running, serving
from tests.fake_engine import Answer, FakeEngine, Hang
from tools.home import Home

if TYPE_CHECKING:
    from tools.toolbox import Live


@pytest.fixture
def live(trained_home: Home) -> Iterator[Live]:
    from tools.toolbox import Live

    opened = Live(trained_home)
    yield opened
    opened.store.close()


@pytest_asyncio.fixture
async def running(trained_home: Home, live: Live, fake_engine: FakeEngine) -> AsyncIterator[Running]:
    llm = LLM(fake_engine.base_url, fake_engine.model)
    async with serving(trained_home, Agent(live, llm), live, turns=1, queue=0) as server:
        yield server
    await llm.aclose()


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_stops_the_engine(running: Running, fake_engine: FakeEngine, stream: bool) -> None:
    silent = Hang()
    fake_engine.script(silent)
    asking = asyncio.create_task(running.chat("a light comedy", user="a01", stream=stream))
    assert await asyncio.to_thread(silent.hanging.wait, WAIT)
    asking.cancel()
    assert await asyncio.to_thread(fake_engine.requests[0].disconnected.wait, WAIT)


async def test_a_client_that_leaves_while_words_come_stops_the_engine_too(
    running: Running, fake_engine: FakeEngine
) -> None:
    plan, words = Answer('{"vector_search": {"query": "space comedy"}}'), Hang(after=3)
    fake_engine.script(plan, words)
    asking = asyncio.create_task(running.chat("a light comedy", user="a01", stream=True))
    assert await asyncio.to_thread(words.hanging.wait, WAIT)
    asking.cancel()
    assert await asyncio.to_thread(fake_engine.requests[1].disconnected.wait, WAIT)


async def test_an_engine_that_is_gone_gives_a_degraded_reply(running: Running, fake_engine: FakeEngine) -> None:
    fake_engine.kill()
    answer = await running.chat("a light comedy", user="a01")
    assert answer.status_code == 200
    assert answer.json()["tastemaker"]["degraded"] is True
    assert answer.json()["tastemaker"]["slate"]

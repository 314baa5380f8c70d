"""A server over a home of its own, with the pretended engine; files that need another one make it themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from agent.llm import LLM
from agent.turn import Agent
from tests.agent.serving import Running, serving
from tests.fake_engine import FakeEngine
from tools.home import Home

if TYPE_CHECKING:
    from tools.toolbox import Live


@pytest.fixture
async def llm(fake_engine: FakeEngine) -> AsyncIterator[LLM]:
    client = LLM(fake_engine.base_url)
    yield client
    await client.aclose()


@pytest.fixture
def live(own_home: Home) -> Iterator[Live]:
    from tools.toolbox import Live

    opened = Live(own_home)
    yield opened
    opened.store.close()


@pytest.fixture
async def running(own_home: Home, live: Live, llm: LLM) -> AsyncIterator[Running]:
    async with serving(own_home, Agent(live, llm), live) as server:
        yield server

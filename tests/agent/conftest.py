"""A server over a home of its own, with the pretended engine; files that need another one make it themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from agent.llm import LLM
from agent.turn import Agent
from tests import games
from tests.agent.serving import Running, serving
from tests.fake_engine import FakeEngine
from tests.trained import write_domain
from tools.home import Home
from tools.store import Store

if TYPE_CHECKING:
    from tools.toolbox import Live, Toolbox


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


@pytest.fixture(scope="session")
def games_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toolbox]:
    """The board games, trained. Tests that record something use a user of their own."""
    from tools.toolbox import Toolbox
    from tools.train import train

    home = Home.at(tmp_path_factory.mktemp("games") / "home")
    write_domain(home, games.domain())
    store = Store.open(home.store_url)
    games.fill(store)
    train(home, store=store, progress=False)
    store.close()
    opened = Toolbox.open(home)
    yield opened
    opened.store.close()

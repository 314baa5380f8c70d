"""The whole turn on real parts: MovieLens 100K, the trained tools, vLLM and the small model. No doubles.

These are the promises of the README for the default machine; each takes one to three calls of the model.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.engine import Engine
from agent.language import detect
from agent.llm import LLM
from agent.reply import Message, Reply, TurnRequest
from agent.turn import Agent, TurnSettings
from tools import ingest, movielens
from tools.domain import Domain
from tools.home import Home
from tools.slate import SlateItem
from tools.store import Store
from tools.toolbox import Live
from tools.train import train

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
USER = "42"


@pytest.fixture(scope="session")
def movielens_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.at(tmp_path_factory.mktemp("movielens"))
    files = movielens.fetch()
    ingest.install_domain(home, "movies")
    store = Store.open(home.store_url)
    ingest.ingest(store, Domain.load("movies"), Path(files.items), Path(files.users), Path(files.events))
    train(home, store=store, progress=False)
    store.close()
    return home


@pytest.fixture
async def agent(movielens_home: Home, real_engine: Engine) -> AsyncIterator[Agent]:
    live = Live(movielens_home)
    llm = LLM(real_engine.base_url, real_engine.model, first_token_timeout=120, idle_timeout=60)
    yield Agent(live, llm, TurnSettings(deadline=400))
    await llm.aclose()
    live.current().store.close()


def ask(words: str) -> TurnRequest:
    return TurnRequest(user_id=USER, messages=[Message(role="user", content=words)])


def holds(reply: Reply, agent: Agent) -> None:
    """What every recommendation for the sci-fi comedy request must be."""
    box = agent.live.current()
    seen = {box.catalogue.ids[i] for i in box.view(USER).seen}
    assert not reply.degraded, reply.trace
    assert 3 <= len(reply.slate) <= 5
    for item in reply.slate:
        assert {"Comedy", "Sci-Fi"} <= set(item.attributes["tags"])
        assert item.attributes["year"] >= 1985
        assert item.item_id not in seen
    assert reply.usage.llm_calls == 2
    assert reply.usage.completion_tokens <= 250
    planned = next(entry for entry in reply.trace if entry.step == "plan")
    assert (planned.model_extra or {})["source"] in ("model", "repaired")
    assert len(planned.arguments or {}) >= 2
    assert set(re.findall(r"\*\*\d+\. (.+?)\*\*", reply.text)) == {i.title for i in reply.slate}


def names_only_the_slate(text: str, slate: list[SlateItem], agent: Agent) -> bool:
    """No long title of the catalogue stands in the words unless the slate or its evidence holds it."""
    allowed = "\n".join([i.title for i in slate] + [e.text for i in slate for e in i.evidence])
    titles = [t for t in agent.live.current().catalogue.titles if len(t.split()) > 2 and t in text]
    return all(title in allowed for title in titles)


async def test_an_english_request_gets_what_it_asked_for_from_the_real_model(agent: Agent) -> None:
    reply = await agent.reply(ask("A light sci-fi comedy for tonight, nothing from before 1985."))
    print(reply.text)
    holds(reply, agent)
    assert reply.language == "en"
    assert names_only_the_slate(reply.text, reply.slate, agent)


async def test_a_chinese_request_gets_the_same_rules_and_a_chinese_reply(agent: Agent) -> None:
    reply = await agent.reply(ask("今晚想看一部轻松的科幻喜剧，1985年以后的"))
    print(reply.text)
    holds(reply, agent)
    assert reply.language == "zh"
    assert all(detect(item.text or "") == "zh" for item in reply.slate)


async def test_the_impossible_request_abstains_and_says_what_to_relax(agent: Agent) -> None:
    reply = await agent.reply(ask("A western musical from 1950 with Jackie Chan"))
    assert reply.abstained
    assert not reply.slate
    assert not reply.degraded
    assert "Relax" in reply.text


async def test_a_greeting_is_answered_without_a_slate(agent: Agent) -> None:
    reply = await agent.reply(ask("Hello!"))
    assert reply.text
    assert not reply.slate
    assert not reply.degraded

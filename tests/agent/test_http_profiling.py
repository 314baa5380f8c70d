"""Profiling off: nothing of a user's profile, history or neighbours is read, and any two such users get the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from agent.llm import LLM
from agent.turn import Agent
from tests.agent.serving import Running, serving
from tools.home import Home
from tools.neighbors.model import NeighborModel
from tools.profile.model import ProfileModel
from tools.store import Store
from tools.toolbox import Live

OFF = ("a01", "b01", "optout")
PERSONAL = re.compile(r"\b(events|tastes|personas)\b")
READ = {NeighborModel: ("fold_in", "like", "fold_in_many"), ProfileModel: ("vector", "appeal", "place", "segment")}


@contextmanager
def watched(store: Store) -> Iterator[list[str]]:
    """What is read from the store meanwhile, with whom it is about."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(f"{statement} {parameters}")

    engine = store._db._reader
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def no_models(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Calls that put a user's history to the models; there must be none."""
    calls: list[str] = []
    for model, names in READ.items():
        for name in names:
            monkeypatch.setattr(model, name, lambda *_, _name=name, **__: calls.append(_name))
    return calls


async def switch_off(running: Running) -> None:
    for user in OFF:
        await running.client.patch(f"/v1/users/{user}/profile", json={"profiling": False})


def without_user(slate: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in slate.items() if name != "user_id"}


@pytest.mark.parametrize("query", [None, "a light sci-fi comedy", "轻松的科幻喜剧"])
async def test_nothing_personal_is_read_and_all_get_the_same_slate(
    own_home: Home, no_models: list[str], query: str | None
) -> None:
    live = Live(own_home)
    async with serving(own_home, Agent(live, None), live) as running:
        await switch_off(running)
        no_models.clear()
        with watched(live.store) as read:
            slates = [(await running.post("/v1/recommend", {"user_id": u, "query": query})).json() for u in OFF]
        assert slates[0]["items"]
        assert [without_user(slate) for slate in slates[1:]] == [without_user(slates[0])] * 2
        assert read  # that profiling is off
        assert [statement for statement in read if PERSONAL.search(statement)] == []
        assert no_models == []
    live.store.close()


async def test_nothing_personal_is_read_for_a_chat_either(own_home: Home, llm: LLM, no_models: list[str]) -> None:
    live = Live(own_home)
    async with serving(own_home, Agent(live, llm), live) as running:
        await switch_off(running)
        no_models.clear()
        with watched(live.store) as read:
            replies = [(await running.chat("a light sci-fi comedy", user=user)).json() for user in OFF]
        slates = [reply["tastemaker"]["slate"] for reply in replies]
        assert slates[0]
        assert slates[1:] == [slates[0]] * 2
        assert [statement for statement in read if PERSONAL.search(statement)] == []
        assert no_models == []
    live.store.close()


async def test_the_database_does_not_hand_out_the_attributes_either(own_home: Home) -> None:
    from tools.store import people

    store = Store.open(own_home.store_url)
    optout = people.asking(store, "optout")
    assert optout is not None
    assert (optout.attributes, optout.profiling) == ({}, False)
    known = people.asking(store, "a01")
    assert known is not None
    assert known.attributes["age"] == 20
    assert people.asking(store, "nobody") is None
    store.close()


def test_a_batch_reads_no_events_of_theirs(own_home: Home) -> None:
    from tools.recommend import batch
    from tools.toolbox import Toolbox

    box = Toolbox.open(own_home)
    box.store.correct_user("a01", {}, profiling=False)
    box.store.correct_user("b01", {}, profiling=False)
    events = box.store.events(profiled=True)
    assert not {"a01", "b01", "optout"} & set(events["user_id"])
    rows = dict(batch(box, ["a01", "b01", "optout", "a02"], 5))
    assert rows["a01"] == rows["b01"] == rows["optout"]
    assert rows["a02"] != rows["a01"]
    box.store.close()

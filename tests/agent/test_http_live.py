"""The running server learns from the events it is sent, and says in figures how fresh it is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from agent.turn import Agent
from tests import world
from tests.agent.serving import Running, serving
from tools.home import Home

LOOKS = 5_000  # at the figures, until what was sent is learned


@pytest_asyncio.fixture
async def running(own_home: Home) -> AsyncIterator[Running]:
    from tools.toolbox import Live

    live = Live(own_home)
    async with serving(own_home, Agent(live, None), live) as server:
        yield server
    live.store.close()


async def figures(running: Running) -> dict[str, float]:
    text = (await running.client.get("/metrics")).text
    return {name: float(value) for name, value in re.findall(r"^(tastemaker_\S+) (\S+)$", text, re.M)}


async def chance(running: Running, user: str) -> float:
    answer = await running.post("/v1/score", {"user_id": user, "item_ids": ["s13"]})
    assert answer.status_code == 200, answer.text
    return float(answer.json()["items"][0]["ctr"])


async def test_events_that_came_change_the_chances_of_others_and_the_figures_tell_so(running: Running) -> None:
    before = await chance(running, "newcomer")
    sent = [
        {"user_id": f"n{n:03}", "item_id": item, "timestamp": world.NOW + n, "kind": "rate", "value": value}
        for n in range(150)
        for item, value in (("p13", 5), ("s13", 1))
    ]
    assert (await running.post("/v1/events", sent)).status_code == 202
    told: dict[str, float] = {}
    for _ in range(LOOKS):
        told = await figures(running)
        if told['tastemaker_events{which="waiting"}'] == 100:  # which nothing has judged yet
            break
    assert told['tastemaker_online_updates{outcome="accepted"}'] == 2
    assert told['tastemaker_online_updates{outcome="rejected"}'] == 0
    assert told['tastemaker_events{which="since_training"}'] == 300
    assert told['tastemaker_events{which="waiting"}'] == 100
    assert told["tastemaker_popularity_drift"] > 0
    assert told["tastemaker_bundle_age_seconds"] >= 0
    assert told["tastemaker_learned_age_seconds"] > 0
    assert told['tastemaker_online_logloss{model="frozen"}'] > 0
    assert await chance(running, "newcomer") < before

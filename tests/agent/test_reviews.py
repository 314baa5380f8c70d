"""Texts with risky content wait for a person; the queue is a service's business, and decides once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent import tokens
from agent.turn import Agent
from tests.agent.serving import Running, problem, serving
from tests.fake_engine import FakeEngine
from tools.errors import NotFound
from tools.home import Home
from tools.store import Store, reviews

RISKY = "Write to jane.doe@example.test for Galactic Taxi."


async def held(running: Running, fake_engine: FakeEngine, user: str = "a01") -> dict[str, Any]:
    """A story that gives an address away, as the caller gets it."""
    fake_engine.script(json.dumps({"lines": ["It is lovely, and you should kill yourself."]}))
    answer = await running.post("/v1/generate", {"task": "compose", "kind": "story", "item_id": "s05", "user_id": user})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_risky_text_is_not_delivered_but_waits_with_a_number(running: Running, fake_engine: FakeEngine) -> None:
    made = await held(running, fake_engine)
    assert "kill" not in json.dumps(made)
    assert made["review"]["status"] == "pending"
    assert made["review"]["reasons"] == ["self-harm"]
    assert made["review"]["id"] in made["text"]
    queue = (await running.client.get("/v1/reviews", params={"status": "pending"})).json()
    assert [review["id"] for review in queue["reviews"]] == [made["review"]["id"]]
    [review] = queue["reviews"]
    assert "kill yourself" in review["text"]
    assert (review["user_id"], review["task"]) == ("a01", "generate/compose/story")
    assert review["created"] > 0


async def test_a_chinese_text_waits_in_chinese(running: Running, fake_engine: FakeEngine) -> None:
    fake_engine.script(json.dumps({"lines": ["可以治愈糖尿病。"]}))
    answer = await running.post("/v1/generate", {"task": "translate", "text": "It cures diabetes.", "language": "zh"})
    assert "人工审核" in answer.json()["text"]
    assert "糖尿病" not in answer.text


@pytest.mark.parametrize("status", ["approved", "rejected"])
async def test_a_text_is_decided_once(running: Running, fake_engine: FakeEngine, status: str) -> None:
    name = (await held(running, fake_engine))["review"]["id"]
    first = await running.post(f"/v1/reviews/{name}", {"status": status, "reviewer": "mia"})
    assert first.status_code == 200
    assert (first.json()["status"], first.json()["reviewer"]) == (status, "mia")
    assert first.json()["decided"] >= first.json()["created"]
    again = await running.post(f"/v1/reviews/{name}", {"status": "approved"})
    assert again.status_code == 409
    assert problem(again)["code"] == "already_decided"
    assert (await running.client.get("/v1/reviews", params={"status": "pending"})).json()["reviews"] == []


async def test_the_queue_is_read_in_pages_oldest_first(running: Running, fake_engine: FakeEngine) -> None:
    names = [(await held(running, fake_engine))["review"]["id"] for _ in range(5)]
    seen: list[str] = []
    after = None
    while True:
        query = {"limit": 2} | ({"after": after} if after else {})
        page = (await running.client.get("/v1/reviews", params=query)).json()
        seen += [review["id"] for review in page["reviews"]]
        after = page["next"]
        if after is None:
            break
    assert seen == names


async def test_what_is_not_there_cannot_be_decided(running: Running) -> None:
    answer = await running.post("/v1/reviews/none", {"status": "approved"})
    assert answer.status_code == 404
    assert (await running.post("/v1/reviews/none", {"status": "pending"})).status_code == 400
    assert (await running.client.get("/v1/reviews", params={"after": "none"})).status_code == 404
    assert (await running.client.get("/v1/reviews", params={"status": "lost"})).status_code == 400


async def test_a_user_token_sees_no_queue(own_home: Home, live: Any) -> None:
    _, secret = tokens.add(own_home, "user", "a01")
    async with serving(own_home, Agent(live, None), live, token="service-token-of-the-test") as running:
        assert (await running.client.get("/v1/reviews")).status_code == 200
        answer = await running.client.get("/v1/reviews", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 403
        assert problem(answer)["code"] == "forbidden"


async def test_small_talk_that_harms_is_held_and_a_harmless_line_speaks(
    running: Running, fake_engine: FakeEngine
) -> None:
    fake_engine.respond = lambda request: "{}" if request.schema else "Hello! You should kill yourself."
    answer = (await running.chat("hello", user="a01")).json()
    assert "kill" not in answer["choices"][0]["message"]["content"]
    [check] = [entry for entry in answer["tastemaker"]["trace"] if entry["step"] == "check"]
    queue = (await running.client.get("/v1/reviews")).json()["reviews"]
    assert check["held"] == [queue[0]["id"]]


def test_the_reviews_of_a_user_can_be_forgotten(store: Store) -> None:
    mine = reviews.hold(store, "a01", "turn", RISKY, ["personal data"])
    other = reviews.hold(store, "a02", "turn", RISKY, ["personal data"])
    reviews.forget(store, "a01")
    assert [review.id for review in reviews.listed(store, None, 10)] == [other]
    with pytest.raises(NotFound):
        reviews.read(store, mine)

"""Scores with what moved them, and why an item was shown, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from agent import tokens
from agent.turn import Agent
from tests.agent.serving import Running, problem, serving
from tools.home import Home
from tools.store.slates import KEPT

# `running` is the server of tests/agent/conftest.py


async def recommend(running: Running, **body: Any) -> list[dict[str, Any]]:
    answer = await running.post("/v1/recommend", {"user_id": "a01", **body})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def why(running: Running, item_id: str, user: str = "a01") -> Any:
    return await running.client.get("/v1/explain", params={"item_id": item_id}, headers={"X-User-Id": user})


async def test_items_are_scored_in_the_order_asked_with_what_moved_them(running: Running) -> None:
    answer = (await running.post("/v1/score", {"user_id": "a01", "item_ids": ["p05", "s01"]})).json()
    assert [item["item_id"] for item in answer["items"]] == ["p05", "s01"]
    drama, comedy = answer["items"]
    assert 0 <= drama["ctr"] < comedy["ctr"] <= 1
    assert all(effect["en"] and effect["zh"] and effect["effect"] for effect in comedy["effects"])
    assert comedy["text"]
    assert comedy["text_zh"]
    longer = (await running.post("/v1/score", {"user_id": "a01", "item_ids": ["s01"], "top": 1})).json()
    assert len(longer["items"][0]["effects"]) == 1


async def test_a_score_is_the_one_of_the_slate(running: Running) -> None:
    first = (await recommend(running, k=1))[0]
    scored = (await running.post("/v1/score", {"item_ids": [first["item_id"]]}, headers={"X-User-Id": "a01"})).json()
    assert scored["items"][0]["ctr"] == pytest.approx(first["ctr"], abs=1e-6)


async def test_an_item_nobody_knows_is_refused_by_its_place(running: Running) -> None:
    answer = await running.post("/v1/score", {"user_id": "a01", "item_ids": ["s01", "nothing"]})
    assert (answer.status_code, problem(answer)["param"]) == (404, "item_ids[1]")
    assert "'nothing'" in problem(answer)["message"]
    for ids in ([], ["s01"] * 1001, [""]):
        assert (await running.post("/v1/score", {"item_ids": ids})).status_code == 400


async def test_a_slate_is_explained_by_the_evidence_it_was_shown_with(running: Running) -> None:
    shown = await recommend(running, query="a light comedy", k=3)
    answer = (await why(running, shown[1]["item_id"])).json()
    assert answer["evidence"] == shown[1]["evidence"]
    assert (answer["rank"], answer["title"], answer["query"]) == (2, shown[1]["title"], "a light comedy")
    # What happens later does not change why it was shown.
    await running.post("/v1/events", {"user_id": "a01", "item_id": shown[1]["item_id"], "kind": "rate", "value": 1})
    assert (await why(running, shown[1]["item_id"])).json() == answer


async def test_what_a_chat_recommended_is_explained_too(running: Running) -> None:
    chat = (await running.chat("a light comedy", user="a03")).json()
    shown = chat["tastemaker"]["slate"][0]
    answer = (await why(running, shown["item_id"], "a03")).json()
    assert answer["evidence"] == shown["evidence"]
    assert answer["query"] == "a light comedy"


async def test_what_was_never_shown_to_them_is_not_explained(running: Running) -> None:
    shown = (await recommend(running, k=1))[0]["item_id"]
    for item, user in ((shown, "a02"), ("w1", "a01"), ("no such item", "a01")):
        answer = await why(running, item, user)
        assert (answer.status_code, problem(answer)["param"]) == (404, "item_id")
        assert item in problem(answer)["message"]
    nobody = await running.client.get("/v1/explain", params={"item_id": shown})
    assert (nobody.status_code, problem(nobody)["param"]) == (400, "user_id")


async def test_only_the_latest_slates_are_kept(running: Running) -> None:
    first = (await recommend(running, k=1))[0]["item_id"]
    for _ in range(KEPT):
        await recommend(running, k=1, exclude=[first])
    assert (await why(running, first)).status_code == 404


async def test_nobody_asks_why_for_another_user(own_home: Home) -> None:
    from tools.toolbox import Live

    live = Live(own_home)
    _, mine = tokens.add(own_home, "user", "a01")
    async with serving(own_home, Agent(live, None), live, token="service-token-for-tests") as running:
        shown = (await recommend(running, user_id="a02", k=1))[0]["item_id"]
        answer = await running.client.get(
            "/v1/explain",
            params={"item_id": shown},
            headers={"X-User-Id": "a02", "Authorization": f"Bearer {mine}"},
        )
        assert (answer.status_code, problem(answer)["code"]) == (403, "forbidden")
    live.store.close()

"""Recommendations, events and profiles over HTTP, on the trained world with every part real but the language model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from agent.turn import Agent
from tests import world
from tests.agent.serving import Running, problem, serving
from tools.domain import Language
from tools.home import Home
from tools.slate import Slate

if TYPE_CHECKING:
    from tools.toolbox import Live


@pytest.fixture
def live(own_home: Home) -> Iterator[Live]:
    from tools.toolbox import Live

    opened = Live(own_home)
    yield opened
    opened.store.close()


@pytest_asyncio.fixture
async def running(own_home: Home, live: Live) -> AsyncIterator[Running]:
    async with serving(own_home, Agent(live, None), live) as server:
        yield server


async def items_for(running: Running, **body: object) -> list[str]:
    answer = await running.post("/v1/recommend", body)
    assert answer.status_code == 200, answer.text
    return [item["item_id"] for item in answer.json()["items"]]


async def test_a_slate_has_ranks_titles_scores_and_evidence(running: Running) -> None:
    answer = await running.post("/v1/recommend", {"user_id": "a01", "k": 2})
    slate = answer.json()
    assert [item["rank"] for item in slate["items"]] == [1, 2]
    assert {item["item_id"] for item in slate["items"]} == {"s01", "s02"}
    assert slate["bundle"]
    first = slate["items"][0]
    assert {"item_id", "title", "score", "ctr", "attributes", "evidence"} <= set(first)
    assert first["evidence"]
    assert all(reason["text"] and reason["text_zh"] for reason in first["evidence"])


async def test_filters_and_exclusions_hold(running: Running) -> None:
    dramas = await items_for(running, user_id="a01", filters={"tags": {"contains": "Drama"}, "year": {">=": 2000}})
    assert dramas
    assert set(dramas) <= {f"p{n}" for n in range(10, 15)}
    fewer = await items_for(running, user_id="a01", k=2, exclude=["s01"])
    assert "s01" not in fewer


async def test_an_unknown_user_and_a_blank_query_get_the_cold_start_slate(running: Running) -> None:
    answer = await running.post("/v1/recommend", {"user_id": "nobody-yet", "query": "  ", "k": 3})
    assert answer.json()["cold_start"] is True
    assert len(answer.json()["items"]) == 3


async def test_a_user_of_the_header_is_the_user_of_the_slate(running: Running) -> None:
    answer = await running.post("/v1/recommend", {"k": 1}, headers={"X-User-Id": "b03"})
    assert answer.json()["user_id"] == "b03"


async def test_a_request_nothing_satisfies_abstains_and_says_what_to_relax(running: Running) -> None:
    answer = await running.post("/v1/recommend", {"user_id": "western", "filters": {"tags": {"contains": "Western"}}})
    slate = answer.json()
    assert (slate["items"], slate["abstained"]) == ([], True)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"k": 10_000}, "k"),
        ({"filters": {"colour": {"==": "red"}}}, "filters.colour"),
        ({"filters": {"year": {"~": 1}}}, "filters.year.~"),
        ({"filters": {"year": {">=": "old"}}}, "filters.year.>="),
        ({"filters": {"tags": {"contains": "Nonsense"}}}, "filters.tags.contains"),
    ],
)
async def test_what_the_catalogue_does_not_have_is_refused_by_name(
    running: Running, body: dict[str, object], param: str
) -> None:
    answer = await running.post("/v1/recommend", {"user_id": "a01", **body})
    assert (answer.status_code, problem(answer)["param"]) == (400, param)


async def test_an_event_shapes_the_users_next_slate(running: Running) -> None:
    assert "s01" in await items_for(running, user_id="a01", k=2)
    event = {"user_id": "a01", "item_id": "s01", "kind": "rate", "value": 5, "timestamp": "2024-06-01T12:00:00Z"}
    answer = await running.post("/v1/events", event)
    assert (answer.status_code, answer.json()) == (202, {"events": [{"event_id": None, "status": "applied"}]})
    assert "s01" not in await items_for(running, user_id="a01", k=2)


async def test_each_event_of_a_list_gets_its_own_status(running: Running) -> None:
    one = {"user_id": "a02", "item_id": "s02", "event_id": "e1", "timestamp": world.NOW}
    answer = await running.post(
        "/v1/events", [one, one, one | {"item_id": "s03"}, one | {"event_id": "e2", "item_id": "?"}]
    )
    assert answer.status_code == 202
    assert answer.json()["events"] == [
        {"event_id": "e1", "status": "applied"},
        {"event_id": "e1", "status": "duplicate"},
        {"event_id": "e1", "status": "conflict"},
        {"event_id": "e2", "status": "unknown_item"},
    ]


async def test_one_event_again_is_the_same_event_and_with_another_body_a_conflict(running: Running) -> None:
    event = {"user_id": "a02", "item_id": "s02", "event_id": "e1", "timestamp": world.NOW}
    statuses = [(await running.post("/v1/events", event)).json()["events"][0]["status"] for _ in range(2)]
    assert statuses == ["applied", "duplicate"]
    conflict = await running.post("/v1/events", event | {"item_id": "s03"})
    assert (conflict.status_code, problem(conflict)["param"]) == (409, "event_id")


async def test_a_profile_shows_attributes_and_interests(running: Running) -> None:
    profile = (await running.client.get("/v1/users/a01/profile")).json()
    assert profile["user_id"] == "a01"
    assert profile["attributes"]["age"] == 20
    assert "Comedy" in str(profile["interests"])


async def test_the_profile_of_nobody_is_not_found(running: Running) -> None:
    answer = await running.client.get("/v1/users/nobody/profile")
    assert (answer.status_code, problem(answer)["param"]) == (404, "user_id")


async def test_an_id_with_a_slash_has_a_profile_too(running: Running) -> None:
    await running.post("/v1/events", {"user_id": "team/7", "item_id": "s01"})
    assert (await running.client.get("/v1/users/team%2F7/profile")).json()["user_id"] == "team/7"


async def test_a_user_may_correct_attributes_and_switch_profiling_off(running: Running) -> None:
    patch = {"attributes": {"age": 33, "gender": None, "tags": ["x"]}}
    corrected = (await running.client.patch("/v1/users/a01/profile", json=patch)).json()
    assert corrected["attributes"] == {"age": 33, "tags": ["x"]}
    off = (await running.client.patch("/v1/users/a01/profile", json={"profiling": False})).json()
    assert (off["profiling"], off["history"]) == (False, [])
    on = (await running.client.patch("/v1/users/a01/profile", json={"profiling": True})).json()
    assert on["attributes"] == {"age": 33, "tags": ["x"]}
    wrong = await running.client.patch("/v1/users/a01/profile", json={"attributes": {"x": {"deep": 1}}})
    assert (wrong.status_code, problem(wrong)["param"]) == (400, "attributes.x")


@pytest.mark.parametrize(
    "attributes",
    [{"": 1}, {"x" * 300: 1}, {"a\u202eb": 1}, {"a": "y" * 2000}, {"a": ["y"] * 200}, {f"k{n}": n for n in range(500)}],
    ids=lambda value: str(value)[:20],
)
async def test_attributes_of_a_profile_are_bounded_and_visible(running: Running, attributes: dict[str, Any]) -> None:
    refused = await running.client.patch("/v1/users/a01/profile", json={"attributes": attributes})
    assert refused.status_code == 400
    assert problem(refused)["param"].startswith("attributes")


async def test_what_nobody_sees_leaves_the_attributes_of_a_profile(running: Running) -> None:
    patched = await running.client.patch("/v1/users/a01/profile", json={"attributes": {"a": "\x1b[31mred\u202e"}})
    assert patched.json()["attributes"]["a"] == "[31mred"


async def test_a_context_nested_without_end_is_refused_in_plain_words(running: Running) -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"a": deep}
    refused = await running.post("/v1/events", {"user_id": "a01", "item_id": "s01", "context": deep})
    assert refused.status_code == 400
    assert "validation error" not in problem(refused)["message"]


async def test_a_chat_without_a_language_model_is_a_degraded_recommendation(running: Running) -> None:
    answer = await running.chat("a light sci-fi comedy, nothing from before 1985", user="a09")
    own = answer.json()["tastemaker"]
    assert own["degraded"] is True
    assert own["slate"]
    assert all(item["attributes"]["year"] >= 1985 for item in own["slate"])
    assert own["slate"][0]["title"] in answer.json()["choices"][0]["message"]["content"]


async def test_ready_names_the_bundle_and_what_is_degraded(running: Running) -> None:
    answer = await running.client.get("/readyz")
    ready = answer.json()
    assert (answer.status_code, ready["ready"], ready["engine"]) == (200, True, "off")
    assert ready["bundle"]
    assert "language model off" in ready["degraded"][0]


class Composer(Agent):
    async def compose_slate(self, slate: Slate, words: str, language: Language) -> str:
        slate.items[0].text = f"{words}, {language}"
        return "two for tonight"


async def test_a_slate_is_written_about_where_the_agent_can(own_home: Home, live: Live) -> None:
    async with serving(own_home, Composer(live, None), live) as running:
        body = {"user_id": "a01", "query": "轻松的喜剧", "k": 2, "write": True}
        written = (await running.post("/v1/recommend", body)).json()
        assert written["text"] == "two for tonight"
        assert written["items"][0]["text"] == "轻松的喜剧, zh"

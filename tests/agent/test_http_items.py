"""The live catalogue over HTTP: an item put is found, one deleted is gone, in the very next request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from agent import tokens
from agent.turn import Agent
from tests import world
from tests.agent.serving import Running, problem, serving
from tools.home import Home

if TYPE_CHECKING:
    from tools.toolbox import Live

OCTOPUS = {
    "title": "The Zanzibar Octopus",
    "description": "An octopus detective solves crimes under the sea.",
    "tags": ["Comedy", "Mystery"],
    "year": 2003,
    "director": ["Zed Quux"],
    "available": True,
}


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


async def put(running: Running, item_id: str, **changes: Any) -> None:
    answer = await running.client.put(f"/v1/items/{item_id}", json={**OCTOPUS, **changes})
    assert answer.status_code in (200, 201), answer.text


async def found(running: Running, query: str | None = None, **body: Any) -> list[str]:
    answer = await running.post("/v1/recommend", {"user_id": "a01", "query": query, **body})
    assert answer.status_code == 200, answer.text
    return [item["item_id"] for item in answer.json()["items"]]


async def test_an_item_put_is_shown_and_found_by_words_in_the_next_request(running: Running) -> None:
    answer = await running.client.put("/v1/items/oct", json=OCTOPUS)
    assert answer.status_code == 201
    assert (await running.client.get("/v1/items/oct")).json() == answer.json()
    assert answer.json() | OCTOPUS == answer.json()
    assert (await found(running, "an octopus detective", k=3))[0] == "oct"
    assert await found(running, filters={"tags": {"contains": "Mystery"}}) == ["oct"]
    assert await found(running, filters={"director": {"contains": "Zed Quux"}}) == ["oct"]


async def test_a_chat_finds_it_too_and_says_its_title(running: Running) -> None:
    await put(running, "oct")
    answer = (await running.chat("a film about an octopus detective", user="b01")).json()
    assert "The Zanzibar Octopus" in answer["choices"][0]["message"]["content"]


async def test_an_item_deleted_is_gone_from_slates_searches_and_constraints(running: Running) -> None:
    assert "s01" in await found(running, k=2)
    assert (await running.client.delete("/v1/items/s01")).status_code == 204
    assert "s01" not in await found(running, k=50)
    assert "s01" not in await found(running, "Orbit Blunders", k=50)
    assert "s01" not in await found(running, filters={"year": {"==": 1981}})
    gone = await running.client.get("/v1/items/s01")
    assert (gone.status_code, problem(gone)["param"]) == (404, "item_id")
    again = await running.client.delete("/v1/items/s01")
    assert (again.status_code, problem(again)["param"]) == (404, "item_id")
    event = await running.post("/v1/events", {"user_id": "a02", "item_id": "s01"})
    assert event.json()["events"][0]["status"] == "unknown_item"


async def test_an_item_put_back_has_its_past_again(running: Running) -> None:
    before = await found(running, k=2)
    await running.client.delete("/v1/items/s01")
    whole = next(item for item in world.ITEMS if item.item_id == "s01").model_dump(exclude={"item_id", "attributes"})
    await put(running, "s01", **{**whole, "year": 1981, "director": ["Ada Quill"]})
    assert await found(running, k=2) == before


async def test_a_replaced_item_is_found_by_what_it_is_now(running: Running) -> None:
    answer = await running.client.put("/v1/items/w1", json={**OCTOPUS, "year": 1999})
    assert answer.status_code == 200
    assert (await found(running, "octopus detective", k=3))[0] == "w1"
    assert "w1" not in await found(running, filters={"tags": {"contains": "Western"}})
    assert "w1" in await found(running, filters={"year": {"==": 1999}}, k=50)


async def test_the_likes_of_a_new_item_count_at_once(running: Running) -> None:
    await put(running, "oct")
    await put(running, "squid", title="The Zanzibar Squid")
    event = {"user_id": "newcomer", "item_id": "oct", "kind": "like"}
    assert (await running.post("/v1/events", event)).json()["events"][0]["status"] == "applied"
    profile = (await running.client.get("/v1/users/newcomer/profile")).json()
    assert "The Zanzibar Octopus" in str(profile)
    shown = await found(running, user_id="newcomer", k=50)
    assert "oct" not in shown
    assert "squid" in shown


async def test_what_was_put_and_deleted_outlives_the_server_and_a_training(running: Running, own_home: Home) -> None:
    from tools.toolbox import Toolbox
    from tools.train import train

    await put(running, "oct")
    await running.client.delete("/v1/items/s01")
    restarted = Toolbox.open(own_home)
    assert "oct" in restarted.positions
    assert "s01" not in restarted.positions
    restarted.store.close()
    train(own_home, progress=False)
    live = running.agent.live
    box = live.refresh()
    assert "oct" in box.catalogue.ids
    assert "s01" not in box.catalogue.ids
    assert (await found(running, "octopus detective", k=3))[0] == "oct"
    assert box.search.collection.get(ids=["oct", "s01"])["ids"] == ["oct"]


async def test_the_vector_index_of_record_follows(running: Running, live: Live) -> None:
    await put(running, "oct")
    await running.client.delete("/v1/items/s01")
    collection = live.current().search.collection
    assert collection is not None
    held = collection.get(ids=["oct", "s01"])
    assert held["ids"] == ["oct"]
    assert "Octopus" in str(held["documents"])
    assert collection.count() == len(world.ITEMS)


async def test_another_servers_items_arrive_without_being_asked_for(running: Running, own_home: Home) -> None:
    from tools.toolbox import Live

    other = Live(own_home, running.agent.live.store, check_every=0.0)
    other.current()
    await put(running, "oct")
    assert other.refresh().positions["oct"] >= 0


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"year": "soon"}, "year"),
        ({"year": True}, "year"),
        ({"available": "yes"}, "available"),
        ({"director": [1]}, "director"),
        ({"tags": {"a": 1}}, "tags"),
        ({"tags": ["x" * 300]}, "tags"),
        ({"published_at": "soon"}, "published_at"),
        ({"title": "  "}, "title"),
        ({"title": None}, "title"),
        ({"item_id": "another"}, "item_id"),
        ({"notes": {"deep": 1}}, "notes"),
        ({f"k{n}": n for n in range(300)}, "attributes"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_field_of_another_type_than_the_catalogues_is_refused_by_name(
    running: Running, changes: dict[str, Any], param: str
) -> None:
    answer = await running.client.put("/v1/items/oct", json={**OCTOPUS, **changes})
    assert (answer.status_code, problem(answer)["param"]) == (400, param)
    assert (await running.client.get("/v1/items/oct")).status_code == 404


async def test_a_new_attribute_becomes_a_filter(running: Running) -> None:
    await put(running, "oct", price=12.5)
    await put(running, "squid", price=30)
    assert await found(running, filters={"price": {"<": 20}}) == ["oct"]


async def test_hidden_characters_leave_an_item_and_its_id_may_hold_none(running: Running) -> None:
    await put(running, "oct", title="The \u202eOctopus\u200b")
    assert (await running.client.get("/v1/items/oct")).json()["title"] == "The Octopus"
    refused = await running.client.put("/v1/items/a%E2%80%AEb", json=OCTOPUS)
    assert (refused.status_code, problem(refused)["param"]) == (400, "item_id")


async def test_a_chinese_item_is_found_by_its_words(running: Running) -> None:
    await put(running, "zh9", title="章鱼侦探", description="一只章鱼在海底破案。", tags=["Comedy"])
    assert (await found(running, "章鱼侦探", k=3))[0] == "zh9"


async def test_only_a_service_changes_the_catalogue(own_home: Home, live: Live) -> None:
    _, mine = tokens.add(own_home, "user", "a01")
    async with serving(own_home, Agent(live, None), live, token="service-token-for-tests") as running:
        as_user = {"Authorization": f"Bearer {mine}"}
        for answer in (
            await running.client.put("/v1/items/oct", json=OCTOPUS, headers=as_user),
            await running.client.delete("/v1/items/s01", headers=as_user),
        ):
            assert (answer.status_code, problem(answer)["code"]) == (403, "forbidden")
        assert (await running.client.get("/v1/items/s01", headers=as_user)).status_code == 200
        assert (await running.client.put("/v1/items/oct", json=OCTOPUS)).status_code == 201


async def test_a_turn_under_way_keeps_its_catalogue(running: Running, live: Live) -> None:
    from tools.recommend import recommend

    before = live.current()
    await put(running, "oct")
    await running.client.delete("/v1/items/s01")
    assert [item.item_id for item in recommend(before, "a01", "an octopus detective", k=50).items].count("oct") == 0
    assert "s01" in {item.item_id for item in recommend(before, "a01", k=50).items}


async def test_items_put_by_many_at_once_are_all_found_while_turns_go_on(running: Running) -> None:
    puts = [put(running, f"oct{n}", title=f"Octopus {n}", year=1900 + n) for n in range(12)]
    turns = [running.post("/v1/recommend", {"user_id": "a01", "query": "an octopus", "k": 5}) for _ in range(12)]
    answers = await asyncio.gather(*puts, *turns)
    assert all(answer.status_code == 200 for answer in answers[12:])
    assert set(await found(running, filters={"year": {"<": 1912}}, k=50)) == {f"oct{n}" for n in range(12)}

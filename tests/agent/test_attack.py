"""What one hostile request may cost or break: nothing beyond itself. (A request that hangs fails by the client's time
limit.)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from agent.turn import Agent
from tests import world
from tests.agent.serving import Running, ScriptedAgent, problem, serving
from tests.trained import write_domain
from tools.home import Home
from tools.toolbox import Live

MEGABYTE = 1_000_000
RPC = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
ITEM = {"title": "The Zanzibar Octopus", "tags": ["Comedy"]}


@pytest.fixture
def live(own_home: Home) -> Iterator[Live]:
    opened = Live(own_home)
    yield opened
    opened.store.close()


@pytest_asyncio.fixture
async def running(own_home: Home, live: Live) -> AsyncIterator[Running]:
    async with serving(own_home, Agent(live, None), live) as server:
        yield server


@pytest.mark.parametrize(
    "words",
    [
        "### Task:" + "<chat_history>" * (MEGABYTE // 15),
        "### Task:" + "<chat_history></chat_history>" * (MEGABYTE // 30),
        "Provide a concise, 5-word-or-less title for the conversation" + "\n" * (MEGABYTE // 2),
        "### Task: {" + '{ "' * (MEGABYTE // 9) + "<chat_history>USER: " + "USER: \n" * 50_000 + "</chat_history>",
    ],
    ids=["opened", "closed", "newlines", "braces"],
)
async def test_a_front_end_s_prompt_of_a_megabyte_is_read_once(running: Running, words: str) -> None:
    assert (await running.chat(words)).status_code in (200, 400)


@pytest.mark.parametrize("sign", ['"', "，", "(", "- ", ". ", "《", " \n", "！？"])
async def test_a_conversation_costs_no_more_for_signs_in_a_row(running: Running, sign: str) -> None:
    long = (sign * MEGABYTE)[: MEGABYTE // 8]
    said = [{"role": "user", "content": f"hi {long}"}, {"role": "assistant", "content": long}]
    body = {"model": "tastemaker", "messages": [*said, {"role": "user", "content": f"a comedy{sign * 3_000}"[:7_000]}]}
    answer = await running.post("/v1/chat/completions", body)
    assert answer.status_code == 200
    assert answer.json()["tastemaker"]["slate"]


@pytest.mark.parametrize("name", ["chroma:document", "$and", "$", "#document", "#", "_id", "embedding", "a.b", "self"])
async def test_no_name_of_an_attribute_stops_the_catalogue(running: Running, name: str) -> None:
    assert (await running.client.put("/v1/items/bad", json={**ITEM, name: "x"})).status_code == 201
    assert (await running.client.get("/v1/items/bad")).json()[name] == "x"
    assert (await running.client.put("/v1/items/good", json=ITEM)).status_code == 201
    found = await running.post("/v1/recommend", {"query": "The Zanzibar Octopus", "k": 50})
    assert {"bad", "good"} <= {item["item_id"] for item in found.json()["items"]}
    assert (await running.client.delete("/v1/items/bad")).status_code == 204
    assert (await running.client.get("/v1/items/bad")).status_code == 404


@pytest.mark.parametrize("value", [-1e300, 1e308, 1e16, 2**60])
async def test_numbers_that_sums_cannot_hold_are_refused_by_name(running: Running, value: float) -> None:
    put = await running.client.put("/v1/items/bad", json={**ITEM, "year": value})
    assert (put.status_code, problem(put)["param"]) == (400, "year")
    told = await running.post("/v1/events", {"user_id": "a01", "item_id": "s01", "kind": "rate", "value": value})
    assert (told.status_code, problem(told)["param"]) == (400, "value")
    assert (await running.post("/v1/recommend", {"user_id": "a01"})).status_code == 200


async def test_an_event_keeps_a_context_of_some_kilobytes_and_no_more(running: Running) -> None:
    event = {"user_id": "a01", "item_id": "s01"}
    assert (await running.post("/v1/events", {**event, "context": {"page": "x" * 7_000}})).status_code == 202
    refused = await running.post("/v1/events", {**event, "context": {"page": "x" * 9_000}})
    assert (refused.status_code, problem(refused)["param"]) == (400, "context")


@pytest.mark.parametrize(
    ("method", "path", "body", "param"),
    [
        ("PATCH", "/v1/users/a01/profile", {"profiling": 0}, "profiling"),
        ("PATCH", "/v1/users/a01/profile", {"profiling": "no"}, "profiling"),
        ("POST", "/v1/recommend", {"write": "yes"}, "write"),
        ("POST", "/v1/recommend", {"k": "7"}, "k"),
        ("POST", "/v1/events", {"user_id": "a01", "item_id": "s01", "value": True}, "value"),
        ("POST", "/v1/score", {"item_ids": ["s01"], "top": 2.0}, "top"),
        ("POST", "/v1/generate", {"task": "compose", "item_id": "s01", "stream": 1}, "stream"),
    ],
)
async def test_a_value_of_another_type_is_a_mistake_and_no_choice(
    running: Running, method: str, path: str, body: dict[str, Any], param: str
) -> None:
    answer = await running.client.request(method, path, json=body)
    assert (answer.status_code, problem(answer)["param"]) == (400, param)


@pytest.mark.parametrize(
    ("metadata", "param"),
    [
        ({"remove_constraints": [1]}, "metadata.remove_constraints[0]"),
        ({"remove_constraints": {}}, "metadata.remove_constraints"),
        ({"remove_constraints": ["x"] * 51}, "metadata.remove_constraints"),
        ({"tone": "dry\nand: obey"}, "metadata.tone"),
        ({"tone": "x" * 61}, "metadata.tone"),
        ({"length": "endless"}, "metadata.length"),
        ({"conversation_id": "../a"}, "metadata.conversation_id"),
        ({"conversation_id": "a\n"}, "metadata.conversation_id"),
    ],
)
async def test_junk_in_the_metadata_is_refused_by_its_place(
    running: Running, metadata: dict[str, Any], param: str
) -> None:
    answer = await running.chat(metadata=metadata)
    assert (answer.status_code, problem(answer)["param"]) == (400, param)


async def test_constraints_that_never_were_are_taken_away_without_harm(running: Running) -> None:
    junk = ["\x00", "\u202e", "__proto__", "year>=1985", "$and", " ", "x" * 200]
    answer = await running.chat("a comedy from before 1985", metadata={"remove_constraints": junk})
    assert answer.status_code == 200
    assert [held["field"] for held in answer.json()["tastemaker"]["constraints"]]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/items/s01", "DELETE, GET, PUT"),
        ("/v1/users/a01/profile", "GET, PATCH"),
        ("/v1/users/a01", "DELETE"),
        ("/v1/reviews", "GET"),
        ("/mcp", "POST"),
    ],
)
async def test_a_wrong_method_is_told_every_method_that_there_is(running: Running, path: str, methods: str) -> None:
    answer = await running.client.request("TRACE", path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, methods)
    assert problem(answer)["code"] == "method_not_allowed"


async def test_a_streamed_text_that_cannot_begin_has_a_status_of_its_own(running: Running) -> None:
    answer = await running.post("/v1/generate", {"task": "compose", "item_id": "none", "stream": True})
    assert (answer.status_code, problem(answer)["param"]) == (404, "item_id")
    without_model = await running.post("/v1/generate", {"task": "translate", "text": "Hello.", "stream": True})
    assert (without_model.status_code, problem(without_model)["code"]) == (503, "engine_unavailable")
    assert "Retry-After" in without_model.headers


async def test_a_streamed_text_past_the_limit_of_turns_is_429(home: Home) -> None:
    agent = ScriptedAgent(hold_after=0)
    async with serving(home, agent, turns=1, queue=0, retry_after=3) as running:
        busy = asyncio.create_task(running.chat())
        await agent.arrived.get()
        refused = await running.post("/v1/generate", {"task": "compose", "item_id": "s01", "stream": True})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3")
        assert problem(refused)["code"] == "too_many_turns"
        agent.go_on.set()
        assert (await busy).status_code == 200


def called(arguments: str) -> bytes:
    params = f'{{"name":"recommend","arguments":{arguments}}}'
    return f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}'.encode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400),
        (b"\xff\xfe", 400),
        (called('{"query":"\\ud800"}'), 400),
        (called('{"filters":{"year":{">=":NaN}}}'), 200),
        (called('{"filters":{"year":{">=":1e999}}}'), 200),
        (called('{"k":' + "9" * 300 + "}"), 200),
        (called('{"query":' + f'"{"x" * 9_000}"' + "}"), 200),
        (b"x" * (2 * MEGABYTE), 413),
    ],
    ids=range(10),
)
async def test_mcp_answers_junk_with_an_error_and_goes_on(running: Running, body: bytes, status: int) -> None:
    answer = await running.client.post("/mcp", content=body, headers=RPC)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert status != 200 or '"isError":true' in answer.text
    well = await running.client.post("/mcp", content=called('{"query":"a comedy","k":1}'), headers=RPC)
    assert '"structuredContent"' in well.text


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_foreign_page_can_send_unasked_is_no_request(running: Running, kind: str | None) -> None:
    """A browser sends these across sites without asking first, and without a token loopback is open."""
    headers = {} if kind is None else {"Content-Type": kind}
    for path in ("/v1/events", "/v1/chat/completions", "/v1/responses", "/agui", "/v1/recommend", "/mcp"):
        answer = await running.client.post(path, content=b'{"user_id": "a01", "item_id": "s01"}', headers=headers)
        assert answer.status_code in (400, 415), path


@pytest.mark.parametrize(
    ("name", "wrong", "right"), [("min_age", "21+", 21), ("paid", "yes", True), ("open", "no", False)]
)
async def test_the_first_item_with_what_a_rule_goes_by_must_have_it_of_the_rule_s_type(
    own_home: Home, name: str, wrong: str, right: Any
) -> None:
    """As a text it would break the rule for every item and user from then on."""
    rules = {"availability": "open", "sponsored": "paid", "age_gate": "min_age"}
    domain = world.domain()
    write_domain(own_home, domain.model_copy(update={"policy": domain.policy.model_copy(update=rules)}))
    live = Live(own_home)
    async with serving(own_home, Agent(live, None), live) as running:
        refused = await running.client.put("/v1/items/bad", json={**ITEM, name: wrong})
        assert (refused.status_code, problem(refused)["param"]) == (400, name)
        assert (await running.client.put("/v1/items/bad", json={**ITEM, name: right})).status_code == 201
        slate = await running.post("/v1/recommend", {"user_id": "a01", "query": "The Zanzibar Octopus", "k": 50})
        shown = {item["item_id"] for item in slate.json()["items"]}
    live.store.close()
    assert ("bad" in shown) is (name == "paid")

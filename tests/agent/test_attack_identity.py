"""A user token names somebody else, in every place a request has: refused where the place means a user, and without any
effect where it does not.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from agent import tokens
from agent.turn import Agent
from tests.agent.serving import Running, ScriptedAgent, problem, serving
from tools.home import Home
from tools.toolbox import Live

CANARY = "zanzibar-octopus-canary"
RUN: dict[str, Any] = {"threadId": "t", "runId": "r", "state": {}, "tools": [], "context": [], "forwardedProps": {}}
SAID = [{"id": "1", "role": "user", "content": "a comedy"}]
CHAT = {"model": "tastemaker", "messages": [{"role": "user", "content": "a comedy"}]}
OTHER = [
    ("POST", "/v1/chat/completions", {**CHAT, "user": "b01"}),
    ("POST", "/v1/responses", {"model": "tastemaker", "input": "a comedy", "user": "b01"}),
    ("POST", "/v1/recommend", {"user_id": "b01"}),
    ("POST", "/v1/score", {"item_ids": ["s01"], "user_id": "b01"}),
    ("POST", "/v1/generate", {"task": "compose", "item_id": "s01", "user_id": "b01"}),
    ("POST", "/v1/generate", {"task": "compose", "item_id": "s01", "user_id": "b01", "stream": True}),
    ("POST", "/v1/events", {"item_id": "s01", "user_id": "b01"}),
    ("POST", "/v1/events", [{"item_id": "s01"}, {"item_id": "s02", "user_id": "b01"}]),
    ("GET", "/v1/explain?item_id=s01&user_id=b01", None),
    ("GET", "/v1/users/b01/profile", None),
    ("GET", "/v1/users/b01/profile?user_id=a01", None),
    ("PATCH", "/v1/users/b01/profile", {"profiling": False}),
    ("GET", "/v1/users/b01/export", None),
    ("DELETE", "/v1/users/b01", None),
    ("GET", "/v1/reviews", None),
    ("POST", "/v1/reviews/x", {"status": "approved"}),
    ("PUT", "/v1/items/s01", {"title": "Mine"}),
    ("DELETE", "/v1/items/s01", None),
    ("GET", "/metrics", None),
]
OWN = [
    ("POST", "/v1/chat/completions", CHAT),
    ("POST", "/v1/responses", {"model": "tastemaker", "input": "a comedy"}),
    ("POST", "/agui", {**RUN, "messages": SAID}),
    ("POST", "/v1/recommend", {}),
    ("POST", "/v1/score", {"item_ids": ["s01"]}),
    ("POST", "/v1/generate", {"task": "compose", "item_id": "s01"}),
    ("POST", "/v1/events", {"item_id": "s01"}),
    ("GET", "/v1/explain?item_id=s01", None),
    ("GET", "/v1/users/a01/profile", None),
    ("GET", "/v1/users/a01/export", None),
]


@pytest.fixture
def live(own_home: Home) -> Iterator[Live]:
    opened = Live(own_home)
    yield opened
    opened.store.close()


@pytest_asyncio.fixture
async def running(own_home: Home, live: Live) -> AsyncIterator[Running]:
    _, secret = tokens.add(own_home, "user", "a01", per_minute=100_000)
    live.current().store.correct_user("b01", {"secret": CANARY}, None)
    async with serving(own_home, Agent(live, None), live) as server:
        server.client.headers["Authorization"] = f"Bearer {secret}"
        yield server


async def sent(running: Running, method: str, path: str, body: Any, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = {} if body is None else {"json": body}
    return await running.client.request(method, path, headers=named, **content)  # type: ignore[arg-type]


async def test_somebody_else_is_refused_in_every_route_and_header(running: Running) -> None:
    for method, path, body in OTHER:
        answer = await sent(running, method, path, body)
        assert (answer.status_code, problem(answer)["type"]) == (403, "permission_error"), f"{method} {path}"
        assert CANARY not in answer.text
    for method, path, body in OWN:
        answer = await sent(running, method, path, body, X_User_Id="b01")
        assert (answer.status_code, problem(answer).get("param")) == (403, "X-User-Id"), f"{method} {path}"
    profile = running.server._services.live.current().store.user("b01")
    assert profile is not None
    assert profile.profiling


async def test_a_front_end_s_header_is_believed_of_no_user_token(running: Running) -> None:
    for path in ("/v1/recommend", "/v1/score"):
        answer = await sent(
            running, "POST", path, {"item_ids": ["s01"]} if "score" in path else {}, X_OpenWebUI_User_Id="b01"
        )
        assert answer.json()["user_id"] == "a01"


@pytest.mark.parametrize("name", ["user", "user_id", "userId", "X-User-Id", "acting_for", "tenant"])
async def test_a_user_named_where_none_is_meant_changes_nothing(home: Home, name: str) -> None:
    agent = ScriptedAgent()
    _, secret = tokens.add(home, "user", "a01", per_minute=100_000)
    nested = {name: "b01", "metadata": {name: "b01"}, "json": json.dumps({name: "b01"})}
    async with serving(home, agent) as running:
        running.client.headers["Authorization"] = f"Bearer {secret}"
        message = {**CHAT["messages"][0], "name": "b01", **({} if name == "user" else {name: "b01"})}  # type: ignore[index]
        answers = [
            await running.post("/v1/chat/completions", {**CHAT, "messages": [message], "metadata": nested}),
            await running.post(
                "/v1/responses", {"model": "tastemaker", "input": "hi", "metadata": nested, "store": False}
            ),
            await running.post(
                "/agui", {**RUN, "threadId": "b01", "messages": SAID, "state": nested, "forwardedProps": nested}
            ),
            await running.client.post(f"/v1/chat/completions?{name}=b01", json=CHAT),
        ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {request.user_id for request in agent.seen} == {"a01"}
    assert {request.conversation_id for request in agent.seen} == {None}


async def test_another_user_s_conversation_is_neither_read_nor_written(running: Running, own_home: Home) -> None:
    _, other = tokens.add(own_home, "user", "b01", per_minute=100_000)
    theirs = {"Authorization": f"Bearer {other}"}
    await running.chat(f"{CANARY}, a drama", metadata={"conversation_id": "c-b"}, headers=theirs)
    stored = await running.client.post(
        "/v1/responses", json={"model": "tastemaker", "input": f"{CANARY}, a drama"}, headers=theirs
    )
    response_id = stored.json()["id"]
    for stream in (False, True):
        for conversation in ("c-b", response_id):
            answer = await running.chat(metadata={"conversation_id": conversation}, stream=stream)
            assert (answer.status_code, problem(answer)["code"]) == (404, "not_found")
            assert CANARY not in answer.text
        asked = {"model": "tastemaker", "input": "more", "stream": stream}
        foreign = await running.post("/v1/responses", {**asked, "previous_response_id": response_id})
        unknown = await running.post("/v1/responses", {**asked, "previous_response_id": f"resp_{'0' * 32}"})
        assert foreign.status_code == unknown.status_code == 400
        assert problem(foreign)["code"] == problem(unknown)["code"] == "previous_response_not_found"
    export = (await running.client.get("/v1/users/b01/export", headers=theirs)).json()
    said = [m["content"] for c in export["conversations"] for m in c["messages"] if m["role"] == "user"]
    assert set(said) == {f"{CANARY}, a drama"}


async def test_mcp_serves_the_token_s_user_whatever_a_call_says(running: Running) -> None:
    async def call(name: str, arguments: dict[str, Any], meta: Any = None, **headers: str) -> httpx.Response:
        params = {"name": name, "arguments": arguments, **({"_meta": meta} if meta else {})}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        accept = {"Accept": "application/json, text/event-stream"}
        return await running.client.post("/mcp", json=body, headers={**accept, **headers})

    for argument in ("user", "user_id", "self", "context", "age"):
        assert '"isError":true' in (await call("user_profile", {argument: "b01"})).text
    own = await call("user_profile", {}, {"user_id": "b01", "progressToken": "b01"})
    assert '"user_id":"a01"' in own.text
    headed = await call("user_profile", {}, **{"X-User-Id": "b01"})
    assert "permission_error" in headed.text
    assert CANARY not in own.text + headed.text


@pytest.mark.parametrize("hostile", ["a%00b", "%E2%80%AEa01", "a%E2%80%8B01", "x" * 10_000, "%20", "a%09b"])
async def test_a_hostile_id_in_an_address_is_refused_by_name(own_home: Home, live: Live, hostile: str) -> None:
    async with serving(own_home, Agent(live, None), live) as running:
        for method, path in (
            ("GET", f"/v1/users/{hostile}/profile"),
            ("GET", f"/v1/users/{hostile}/export"),
            ("DELETE", f"/v1/users/{hostile}"),
            ("GET", f"/v1/items/{hostile}"),
            ("DELETE", f"/v1/items/{hostile}"),
        ):
            answer = await running.client.request(method, path)
            param = "user_id" if "users" in path else "item_id"
            assert (answer.status_code, problem(answer)["param"]) == (400, param), path
            assert len(answer.content) < 2_000

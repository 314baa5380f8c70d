"""MCP's official client against the real server: HTTP with tokens, and `tastemaker mcp` as a process on stdio."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.session import ClientRequestContext, ElicitationFnT
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from agent import tokens
from agent.turn import Agent
from agent.user_tools import NAMES
from tests.agent.commanding import ROOT
from tests.agent.serving import WAIT, Running, problem, serving
from tests.fake_engine import FakeEngine, Hang
from tests.trained import write_domain
from tests.world import domain
from tools.home import Home
from tools.toolbox import Live

SERVICE = "service-" + "s" * 32
CARDS = "ui://tastemaker/cards.html"


@pytest.fixture
async def secured(own_home: Home, live: Live) -> AsyncIterator[Running]:
    async with serving(own_home, Agent(live, None), live, token=SERVICE) as server:
        yield server


@asynccontextmanager
async def connected(
    running: Running,
    user: str | None = None,
    secret: str = SERVICE,
    mode: str = "auto",
    answer: ElicitationFnT | None = None,
) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {secret}"} | ({"X-User-Id": user} if user else {})
    async with httpx2.AsyncClient(headers=headers, trust_env=False) as http:
        transport = streamable_http_client(f"{running.url}mcp", http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=answer) as client:
            yield client


def text(result: CallToolResult) -> str:
    [block] = result.content
    assert isinstance(block, TextContent)
    return block.text


def found(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text(result)
    assert result.structured_content is not None
    return result.structured_content


def refused(result: CallToolResult) -> dict[str, Any]:
    """The error, which must have the contract's shape."""
    assert result.is_error
    [key] = body = json.loads(text(result))
    assert key == "error"
    error: dict[str, Any] = body["error"]
    assert {"type", "message", "code"} <= set(error) <= {"type", "message", "code", "param"}
    return error


def ids(result: CallToolResult) -> list[str]:
    return [item["item_id"] for item in found(result)["items"]]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_tools_are_those_of_the_contract_typed_and_none_takes_a_user(secured: Running, mode: str) -> None:
    async with connected(secured, "a01", mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == set(NAMES)
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema is not None
        assert not {"user", "user_id", "tenant", "path", "url", "sql", "age", "context"} & set(
            tool.input_schema["properties"]
        )
    assert set(tools["recommend"].input_schema["properties"]) == {"query", "k", "filters", "exclude", "write"}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_recommendation_is_the_users_slate_with_evidence(secured: Running, mode: str) -> None:
    async with connected(secured, "bridge", mode=mode) as client:
        result = await client.call_tool("recommend", {"query": "a light sci-fi comedy from after 1985", "k": 3})
    slate = found(result)
    assert slate["user_id"] == "bridge"
    assert len(slate["items"]) == 3
    assert all({"Comedy", "Sci-Fi"} <= set(item["attributes"]["tags"]) for item in slate["items"])
    assert all(item["attributes"]["year"] > 1985 and item["evidence"] for item in slate["items"])
    assert slate["items"][0]["item_id"] in text(result)
    direct = await secured.post(
        "/v1/recommend", {"query": "a light sci-fi comedy from after 1985", "k": 3}, headers={"X-User-Id": "bridge"}
    )
    assert [item["item_id"] for item in direct.json()["items"]] == ids(result)


async def test_a_chinese_wish_is_understood_and_answered_in_chinese(secured: Running) -> None:
    async with connected(secured, "a01") as client:
        result = await client.call_tool("recommend", {"query": "1985年以后的轻松科幻喜剧", "k": 2, "write": True})
    assert all(item["attributes"]["year"] >= 1985 for item in found(result)["items"])
    assert "电影" in found(result)["text"]


async def test_when_nothing_fits_the_tool_says_what_to_drop(secured: Running) -> None:
    async with connected(secured, "a01") as client:
        result = await client.call_tool(
            "recommend", {"filters": {"tags": {"contains": "Western"}, "year": {">": 2000}}}
        )
    assert found(result)["abstained"]
    assert found(result)["relax"][0]["field"] in text(result)


async def test_items_are_found_by_words_and_by_their_likeness(secured: Running) -> None:
    async with connected(secured, "newcomer") as client:
        searched = await client.call_tool("search_items", {"query": "ghosts in a haunted house", "k": 3})
        alike = await client.call_tool("similar_items", {"like": "s03", "k": 3})
        titled = await client.call_tool("similar_items", {"like": "Martians on Holiday", "k": 3})
        unknown = await client.call_tool("similar_items", {"like": "zzzz qqqq"})
    assert set(ids(searched)) == {"h1", "h2", "h3"}
    assert all(item.startswith("s") for item in ids(alike))
    assert "s03" not in ids(alike)
    assert all(item.startswith("s") for item in ids(titled))
    assert refused(unknown)["code"] == "not_found"


async def test_scores_say_what_moved_them(secured: Running) -> None:
    async with connected(secured, "a01") as client:
        liked, averse = found(await client.call_tool("score_items", {"item_ids": ["s01", "p13"]}))["items"]
        chinese = found(await client.call_tool("score_items", {"item_ids": ["s01"], "language": "zh"}))["items"]
        missing = await client.call_tool("score_items", {"item_ids": ["s01", "nothing"]})
    assert liked["ctr"] > averse["ctr"]
    assert liked["reasons"]
    assert not chinese[0]["reasons"][0]["text"].isascii()
    assert refused(missing)["param"] == "item_id"


async def test_feedback_is_in_the_profile_and_out_of_the_next_slate(secured: Running) -> None:
    async with connected(secured, "fresh") as client:
        before = ids(await client.call_tool("recommend", {"k": 5}))
        said = found(await client.call_tool("record_feedback", {"item_id": before[0], "event_id": "e1"}))
        again = found(await client.call_tool("record_feedback", {"item_id": before[1], "kind": "dislike"}))
        profile = found(await client.call_tool("user_profile", {}))
        after = ids(await client.call_tool("recommend", {"k": 5}))
        other = await client.call_tool("record_feedback", {"item_id": before[2], "event_id": "e1"})
        nothing = await client.call_tool("record_feedback", {"item_id": "nothing"})
    assert (said["status"], said["event_id"], said["reads_as"]) == ("applied", "e1", "liked")
    assert again["reads_as"] == "disliked"
    assert {seen["item_id"] for seen in profile["history"]} == set(before[:2])
    assert not set(before[:2]) & set(after)
    assert refused(other)["param"] == "event_id"
    assert refused(nothing)["code"] == "not_found"


async def test_the_user_comes_from_the_token_and_from_nowhere_else(
    secured: Running, own_home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    _, secret = tokens.add(own_home, "user", "b01")
    async with connected(secured, secret=secret) as client:
        assert found(await client.call_tool("user_profile", {}))["user_id"] == "b01"
        with caplog.at_level(logging.WARNING):
            for name in ("user_id", "user", "X-User-Id"):
                attempt = await client.call_tool("user_profile", {name: "a01"})
                assert refused(attempt)["param"] == name
                assert "a01" not in text(attempt)
    assert caplog.text.count("refused: tool user_profile") == 3
    foreign = {"Authorization": f"Bearer {secret}", "X-User-Id": "a01"}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "user_profile", "arguments": {}}}
    accept = {"Accept": "application/json, text/event-stream"}
    answer = await secured.post("/mcp", call, headers=foreign | accept)
    error = refused(CallToolResult.model_validate(json.loads(answer.text.partition("data: ")[2])["result"]))
    assert error["type"] == "permission_error"


async def test_nobody_in_particular_has_no_profile_and_gets_a_cold_start_slate(secured: Running) -> None:
    async with connected(secured) as client:
        assert found(await client.call_tool("recommend", {}))["cold_start"]
        assert refused(await client.call_tool("user_profile", {}))["code"] == "missing_user"
        assert refused(await client.call_tool("record_feedback", {"item_id": "s01"}))["code"] == "missing_user"


async def test_without_a_token_the_door_is_shut(secured: Running) -> None:
    answer = await secured.client.post("/mcp", json={}, headers={"Authorization": ""})
    assert answer.status_code == 401
    assert problem(answer)["code"] == "missing_token"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await secured.client.get("/mcp")).status_code == 405


async def test_open_mode_answers_no_page_of_another_machine(running: Running) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    foreign = await running.post("/mcp", ping, headers=accept | {"Origin": "https://evil.example"})
    assert (foreign.status_code, problem(foreign)["code"]) == (403, "forbidden")
    rebound = await running.post("/mcp", ping, headers=accept | {"Host": "evil.example"})
    assert rebound.status_code == 403
    own = await running.post("/mcp", ping, headers=accept | {"Origin": "http://localhost:3000"})
    assert own.status_code == 200


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
async def test_a_body_that_is_too_large_or_no_message_is_the_callers_mistake(secured: Running, version: str) -> None:
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": version}
    large = await secured.post("/mcp", {"padding": "x" * 2_000_000}, headers=headers)
    assert large.status_code == 413
    for body in ({"jsonrpc": "2.0"}, [1, 2], "text", None):
        answer = await secured.post("/mcp", body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text


async def test_wrong_arguments_are_named(secured: Running) -> None:
    async with connected(secured, "a01") as client:
        assert refused(await client.call_tool("recommend", {"k": 199}))["param"] == "k"
        assert (await client.call_tool("recommend", {"k": "many"})).is_error
        unknown = await client.call_tool("recommend", {"filters": {"colour": {"==": "red"}}})
        assert "colour" in refused(unknown)["message"]


async def test_items_are_shown_on_cards_that_hold_no_markup_of_theirs(secured: Running) -> None:
    async with connected(secured, "a01") as client:
        shown = {t.name for t in (await client.list_tools()).tools if (t.meta or {}).get("ui", {}).get("resourceUri")}
        [page] = (await client.read_resource(CARDS)).contents
        result = await client.call_tool("search_items", {"query": "a machine that obeys", "k": 5})
    assert shown == {"recommend", "search_items", "similar_items"}
    assert page.mime_type == "text/html;profile=mcp-app"
    assert "hostile" in ids(result)
    assert "<tool_call>" not in text(result)


async def test_an_age_limit_is_asked_about_once_where_it_decides(own_home: Home) -> None:
    policy = domain().policy.model_copy(update={"age_gate": "runtime"})  # of the world's numbers, the one to play it
    write_domain(own_home, domain().model_copy(update={"policy": policy}))
    asked: list[str] = []

    async def grown(_: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"years": 100})

    async def silent(_: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="decline")

    live = Live(own_home)
    wish = {"filters": {"tags": {"contains": "Sci-Fi"}}, "k": 4}
    async with serving(own_home, Agent(live, None), live, token=SERVICE) as gated:
        async with connected(gated, "stranger") as client:
            assert found(await client.call_tool("recommend", wish))["abstained"]
        async with connected(gated, "stranger", answer=silent) as client:
            assert found(await client.call_tool("recommend", wish))["abstained"]
        async with connected(gated, "stranger", answer=grown) as client:
            first = found(await client.call_tool("recommend", wish))["items"]
            second = found(await client.call_tool("recommend", wish))["items"]
        async with connected(gated, "optout", answer=grown) as client:
            assert found(await client.call_tool("recommend", wish))["abstained"]
    live.store.close()
    assert len(asked) == 2
    assert first == second
    assert all(item["attributes"]["runtime"] <= 100 for item in first)


async def test_text_generation_answers_with_a_text_or_a_typed_error(secured: Running) -> None:
    async with connected(secured, "a01") as client:
        result = await client.call_tool("generate_text", {"task": "summarize", "item_id": "s01"})
    if result.is_error:
        assert refused(result)["code"] == "not_written"
    else:
        assert found(result)["text"]


async def test_a_client_that_leaves_takes_the_engines_work_with_it(running: Running, fake_engine: FakeEngine) -> None:
    hang = Hang()
    fake_engine.script(hang)
    asked = {"query": "a comedy", "k": 1, "write": True}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "recommend", "arguments": asked}}
    accept = {"Accept": "application/json, text/event-stream", "X-User-Id": "a01"}
    async with httpx.AsyncClient(base_url=running.url, timeout=WAIT, trust_env=False) as leaving:
        asking = asyncio.create_task(leaving.post("/mcp", json=call, headers=accept))
        assert await asyncio.to_thread(hang.hanging.wait, WAIT)
        asking.cancel()
        await asyncio.wait([asking])
    [request] = fake_engine.requests
    assert await asyncio.to_thread(request.disconnected.wait, WAIT)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_on_stdio_the_user_is_the_one_the_command_was_started_for(own_home: Home, mode: str) -> None:
    arguments = ["-m", "agent", "mcp", "--user", "a01", "--no-llm", "--home", str(own_home.root)]
    command = StdioServerParameters(command=sys.executable, args=arguments, cwd=str(ROOT))
    async with Client(command, mode=mode) as client:
        slate = found(await client.call_tool("recommend", {"query": "a sci-fi comedy", "k": 2, "write": True}))
        profile = found(await client.call_tool("user_profile", {}))
        attempt = await client.call_tool("user_profile", {"user_id": "b01"})
    assert slate["user_id"] == profile["user_id"] == "a01"
    assert slate["items"][0]["title"] in slate["text"]
    assert attempt.is_error

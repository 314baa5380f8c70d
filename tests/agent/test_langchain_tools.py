"""The tools and the agent graph for LangChain, and the example that uses them, with a scripted engine."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool
from langchain_openai import ChatOpenAI

from agent.langchain_tools import build_agent, tools_for
from agent.lookups import Recommended
from agent.turn import Agent
from agent.user_tools import NAMES
from tests.agent.commanding import ROOT
from tests.fake_engine import Answer, FakeEngine
from tools.home import Home
from tools.toolbox import Live

WISH = {"query": "a sci-fi comedy from before 1988", "k": 2}


@pytest.fixture
def tools(live: Live) -> dict[str, BaseTool]:
    return {tool.name: tool for tool in tools_for("bridge", Agent(live, None))}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": "1", "name": name, "args": arguments}


async def test_the_tools_are_bound_to_the_user_and_none_names_one(tools: dict[str, BaseTool]) -> None:
    assert set(tools) == set(NAMES)
    for tool in tools.values():
        assert tool.description
        assert not {"user", "user_id", "self"} & set(tool.args)
    message = await tools["recommend"].ainvoke(call("recommend", **WISH))
    assert isinstance(message, ToolMessage)
    slate = message.artifact
    assert isinstance(slate, Recommended)
    assert slate.user_id == "bridge"
    assert all(item.attributes["year"] < 1988 and item.title in str(message.content) for item in slate.items)


def test_they_run_without_an_event_loop_too(tools: dict[str, BaseTool]) -> None:
    message = tools["recommend"].invoke(call("recommend", **WISH))
    assert len(message.artifact.items) == 2
    assert "bridge" in tools["user_profile"].invoke({})


async def test_another_users_id_is_refused_and_noted(
    tools: dict[str, BaseTool], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        said = await tools["user_profile"].ainvoke({"user_id": "a01"})
    assert "no argument 'user_id'" in said
    assert "a01" not in said
    assert "refused: tool user_profile" in caplog.text


async def test_a_mistake_comes_back_as_words_for_the_model(tools: dict[str, BaseTool]) -> None:
    assert "k" in await tools["recommend"].ainvoke({"k": 0})
    assert "colour" in await tools["recommend"].ainvoke({"filters": {"colour": {"==": "red"}}})
    assert "nothing" in await tools["record_feedback"].ainvoke({"item_id": "nothing"})


async def test_feedback_shapes_the_next_slate(tools: dict[str, BaseTool]) -> None:
    first = (await tools["recommend"].ainvoke(call("recommend", k=1))).artifact.items[0]
    said = await tools["record_feedback"].ainvoke({"item_id": first.item_id, "kind": "dislike"})
    assert "disliked" in said
    after = (await tools["recommend"].ainvoke(call("recommend", k=5))).artifact
    assert first.item_id not in [item.item_id for item in after.items]


async def test_the_agent_calls_the_tools_and_hears_their_facts_as_data(live: Live, fake_engine: FakeEngine) -> None:
    fake_engine.script(
        Answer(tool_calls=[("search_items", {"query": "a machine that obeys", "k": 5})]), Answer("Try this one.")
    )
    model = ChatOpenAI(model="fake-model", base_url=fake_engine.base_url, api_key="none", max_retries=0)
    graph = build_agent(model, "newcomer", Agent(live, None))
    state = await graph.ainvoke({"messages": [("user", "a machine")]})
    assert state["messages"][-1].text == "Try this one."
    [heard] = [m["content"] for m in fake_engine.requests[-1].messages if m["role"] == "tool"]
    assert "[item_id hostile]" in heard
    assert "<tool_call>" not in heard
    offered = {tool["function"]["name"] for tool in fake_engine.requests[0].body["tools"]}
    assert offered == set(NAMES)
    assert "record_feedback" in fake_engine.requests[0].messages[0]["content"]


async def test_the_example_plans_an_evening_with_its_own_tool_beside_ours(
    own_home: Home, fake_engine: FakeEngine
) -> None:
    fake_engine.script(
        Answer(tool_calls=[("free_hours", {}), ("recommend", {"query": "a sci-fi comedy", "k": 1})]),
        Answer("Watch it in your two free hours."),
    )
    command = [sys.executable, "examples/langchain/evening.py", "a comedy", "--user", "bridge"]
    command += ["--home", str(own_home.root), "--llm-url", fake_engine.base_url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Watch it in your two free hours." in done.stdout
    assert "[item_id s" in done.stdout


def test_without_a_recommender_the_home_of_the_environment_is_opened_once(own_home: Home) -> None:
    script = (
        "from agent.langchain_tools import tools_for\n"
        "for user in ('a01', 'b01'):\n"
        "    tools = {tool.name: tool for tool in tools_for(user)}\n"
        "    print(tools['user_profile'].invoke({})[:40])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TASTEMAKER_HOME": str(own_home.root)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert '"user_id":"a01"' in done.stdout
    assert '"user_id":"b01"' in done.stdout

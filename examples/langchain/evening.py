"""Another agent that uses Tastemaker's tools beside one of its own: it plans an evening.

    python examples/langchain/evening.py --home ./var --user 42 --llm-url http://127.0.0.1:8001/v1 "a light comedy"

`--llm-url` is any OpenAI-compatible server whose model calls tools; without `--llm-model` its first one.
The home must be trained, and no server may hold it: a running one is used through MCP (docs/embedding.md).
"""

from __future__ import annotations

import argparse
import asyncio

import httpx
from langchain_core.tools import BaseTool, tool
from langchain_openai import ChatOpenAI

from agent.langchain_tools import build_agent, open_agent

HOURS_FREE = 2


@tool
def free_hours() -> int:
    """How many hours the user has this evening."""
    return HOURS_FREE


def model(url: str, name: str | None, key: str) -> ChatOpenAI:
    if name is None:
        listed = httpx.get(f"{url}/models", headers={"Authorization": f"Bearer {key}"}, timeout=10)
        name = listed.raise_for_status().json()["data"][0]["id"]
    return ChatOpenAI(model=name, base_url=url, api_key=key, temperature=0, disable_streaming="tool_calling")


async def evening(home: str, user: str, llm: ChatOpenAI, words: str) -> str:
    """The last words of the agent; its steps are printed."""
    own: list[BaseTool] = [free_hours]
    with open_agent(home) as recommender:
        graph = build_agent(llm, user, recommender, own)
        state = await graph.ainvoke({"messages": [("user", words)]}, {"recursion_limit": 20})
    for message in state["messages"]:
        message.pretty_print()
    return str(state["messages"][-1].text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words")
    parser.add_argument("--home", default="./var")
    parser.add_argument("--user", required=True)
    parser.add_argument("--llm-url", required=True)
    parser.add_argument("--llm-model")
    parser.add_argument("--llm-key", default="none")
    given = parser.parse_args()
    llm = model(given.llm_url, given.llm_model, given.llm_key)
    asyncio.run(evening(given.home, given.user, llm, given.words))


if __name__ == "__main__":
    main()

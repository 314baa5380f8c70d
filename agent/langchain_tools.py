"""The tools of agent/user_tools.py for LangChain, bound to one user, and an agent made of them.

    with open_agent("./var") as recommender:
        tools = tools_for("42", recommender)                    # for an agent of your own
        graph = build_agent(model, "42", recommender)           # or ours: a LangGraph graph
        await graph.ainvoke({"messages": [("user", "a light comedy")]})

Without `recommender` the home in TASTEMAKER_HOME (or ./var) is opened once and held until the process ends. A message
of a tool holds few words for the model; its artifact is the whole result, a pydantic model.
"""

from __future__ import annotations

import asyncio
import atexit
import inspect
import logging
import os
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from langchain.agents import create_agent
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

import prompts
from agent.user_tools import NAMES, UserTools, brief
from tools.environment import HOME, LLM_API_KEY, LLM_MODEL, LLM_URL
from tools.errors import TastemakerError
from tools.home import Home

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langgraph.graph.state import CompiledStateGraph

    from agent.turn import Agent

log = logging.getLogger(__name__)
Answer = tuple[str, BaseModel]


@contextmanager
def open_agent(
    home: str | Path, llm_url: str | None = None, llm_model: str | None = None, llm_key: str | None = None
) -> Iterator[Agent]:
    """The recommender of a trained home, which this process owns meanwhile. `llm_url`: an OpenAI-compatible engine for
    the passages it writes; without one the evidence speaks.

    Raises:
        HomeInUse: another process, such as a server, holds the home; use its MCP or HTTP instead.
    """
    from agent.llm import LLM
    from agent.turn import Agent
    from tools.toolbox import Live

    place = Home.at(home)
    with place.owned("a LangChain agent"):
        live = Live(place)
        try:
            yield Agent(live, LLM(llm_url, llm_model, api_key=llm_key or "none") if llm_url else None)
        finally:
            live.store.close()


def tools_for(user: str, agent: Agent | None = None) -> list[BaseTool]:
    """The seven tools, for this user and no other. They run with `ainvoke` and with `invoke`."""
    recommender = agent or _of_this_process()
    bound = UserTools(recommender, recommender.live, user)
    return [_tool(bound, name) for name in NAMES]


def build_agent(
    model: BaseChatModel, user: str, agent: Agent | None = None, tools: Sequence[BaseTool] = ()
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """LangChain's agent graph with the user's tools, and `tools` of your own beside them."""
    instructions = prompts.load("assistant").text
    return create_agent(model, [*tools_for(user, agent), *tools], system_prompt=instructions)


def _tool(bound: UserTools, name: str) -> BaseTool:
    method = getattr(bound, name)

    async def run(**arguments: Any) -> Answer:
        try:
            result = await method(**arguments)
        except TastemakerError as error:
            raise ToolException(str(error)) from error
        return brief(result), result

    def wait(**arguments: Any) -> Answer:
        return asyncio.run_coroutine_threadsafe(run(**arguments), _loop()).result()

    return StructuredTool.from_function(
        func=wait,
        coroutine=run,
        name=name,
        description=inspect.getdoc(method),
        args_schema=_arguments(method, name),
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=_refusal(name),
    )


def _arguments(method: Callable[..., Coroutine[Any, Any, BaseModel]], name: str) -> type[BaseModel]:
    """The method's signature as the tool's schema; no other argument passes."""
    hints = get_type_hints(method, include_extras=True)
    fields: dict[str, Any] = {
        n: (hints[n], ... if p.default is p.empty else p.default)
        for n, p in inspect.signature(method).parameters.items()
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def _refusal(name: str) -> Callable[[Any], str]:
    def refuse(error: ValidationError) -> str:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:60]
        if first["type"] == "extra_forbidden":
            log.warning("refused: tool %s was given %r", name, where)
            return f"{name} has no argument {where!r}; the user is bound already"
        return f"{name}: {where}: {first['msg']}; correct it or leave it out"

    return refuse


@cache
def _of_this_process() -> Agent:
    held, environment = ExitStack(), os.environ.get
    engine = map(environment, (LLM_URL, LLM_MODEL, LLM_API_KEY))
    agent = held.enter_context(open_agent(environment(HOME) or "var", *engine))
    atexit.register(held.close)
    return agent


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Where tools run that are called without a loop: one for all, because an engine's client belongs to one."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="tastemaker-tools", daemon=True).start()
    return loop

"""`mode: react`: the same tools through LangChain's agent loop, for strong models and as the yardstick of plan mode.

    result = await react(llm, context, messages, load("react").text, deadline)
    slate = rank(context, filters of result.calls, k)         # the tools' candidates are on context.bus

Everything a model can do wrong here ends in a result and not in an exception: limits, faults and tool errors.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallLimitMiddleware,
    ToolCallRequest,
    ToolErrorMiddleware,
    ToolRetryMiddleware,
)
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langgraph.errors import GraphRecursionError
from langgraph.types import Command

from agent.attempts import Deadline, LLMUnavailable
from agent.completion import count
from agent.llm import LLM, salt_for
from agent.reply import Message, Usage
from agent.untrusted import sanitize
from tools.context import Context
from tools.errors import TastemakerError
from tools.registry import LAST, ToolResult, bind

MODEL_CALLS = 4
TOOL_CALLS = 8
STEPS = 60  # graph steps; far above what the two limits allow, the last fence behind them
OBSERVATION = 1_200  # characters of a tool's answer that reach the model
SAID = 8_000  # characters of one message of the conversation

_SPEAKER: dict[str, type[HumanMessage] | type[AIMessage]] = {"user": HumanMessage, "assistant": AIMessage}
_NOT_WORDS = re.compile(r"<think>.*?</think>|<tool_call>.*?(?:</tool_call>|$)", re.DOTALL)


@dataclass
class ReactResult:
    """`text` is the model's last words, "" when it came to none; `calls` stand in the order in which they ended.

    `truncated`: a limit, the deadline or a fault stopped it before it was done. `fault`: the engine failed.
    """

    text: str = ""
    calls: list[ToolResult] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    truncated: bool = False
    fault: LLMUnavailable | None = None


async def react(
    llm: LLM, context: Context, messages: Sequence[Message], system_prompt: str, deadline: Deadline
) -> ReactResult:
    """One turn of free tool calling for `context.user`. Never raises for what the model, a tool or the engine does."""
    return await converse(llm, bind(context), messages, system_prompt, deadline, salt_for(context.user.user_id))


async def converse(
    llm: LLM,
    tools: Sequence[BaseTool],
    messages: Sequence[Message],
    system_prompt: str,
    deadline: Deadline,
    salt: str,
) -> ReactResult:
    """The loop itself, over any tools. Only our system prompt is sent: system messages of the caller are left out."""
    result = ReactResult()
    said: list[AnyMessage | dict[str, Any]] = [
        _SPEAKER[m.role](sanitize(m.content, SAID)) for m in messages if m.role in _SPEAKER
    ]
    try:
        # Model calls keep the deadline themselves (and tell the breaker); this one is for the tools.
        async with asyncio.timeout(deadline.remaining() + 0.1):
            agent = create_agent(
                await llm.chat_model(deadline, salt),
                tools,
                system_prompt=system_prompt,
                middleware=_middleware(_Turn(llm, deadline, result)),
            )
            await agent.ainvoke({"messages": said}, RunnableConfig(recursion_limit=STEPS))
    except GraphRecursionError:
        result.truncated = True
    except LLMUnavailable as fault:
        result.fault = fault
    except TimeoutError:
        result.fault = LLMUnavailable("timeout", "the turn's time ran out between two steps", counts=False)
    result.truncated = result.truncated or not result.text
    return result


def _middleware(turn: _Turn) -> list[AgentMiddleware[Any, Any, Any]]:
    """Outermost first. A tool's exception would end the run, were the error handler not outside the retry."""
    return [
        ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="end"),
        ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="continue"),
        turn,
        ToolErrorMiddleware(_failed),
        ToolRetryMiddleware(
            max_retries=1, retry_on=_passing, on_failure="error", initial_delay=0.0, backoff_factor=0.0, jitter=False
        ),
    ]


def _failed(error: Exception, request: ToolCallRequest) -> str:
    name = request.tool_call["name"]
    return str(error) if isinstance(error, TastemakerError) else f"{name}: internal error; go on without it"


def _passing(error: Exception) -> bool:
    """Whether it may be gone at once, like a lock. What is wrong with the arguments or the data stays wrong."""
    return not isinstance(error, TastemakerError)


class _Turn(AgentMiddleware[Any, Any, Any]):
    """Sends model calls through the guarded way to the engine, and writes down what happened."""

    def __init__(self, llm: LLM, deadline: Deadline, result: ReactResult) -> None:
        super().__init__()
        self._llm = llm
        self._deadline = deadline
        self._result = result
        self._running: set[asyncio.Task[ToolMessage | Command[Any]]] = set()

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        if self._result.usage.llm_calls == MODEL_CALLS - 1:
            request = request.override(tools=[])  # the last call is for words
        response = await self._llm.attempts.call(lambda: _answered(handler, request), self._deadline)
        message = response.result[-1]
        if isinstance(message, AIMessage):
            self._add(message)
            self._result.text = "" if message.tool_calls else _NOT_WORDS.sub("", message.text).strip()
        return response

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        started = time.perf_counter()
        if request.tool_call["name"] in LAST:  # scores what the others of its round find
            await asyncio.sleep(0)  # they have started by then
            await asyncio.gather(*self._running, return_exceptions=True)
        task = asyncio.ensure_future(handler(request))
        self._running.add(task)
        try:
            message = await task
        finally:
            self._running.discard(task)
        if isinstance(message, ToolMessage):
            self._result.calls.append(_result(request, message, (time.perf_counter() - started) * 1e3))
            message.content = sanitize(message.text, OBSERVATION)
        return message

    def _add(self, message: AIMessage) -> None:
        told = message.usage_metadata
        one = Usage(
            llm_calls=1,
            prompt_tokens=told["input_tokens"] if told else 0,
            completion_tokens=told["output_tokens"] if told else 0,
            cached_tokens=(told.get("input_token_details", {}).get("cache_read") or 0) if told else 0,
        )
        count(one)
        total = self._result.usage
        for name in Usage.model_fields:
            setattr(total, name, getattr(total, name) + getattr(one, name))


async def _answered(
    handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]], request: ModelRequest[Any]
) -> ModelResponse[Any]:
    try:
        return await handler(request)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        # LangChain stumbles over answers of a wrong shape, such as arguments that are a list; the engine itself is up.
        raise LLMUnavailable("broken", f"the answer has a wrong shape: {error!r:.200}", counts=False) from error


def _result(request: ToolCallRequest, message: ToolMessage, ms: float) -> ToolResult:
    """The registry's own record where the tool hands it over, else what can be seen from outside."""
    if isinstance(message.artifact, ToolResult):
        return message.artifact.model_copy(update={"id": request.tool_call["id"]})
    return ToolResult(
        name=request.tool_call["name"],
        arguments=request.tool_call["args"],
        observation=message.text,
        ms=round(ms, 3),
        error=message.text if message.status == "error" else None,
        id=request.tool_call["id"],
    )

"""The tools a model can call, by name: their descriptions, their arguments, and running them for one turn.

The user is never an argument: it comes from the turn's context, and a call that names one is refused. A tool that
fails gives an error result the model can act on; it never ends the turn.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ValidationError

from tools.bus import Bus, Candidates
from tools.context import Context
from tools.errors import InvalidInput, NotFound, TastemakerError

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

    from tools.catalogue import Catalogue
    from tools.toolbox import Toolbox

log = logging.getLogger(__name__)
MODULES = ("tools.profile.tool", "tools.search.tool", "tools.neighbors.tool", "tools.ctr.tool")
LAST = frozenset({"ctr_score"})  # score what the others put on the bus
Specs = dict[str, tuple[str, type[BaseModel]]]
_specs: WeakKeyDictionary[Toolbox, Specs] = WeakKeyDictionary()


class Tool(Protocol):
    """What a tool's module offers."""

    NAME: str

    def description(self, box: Toolbox) -> str: ...
    def arguments(self, catalogue: Catalogue) -> type[BaseModel]: ...
    def run(self, args: Any, context: Context) -> str: ...


class ToolResult(BaseModel):
    """What one call did. `candidates` counts the items it put on the bus; `error` says why it failed, if it did, and
    `observation` is then the same text. `id` is the caller's call id.
    """

    name: str
    arguments: dict[str, Any]
    observation: str
    candidates: int = 0
    ms: float = 0.0
    error: str | None = None
    id: str | None = None


def names() -> list[str]:
    return list(_tools())


def specs(box: Toolbox) -> Specs:
    """Name -> (description for the model, pydantic arguments). No argument names a user."""
    if box not in _specs:
        _specs[box] = {n: (tool.description(box), tool.arguments(box.catalogue)) for n, tool in _tools().items()}
    return _specs[box]


def execute(calls: Sequence[Mapping[str, Any]], context: Context) -> list[ToolResult]:
    """Run tool calls ({"name", "args", "id"?}, as in LangChain's `AIMessage.tool_calls`) for one turn.

    Calls that look for candidates run side by side; those that score the bus run after them. Results stand in the
    order of the calls. Never raises: what goes wrong is in `ToolResult.error`.
    """
    results: list[ToolResult | None] = [None] * len(calls)
    for late in (False, True):
        chosen = [n for n, call in enumerate(calls) if (call.get("name") in LAST) is late]
        run = _pool().map if len(chosen) > 1 else map
        for n, result in zip(chosen, run(partial(call_tool, context), [calls[n] for n in chosen]), strict=True):
            results[n] = result
    return cast(list[ToolResult], results)


def call_tool(context: Context, call: Mapping[str, Any]) -> ToolResult:
    """Run one call; its failure is in the result."""
    name, arguments = str(call.get("name")), call.get("args") or {}
    tap = _Tap(context.bus._held, context.bus._lock)
    start = time.perf_counter()
    observation, error = "", None
    try:
        observation = _run(name, arguments, replace(context, bus=tap))
    except TastemakerError as failure:
        observation = error = str(failure)
        _warn_of_users(name, _keys(arguments))
    except Exception:
        log.exception("tool %s failed", name)
        observation = error = f"{name}: internal error; go on without it"
    return ToolResult(
        name=name,
        arguments=arguments if isinstance(arguments, dict) else {"value": arguments},
        observation=observation,
        candidates=tap.count,
        ms=round((time.perf_counter() - start) * 1000, 3),
        error=error,
        id=call.get("id"),
    )


def bind(context: Context) -> list[StructuredTool]:
    """The same tools as LangChain tools bound to this turn, for `create_agent` and other loops. Errors come back as
    the tool's text; the artifact of each message is its `ToolResult`.
    """
    from langchain_core.tools import StructuredTool

    def runner(name: str) -> Callable[..., tuple[str, ToolResult]]:
        def run(**arguments: Any) -> tuple[str, ToolResult]:
            result = call_tool(context, {"name": name, "args": arguments})
            return result.observation, result

        return run

    def refusal(name: str) -> Callable[[Any], str]:
        def refuse(error: ValidationError) -> str:
            faults = error.errors(include_url=False, include_context=False)
            places = [str(part)[:60] for fault in faults for part in fault["loc"]]
            _warn_of_users(name, [*places, *_keys([fault["input"] for fault in faults])])
            return _refused(name, error)

        return refuse

    return [
        StructuredTool.from_function(
            runner(name),
            name=name,
            description=description,
            args_schema=arguments,
            response_format="content_and_artifact",
            handle_validation_error=refusal(name),
        )
        for name, (description, arguments) in specs(context.box).items()
    ]


@dataclass
class _Tap(Bus):
    """The turn's bus as one tool sees it: shares its contents and counts what this tool puts there."""

    count: int = 0

    def put(self, candidates: Candidates) -> None:
        super().put(candidates)
        self.count += len(candidates.items)


@cache
def _tools() -> dict[str, Tool]:
    modules = [cast(Tool, import_module(module)) for module in MODULES]
    return {tool.NAME: tool for tool in modules}


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="tool")


def _run(name: str, arguments: Any, context: Context) -> str:
    if name not in _tools():
        raise NotFound(f"no tool {name!r}; there are {', '.join(names())}", "name")
    model = specs(context.box)[name][1]
    try:
        args = model.model_validate(arguments)
    except ValidationError as error:
        raise InvalidInput(_refused(name, error)) from error
    return _tools()[name].run(args, context)


def _refused(name: str, error: ValidationError) -> str:
    """Names each argument at fault and what to do."""
    faults = []
    for fault in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in fault["loc"])[:60] or "arguments"
        faults.append(f"{where}: {fault['msg'].removeprefix('Value error, ')} (got {repr(fault['input'])[:60]})")
    return f"{name}: {'; '.join(faults[:3])}; correct these arguments or leave them out"


def _warn_of_users(name: str, keys: Iterable[str]) -> None:
    if named := [key for key in keys if "user" in key.lower()]:
        log.warning("tool %s refused %r: the user comes from the turn", name[:60], named[:3])


def _keys(value: Any) -> Iterator[str]:
    """Every key in nested JSON, shortened."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)[:60]
            yield from _keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _keys(inner)

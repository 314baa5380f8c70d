"""The tools a model can call, by name: their descriptions, their arguments, and running them for one turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from tools.context import Context

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

    from tools.toolbox import Toolbox


class ToolResult(BaseModel):
    """What one call did. `candidates` counts the items it put on the bus; `error` is a short text when it failed."""

    name: str
    arguments: dict[str, Any]
    observation: str
    candidates: int = 0
    ms: float = 0.0
    error: str | None = None
    id: str | None = None


def specs(box: Toolbox) -> dict[str, tuple[str, type[BaseModel]]]:
    """Name -> (description for the model, pydantic arguments). No argument names a user."""
    raise NotImplementedError


def execute(calls: Sequence[Mapping[str, Any]], context: Context) -> list[ToolResult]:
    """Run tool calls ({"name", "args", "id"?}) for one turn; results in the order of the calls. Never raises."""
    raise NotImplementedError


def bind(context: Context) -> list[StructuredTool]:
    """The same tools as LangChain tools bound to this turn."""
    raise NotImplementedError

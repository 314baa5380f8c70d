"""From the bus to the slate: sources rank-normalised and blended, rules checked again, reasons told for what is shown."""

from __future__ import annotations

from collections.abc import Iterable

from tools.context import Context
from tools.rank.rules import Filters
from tools.slate import Slate


def rank(
    context: Context, filters: Filters | None = None, k: int = 10, exclude: Iterable[str] = (), query: str | None = None
) -> Slate:
    """The turn's slate: at most `k` items, each with evidence; abstains when constraints and policy leave nothing."""
    raise NotImplementedError

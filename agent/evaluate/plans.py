"""What a turn planned, read from its trace: where the plan came from, and which constraints were in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.evaluate.talk import Heard

_STEP = {">": (">=", 1), "<": ("<=", -1)}  # of whole numbers


def in_force(heard: Heard) -> dict[str, dict[str, Any]]:
    """The hard constraints that the slate was made under; of the search when nothing was ranked."""
    for step in reversed(heard.trace):
        if step["step"] == "rank" and "constraints" in step:
            return dict(step["constraints"])
    calls = next((step.get("arguments") or {} for step in heard.trace if step["step"] == "plan"), {})
    return dict((calls.get("vector_search") or {}).get("filters") or {})


def source(heard: Heard) -> str | None:
    """`model`, `repaired` or `rules`; None where no plan was made (react)."""
    return next((step.get("source") for step in heard.trace if step["step"] == "plan"), None)


def canonical(filters: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Filters as a set of simple statements, so that two ways to say the same are equal: `> 1989` is `>= 1990`, one
    value contained is that value equalled, several are one statement each (or one, where any of them is enough).
    """
    return {
        part for field, bounds in filters.items() for op, value in bounds.items() for part in _parts(field, op, value)
    }


def _parts(field: str, operator: str, value: Any) -> Iterator[str]:
    values = [str(v).casefold() for v in value] if isinstance(value, list | tuple) else [str(value).casefold()]
    if operator in _STEP and isinstance(value, int):
        operator, step = _STEP[operator]
        yield f"{field} {operator} {value + step}"
    elif operator in ("not_contains", "!="):
        yield from (f"{field} not {each}" for each in values)
    elif operator in ("contains_any", "in") and len(values) > 1:
        yield f"{field} any of {' | '.join(sorted(values))}"
    elif operator in ("contains", "contains_any", "in", "=="):
        yield from (f"{field} is {each}" for each in values)
    else:
        yield (
            f"{field} {operator} {float(value):g}" if isinstance(value, int | float) else f"{field} {operator} {value}"
        )

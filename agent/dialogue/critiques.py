"""Wishes against what was shown, as constraints: "shorter" is less runtime than the shortest that was shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tools.catalogue import Catalogue, Filters
from tools.intent import Critique


def bounds(critique: Critique, slate: Sequence[int], last: int | None, catalogue: Catalogue, held: Filters) -> Filters:
    """`slate`, `last`: catalogue indices of the last slate and of the item last spoken of. Empty when there is nothing
    to compare with.
    """
    if critique.field not in catalogue.fields:
        return {}
    spec = catalogue.fields[critique.field]
    if critique.value is not None:
        refuse, want = ("not_contains", "contains") if spec.kind == "list" else ("!=", "in")
        return {spec.name: {refuse if critique.direction == "less" else want: [critique.value]}}
    if spec.kind not in ("number", "date"):
        return {}
    among = referred(critique.of, slate, last)
    values = catalogue.numbers(spec.name)[among] if among else np.empty(0)
    values = values[~np.isnan(values)]
    if not len(values):
        return {}
    operator, ends = ("<", values.min()) if critique.direction == "less" else (">", values.max())
    others = {field: limits for field, limits in held.items() if field != spec.name}
    for end in (ends, np.median(values)):  # beyond all that was shown, or at least beyond its middle
        bound = {spec.name: {operator: _value(float(end), spec.kind)}}
        if catalogue.mask({**others, **bound}).any():
            return bound
    return {spec.name: {operator: _value(float(ends), spec.kind)}}


def referred(of: int | None, slate: Sequence[int], last: int | None) -> list[int]:
    """1 is the first of the slate, -1 its last; without a place the item last spoken of, else the whole slate."""
    if of is not None:
        at = of - 1 if of > 0 else len(slate) + of
        return [slate[at]] if 0 <= at < len(slate) else []
    return list(slate) if last is None else [last]


def _value(number: float, kind: str) -> Any:
    if kind == "date":
        return datetime.fromtimestamp(number, UTC).date().isoformat()
    return int(number) if number.is_integer() else number

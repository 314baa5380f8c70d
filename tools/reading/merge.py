"""Readings put together: as filters, and as the words that are left to search with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tools.catalogue import Filters
from tools.reading.text import Reading

_EMPTY = (
    r"\b(?:i|my|i['’]?m|we|can['’]?t|cannot|don['’]?t|need|want|am|are|an?"
    r"|the|and|or|but|with|by|from|in|of|no|not|without|nothing|please|that|is)\b|的|和|由|请"
)
_LEFTOVER = re.compile(rf"^(?:[^\w《\"“(]|{_EMPTY})+|(?:[^\w》\"”)]|以外|之外|{_EMPTY})+$", re.IGNORECASE)


def merge(readings: Sequence[Reading]) -> Filters:
    """Lists grow; of two bounds the tighter holds."""
    out: Filters = {}
    for r in readings:
        held = out.setdefault(r.field, {})
        old = held.get(r.operator)
        if old is None:
            held[r.operator] = r.value
        elif isinstance(old, list) or r.operator == "!=":
            held[r.operator] = list(dict.fromkeys([*_listed(old), *_listed(r.value)]))
        else:
            held[r.operator] = min(old, r.value) if "<" in r.operator else max(old, r.value)
    return out


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def rest(text: str, readings: Sequence[Reading]) -> str:
    """The text with constraints taken out, or replaced by what stands for them."""
    parts, at = [], 0
    for reading in sorted(readings, key=lambda r: r.start):
        if reading.start >= at:
            parts += [text[at : reading.start], f" {reading.stands} " if reading.stands else " "]
            at = reading.end
    left = re.sub(r"(?:\s|(?<=\s)的(?=\s))+", " ", "".join([*parts, text[at:]]))
    return _LEFTOVER.sub("", left).strip() or text

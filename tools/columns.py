"""Columns of the catalogue: one attribute over all items, and which items satisfy an operator on it.

Numbers, booleans and dates are one float per item; strings and lists are postings (which items hold a value).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.errors import InvalidInput

Kind = Literal["number", "string", "list", "boolean", "date"]
Mask = NDArray[np.bool_]

_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2})([T ].+)?)?)?$")
_MARKS = str.maketrans({**dict.fromkeys("'’`", ""), **dict.fromkeys("-‐–._·・", " ")})


@dataclass(frozen=True)
class Numbers:
    """One float per item, NaN where missing."""

    kind: Kind
    data: NDArray[np.float64]

    def holds(self, operator: str, value: Any) -> Mask:
        if isinstance(value, (list, tuple, set)):  # `in`, and `!=` turned around
            return np.logical_or.reduce([self.holds("==", v) for v in value])
        low, high = date_span(value) if self.kind == "date" else (float(value), float(value))
        match operator:
            case "==":
                return (self.data >= low) & (self.data <= high)
            case "<":
                return self.data < low
            case "<=":
                return self.data <= high
            case ">":
                return self.data > high
            case ">=":
                return self.data >= low
        raise InvalidInput(f"operator {operator!r} does not apply to a {self.kind} field", "filters")


@dataclass(frozen=True)
class Postings:
    """Items of value v: `items[starts[v] : starts[v + 1]]`. A string field has at most one value an item."""

    kind: Kind
    values: tuple[str, ...]
    starts: NDArray[np.int64]
    items: NDArray[np.int32]
    n: int

    @cached_property
    def _exact(self) -> dict[str, int]:
        return {value.casefold(): code for code, value in enumerate(self.values)}

    @cached_property
    def _loose(self) -> dict[str, int]:
        return {fold(value): code for code, value in reversed(list(enumerate(self.values)))}

    @cached_property
    def _plain(self) -> list[str]:
        return [_plain(value) for value in self.values]

    @cached_property
    def _sizes(self) -> NDArray[np.int64]:
        return np.bincount(self.items, minlength=self.n)

    def code(self, value: Any) -> int | None:
        text = str(value)
        exact = self._exact.get(text.casefold())
        return self._loose.get(fold(text)) if exact is None else exact

    def matrix(self) -> sp.csr_matrix:
        data = np.ones(len(self.items), np.float32)
        by_value = sp.csc_matrix((data, self.items, self.starts), shape=(self.n, len(self.values)))
        return by_value.tocsr()

    def holds(self, operator: str, value: Any) -> Mask:
        wanted = list(value) if isinstance(value, (list, tuple, set)) else [value]
        if operator == "==" and isinstance(value, (list, tuple, set)) and self.kind == "list":
            return self._all(wanted) & (self._sizes == len({fold(str(v)) for v in wanted}))
        match operator:
            case "contains":
                return self._all(wanted)
            case "contains_any":
                return np.logical_or.reduce([self._has(v) for v in wanted])
            case "==" | "in":
                return self._any(filter(lambda code: code is not None, map(self.code, wanted)))
        raise InvalidInput(f"operator {operator!r} does not apply to a {self.kind} field", "filters")

    def _all(self, wanted: list[Any]) -> Mask:
        return np.logical_and.reduce([self._has(v) for v in wanted])

    def _has(self, value: Any) -> Mask:
        """A list holds the value; a string holds it as a part."""
        if self.kind == "list":
            code = self.code(value)
            return self._any([] if code is None else [code])
        part = _plain(str(value))
        return self._any(code for code, text in enumerate(self._plain) if part in text)

    def _any(self, codes: Iterable[Any]) -> Mask:
        out = np.zeros(self.n, bool)
        for code in codes:
            out[self.items[self.starts[code] : self.starts[code + 1]]] = True
        return out


Column = Numbers | Postings


def fold(text: str) -> str:
    """The letters and digits of a name: no case, accents, width or punctuation. `Amélie!` and `AMELIE` are one."""
    letters = "".join(c if c.isalnum() else " " for c in _plain(text))
    return " ".join(letters.split()) or text.casefold().strip()


def date_span(value: Any) -> tuple[float, float]:
    """First and last moment, in unix seconds, of a year, month, day or instant (ISO 8601; UTC when it says no zone).

    Raises:
        ValueError: not a date.
    """
    if isinstance(value, (datetime, date)):
        value = value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 10_000:
        return float(value), float(value)
    found = _DATE.match(str(value).strip())
    if not found:
        raise ValueError(f"{value!r} is not an ISO 8601 date")
    year, month, day, clock = found.groups()
    if clock:
        moment = datetime.fromisoformat(found[0])
        at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        return at, at
    first = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    length = np.timedelta64(1, "D" if day else "M" if month else "Y")
    after = (np.datetime64(found[0]) + length).astype("datetime64[s]").astype(float)
    return first.timestamp(), float(after) - 1e-6


def _plain(text: str) -> str:
    """No case, accents or width, and none of the marks that names are written with or without: `Jean-Pierre`."""
    letters = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.category(c).startswith("M"))
    return " ".join("".join(letters).translate(_MARKS).split())


def column(values: list[Any]) -> Column:
    """One value (or None) per item, its kind read from the values there are."""
    kind = _kind([v for v in values if v is not None])
    if kind in ("string", "list"):
        return _postings(kind, values)
    read = (lambda v: date_span(v)[0]) if kind == "date" else float
    return Numbers(kind, np.array([np.nan if v is None else read(v) for v in values], np.float64))


def _kind(present: list[Any]) -> Kind:
    if all(isinstance(v, bool) for v in present):
        return "boolean"
    if all(isinstance(v, (int, float)) for v in present):
        return "number"
    if any(isinstance(v, (list, tuple)) for v in present):
        return "list"
    return "date" if all(_is_date(v) for v in present) else "string"


def _is_date(value: Any) -> bool:
    try:
        return bool(date_span(value)) and len(str(value)) >= 7  # a bare year is a number or a word, not a date
    except ValueError:
        return False


def _postings(kind: Kind, values: list[Any]) -> Postings:
    held = [[] if v is None else [str(x) for x in v] if isinstance(v, (list, tuple)) else [str(v)] for v in values]
    spelling: dict[str, str] = {}  # two spellings that differ in case are one value, written as first seen
    for value in (v for row in held for v in row):
        spelling.setdefault(value.casefold(), value)
    order = sorted(spelling)
    code = {key: n for n, key in enumerate(order)}
    pairs = np.array(sorted({(code[v.casefold()], i) for i, row in enumerate(held) for v in row}), np.int64).reshape(
        -1, 2
    )
    starts = np.searchsorted(pairs[:, 0], np.arange(len(order) + 1))
    return Postings(kind, tuple(spelling[k] for k in order), starts, pairs[:, 1].astype(np.int32), len(values))


def missing(value: Any) -> bool:
    """None, an empty string or list, and NaN say nothing."""
    return value is None or value in ("", []) or (isinstance(value, float) and np.isnan(value))

"""Columns of the catalogue: one attribute over all items, and which items satisfy an operator on it.

Numbers, booleans and dates are one float per item; strings and lists are postings (which items hold a value).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
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
_ASCII = str.maketrans({c: "" if c in "'`" else " " for c in map(chr, range(128)) if not c.isalnum()})


@dataclass(frozen=True)
class Numbers:
    """One float per item, NaN where missing."""

    kind: Kind
    data: NDArray[np.float64]

    @property
    def empty(self) -> bool:
        return bool(np.isnan(self.data).all())

    def edited(self, n: int, rows: Mapping[int, Any]) -> Numbers:
        """Over n items, with these values in `rows`; None and what is no such value: missing."""
        data = np.full(n, np.nan)
        data[: len(self.data)] = self.data
        for i, value in rows.items():
            data[i] = _number(self.kind, value)
        return Numbers(self.kind, data)

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

    @property
    def empty(self) -> bool:
        return not len(self.items)

    def edited(self, n: int, rows: Mapping[int, Any]) -> Postings:
        """Over n items, with these values in `rows`, None: missing. A value that no item has any more is dropped."""
        fresh, owner = _postings(self.kind, list(rows.values())), np.fromiter(rows, np.int64, len(rows))
        keys = sorted([*self._exact, *(key for key in fresh._exact if key not in self._exact)])  # nearly sorted before
        place = {key: code for code, key in enumerate(keys)}
        kept = ~np.isin(self.items, owner)
        old = self._pairs(place, self.items)[kept]
        new = np.sort(fresh._pairs(place, owner[fresh.items]))
        code, item = np.divmod(np.insert(old, np.searchsorted(old, new), new), _WIDE)
        used = np.unique(code)
        starts = np.append(np.searchsorted(code, used), len(code))
        spelled = [self.values[self._exact[k]] if k in self._exact else fresh.values[fresh._exact[k]] for k in keys]
        out = Postings(self.kind, tuple(spelled[c] for c in used.tolist()), starts, item.astype(np.int32), n)
        if out.values == self.values:  # what is said of the values alone is as it was
            out.__dict__.update(
                {name: self.__dict__[name] for name in ("_exact", "_loose", "_plain") if name in self.__dict__}
            )
        else:
            out.__dict__["_exact"] = {keys[c]: n for n, c in enumerate(used.tolist())}
        return out

    def _pairs(self, place: Mapping[str, int], items: NDArray[np.integer]) -> NDArray[np.int64]:
        """One number a pair of value and item, which sorts as the pairs do. `place`: the code of each value's key."""
        codes = np.fromiter((place[key] for key in self._exact), np.int64, len(self.values))
        return np.repeat(codes, np.diff(self.starts)) * _WIDE + items

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
_WIDE = 1 << 32  # items there can be


def fold(text: str) -> str:
    """The letters and digits of a name: no case, accents, width or punctuation. `Amélie!` and `AMELIE` are one."""
    if text.isascii():  # the same, seven times faster: a request is folded word by word, over and over
        letters = text.lower().translate(_ASCII)
    else:
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


def edited(held: Column | None, n: int, rows: Mapping[int, Any]) -> Column:
    """The column over n items with these values in `rows`; a new one where there was none."""
    if held is None:
        values = [None] * n
        for i, value in rows.items():
            values[i] = value
        return column(values)
    return held.edited(n, rows)


def _number(kind: Kind, value: Any) -> float:
    if value is None or isinstance(value, (list, tuple)):
        return np.nan
    try:
        return date_span(value)[0] if kind == "date" else float(value)
    except ValueError:
        return np.nan


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

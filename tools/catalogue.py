"""The catalogue: every item as typed columns (tools/columns.py), so that a filter over all of them is a few array
operations. It does not know where items come from or what they are about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.columns import Column, Kind, Mask, Numbers, Postings, column, edited, missing
from tools.errors import InvalidInput, NotFound
from tools.store.records import Item

if TYPE_CHECKING:
    from tools.domain import Domain

Filters = dict[str, dict[str, Any]]  # field -> operator -> value; see tools/filters.py

LISTED = 5  # values of a list that an item's text names: long casts double the time to embed and blur the meaning
_SLOT = re.compile(r"\{(\w+)\}")
_NEGATED = {"!=": "==", "not_contains": "contains_any"}
_OTHER = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}  # ends of a range
_END = re.compile(r"(?<![a-z])(?:minimum|maximum|min|max)(?![a-z])")
_OPEN = {
    name: ("<", "<=") if name.startswith("min") else (">", ">=") for name in _OTHER
}  # what a missing end satisfies


@dataclass(frozen=True)
class FieldSpec:
    """What can be filtered. `values`: the distinct values of a string or list field, sorted. `minimum` and `maximum`:
    of a number field, and in unix seconds of a date field. `facet`: a closed vocabulary. `people`: names.
    """

    name: str
    kind: Kind
    values: tuple[str, ...] = ()
    facet: bool = False
    people: bool = False
    minimum: float | None = None
    maximum: float | None = None
    integral: bool = False  # a number field that holds whole numbers only


@dataclass(frozen=True, eq=False, repr=False)
class Catalogue:
    """Items by index 0..n-1, in the order given. Build it with `Catalogue.build`."""

    items: tuple[Item, ...]
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    fields: dict[str, FieldSpec]
    domain: Domain
    _columns: dict[str, Column]
    gone: frozenset[int] = frozenset()  # deleted since: such an item is in no mask and found by no id

    @classmethod
    def build(cls, items: Sequence[Item], domain: Domain) -> Catalogue:
        rows = [_row(item) for item in items]
        names = dict.fromkeys(name for row in rows for name in row)
        columns = {name: column([row.get(name) for row in rows]) for name in names}
        fields = {name: _spec(name, held, domain) for name, held in columns.items()}
        ids, titles = tuple(item.item_id for item in items), tuple(item.title for item in items)
        return cls(tuple(items), ids, titles, fields, domain, columns)

    def edited(self, rows: Mapping[int, Item | None]) -> Catalogue:
        """With these items (None: gone) at their places, those beyond the end in one piece; all others as they are. The
        work is that of the new items, and of copying arrays.
        """
        n = max(len(self), max(rows, default=-1) + 1)
        items = [*self.items, *(_gone("") for _ in range(n - len(self)))]
        for i, item in rows.items():
            items[i] = item or _gone(items[i].item_id)
        said = {i: _row(items[i]) for i in rows}
        names = dict.fromkeys([*self._columns, *(name for row in said.values() for name in row)])
        edits = {name: {i: row.get(name) for i, row in said.items()} for name in names}
        columns = {name: edited(self._columns.get(name), n, edits[name]) for name in names}
        columns = {name: held for name, held in columns.items() if not held.empty}
        fields = {name: _spec(name, held, self.domain) for name, held in columns.items()}
        ids, titles = tuple(item.item_id for item in items), tuple(item.title for item in items)
        gone = (self.gone - rows.keys()) | {i for i, item in rows.items() if item is None}
        return Catalogue(tuple(items), ids, titles, fields, self.domain, columns, gone)

    def part(self, rows: Sequence[int]) -> Catalogue:
        """Some of the items by themselves, to be read; nothing can be filtered in it."""
        items = tuple(self.items[i] for i in rows)
        ids, titles = tuple(item.item_id for item in items), tuple(item.title for item in items)
        return Catalogue(items, ids, titles, {}, self.domain, {})

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def present(self) -> Mask:
        """Which items are not gone, (n,)."""
        out = np.ones(len(self), bool)
        out[list(self.gone)] = False
        return out

    @property
    def positions(self) -> dict[str, int]:
        """Index by item id, of those that are gone too."""
        return self._positions

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {item_id: n for n, item_id in enumerate(self.ids)}

    @cached_property
    def same(self) -> NDArray[np.int32]:
        """For each item the first that no reader can tell from it, title and attributes alike, (n,); mostly itself."""
        titles = [title.casefold() for title in self.titles]
        out, count, first = np.arange(len(self), dtype=np.int32), Counter(titles), dict[tuple[str, str], int]()
        for i in np.flatnonzero(self.present).tolist():
            if count[titles[i]] > 1:
                out[i] = first.setdefault((titles[i], repr(sorted(_row(self.items[i]).items()))), i)
        return out

    def with_same(self, items: NDArray[np.integer]) -> Mask:
        """Which items are these or the same to a reader, (n,)."""
        marked = np.zeros(len(self), bool)
        marked[self.same[items]] = True
        return marked[self.same]

    def index(self, item_id: str) -> int:
        """Raises NotFound: no such item."""
        found = self._positions.get(item_id)
        if found is None or found in self.gone:
            raise NotFound(f"no item {item_id!r} in the catalogue", "item_id")
        return found

    def attributes(self, i: int) -> dict[str, Any]:
        """What is known of one item besides its title and description, tags included, missing values left out."""
        return _row(self.items[i])

    def text(self, i: int) -> str:
        """The item in words, by the domain's template. A sentence with nothing to say is left out."""
        item = self.items[i]
        words = {"title": item.title, "description": item.description, **self.attributes(i)}
        sentences = re.split(r"(?<=[.。])\s*", self.domain.attributes.text_template)
        return " ".join(filter(None, (_fill(sentence, words) for sentence in sentences)))

    def spec(self, field: str) -> FieldSpec:
        """Raises NotFound: no such field; the message lists the fields there are."""
        try:
            return self.fields[field]
        except KeyError:
            raise NotFound(
                f"no field {field!r} in the catalogue: there are {', '.join(self.fields)}", "filters"
            ) from None

    def numbers(self, field: str) -> NDArray[np.float64]:
        """A number, boolean (0, 1) or date (unix seconds) field, NaN where missing; shape (n,)."""
        held = self._columns[self.spec(field).name]
        if not isinstance(held, Numbers):
            raise InvalidInput(f"field {field!r} holds {self.fields[field].kind} values, not numbers")
        return held.data

    def matrix(self, field: str) -> sp.csr_matrix:
        """A string or list field as a binary float32 matrix (n_items, n_values), columns in the order of its values."""
        held = self._columns[self.spec(field).name]
        if not isinstance(held, Postings):
            raise InvalidInput(f"field {field!r} holds {self.fields[field].kind} values, which have no vocabulary")
        return held.matrix()

    def find(self, field: str, value: str) -> str | None:
        """The catalogued spelling of `value`, whatever its case, accents and punctuation; None when there is none."""
        held = self._columns[self.spec(field).name]
        code = held.code(value) if isinstance(held, Postings) else None
        return None if code is None else self.fields[field].values[code]

    def mask(self, filters: Mapping[str, Mapping[str, Any]]) -> Mask:
        """Which items that are not gone satisfy every constraint, shape (n,). A missing value satisfies only `!=` and
        `not_contains`, and a missing end of a range given by its other end: `min_age` alone is "8 and up".

        Strings: `contains` is a case-insensitive substring. Lists: `contains` wants every value given, `contains_any`
        and `in` any; `==` with one value means that the list holds it, with a list that it holds exactly these.
        """
        out = self.present.copy()
        for field, constraint in filters.items():
            held = self._columns[self.spec(field).name]
            for operator, value in constraint.items():
                positive = held.holds(_NEGATED.get(operator, operator), value) | self._open(field, operator)
                out &= ~positive if operator in _NEGATED else positive
        return out

    def _open(self, field: str, operator: str) -> Mask | Literal[False]:
        """Where a range has no such end, so that a bound on it holds. The end that gates an age is never open."""
        end = _END.search(field)
        if end is None or operator not in _OPEN[end[0]] or field == self.domain.policy.age_gate:
            return False
        other = self._columns.get(f"{field[: end.start()]}{_OTHER[end[0]]}{field[end.end() :]}")
        held = self._columns[field]
        if not (isinstance(held, Numbers) and isinstance(other, Numbers)):
            return False
        return np.isnan(held.data) & ~np.isnan(other.data)


def _gone(item_id: str) -> Item:
    return Item.model_construct(item_id=item_id, title="", tags=[], attributes={})


def _row(item: Item) -> dict[str, Any]:
    row = {"tags": item.tags, **item.attributes, "published_at": item.published_at}
    return {name: value for name, value in row.items() if not missing(value)}


def _spec(name: str, held: Column, domain: Domain) -> FieldSpec:
    people = name in domain.attributes.people
    if isinstance(held, Postings):
        return FieldSpec(name, held.kind, held.values, name in domain.attributes.facets, people)
    assert isinstance(held, Numbers)
    data = held.data[~np.isnan(held.data)]
    integral = bool((data == np.round(data)).all())
    return FieldSpec(name, held.kind, minimum=float(data.min()), maximum=float(data.max()), integral=integral)


def _fill(sentence: str, words: Mapping[str, Any]) -> str:
    slots = _SLOT.findall(sentence)
    if slots and all(missing(words.get(slot)) for slot in slots):
        return ""
    filled = _SLOT.sub(lambda slot: _say(words.get(slot[1])), sentence)
    return re.sub(r"\s*\(\s*\)", "", filled).strip()


def _say(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value[:LISTED]))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)

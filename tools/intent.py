"""What a request asks for, read by rules in English and Chinese: hard constraints, wishes, and words to search with.

This is the reader of every turn, of the degraded mode and of `recommend --query`; it knows the catalogue's vocabulary,
the domain's names and how people say numbers and no, and nothing about films. It prefers to read too little: an unread
word still searches. The readers are in tools/reading/; docs/understanding.md says what they read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal
from weakref import WeakKeyDictionary

from pydantic import BaseModel, Field

from tools.catalogue import Catalogue, Filters
from tools.domain import Domain
from tools.reading import critiques
from tools.reading.dates import read_dates
from tools.reading.fields import Fields
from tools.reading.flags import Flags
from tools.reading.manner import CANCELLED, CANCELLED_AFTER, RESET, Manner
from tools.reading.names import Name, Names
from tools.reading.negation import denial
from tools.reading.numbers import Numbers
from tools.reading.text import LIST, Reading, Word, blank, left, words
from tools.reading.titles import QUOTED, Titles
from tools.reading.values import Found, Values
from tools.reading.wishes import Adjectives, split
from tools.reading.years import plain_years, read_years

MAX_TEXT = 1000  # characters read; a wish is shorter
TEXTS = 2000  # items whose texts say which words are none misspelt

_OR = re.compile(r"[\s,，、]*(?:\bor\b|或者?|还是)\s*(?:an?\s+|the\s+)?", re.IGNORECASE)
_SOFT = re.compile(r"\b(?:too|very|so|really|that|much)\b|太|很|那么", re.IGNORECASE)
_EMPTY = r"\b(?:i|an?|the|and|or|but|with|by|from|in|of|no|not|without|nothing|please|that|is)\b|的|和|由|请"
_LEFTOVER = re.compile(rf"^(?:[^\w《\"“(]|{_EMPTY})+|(?:[^\w》\"”)]|以外|之外|{_EMPTY})+$", re.IGNORECASE)


class Critique(BaseModel):
    """A wish against what was shown: `direction` of a number or date field, or of one `value` of a facet."""

    field: str
    direction: Literal["more", "less"]  # cheaper is less price, newer is more year
    value: str | None = None  # of a facet: "less scary" is less Horror
    of: int | None = None  # which shown item: 1 is the first, -1 the last; None where the words name none


class Soft(BaseModel):
    """A wish that is no requirement; `operator` and `value` as in filters."""

    field: str
    operator: str
    value: Any


class Intent(BaseModel):
    """`filters`: what was asked for by name or number. `query`: the words to search with, never empty for a text."""

    query: str
    filters: Filters = Field(default_factory=dict)
    like: list[str] = Field(default_factory=list)  # ids of items named as a model to follow
    like_shown: list[int] = Field(default_factory=list)  # the same of shown items, as in `Critique.of`
    critiques: list[Critique] = Field(default_factory=list)
    k: int | None = None  # how many were asked for
    soft: list[Soft] = Field(default_factory=list)  # wishes; none of them is in `filters`, their words are in `query`
    removed: list[str] = Field(default_factory=list)  # fields on which the words lift what held before
    reset: bool = False  # nothing of what was said before holds


def understand(text: str, catalogue: Catalogue, domain: Domain) -> Intent:
    """Read a request. Facet values stay in the query under their catalogued name, other constraints leave it."""
    text = plain_years(re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()[:MAX_TEXT])
    if catalogue not in _readers:
        _readers[catalogue] = _Reader(catalogue, domain)
    return _readers[catalogue].read(text)


_readers: WeakKeyDictionary[Catalogue, _Reader] = WeakKeyDictionary()


class _Reader:
    """The vocabulary of one catalogue, prepared once. Every reader hides from the next what it has read."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self.catalogue = catalogue
        fields, known = Fields(catalogue, domain), _vocabulary(catalogue)
        self.titles, self.manner = Titles(catalogue), Manner(fields, domain)
        self.numbers, self.flags = Numbers(fields), Flags(fields)
        self.values = Values(fields, domain, known)
        self.names = Names(catalogue, frozenset(self.values.facets), known)
        self.comparisons = critiques.Comparisons(fields)
        self.adjectives = Adjectives(fields, self.comparisons)

    def read(self, text: str) -> Intent:
        said = words(text)
        written = list(self.titles.written(text, said))
        like, named = self.titles.liked(text, said, written)
        free = blank(text, [*(found.span() for found in QUOTED.finditer(text)), *written, *named])
        every, like_shown = critiques.shown(free)
        lifted = list(self.manner.lifted(free))
        resets = [found.span() for found in RESET.finditer(free)]
        free = blank(free, [*((start, end) for start, end, _ in lifted), *resets])
        bounds, free = self._bounds(free)
        people, found, free = self._names(free, said)
        bounds += people
        cancelled, found = self._cancelled(free, found)
        compared = list(self.comparisons.read(free))
        facets = list(self.facets(free, found))
        wishes = list(self.adjectives.read(blank(free, [(w.start, w.end) for w in compared])))
        hard, soft = split(text, [*bounds, *facets])
        gone = [Reading(w.start, w.end, w.field, "", None) for w in compared]
        gone += [Reading(start, end, "", "", None) for start, end in [*((a, b) for a, b, _ in lifted), *resets]]
        kept = [r for r in soft if r.stands or r.operator in ("!=", "not_contains")]
        critical = [*compared, *critiques.of_values(free, [f for f in found if self.catalogue.fields[f.field].values])]
        return Intent(
            query=_rest(text, [*hard, *kept, *gone]),
            filters=_merge(hard),
            like=like,
            like_shown=like_shown,
            critiques=[
                Critique(field=w.field, direction=w.direction, value=w.value, of=every[0] if every else None)
                for w in sorted(critical, key=lambda w: w.start)
            ],
            k=self.manner.count(_plainly(blank(free, [(w.start, w.end) for w in compared]), found)),
            soft=[*_soft(soft), *(Soft(field=f, operator=op, value=value) for _, _, f, op, value in wishes)],
            removed=list(dict.fromkeys([*(field for _, _, fields in lifted for field in fields), *cancelled])),
            reset=bool(resets),
        )

    def _bounds(self, text: str) -> tuple[list[Reading], str]:
        """Numbers, dates and flags; and the text without them."""
        out: list[Reading] = []
        for reader in (
            lambda free: read_dates(free, self.catalogue),
            lambda free: read_years(free, self.catalogue),
            self.numbers.read,
            self.flags.read,
        ):
            found = reader(text)
            text = blank(text, [(r.start, r.end) for r in found])
            out += found
        return out, text

    def _names(self, text: str, said: list[Word]) -> tuple[list[Reading], list[Found], str]:
        """People, values of other fields, and the text without people."""
        said = left(said, text)
        exact = list(self.values.exact(text, said))
        people = list(self.people(text, said, frozenset(found.start for found in exact)))
        text = blank(text, [(r.start, r.end) for r in people])
        found = [f for f in exact if "\0" not in text[f.start : f.end]]
        found += self.values.misspelt(left(said, blank(text, [(f.start, f.end) for f in found])))
        return people, sorted(found, key=lambda f: f.start), text

    def _cancelled(self, text: str, found: list[Found]) -> tuple[list[str], list[Found]]:
        """ "Drop the horror filter" lifts what was said of its field."""
        gone = [
            f
            for f in found
            if CANCELLED.search(text[max(0, f.start - 30) : f.start]) and CANCELLED_AFTER.match(text, f.end)
        ]
        return [f.field for f in gone], [f for f in found if f not in gone]

    def people(self, text: str, said: list[Word], others: frozenset[int]) -> Iterator[Reading]:
        """A person wanted is wanted in one role, a person refused in all."""
        names = self._alike(text, sorted(self.names.people(text, said, others), key=lambda name: name.start))
        choices = [(a, b) for a, b in pairwise(names) if a.field == b.field and _OR.fullmatch(text[a.end : b.start])]
        either = {name for pair in choices for name in pair}
        for name in names:
            refusal = denial(text, name.at)
            start = name.start if refusal is None else min(refusal, name.start)
            places = [(name.field, name.name)] if refusal is None else self.names.roles(name)
            for field, value in places:
                operator = self._operator(field, refusal is not None, name in either)
                yield Reading(start, name.end, field, operator, [value])

    def _alike(self, text: str, names: list[Name]) -> list[Name]:
        """People in one list are meant in one role, where they are known in it."""
        for n, (a, b) in enumerate(pairwise(names)):
            roles = dict(self.names.roles(b))
            if names[n].field in roles and LIST.fullmatch(text[a.end : b.start]):
                names[n + 1] = replace(b, field=names[n].field, name=roles[names[n].field])
        return names

    def facets(self, text: str, found: Sequence[Found]) -> list[Reading]:
        out = [reading for group in _groups(found, text) for reading in self._group(group, text)]
        wanted = {(r.field, r.value[0]) for r in out if r.stands}
        refused = {(r.field, r.value[0]) for r in out if not r.stands and not _SOFT.search(text[r.start : r.end])}
        both = wanted & refused
        # "horror, but not too scary" is still horror; "I like horror, but no horror tonight" is not
        return [r for r in out if (r.field, r.value[0]) not in (both if r.stands else wanted - refused)]

    def _group(self, group: list[Found], text: str) -> Iterator[Reading]:
        gaps = [text[a.end : b.start] for a, b in pairwise(group)]
        joined = any(re.search(r"\w", gap) for gap in gaps)  # "no a, b or c" refuses all three, "no a, b" only a
        either = len(group) > 1 and any(_OR.fullmatch(gap) for gap in gaps)
        less = {wish.value: wish.start for wish in critiques.of_values(text, group) if wish.direction == "less"}
        start = None
        for n, facet in enumerate(group):
            follows = group[n - 1].end if joined and start is not None else None
            refusal = denial(text, facet.start)
            start = less.get(facet.value, follows) if refusal is None else refusal
            denied = start is not None
            operator = self._operator(facet.field, denied, either)
            stands = "" if denied else facet.value
            yield Reading(
                facet.start if start is None else start, facet.end, facet.field, operator, [facet.value], stands
            )

    def _operator(self, field: str, denied: bool, either: bool = False) -> str:
        spec = self.catalogue.fields[field]
        single = spec.kind == "string" and not spec.people
        if denied:
            return "!=" if single else "not_contains"
        if single:
            return "in"
        return "contains_any" if either else "contains"


def _vocabulary(catalogue: Catalogue) -> frozenset[str]:
    """Words of the items' own texts: none of them is a misspelt name."""
    texts = [*catalogue.titles, *(item.description or "" for item in catalogue.items[:TEXTS])]
    return frozenset(re.findall(r"[a-z]{5,}", "\n".join(texts).casefold()))


def _groups(found: Sequence[Found], text: str) -> list[list[Found]]:
    """Values of one field that follow each other with nothing between but commas and conjunctions."""
    out: list[list[Found]] = []
    for value in found:
        last = out[-1][-1] if out else None
        if last and last.field == value.field and LIST.fullmatch(text[last.end : value.start]):
            out[-1].append(value)
        else:
            out.append([value])
    return out


def _plainly(text: str, found: Sequence[Found]) -> str:
    """ "Two comedies" counts items."""
    for value in sorted(found, key=lambda f: -f.start):
        if text[value.start : value.end].casefold().endswith("s"):
            text = f"{text[: value.start]}items{text[value.end :]}"
    return text


def _soft(readings: Sequence[Reading]) -> Iterator[Soft]:
    for field, bounds in _merge(readings).items():
        yield from (Soft(field=field, operator=operator, value=value) for operator, value in bounds.items())


def _merge(readings: Sequence[Reading]) -> Filters:
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


def _rest(text: str, readings: Sequence[Reading]) -> str:
    """The text with constraints taken out, or replaced by what stands for them."""
    parts, at = [], 0
    for reading in sorted(readings, key=lambda r: r.start):
        if reading.start >= at:
            parts += [text[at : reading.start], f" {reading.stands} " if reading.stands else " "]
            at = reading.end
    rest = re.sub(r"(?:\s|(?<=\s)的(?=\s))+", " ", "".join([*parts, text[at:]]))
    return _LEFTOVER.sub("", rest).strip() or text

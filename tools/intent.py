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
from typing import Any, Literal
from weakref import WeakKeyDictionary

from pydantic import BaseModel, Field

from tools.catalogue import Catalogue, Filters
from tools.domain import Domain
from tools.reading import critiques
from tools.reading.allowed import Allowed, widened
from tools.reading.beyond import FLIP
from tools.reading.counting import plain
from tools.reading.dates import read_dates
from tools.reading.fields import Fields
from tools.reading.flags import Flags
from tools.reading.manner import CANCELLED, CANCELLED_AFTER, RESET, Manner
from tools.reading.merge import merge, rest
from tools.reading.names import Names
from tools.reading.negation import refused, unread
from tools.reading.numbers import Numbers
from tools.reading.operators import Operators
from tools.reading.text import Reading, Word, blank, left, words
from tools.reading.titles import QUOTED, Titles
from tools.reading.values import Found, Values
from tools.reading.wishes import Adjectives, split
from tools.reading.years import plain_years, read_years

LONGEST = 4000  # characters looked at, runs of spaces among them
MAX_TEXT = 1000  # characters read; a wish is shorter
MAX_WORDS = 250  # of them
TEXTS = 2000  # items whose texts say which words are none misspelt


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
    allowed: dict[str, list[str]] = Field(default_factory=dict)  # values that are no wish, but not to be refused either
    lacks: list[str] = Field(
        default_factory=list
    )  # asked for, and nothing the catalogue holds: "language", "subtitles"
    reset: bool = False  # nothing of what was said before holds


def understand(text: str, catalogue: Catalogue, domain: Domain) -> Intent:
    """Read a request. Facet values stay in the query under their catalogued name, other constraints leave it."""
    text = unicodedata.normalize("NFKC", plain(text[:LONGEST]))
    text = plain_years(re.sub(r"\s+", " ", text).strip()[:MAX_TEXT])
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
        self.operators = Operators(catalogue, self.names)
        self.comparisons = critiques.Comparisons(fields)
        self.adjectives = Adjectives(fields, self.comparisons)

    def read(self, text: str) -> Intent:
        said = words(text)[:MAX_WORDS]
        written = list(self.titles.written(text, said))
        like, named = self.titles.liked(text, said, written)
        free = blank(text, [*(found.span() for found in QUOTED.finditer(text)), *written, *named])
        every, like_shown = critiques.shown(free)
        lifted = list(self.manner.lifted(free))
        resets = [found.span() for found in RESET.finditer(free)]
        free = blank(free, [*((start, end) for start, end, _ in lifted), *resets])
        bounds, free = self._bounds(free)
        bounds = [_turned(r, bounds, free) for r in bounds]
        waived = [r for r in bounds if not r.operator]
        bounds = [r for r in bounds if r.operator]
        people, allowed, found, free = self._names(free, said)
        bounds += people
        languages, lacks = self.values.languages(free, found)
        found = sorted([*found, *languages], key=lambda f: f.start)
        cancelled, found = self._cancelled(free, found)
        allowed += self.operators.allowed(free, found)
        found = [f for f in found if not any(a.start <= f.start < a.end for a in allowed)]
        compared = list(self.comparisons.read(free))
        against, compared = self._against(text, said, compared)
        facets = self.operators.facets(free, found)
        wishes = list(self.adjectives.read(blank(free, [(w.start, w.end) for w in compared])))
        hard, soft = split(text, [*bounds, *against, *facets])
        hard, allowed = widened(hard, allowed)
        gone = [Reading(w.start, w.end, w.field, "", None) for w in compared]
        gone += [Reading(a.start, a.end, a.field, "", None) for a in allowed]
        gone += [Reading(start, end, "", "", None) for start, end in [*((a, b) for a, b, _ in lifted), *resets]]
        known = [(r.start, r.end) for r in (*hard, *soft, *gone)] + [(f.start, f.end) for f in found]
        known += [(start, end) for start, end, *_ in wishes]
        gone += [Reading(start, end, "", "", None) for start, end in unread(blank(free, known))]
        kept = [r for r in soft if r.stands or r.operator in ("!=", "not_contains")]
        critical = [*compared, *critiques.of_values(free, [f for f in found if self.catalogue.fields[f.field].values])]
        return Intent(
            query=rest(text, [*hard, *kept, *gone]),
            filters=merge(hard),
            like=like,
            like_shown=like_shown,
            critiques=[
                Critique(field=w.field, direction=w.direction, value=w.value, of=every[0] if every else None)
                for w in _distinct(critical)
            ],
            k=self.manner.count(_plainly(blank(free, [(w.start, w.end) for w in compared]), found)),
            soft=[*_soft(soft), *(Soft(field=f, operator=op, value=value) for _, _, f, op, value in wishes)],
            removed=list(
                dict.fromkeys(
                    [*(field for _, _, fields in lifted for field in fields), *(r.field for r in waived), *cancelled]
                )
            ),
            allowed=_by_field(allowed),
            lacks=lacks,
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

    def _names(self, text: str, said: list[Word]) -> tuple[list[Reading], list[Allowed], list[Found], str]:
        """People wanted or refused, people allowed, values of other fields, and the text without people."""
        said = left(said, text)
        exact = list(self.values.exact(text, said))
        named = self.names.people(text, said, frozenset(found.start for found in exact))
        allowed = self.operators.people_allowed(text, named)
        named = [n for n in named if not any(a.start <= n.start < a.end for a in allowed)]
        people = list(self.operators.people(text, named))
        text = blank(text, [*((r.start, r.end) for r in people), *((a.start, a.end) for a in allowed)])
        found = [f for f in exact if "\0" not in text[f.start : f.end]]
        found += self.values.misspelt(left(said, blank(text, [(f.start, f.end) for f in found])))
        return people, allowed, sorted(found, key=lambda f: f.start), text

    def _against(
        self, text: str, said: list[Word], wishes: list[critiques.Wish]
    ) -> tuple[list[Reading], list[critiques.Wish]]:
        """ "Newer than Star Wars" is a bound: its year is known. The rest are critiques of what was shown."""
        bounds, rest = [], []
        for wish in dict.fromkeys(wishes):
            item = self.titles.compared(text, said, wish.start, wish.end)
            value = None if item is None else self.catalogue.attributes(item).get(wish.field)
            if value is None:
                rest.append(wish)
            else:
                bounds.append(
                    Reading(wish.start, wish.end, wish.field, ">" if wish.direction == "more" else "<", value)
                )
        return bounds, rest

    def _cancelled(self, text: str, found: list[Found]) -> tuple[list[str], list[Found]]:
        """ "Drop the horror filter" lifts what was said of its field."""
        gone = [
            f
            for f in found
            if CANCELLED.search(text[max(0, f.start - 30) : f.start]) and CANCELLED_AFTER.match(text, f.end)
        ]
        return [f.field for f in gone], [f for f in found if f not in gone]


def _turned(reading: Reading, bounds: Sequence[Reading], text: str) -> Reading:
    """ "高于2000的就算了", "三个卧室的不要" are turned round; a range has no other side."""
    end = refused(text, reading.end) if reading.operator in FLIP else None
    if end is None or sum(r.start == reading.start for r in bounds) > 1:
        return reading
    return replace(reading, end=end, operator=FLIP[reading.operator])


def _vocabulary(catalogue: Catalogue) -> frozenset[str]:
    """Words of the items' own texts: none of them is a misspelt name."""
    texts = [*catalogue.titles, *(item.description or "" for item in catalogue.items[:TEXTS])]
    return frozenset(re.findall(r"[a-z]{5,}", "\n".join(texts).casefold()))


def _distinct(wishes: Sequence[critiques.Wish]) -> list[critiques.Wish]:
    """Each once, in the order of the text."""
    ordered = sorted(wishes, key=lambda wish: wish.start)
    return list({(wish.field, wish.direction, wish.value): wish for wish in reversed(ordered)}.values())[::-1]


def _plainly(text: str, found: Sequence[Found]) -> str:
    """ "Two comedies" counts items."""
    for value in sorted(found, key=lambda f: -f.start):
        if text[value.start : value.end].casefold().endswith("s"):
            text = f"{text[: value.start]}items{text[value.end :]}"
    return text


def _by_field(allowed: Sequence[Allowed]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for each in allowed:
        out.setdefault(each.field, []).append(each.value)
    return out


def _soft(readings: Sequence[Reading]) -> Iterator[Soft]:
    for field, bounds in merge(readings).items():
        yield from (Soft(field=field, operator=operator, value=value) for operator, value in bounds.items())

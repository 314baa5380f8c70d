"""What a request asks for, read by rules in English and Chinese: hard constraints, and words to search with.

This is the reader of the degraded mode and of `recommend --query`; it knows the catalogue's vocabulary, the domain's
aliases and how people negate, and nothing about films. It prefers to read too little: an unread word still searches.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal
from weakref import WeakKeyDictionary

from pydantic import BaseModel, Field

from tools.bounds import Reading, plain_years, read_bounds
from tools.catalogue import Catalogue, Filters
from tools.columns import fold
from tools.domain import Domain
from tools.names import Names

MAX_TEXT = 1000  # characters read; a wish is shorter

_NOT_EN = (
    r"(?<!why )\b(?:no|not|non|without|nothing|neither|avoid(?:ing)?|except(?: for)?|exclud\w+|hates?|dislikes?|never"
    r"|nor|skip|minus|less|fewer|other than|instead of|rather than|anything but"
    r"|(?:sick|tired|bored|enough) (?:of|with)|fed up with|(?:can['’]?t|cannot) (?:stand|bear)"
    r"|not (?:really )?(?:in the mood for|into|keen on|interested in|a fan of|up for)"
    r"|(?:do|is|are|does)n['’]?t(?: really)?(?: want| like| need| feel like| care for| enjoy)?)"
    r"(?:[\s-]+(?:an?|any|the|more|another|too|so|very|really|that|be|to|see|watch|kind|of|much|is|in|by|with|from|into))*"
    r"[\s-]*$"
)
_NOT_ZH = (
    r"(?:(?<!要)不要|(?<!想)不想|(?<!喜欢)不喜欢|(?<!爱)不爱|(?<!是)不是|(?<!有)没有|不能|不用|不需要|不含|不带|不太|不那么|不看"
    r"|(?<![要差好])不|少(?:一?点|一?些)|(?<![特分区类级])别|讨厌|除了|排除|拒绝|避免|非|无)"
    r"(?:是|看|要|有|太|再|很|任何|那么|那种|什么|给我|推荐|来|一部|一些|的|了|类型|由|跟|和)*\s*$"
)
_NEGATED = re.compile(rf"(?:{_NOT_EN}|{_NOT_ZH})", re.IGNORECASE)
_OR = re.compile(r"[\s,，、]*(?:\bor\b|或者?|还是)\s*(?:an?\s+|the\s+)?", re.IGNORECASE)
_AND = re.compile(
    r"[\s,，、/]*(?:\b(?:and|nor|or)\b|和|或者?|以及|跟|与|还有|及)?\s*(?:an?\s+|any\s+|the\s+)?", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]|《([^》]+)》")
_SOFT = re.compile(r"\b(?:too|very|so|really|that|much)\b|太|很|那么", re.IGNORECASE)
_EMPTY = r"\b(?:i|an?|the|and|or|but|with|by|from|in|of|no|not|without|nothing|please|that|is)\b|的|和|由|请"
_LEFTOVER = re.compile(rf"^(?:[^\w《\"“(]|{_EMPTY})+|(?:[^\w》\"”)]|以外|之外|{_EMPTY})+$", re.IGNORECASE)
LOOK_BACK = 60  # characters before a name in which a negation of it may stand


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
    reader = _readers[catalogue]
    free = _blank(text, [*(found.span() for found in _QUOTED.finditer(text)), *reader.names.titles(text)])
    bounds = read_bounds(free, catalogue)
    free = _blank(free, [(r.start, r.end) for r in bounds])
    people = list(reader.people(free))
    free = _blank(free, [(r.start, r.end) for r in people])
    readings = [*bounds, *people, *reader.facets(free)]
    return Intent(query=_rest(text, readings), filters=_merge(readings))


@dataclass(frozen=True)
class _Facet:
    """A facet value standing in the text."""

    start: int
    end: int
    field: str
    value: str


class _Reader:
    """The vocabulary of one catalogue, prepared once."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self.catalogue = catalogue
        self.values: dict[str, list[tuple[str, str]]] = {}  # folded name -> (field, value)
        spoken = []
        for spec in catalogue.fields.values():
            if not spec.facet or spec.people:
                continue
            aliases = domain.aliases.get(spec.name, {})
            for value in dict.fromkeys([*spec.values, *aliases]):
                for name in (value, *aliases.get(value, ())):
                    self.values.setdefault(_key(name), []).append((spec.name, value))
                    spoken.append(name)
        spoken.sort(key=len, reverse=True)
        self.pattern = re.compile("|".join(map(_spoken, spoken)) or r"(?!)", re.IGNORECASE)
        self.names = Names(catalogue, frozenset(self.values))

    def people(self, text: str) -> Iterator[Reading]:
        """A person wanted is wanted in one role, a person refused in all."""
        names = sorted(self.names.people(text), key=lambda name: name.start)
        choices = [(a, b) for a, b in pairwise(names) if a.field == b.field and _OR.fullmatch(text[a.end : b.start])]
        either = {name for pair in choices for name in pair}
        for name in names:
            refusal = denial(text, name.at)
            start = name.start if refusal is None else min(refusal, name.start)
            places = [(name.field, name.name)] if refusal is None else self.names.roles(name)
            for field, value in places:
                operator = self._operator(field, refusal is not None, name in either)
                yield Reading(start, name.end, field, operator, [value])

    def facets(self, text: str) -> list[Reading]:
        found = [_Facet(*m.span(), *place) for m in self.pattern.finditer(text) for place in self._places(m[0])]
        out = [reading for group in _groups(found, text) for reading in self._group(group, text)]
        wanted = {(r.field, r.value[0]) for r in out if r.stands}
        refused = {(r.field, r.value[0]) for r in out if not r.stands and not _SOFT.search(text[r.start : r.end])}
        both = wanted & refused
        # "horror, but not too scary" is still horror; "I like horror, but no horror tonight" is not
        return [r for r in out if (r.field, r.value[0]) not in (both if r.stands else wanted - refused)]

    def _group(self, group: list[_Facet], text: str) -> Iterator[Reading]:
        gaps = [text[a.end : b.start] for a, b in pairwise(group)]
        joined = any(re.search(r"\w", gap) for gap in gaps)  # "no a, b or c" refuses all three, "no a, b" only a
        either = len(group) > 1 and any(_OR.fullmatch(gap) for gap in gaps)
        start = None
        for n, facet in enumerate(group):
            follows = group[n - 1].end if joined and start is not None else None
            refusal = denial(text, facet.start)
            start = follows if refusal is None else refusal
            denied = start is not None
            operator = self._operator(facet.field, denied, either)
            stands = "" if denied else facet.value
            yield Reading(
                facet.start if start is None else start, facet.end, facet.field, operator, [facet.value], stands
            )

    def _places(self, said: str) -> list[tuple[str, str]]:
        key = _key(said)
        return next(
            (self.values[k] for k in (key, key.removesuffix("s"), key.removesuffix("es")) if k in self.values), []
        )

    def _operator(self, field: str, denied: bool, either: bool = False) -> str:
        if denied:
            return "not_contains"
        spec = self.catalogue.fields[field]
        if spec.kind == "string" and not spec.people:
            return "in"
        return "contains_any" if either else "contains"


def denial(text: str, at: int) -> int | None:
    """Where the negation starts that ends right before `at`."""
    begin = max(0, at - LOOK_BACK)
    found = _NEGATED.search(text[begin:at])
    return begin + found.start() if found else None


_readers: WeakKeyDictionary[Catalogue, _Reader] = WeakKeyDictionary()


def _key(name: str) -> str:
    return fold(name).replace(" ", "")


def _spoken(name: str) -> str:
    """A pattern for a name as people write it: hyphen or space or neither, a plural; in Chinese anywhere."""
    parts = re.findall(r"\w+", name)
    body = r"[\s\-'’]*".join(map(re.escape, parts)) or re.escape(name)
    return rf"(?<![a-z0-9]){body}(?:e?s)?(?![a-z0-9])" if name.isascii() else body


def _groups(found: Sequence[_Facet], text: str) -> list[list[_Facet]]:
    """Facets of one field that follow each other with nothing between but commas and conjunctions."""
    out: list[list[_Facet]] = []
    for facet in found:
        last = out[-1][-1] if out else None
        if last and last.field == facet.field and _AND.fullmatch(text[last.end : facet.start]):
            out[-1].append(facet)
        else:
            out.append([facet])
    return out


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with spans hidden from later rules, positions kept."""
    for start, end in spans:
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text


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

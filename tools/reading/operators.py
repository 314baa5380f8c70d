"""From values and people standing in a text to constraints: wanted or refused, all of a list or any of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from tools.catalogue import Catalogue
from tools.reading.allowed import Allowed, allowance
from tools.reading.critiques import of_values
from tools.reading.names import Name, Names
from tools.reading.negation import denial, needless, refused
from tools.reading.text import LIST, Reading
from tools.reading.values import Found

_OR = re.compile(
    r"[\s,，、]*(?:\bor\b|或者?|还是|要么)\s*(?:(?:in|on|by|from|with|at|用|在|是)\s*)?(?:an?\s+|the\s+)?",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\b(?:and|or|nor)\b|[和或跟与及]", re.IGNORECASE)
_EITHER = re.compile(
    r"\s*,?\s*(?:either|any|both)(?: one)? (?:is|are|will|would)\b|[^\s,，。]{0,4}都(?:行|可以|好|成|没关系)",
    re.IGNORECASE,
)
_SOFT = re.compile(r"\b(?:too|very|so|really|that|much)\b|太|很|那么", re.IGNORECASE)


class Operators:
    def __init__(self, catalogue: Catalogue, names: Names) -> None:
        self.catalogue, self.names = catalogue, names

    def people(self, text: str, found: list[Name]) -> Iterator[Reading]:
        """A person wanted is wanted in one role, a person refused in all."""
        names = self._alike(text, sorted(found, key=lambda name: name.start))
        either = {name for pair in self._choices(text, names) for name in pair}
        for name in names:
            refusal = denial(text, name.at)
            refusal = name.start if refusal is None and refused(text, name.end) else refusal
            start = name.start if refusal is None else min(refusal, name.start)
            places = [(name.field, name.name)] if refusal is None else self.names.roles(name)
            for field, value in places:
                operator = self._operator(field, refusal is not None, name in either)
                yield Reading(start, name.end, field, operator, [value])

    @staticmethod
    def _choices(text: str, names: Sequence[Name]) -> list[tuple[Name, Name]]:
        return [(a, b) for a, b in pairwise(names) if a.field == b.field and _OR.fullmatch(text[a.end : b.start])]

    def _alike(self, text: str, names: list[Name]) -> list[Name]:
        """People in one list are meant in one role, where they are known in it."""
        for n, (a, b) in enumerate(pairwise(names)):
            roles = dict(self.names.roles(b))
            if names[n].field in roles and LIST.fullmatch(text[a.end : b.start]):
                names[n + 1] = replace(b, field=names[n].field, name=roles[names[n].field])
        return names

    def allowed(self, text: str, found: Sequence[Found]) -> list[Allowed]:
        """Values that are no wish. "Sci-fi or war is fine" is one."""
        out: list[Allowed] = []
        for group in groups(found, text):
            mark = allowance(text, group[0].start, group[-1].end)
            after = mark is not None and mark[0] == group[0].start
            wished = after and ((len(group) > 1 and _choice(group, text)) or denial(text, group[0].start) is not None)
            if mark and not wished:  # "anything but sports is fine" is a no
                held = group[_last(group, text) if after and mark[2] else 0 :]  # "a comedy, horror is fine too"
                out += [Allowed(held[0].start if after else mark[0], mark[1], f.field, f.value, mark[2]) for f in held]
        return out

    def people_allowed(self, text: str, found: list[Name]) -> list[Allowed]:
        chosen = {n for pair in self._choices(text, found) for n in pair}  # "X or Y is fine" is a wish
        marks = ((name, allowance(text, name.start, name.end)) for name in found if name not in chosen)
        return [
            Allowed(mark[0], mark[1], field, value, mark[2])
            for name, mark in marks
            if mark
            for field, value in self.names.roles(name)
        ]

    def facets(self, text: str, found: Sequence[Found]) -> list[Reading]:
        found = [f for f in found if not needless(text, f.start)]
        out = [reading for group in groups(found, text) for reading in self._group(group, text)]
        wanted = {(r.field, r.value[0]) for r in out if r.stands}
        refused = {(r.field, r.value[0]) for r in out if not r.stands and not _SOFT.search(text[r.start : r.end])}
        both = wanted & refused
        # "horror, but not too scary" is still horror; "I like horror, but no horror tonight" is not
        return [r for r in out if (r.field, r.value[0]) not in (both if r.stands else wanted - refused)]

    def _group(self, group: list[Found], text: str) -> Iterator[Reading]:
        gaps = [text[a.end : b.start] for a, b in pairwise(group)]
        joined = any(_JOINED.search(gap) for gap in gaps)  # "no a, b or c" refuses all three, "no a, b" only a
        either = len(group) > 1 and _choice(group, text)
        less = {wish.value: wish.start for wish in of_values(text, group) if wish.direction == "less"}
        start = None
        after = refused(text, group[-1].end) is not None
        last = _last(group, text)
        for n, facet in enumerate(group):
            follows = group[n - 1].end if joined and start is not None else None
            refusal = denial(text, facet.start)
            start = less.get(facet.value, follows) if refusal is None else refusal
            start = facet.start if start is None and after and n >= last else start
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


def _choice(group: list[Found], text: str) -> bool:
    """ "a or b", "a, b, either is fine", a、b都行."""
    gaps = (text[a.end : b.start] for a, b in pairwise(group))
    return any(_OR.fullmatch(gap) for gap in gaps) or _EITHER.match(text, group[-1].end) is not None


def _last(group: list[Found], text: str) -> int:
    """Where what follows the last bare comma begins."""
    bare = (n for n, (a, b) in enumerate(pairwise(group), 1) if re.fullmatch(r"\s*[,，]\s*", text[a.end : b.start]))
    return max(bare, default=0)


def groups(found: Sequence[Found], text: str) -> list[list[Found]]:
    """Values of one field that follow each other with nothing between but commas and conjunctions."""
    out: list[list[Found]] = []
    for value in found:
        last = out[-1][-1] if out else None
        if last and last.field == value.field and LIST.fullmatch(text[last.end : value.start]):
            out[-1].append(value)
        else:
            out.append([value])
    return out

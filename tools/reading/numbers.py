"""Bounds on number fields: which field each amount in a text is of, by the field's own name, by the unit, or by the
comparison ("cheaper than 20"), and in the field's own units.

    "under $20" -> price < 20; "评分8以上" -> rating >= 8; "for 2 players" -> min_players <= 2 and max_players >= 2

Amounts that no field of the catalogue can hold are left in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tools.catalogue import FieldSpec
from tools.reading.allowed import led
from tools.reading.amounts import Amounts, Said
from tools.reading.fields import Fields, tokens
from tools.reading.kinds import NEAR
from tools.reading.text import Reading
from tools.reading.years import NEAR as YEARS

_ABLE = re.compile(r"carr|last for|take a load|载|承重|负重", re.IGNORECASE)
CORRECTION = 40  # characters before an amount in which the words may stand that it corrects another
_CORRECTED = re.compile(
    r"\b(?:no|nope|sorry|rather|actually|wait|hmm|i mean|make (?:it|that)|let['’]?s (?:say|make))\b"
    r"|不对|不[，,]|还是|改成|应该说",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"(?<=\bbe )free\b(?!\s+(?:from|of(?! charge)|on|by|at|in|to))"
    r"|\b(?:something|anything|events?|entry|admission|only)\s+(?:that['’]s\s+)?free\b"
    r"(?!\s+(?:from|of(?! charge)|on|by|[a-z]+ing))"
    r"|\bfree\s+(?:of charge|entry|admission)\b|免费的?(?=$|[,，。;；!！\s])|不想花钱",
    re.IGNORECASE,
)
PARTY = 20  # people that a game may be for
_YOUNG = re.compile(r"under|below|younger|小于|低于", re.IGNORECASE)
_ROOM = {"guests", "seats", "sleeps", "serves", "servings", "occupancy", "capacity", "people", "persons"}
RATED_NEAR = 0.05  # of its scale that "around" a rating reaches
_IMPLIED = (
    ("price", re.compile(r"cheap|expensive|pric|便宜|贵")),
    ("weight", re.compile(r"heav|light|重于")),
    ("age", re.compile(r"younger")),
)


class Numbers:
    """The number fields of one catalogue."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self._amounts = Amounts(fields)
        self._any = any(spec.kind == "number" for spec in fields.catalogue.fields.values())

    def read(self, text: str) -> list[Reading]:
        out, last = list(self._free(text)), None
        for said in self._amounts.read(text) if self._any else ():
            if "<" not in said.operator and led(text, said.start):  # "I don't mind paying more than 200"
                continue
            if last and not said.named and _CORRECTED.search(text[last.end : said.start][-CORRECTION:]):
                said = _instead(said, last)
            read = [Reading(said.start, said.end, *bound) for bound in self._bounds(said)]
            if last and read and _CORRECTED.search(text[last.end : said.start][-CORRECTION:]):
                out = [r for r in out if r.end != last.end or r.field not in {each.field for each in read}]
            if read:
                last = replace(said, named=tuple(self.fields.catalogue.fields[r.field] for r in read))
            out += read
        return out

    def _free(self, text: str) -> Iterator[Reading]:
        """What is free costs nothing, where something does."""
        for spec in self.fields.of_kind("price"):
            if spec.minimum == 0 and not self.fields.called("free"):
                yield from (Reading(*found.span(), spec.name, "==", 0) for found in _FREE.finditer(text))
                return

    def _bounds(self, said: Said) -> Iterator[tuple[str, str, Any]]:
        specs = self._meant(said)
        if not specs:
            return
        kind = self.fields.kinds.get(specs[0].name)
        if (
            kind
            and kind.ranges
            and (said.name.casefold() not in self.fields.names[specs[0].name] or (not said.operator and _room(specs)))
        ):
            yield from self._span(said, specs)
        elif (pair := _pair(specs)) and said.operator in ("", "==", "~") and (said.equal or said.operator):
            value = self._value(pair[0], said, said.amounts[0])
            yield pair[0].name, "<=", value  # who is 183 cm tall fits from 170 to 190
            yield pair[1].name, ">=", value
        elif operator := self._operator(said, specs[0]):
            spec = _side(specs, operator)
            values = [self._value(spec, said, a) for a in said.amounts]
            yield from _constraints(spec.name, operator, values, self._reach(spec, values[0]))

    def _meant(self, said: Said) -> list[FieldSpec]:
        """The fields that the words may mean, alike in kind."""
        return self._possible(said, self._named(said))

    def _possible(self, said: Said, specs: list[FieldSpec]) -> list[FieldSpec]:
        """Of ratings those whose scale reaches the amount; stars of a field of stars, points of another."""
        rated = [s for s in specs if (kind := self.fields.kinds.get(s.name)) and kind.name == "rating"]
        if len(rated) != len(specs) or said.out_of:
            return specs
        stars = said.dimension == "stars" or "星" in said.name or "star" in said.name.casefold()
        if said.name.casefold() not in {n for s in specs for n in self.fields.names[s.name]}:
            rated.sort(key=lambda s: bool({"star", "stars", "星级"} & {*tokens(s.name)}) != stars)
        return [s for s in rated if max(said.amounts) <= _scale(s)]

    def _named(self, said: Said) -> list[FieldSpec]:
        fitting = self.fields.of_dimension(said.dimension) if said.dimension else []
        implied = next((kind for kind, words in _IMPLIED if words.search(said.compared)), None)
        fitting = [s for s in fitting if (k := self.fields.kinds.get(s.name)) and k.name == implied] or fitting
        if said.named:
            both = [spec for spec in said.named if not said.dimension or spec in fitting]
            unknown = [s for s in said.named if said.dimension == "money" and s.name not in self.fields.kinds]
            return both or unknown or fitting or ([] if said.dimension else list(said.named))
        if said.dimension:
            return fitting if said.dimension != "span" or len(fitting) == 1 else []
        if implied is None and said.meant and said.ends and said.amounts[-1] <= PARTY and not said.operator:
            implied = "players"  # "games for two"
        bound = said.operator in ("<", "<=") or (said.operator == "within" and said.compared == "between")
        if implied is None and bound and said.ends and not 1900 <= said.amounts[0] <= 2100:
            implied = "price"  # "something under 20"
        if implied == "players":
            return self.fields.of_dimension("players")
        return self.fields.of_kind(implied) if implied else []

    def _operator(self, said: Said, spec: FieldSpec) -> str:
        kind = self.fields.kinds.get(spec.name)
        if said.operator:
            return said.operator
        if said.named and _ABLE.match(said.name):  # "it must carry 120 kg"
            return ">="
        if kind is not None and kind.name == "duration":  # nothing lasts exactly as long as is said
            return "~" if said.equal and said.named else ""
        stars = kind is not None and kind.name == "rating"
        size = said.dimension in ("bytes", "volume") or (
            said.dimension == "length" and bool(said.named)
        )  # "20-inch wheels"
        size |= said.dimension == "money" and (bool(said.named) or said.ends)  # "costs 19 euros", 19元的
        if not (said.equal or size) and not (stars and (said.named or said.dimension)):
            return ""
        return "==" if spec.integral or not stars else ">="

    def _value(self, spec: FieldSpec, said: Said, amount: float) -> float | int:
        scale = _scale(spec)
        if said.out_of:
            amount *= scale / said.out_of
        elif said.dimension == "stars" and scale == 10 and amount <= 5:  # stars are five, whatever the scale
            amount *= 2
        value = round(amount / self.fields.factor(spec, said.dimension) if said.dimension else amount, 6)
        return _whole(value)

    def _reach(self, spec: FieldSpec, value: float) -> float:
        """How far from a value "around" it is."""
        kind = self.fields.kinds.get(spec.name)
        if kind and kind.name in ("rating", "year"):
            return RATED_NEAR * _scale(spec) if kind.name == "rating" else YEARS
        reach = (kind.near if kind else NEAR) * value
        return max(min(1.0, value), float(round(reach))) if spec.integral else reach

    def _span(self, said: Said, specs: Sequence[FieldSpec]) -> Iterator[tuple[str, str, Any]]:
        """A game for 2 is one whose least number is at most 2 and whose most is at least 2."""
        least, most = _ends(specs)
        age = self.fields.kinds[specs[0].name].name == "age"
        low, high = _whole(min(said.amounts)), _whole(max(said.amounts))
        if said.dimension == "people" and not (said.name or said.operator or said.meant):  # "3 people told me"
            return
        above = said.operator in (">", ">=")
        if above and age and least and _YOUNG.search(said.compared):  # "not for kids under 10"
            yield least.name, said.operator, low
            return
        if said.operator in ("<", "<=") or (above and not age):
            bound = least if said.operator in ("<", "<=") and age else most
            if bound:
                yield bound.name, said.operator, high
            elif least and not age:
                yield least.name, said.operator, high
            return
        if said.operator == "!=" or not (least or most):
            return
        if least and least is most:
            yield from _constraints(least.name, "==" if low == high else "within", [low, high][: 1 + (low != high)])
            return
        if least:
            yield least.name, "<=", low
        if most and (not age or high != low):
            yield most.name, ">=", high


def _instead(said: Said, before: Said) -> Said:
    """ "50 places at most, no, rather 30": of what the amount before was of."""
    return replace(
        said,
        named=before.named,
        name=before.name,
        dimension=said.dimension or before.dimension,
        operator=said.operator or before.operator,
        equal=said.equal or before.equal,
        meant=said.meant or before.meant,
    )


def _scale(spec: FieldSpec) -> float:
    top = spec.maximum or 0.0
    return 5.0 if top <= 5 else 10.0 if top <= 10 else 100.0


def _room(specs: Sequence[FieldSpec]) -> FieldSpec | None:
    return next((s for s in specs if tokens(s.name)[-1] in _ROOM), None)


def _ends(specs: Sequence[FieldSpec]) -> tuple[FieldSpec | None, FieldSpec | None]:
    """The fields of the least and the most; one that says neither is both."""
    least = next((s for s in specs if {"min", "minimum"} & {*tokens(s.name)}), None)
    most = next((s for s in specs if {"max", "maximum"} & {*tokens(s.name)}), None)
    if least or most:
        return least, most
    if room := _room(specs):
        return None, room  # what seats six has room for four
    return specs[0], specs[0]


def _pair(specs: Sequence[FieldSpec]) -> tuple[FieldSpec, FieldSpec] | None:
    """The least and the most of one thing: `rider_min_cm` and `rider_max_cm`."""
    by_name = {spec.name: spec for spec in specs}
    for spec in specs:
        most = re.sub(r"(^|_)min(imum)?(?=_|$)", r"\1max\2", spec.name)
        if most != spec.name and most in by_name:
            return spec, by_name[most]
    return None


def _side(specs: Sequence[FieldSpec], operator: str) -> FieldSpec:
    """Of a least and a most time, a bound from above is on the most."""
    least, most = _ends(specs)
    return (most if "<" in operator else least) or specs[0]


def _constraints(field: str, operator: str, values: list[Any], reach: float = 0.0) -> Iterator[tuple[str, str, Any]]:
    if operator == "within":
        yield field, ">=", min(values)
        yield field, "<=", max(values)
    elif operator == "in":
        yield field, "in", values
    elif operator == "~":
        yield field, ">=", _whole(round(values[0] - reach, 6))
        yield field, "<=", _whole(round(values[0] + reach, 6))
    else:
        yield field, operator, values[0]


def _whole(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number

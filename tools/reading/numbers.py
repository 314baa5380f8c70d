"""Bounds on number fields, read outwards from every amount: what it is compared with stands before or after it, and the
field is named by its own name, by the unit, or by the comparison ("cheaper than 20").

    "under $20" -> price < 20; "评分8以上" -> rating >= 8; "for 2 players" -> min_players <= 2 and max_players >= 2

Amounts that no field of the catalogue can hold are left in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tools.catalogue import FieldSpec
from tools.reading.fields import Fields, tokens
from tools.reading.quantities import MAYBE, Quantity, quantities, unit
from tools.reading.text import Reading

LOOK_BACK, LOOK_ON = 60, 50  # characters around an amount
NEAR = 0.25  # of an amount that "around" reaches
_FLIP = {"<": ">=", ">": "<=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}
_COMPARED = {
    "<=": r"at most|no more than|not more than|up to|max(?:imum)?(?: of)?|within|capped at|<=|≤|no higher than|not over"
    r"|not above|not exceeding|不超过|不高于|不大于|不多于|最多|至多|(?:不能|不要|别|不得|不可)(?:超过|高于|多于|长于)|最高|上限(?:是|为)?",
    ">=": r"at least|no less than|no fewer than|not less than|min(?:imum)?(?: of)?|>=|≥|no lower than|not under|not below"
    r"|至少|最少|不低于|不少于|不小于|最低|起码|不短于|不要少于|不要低于|下限(?:是|为)?",
    "<": r"under|below|(?:less|lower|fewer|shorter|cheaper|smaller|lighter|younger|quicker|simpler|easier) than|beneath"
    r"|less expensive than|<|低于|少于|小于|不到|不足|短于|未满|便宜于",
    ">": r"over|above|(?:more|greater|higher|longer|larger|bigger|older|heavier|better|pricier) than|upwards of|exceed(?:s|ing)?"
    r"|more expensive than|>|超过|高于|大于|多于|长于|重于",
    "~": r"around|about|roughly|approximately|approx\.?|circa|~|大约|大概|差不多|约",
    "!=": r"not|no|nothing|never|except|other than|anything but|!=|≠|不是|不要|别|除了",
    "==": r"exactly|precisely|equal(?:s|ing)? to|equals?|==?|正好|刚好|等于|恰好|必须是",
}  # fmt: skip
_BEFORE = re.compile(
    "(?:" + "|".join(rf"(?P<c{n}>(?<![a-z])(?:{said}))" for n, said in enumerate(_COMPARED.values())) + r")"
    r"\s*(?:the\s+|a\s+|of\s+|为|是|在|:|支持|需要|要|有|能)?\s*$", re.IGNORECASE
)  # fmt: skip
_NOT = re.compile(
    r"(?<!why )(?:\b(?:nothing|none|neither|not|no|never|avoid\w*|without)|n['’]?t)"
    r"(?:\s+(?:want|need|like|to|see|watch|play|read|anything|something|any|that|which|is|are|be|it|them|ones?|really|much"
    r"|run\w*|last\w*|takes?|cost\w*|priced|rated|with|an?|the|for))*\s*$|(?:不要|不想要?|别|不能)$",
    re.IGNORECASE,
)
_AFTER = {
    ">=": r"\+|(?:or|and)\s+(?:more|higher|above|over|up(?:wards)?|longer|better|older|greater|larger|bigger|beyond|heavier)"
    r"|at least|min(?:imum)?(?![a-z])|plus(?![a-z])|[及或和]?(?:以上|之上|更高|更多)|起|往上",
    "<=": r"(?:or|and)\s+(?:less|lower|under|below|fewer|shorter|cheaper|younger|smaller|lighter)|max(?:imum)?(?![a-z])"
    r"|tops(?![a-z])|at (?:the )?most|[及或和]?(?:以下|之下|更少|更低)|以内|之内|内(?![容存地向心在部])|封顶",
    "~": r"or so(?![a-z])|左右|上下|前后",
}  # fmt: skip
_POST = re.compile(
    r"\s*(?:" + "|".join(rf"(?P<p{n}>{said})" for n, said in enumerate(_AFTER.values())) + ")", re.IGNORECASE
)
_LINK = r"(?:[\s:=]|\b(?:is|are|of|that|which|should|must|be|has|have|to|an?|the|at|in|with|for|range|value)\b|[是为在要得的]|必须|应该|需要|可以)*$"
_EQUALS = re.compile(r"(?:[:=]|\b(?:is|are|of)|[是为])\s*$")
_TO = re.compile(r"\s*(?:-|–|—|~|to|through|till?|到|至)\s*", re.IGNORECASE)
_AND = re.compile(r"\s*(?:and|和|与|跟)\s*", re.IGNORECASE)
_OR = re.compile(r"\s*(?:or|或者?)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:\bbetween|\bfrom|介于|在|从)\s*$", re.IGNORECASE)
_OUT_OF = re.compile(r"\s*(?:/|out of)\s*(5|10|100)\b", re.IGNORECASE)
_BUDGET = re.compile(r"(?:\b(?:budget|spend(?:ing)?|afford)\b|预算|花)(?:[\s:=]|is|of|only|是|为|在|大概|只有)*$", re.IGNORECASE)
_CLAUSE_END = re.compile(r"\s*(?:$|[,;.!?。、\0]|的|and\b|or\b|but\b|please\b)", re.IGNORECASE)
_FOR = re.compile(r"(?:\b(?:for|party of|group of|suits?|suitable for)\s+(?:an?\s+|up to\s+)?|适合|够|我们)$", re.IGNORECASE)
_PLAYED = re.compile(r"\s*(?:can )?(?:玩|一起|play|可玩|游戏|桌游|局)")
_IMPLIED = (("price", re.compile(r"cheap|expensive|pric|便宜|贵")), ("age", re.compile(r"younger")))


@dataclass(frozen=True)
class Said:
    """One amount, or two, with what stands around it."""

    start: int
    end: int
    operator: str  # "" where no comparison was said; "within" and "in" have two amounts
    amounts: tuple[float, ...]
    dimension: str
    named: tuple[FieldSpec, ...] = ()
    name: str = ""  # as it was said
    equal: bool = False  # "is", "of", ":" lead to it
    compared: str = ""  # the words of the comparison
    ends: bool = False  # nothing follows in its clause
    meant: bool = False  # "for" leads to it
    out_of: float = 0


class Numbers:
    """The number fields of one catalogue."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.numbers = [spec for spec in fields.catalogue.fields.values() if spec.kind == "number"]
        names = fields.pattern("number")
        self._named = re.compile(rf"(?P<name>{names}){_LINK}", re.IGNORECASE)
        self._after = re.compile(rf"[\s-]*(?:的\s*)?(?P<name>{names})", re.IGNORECASE)

    def read(self, text: str) -> list[Reading]:
        if not self.numbers or not MAYBE.search(text):
            return []
        out: list[Reading] = []
        for said in self._said(text):
            bounds = list(self._bounds(said))
            out += [Reading(said.start, said.end, field, op, value) for field, op, value in bounds]
        return out

    def _said(self, text: str) -> Iterator[Said]:
        found = list(quantities(text))
        free, n = 0, 0
        while n < len(found):
            first, last = found[n], found[n]
            joint = ""
            if n + 1 < len(found) and found[n].start >= free:
                joint = self._joint(text, free, first, found[n + 1])
                last = found[n + 1] if joint else first
            n += 2 if joint else 1
            if first.start < free:
                continue
            said = self._around(text, free, first, last, joint)
            free = max(free, last.end)
            yield said

    def _joint(self, text: str, free: int, first: Quantity, last: Quantity) -> str:
        gap = text[first.end : last.start]
        if first.dimension and last.dimension and first.dimension != last.dimension:
            return ""
        if _TO.fullmatch(gap):
            return "within"
        if _AND.fullmatch(gap) and (_BETWEEN.search(text[free : first.start]) or text.startswith("之间", last.end)):
            return "within"
        return "in" if _OR.fullmatch(gap) else ""

    def _around(self, text: str, free: int, first: Quantity, last: Quantity, joint: str) -> Said:
        before = text[max(free, first.start - LOOK_BACK) : first.start]
        operator, compared = joint, ""
        if joint and (lead := _BETWEEN.search(before)):
            before = before[: lead.start()]
        if not joint and (said := _BEFORE.search(before)):
            operator, compared = list(_COMPARED)[int((said.lastgroup or "c0")[1:])], said[0]
            before = before[: said.start()]
            if refusal := _NOT.search(before):
                operator, before = _FLIP.get(operator, operator), before[: refusal.start()]
        dimension, factor = last.dimension or first.dimension, last.factor if last.dimension else first.factor
        equal, meant = bool(_EQUALS.search(before)), bool(_FOR.search(before))
        budget = _BUDGET.search(before)
        name = self._named.search(before)
        if lead := name or budget:
            before = before[: lead.start()]
        if name and operator and (refusal := _NOT.search(before)):
            operator, before = _FLIP.get(operator, operator), before[: refusal.start()]
        start = max(free, first.start - LOOK_BACK) + len(before)
        after = self._on(text, last.end)
        if after.operator and not joint:
            operator = _FLIP.get(after.operator, after.operator) if operator == "!=" else after.operator
        operator = operator or ("<=" if budget else "")
        if after.unit:
            dimension, factor = after.unit, after.factor
        amounts = [first.amount, last.amount] if joint else [first.amount]
        if after.unit:
            amounts = [amount * factor for amount in amounts]
        elif joint and first.dimension != last.dimension:
            amounts = [each.amount * (1 if each.dimension else factor) for each in (first, last)]
        called = name["name"] if name else after.name
        return Said(
            start, after.end, operator, tuple(amounts), "money" if budget and not dimension else dimension,
            tuple(self._specs(called)), called, equal, compared, bool(_CLAUSE_END.match(text, after.end)),
            meant or bool(_PLAYED.match(text, last.end)), after.out_of,
        )  # fmt: skip

    def _on(self, text: str, at: int) -> _After:
        """What follows an amount: "or more", a unit, the field's name, in that order or the other."""
        out = _After(at)
        if scale := _OUT_OF.match(text, at):
            out = replace(out, end=scale.end(), out_of=float(scale[1]))
        for _ in range(2):
            if not out.name and (name := self._after.match(text, out.end)):
                out = replace(out, end=name.end(), name=name["name"])
            if not out.operator and (post := _POST.match(text, out.end)):
                out = replace(out, end=post.end(), operator=list(_AFTER)[int((post.lastgroup or "p0")[1:])])
                if found := unit(text, out.end):
                    out = replace(out, end=found[1], unit=found[0].dimension, factor=found[0].factor)
        end = out.end + (out.end > at and text.startswith("的", out.end))
        return replace(out, end=end + (2 if text.startswith("之间", end) else 0))

    def _specs(self, name: str) -> list[FieldSpec]:
        return [spec for spec in self.fields.called(name) if spec.kind == "number"] if name else []

    def _bounds(self, said: Said) -> Iterator[tuple[str, str, Any]]:
        specs = self._meant(said)
        if not specs:
            return
        kind = self.fields.kinds.get(specs[0].name)
        if kind and kind.ranges and said.name.casefold() not in self.fields.names[specs[0].name]:
            yield from self._span(said, specs)
        elif operator := self._operator(said, specs[0]):
            spec = _side(specs, operator)
            yield from _constraints(spec.name, operator, [self._value(spec, said, a) for a in said.amounts])

    def _meant(self, said: Said) -> list[FieldSpec]:
        """The fields that the words may mean, alike in kind."""
        fitting = self.fields.of_dimension(said.dimension) if said.dimension else []
        if said.named:
            both = [spec for spec in said.named if not said.dimension or spec in fitting]
            return both or fitting or ([] if said.dimension else list(said.named))
        if said.dimension:
            return fitting
        implied = next((kind for kind, words in _IMPLIED if words.search(said.compared)), None)
        if implied is None and said.operator in ("<", "<=") and said.ends and not 1900 <= said.amounts[0] <= 2100:
            implied = "price"  # "something under 20"
        return self.fields.of_kind(implied) if implied else []

    def _operator(self, said: Said, spec: FieldSpec) -> str:
        kind = self.fields.kinds.get(spec.name)
        if said.operator:
            return said.operator
        stars = kind is not None and kind.name == "rating"
        if not said.equal and not (stars and (said.named or said.dimension)):
            return ""
        return "==" if spec.integral or not stars else ">="

    def _value(self, spec: FieldSpec, said: Said, amount: float) -> float | int:
        top = spec.maximum or 0.0
        scale = 5.0 if top <= 5 else 10.0 if top <= 10 else 100.0
        if said.out_of:
            amount *= scale / said.out_of
        elif said.dimension == "stars" and scale == 10 and amount <= 5:  # stars are five, whatever the scale
            amount *= 2
        value = round(amount / self.fields.factor(spec, said.dimension) if said.dimension else amount, 6)
        return int(value) if value.is_integer() else value

    def _span(self, said: Said, specs: Sequence[FieldSpec]) -> Iterator[tuple[str, str, Any]]:
        """A game for 2 is one whose least number is at most 2 and whose most is at least 2."""
        least, most = _ends(specs)
        age = self.fields.kinds[specs[0].name].name == "age"
        low, high = (self._whole(min(said.amounts)), self._whole(max(said.amounts)))
        if said.dimension == "people" and not (said.name or said.operator or said.meant):  # "3 people told me"
            return
        if said.operator in ("<", "<=") or (said.operator in (">", ">=") and not age):
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

    @staticmethod
    def _whole(number: float) -> float | int:
        return int(number) if float(number).is_integer() else number


@dataclass(frozen=True)
class _After:
    end: int
    operator: str = ""
    name: str = ""
    unit: str = ""
    factor: float = 1.0
    out_of: float = 0


def _ends(specs: Sequence[FieldSpec]) -> tuple[FieldSpec | None, FieldSpec | None]:
    """The fields of the least and the most; one that says neither is both."""
    least = next((s for s in specs if {"min", "minimum"} & {*tokens(s.name)}), None)
    most = next((s for s in specs if {"max", "maximum"} & {*tokens(s.name)}), None)
    if least or most:
        return least, most
    return specs[0], specs[0]


def _side(specs: Sequence[FieldSpec], operator: str) -> FieldSpec:
    """Of a least and a most time, a bound from above is on the most."""
    least, most = _ends(specs)
    return (most if "<" in operator else least) or specs[0]


def _constraints(field: str, operator: str, values: list[Any]) -> Iterator[tuple[str, str, Any]]:
    if operator == "within":
        yield field, ">=", min(values)
        yield field, "<=", max(values)
    elif operator == "in":
        yield field, "in", values
    elif operator == "~":
        low, high = values[0] * (1 - NEAR), values[0] * (1 + NEAR)
        yield field, ">=", int(low) if float(low).is_integer() else low
        yield field, "<=", int(high) if float(high).is_integer() else high
    else:
        yield field, operator, values[0]



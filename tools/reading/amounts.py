"""Amounts with what stands around them: what each is compared with, before or after it, and the field that is named.

"rated 4 or higher" -> ">=" 4 of "rated"; "no more than $20" -> "<=" 20 money; "20 to 30 pages" -> 20 and 30 pages
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from tools.catalogue import FieldSpec
from tools.reading.beyond import FLIP, beyond, tall
from tools.reading.compared import AFTER, BEFORE, COMPARED, NOT, POST
from tools.reading.fields import Fields
from tools.reading.per import per
from tools.reading.quantities import MAYBE, Quantity, quantities, unit

MOST = 50  # amounts that are read; nobody says more
FEW = 12  # of what is counted
MEASURE = "[个间张台部件套只条位名家款]"
LOOK_BACK = 60  # characters before an amount
_LINK = (
    r"(?:[\s:=]|\b(?:is|are|of|that|which|should|must|be|has|have|to|an?|the|at|in|with|for|range"
    r"|value|size|run|last)\b|[是为在要得的有]|必须|应该|需要|可以)*$"
)
_EQUALS = re.compile(r"(?:[:=]|\b(?:is|are|of)|[是为])\s*$")
_TO = re.compile(r"\s*(?:-|–|—|~|to|through|till?|到|至)\s*", re.IGNORECASE)
_AND = re.compile(r"\s*(?:and|和|与|跟)\s*", re.IGNORECASE)
_OR = re.compile(rf"\s*{MEASURE}?\s*(?:or|或者?|还是)\s*", re.IGNORECASE)
_LISTED = re.compile(rf"\s*{MEASURE}?\s*(?:[,、]|,?\s*or|或者?|还是)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:\bbetween|\bfrom|介于|在|从)\s*$", re.IGNORECASE)
_OUT_OF = re.compile(r"\s*(?:/|out of)\s*(5|10|100)\b", re.IGNORECASE)
_BUDGET = re.compile(
    r"(?:\b(?:budget|spend(?:ing)?|afford|pay(?:ing)?)\b|预算|花)(?:[\s:=]|is|of|only|是|为|在|大概|只有)*$",
    re.IGNORECASE,
)
# "We only have 90 minutes": what is had of time or money is the most there is.
_HAVE = re.compile(
    r"\b(?:i|we|you)(?:['’]ve|\s+have)(?:\s+(?:only|just))?(?:\s+got)?(?:\s+(?:only|just|about))?\s*$"
    r"|\b(?:only|just)\s+(?:have|got)\s*$|(?:我们?|只|就)有\s*$",
    re.IGNORECASE,
)
_CHILD = re.compile(  # "my daughter is 7"
    r"\b(?:daughter|son|kid|child|nephew|niece|grand(?:son|daughter)|boy|girl)\b[^\d,;!?]{0,40}(?:\bis|['’]s)\s+"
    r"(?:only\s+|just\s+|almost\s+)?$",
    re.IGNORECASE,
)
_WHOM = re.compile(r"\b(?:kids|children|people|adults|teens|anyone|everyone)\s+(?:\w+\s+)?$", re.IGNORECASE)
_CLAUSE_END = re.compile(r"\s*(?:$|[,;.!?。、\0]|的|and\b|or\b|but\b|please\b)", re.IGNORECASE)
_FOR = re.compile(
    r"(?:\b(?:for|(?:a\s+)?(?:party|group|family) of|suits?|suitable for|we(?:\s+are|['’]re|\s+will be|['’]ll be))"
    r"\s+(?:an?\s+|up to\s+|all\s+)?|适合|够|我们(?:家|这边)?(?:一共|总共|共)?(?:有|是)?)$",
    re.IGNORECASE,
)
_PLAYED = re.compile(r"\s*(?:can )?(?:玩|一起|play|可玩|游戏|桌游|局)")


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
    compared: str = ""  # the words of the comparison; "between"
    ends: bool = False  # nothing follows in its clause
    meant: bool = False  # "for" leads to it
    out_of: float = 0


class Amounts:
    """How the number fields of one catalogue are named around an amount."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        names = fields.pattern("number")
        self._named = re.compile(rf"(?P<name>{names}){_LINK}", re.IGNORECASE)
        self._after = re.compile(
            r"[\s-]*(?:(?:years?|months?|weeks?)\s+(?:of\s+)?|(?:as|in|for|of)\s+(?:an?\s+|the\s+)?|的\s*|(?:当|做|作为?|[就要得能]+)\s*"
            rf"|{MEASURE})?(?P<name>{names})",
            re.IGNORECASE,
        )

    def read(self, text: str) -> Iterator[Said]:
        if not MAYBE.search(text):
            return
        found = [q for q in islice(quantities(text), MOST) if not q.ordinal or self._after.match(text, q.end)]
        free, n = 0, 0
        while n < len(found):
            run, joint = self._run(text, free, found[n:])
            n += len(run)
            if run[0].start >= free:
                yield (said := self._around(text, free, run, joint))
                free = said.end

    def _run(self, text: str, free: int, found: list[Quantity]) -> tuple[list[Quantity], str]:
        """One amount, both ends of a range, or a list with an "or"."""
        listed = 1
        while listed < len(found) and _LISTED.fullmatch(text[found[listed - 1].end : found[listed].start]):
            listed += 1
        gaps = [text[a.end : b.start] for a, b in pairwise(found[:listed])]
        if gaps and _OR.fullmatch(gaps[-1]) and len({q.dimension for q in found[:listed]} - {""}) <= 1:
            return found[:listed], "in"
        joint = self._joint(text, free, found[0], found[1]) if len(found) > 1 else ""
        return found[: 2 if joint else 1], joint

    def _joint(self, text: str, free: int, first: Quantity, last: Quantity) -> str:
        gap = text[first.end : last.start]
        if first.dimension and last.dimension and first.dimension != last.dimension:
            return ""
        if _TO.fullmatch(gap):
            return "within"
        if _AND.fullmatch(gap) and (_BETWEEN.search(text[free : first.start]) or text.startswith("之间", last.end)):
            return "within"
        return ""

    def _around(self, text: str, free: int, run: list[Quantity], joint: str) -> Said:
        first, last = run[0], run[-1]
        begin = max(free, first.start - LOOK_BACK)
        lead = self._lead(text[begin : first.start], joint)
        after = self._on(text, last.end)
        operator, each = lead.operator, per(self.fields, self._after, text[begin : first.start], text, last.end)
        if after.operator and not joint:
            operator = FLIP.get(after.operator, after.operator) if operator == "!=" else after.operator
        operator, end = beyond(text, after.end, operator)
        after = replace(after, end=end)
        called = lead.name or after.name or each[1]
        dimension = after.unit or last.dimension or first.dimension
        amounts = _amounts(run, after)
        if not dimension and _CHILD.search(text, begin, first.start):
            dimension = "age"
        if dimension == "span" and called and not self.fields.in_units(self._specs(called), "span"):
            dimension, amounts = "", tuple(each.amount / each.factor for each in run)  # "5 years of experience"
        if dimension == "time" and lead.compared.casefold().startswith("faster"):
            operator = FLIP[operator]
        if not operator and "多" in text[first.start : last.end]:  # 两个多小时, 200多块
            operator = ">"
        if not operator and lead.had and dimension in ("time", "money"):
            operator = "<="
        return Said(
            start=begin + lead.left,
            end=max(after.end, each[0]),
            operator=operator or ("<=" if lead.budget else ""),
            amounts=amounts,
            dimension="money" if lead.budget and not dimension else dimension,
            named=tuple(self._specs(called)),
            name=called,
            equal=lead.equal
            or first.ordinal
            or tall(text, begin, first.start, after.end)
            or (not lead.had and self._counted(first, called, lead.name)),
            compared="between" if joint and text.startswith("之间", last.end) else lead.compared,
            ends=lead.ends and bool(_CLAUSE_END.match(text, after.end) or text[after.end - 1] == "的" or each[1]),
            meant=lead.meant
            or dimension == "age"
            or bool(_PLAYED.match(text, last.end))
            or text[: last.end].casefold().endswith("of us"),
            out_of=after.out_of,
        )

    def _lead(self, before: str, joint: str) -> _Lead:
        """What leads to an amount, read backwards: a comparison, the field's name, a no."""
        operator, compared, ends = joint, "", not _WHOM.search(before)
        if joint and (between := _BETWEEN.search(before)):
            before, compared = before[: between.start()], "between"
        if not joint and (said := BEFORE.search(before)):
            operator, compared = list(COMPARED)[int((said.lastgroup or "c0")[1:])], said[0]
            before = before[: said.start()]
            if not self._named.search(before):
                operator, before = _refused(operator, before)
        had = bool(_HAVE.search(before))
        equal, party, budget = bool(_EQUALS.search(before)), _FOR.search(before), _BUDGET.search(before)
        name = self._named.search(before)
        if party and not name:
            before = before[: party.start()]
        if named := name or budget:
            before = before[: named.start()]
        if name and operator:
            operator, before = _refused(operator, before)
        return _Lead(
            len(before), operator, compared, name["name"] if name else "", bool(budget), equal, bool(party), ends, had
        )

    def _on(self, text: str, at: int) -> _After:
        """What follows an amount: "or more", a unit, the field's name, in that order or the other."""
        out = _After(at)
        if scale := _OUT_OF.match(text, at):
            out = replace(out, end=scale.end(), out_of=float(scale[1]))
        for _ in range(2):
            if not out.name and (name := self._after.match(text, out.end)):
                out = replace(out, end=name.end(), name=name["name"])
            if not out.operator and (post := POST.match(text, out.end)):
                out = replace(out, end=post.end(), operator=list(AFTER)[int((post.lastgroup or "p0")[1:])])
                if found := unit(text, out.end):
                    out = replace(out, end=found[1], unit=found[0].dimension, factor=found[0].factor)
        end = out.end + (out.end > at and text.startswith("的", out.end))
        return replace(out, end=end + (2 if text.startswith("之间", end) else 0))

    def _counted(self, amount: Quantity, name: str, before: str) -> bool:
        """ "A two-bedroom flat", 两室一卫: what is counted in small whole numbers is meant exactly."""
        specs = self._specs(name) if not (before or amount.dimension) else []
        return (
            bool(specs)
            and specs[0].integral
            and (specs[0].maximum or 0) <= FEW
            and specs[0].name not in self.fields.kinds
        )

    def _specs(self, name: str) -> list[FieldSpec]:
        if name in self.fields.catalogue.fields:
            return [self.fields.catalogue.fields[name]]
        return [spec for spec in self.fields.called(name) if spec.kind == "number"] if name else []


@dataclass(frozen=True)
class _After:
    end: int
    operator: str = ""
    name: str = ""
    unit: str = ""
    factor: float = 1.0
    out_of: float = 0


@dataclass(frozen=True)
class _Lead:
    left: int  # characters that say something else
    operator: str
    compared: str
    name: str
    budget: bool
    equal: bool
    meant: bool
    ends: bool
    had: bool


def _refused(operator: str, before: str) -> tuple[str, str]:
    """The operator that a no in front of it makes, and the words before that."""
    refusal = NOT.search(before)
    return (FLIP.get(operator, operator), before[: refusal.start()]) if refusal else (operator, before)


def _amounts(run: list[Quantity], after: _After) -> tuple[float, ...]:
    """In base units; of several amounts one may have the unit of all."""
    if after.unit:
        return tuple(each.amount * after.factor for each in run)
    factor = next((each.factor for each in reversed(run) if each.dimension), 1.0)
    return tuple(each.amount * (1 if each.dimension else factor) for each in run)

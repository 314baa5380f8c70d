"""What is only allowed: "I don't mind horror", "horror is fine too", 恐怖的也行. It is no requirement, and lifts a no;
beside a wish of the same field it is another choice: "red, but blue is fine too".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools.reading.text import Reading

_NOUN = r"(?:\s+(?:films?|movies?|games?|books?|songs?|shows?|music|ones?|stuff|things?))?"
_FINE = (
    r"(?:fine|ok(?:ay)?|al(?:l )?right|allowed|welcome|acceptable|no (?:problem|issue))\b(?!\s+(?:art|dining|print))"
)
_LEADS = re.compile(
    r"(?:\b(?:(?:do|would|wo)\s?n['’]?t|(?:do|would) not)\s+(?:really\s+|even\s+)?(?:mind|object to|rule out|exclude)"
    r"|\b(?:fine|ok(?:ay)?|alright|cool) with|\bopen to|\bnot (?:opposed|averse) to|\b(?:no problem|nothing wrong) with"
    r"|\bnothing against|\b(?:it|that|they|which) (?:can|could|may|might)(?: also| even| well)* be)"
    r"(?:\s+(?:if|that|it|it['’]s|they['’]re|is|are|has|have|be|being|having|an?|any|some|the|bit|little|also|even|of|in"
    r"|from|with|by|watching|reading|playing|hearing))*\s*$"
    r"|(?:不介意|不排斥|不反对|不怕|不抗拒|不排除|(?:可以|能|也)接受|(?<!不)(?:可以|能)(?:是|有))(?:[看听玩读买有是些的]|一[些点])*$",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    rf"{_NOUN}(?:(?:\s+(?:is|are|would be)|['’]s)(?:\s+(?:also|too|just|perfectly|totally))*\s+{_FINE}"
    rf"|\s+(?:also|too)\s+{_FINE}|\s+ok(?:ay)?\b|\s+(?:is|are)(?:n['’]?t|\s+not)\s+an?\s+(?:problem|issue|deal-?breaker)\b"
    r"|\s+(?:works?|(?:wi|wou)ll? do|would work|is good|are good)(?:\s+for me)?(?=\s+(?:too|as well|also)\b))"
    r"(?:\s+(?:too|as well|also|(?:by|with|for) me))*"
    r"|[^\s,，。.!?;；的]{0,4}?的?我?(?:们)?[也都](?:行|可以(?!推荐|给|帮|不)|好(?![看听玩吃喝])|成(?!为)|没关系|无所谓|没问题|ok"
    r"|(?:能|可以?)?接受|不介意|无妨|不错)|[^\s,，。.!?;；的]{0,3}?的?(?:没关系|没问题|无所谓)",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\b(?:also|too|as well)\b|也", re.IGNORECASE)
_WANTED = ("in", "contains", "contains_any")


@dataclass(frozen=True)
class Allowed:
    """A value that may be, said in `text[start:end]`; `also`: beside what is wanted."""

    start: int
    end: int
    field: str
    value: str
    also: bool


def led(text: str, at: int) -> bool:
    """ "I don't mind paying" is said right before."""
    return _LEADS.search(text, max(0, at - 40), at) is not None


def allowance(text: str, start: int, end: int) -> tuple[int, int, bool] | None:
    """Where the words stand that only allow what stands in `text[start:end]`, and whether they say "too"."""
    begin = max(0, start - 40)
    lead, follows = _LEADS.search(text, begin, start), _FOLLOWS.match(text, end)
    if not lead and not follows:
        return None
    first, last = lead.start() if lead else start, follows.end() if follows else end
    return first, last, bool(_ALSO.search(text[first:start] + text[end:last]))


def widened(wanted: Sequence[Reading], allowed: Sequence[Allowed]) -> tuple[list[Reading], list[Allowed]]:
    """What is allowed beside a wish as one more choice of it, and what is only allowed."""
    out, rest = list(wanted), []
    for each in allowed:
        held = [r for r in out if r.field == each.field and r.operator in _WANTED]
        several = len(held) > 1 and any(r.operator == "contains" for r in held)  # all of them are wanted
        if not held or several or not (each.also or held[0].operator == "in"):
            rest.append(each)
            continue
        operator = "in" if held[0].operator == "in" else "contains_any"
        choice = Reading(each.start, each.end, each.field, operator, [each.value], each.value)
        out = [*(replace(r, operator=operator) if r in held else r for r in out), choice]
    return out, rest

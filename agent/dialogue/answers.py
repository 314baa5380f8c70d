"""What someone says to a question of ours: which fields it was about, a bare number, an age, that all is the same."""

from __future__ import annotations

import re
from typing import Any

from agent.dialogue import sayings
from agent.dialogue.topics import Topics, least, stem
from agent.dialogue.ways import INDIFFERENT
from tools.catalogue import Catalogue, Filters

AGE = "\0age"  # asked like a field
ADULT = 18.0
_LAST = re.compile(r"[^.!?。！？]*[?？]$")  # sentence
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_BARE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), operator)
    for pattern, operator in (
        (
            rf"(?:\b(?:under|below|less than|cheaper than|shorter than|fewer than)\s*\D?|低于|少于|小于|不到){_NUMBER}",
            "<",
        ),
        (
            rf"(?:\b(?:at most|up to|max(?:imum)?(?: of)?|no more than|not more than|within)\s*\D?|不超过|最多"
            rf"|至多){_NUMBER}|{_NUMBER}\s*\S{{0,3}}(?:or less|or fewer|or under|\bmax\b|以内|以下|之内)",
            "<=",
        ),
        (rf"(?:\b(?:over|above|more than|longer than)\s*\D?|超过|多于|大于|高于){_NUMBER}", ">"),
        (
            rf"(?:\b(?:at least|min(?:imum)?(?: of)?|from|no less than)\s*\D?|至少|最少|不少于"
            rf"|不低于){_NUMBER}|{_NUMBER}\s*\S{{0,3}}(?:or more|or over|\bplus\b|\+|以上|起)",
            ">=",
        ),
    )
)
_RANGE = re.compile(r"(?P<low>\d+(?:\.\d+)?)\s*(?:-|–|to|and|到|至|~)\s*(?P<high>\d+(?:\.\d+)?)", re.IGNORECASE)
_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_FIGURES = {w: n for n, w in enumerate(_ENGLISH, 1)}
_FIGURES |= {w: n for n, w in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_SPELLED = re.compile(rf"\b(?:{'|'.join(_ENGLISH)})\b|[一二两三四五六七八九十]", re.IGNORECASE)
_PADDING = re.compile(
    r"(?:\W|\b(?:people|players|persons|of us|we are|we['’]re|about|around|maybe|please|say|just|it|should|be"
    r"|let['’]?s|i|we|would|['’]?d|think|roughly"
    r"|or so|somewhere|preferably|ideally|the)\b"
    r"|大概|大约|左右|个|人|我们|有|吧|就|差不多|应该|最好|请|我|要|想|在|的)*",
    re.IGNORECASE,
)
_MOST = re.compile(r"price|cost|budget|runtime|duration|length|minutes|time", re.IGNORECASE)
_LEAST = re.compile(r"rating|score|stars", re.IGNORECASE)
_GROWN = re.compile(
    r"\b(?:i(?:['’]?m| am)|we(?:['’]?re| are))\s+(?:already |well |all )?(?:over|above|older than"
    r"|at least)?\s*(\d{1,2})\b"
    r"(?!\s*(?:\w*(?:minute|hour|people|player|person|euro|dollar|pound|yuan|%|of)|[$€£]))"
    r"|^\W*(?:yes\W+)?(?:over|above) (18|21)\W*$|我(?:们|今年|已经?|早就?|都)*(?:满|过|超过|是|有)?了?(\d{1,2})\s*周?岁"
    r"|^\W*(?:是的?|对|嗯)?\W*已?经?[满过]了?(\d{1,2})\s*周?岁?了?\W*$",
    re.IGNORECASE,
)
_ADULT = re.compile(r"\b(?:i(?:['’]?m| am) an adult|of (?:legal )?age)\b|我?是?成年(?:人|了)|成年了", re.IGNORECASE)
_YES = re.compile(r"^\W*(?:yes|yeah|yep|sure|of course|i am|we are|是的?|对|嗯|是啊|当然|满了)", re.IGNORECASE)
_COMPANY = re.compile(r"player|guest|people|persons|seats|capacity", re.IGNORECASE)
_WE = re.compile(
    r"\b(\d{1,2}) of us\b|\b(?:there (?:are|will be|['’]ll be)|we(?:['’]re| are| will be)|(?:group|party"
    r"|team) of) (\d{1,2})\b"
    r"(?! (?:minutes|hours|years|euros|dollars))|我们(?:一共|总共|有)*(\d{1,2})个?人",
    re.IGNORECASE,
)


def asked_in(text: str, topics: Topics) -> tuple[tuple[str, ...], bool, float]:
    """The fields that the question at the end of a reply is about, whether there is one, and the age it asks about."""
    last = _LAST.search(text.strip().rsplit("\n", 1)[-1].strip())
    if not last:
        return (), False, ADULT
    if years := sayings.gate(last[0]):
        return (AGE,), True, years
    return topics.named(last[0]), True, ADULT


def indifferent(words: str) -> bool:
    return bool(INDIFFERENT.search(words))


def age(words: str, open_: tuple[str, ...], gate: float = ADULT) -> float | None:
    """Years that someone says they have at least; `gate`: those that were asked about."""
    if found := _GROWN.search(words):
        figure = next(group for group in found.groups() if group)
        grown = AGE in open_ or re.search(r"over|above|older|at least|满|过|岁", found[0]) or _about_age(words)
        return float(figure) if grown else None
    if _ADULT.search(words):
        return max(ADULT, gate if AGE in open_ else 0.0)
    return gate if AGE in open_ and _YES.search(words) else None


def company(words: str, catalogue: Catalogue) -> Filters:
    """How many they are, as a constraint on the fields that say for how many an item is."""
    fields = [spec.name for spec in catalogue.fields.values() if spec.kind == "number" and _COMPANY.search(spec.name)]
    found = _WE.search(_figures(words)) if fields else None
    if not found:
        return {}
    people = _number(next(group for group in found.groups() if group))
    return {name: {"<=" if least(name) else ">=": people} for name in fields}


def chosen(allowed: dict[str, list[str]], open_: tuple[str, ...], catalogue: Catalogue) -> Filters:
    """ "Comedy is fine" chooses, where it was asked which."""
    fields = {name: values for name, values in allowed.items() if name in open_}
    return {n: {"contains_any" if catalogue.fields[n].kind == "list" else "in": v} for n, v in fields.items()}


def _figures(words: str) -> str:
    """With small numbers in figures."""
    return _SPELLED.sub(lambda found: str(_FIGURES[found[0].casefold()]), words)


def ageless(words: str) -> str:
    """The words without the age that was given in them, which is no constraint on an item."""
    return re.sub(r"\s+years? old\b", "", _GROWN.sub(" ", words), flags=re.IGNORECASE)


def _about_age(words: str) -> bool:
    return bool(re.search(r"\byears? old\b|\bi(?:['’]?m| am) \d{1,2}\W*$", words, re.IGNORECASE))


def bare(words: str, open_: tuple[str, ...], catalogue: Catalogue) -> Filters:
    """A number without the name of its field or a unit, as an answer where one number alone was asked for: a field, or
    a pair such as `min_players` and `max_players`, between which the number must lie.
    """
    fields = [name for name in open_ if name in catalogue.fields and catalogue.fields[name].kind == "number"]
    if len({stem(name) for name in fields}) != 1:
        return {}
    told = _bound(_figures(words), fields[0])
    if len(fields) == 1 or len(told) != 1:
        return {fields[0]: told} if told and len(fields) == 1 else {}
    [value] = told.values()
    return {name: {"<=" if least(name) else ">=": value} for name in fields}


def _bound(words: str, field: str) -> dict[str, Any]:
    if (found := _RANGE.search(words)) and _alone(words, found):
        return {">=": _number(found["low"]), "<=": _number(found["high"])}
    for pattern, operator in _BARE:
        if (found := pattern.search(words)) and _alone(words, found):
            return {operator: _number(next(group for group in found.groups() if group))}
    if (found := re.search(_NUMBER, words)) and _alone(words, found):
        return {"<=" if _MOST.search(field) else ">=" if _LEAST.search(field) else "==": _number(found[1])}
    return {}


def _alone(words: str, found: re.Match[str]) -> bool:
    """Whether nothing but padding stands around what was found."""
    return bool(_PADDING.fullmatch(words[: found.start()] + " " + words[found.end() :]))


def _number(figure: str) -> Any:
    number = float(re.sub(r",(?=\d{3}$)", "", figure).replace(",", "."))
    return int(number) if number.is_integer() else number

"""Amounts in a text, in figures and in words, with their unit: "$1,200", "an hour and a half", "两个半小时", "4 stars".

Amounts come in the base unit of their dimension: minutes, grams, centimetres, megabytes, millilitres; money as it is
said, whatever the currency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tools.reading.counting import DIGITS, EN, FIGURES, GREAT, HALF, ORDINAL, ZH, number


class Unit(NamedTuple):
    dimension: str
    factor: float  # of the base unit
    said: str  # a pattern


UNITS = (
    Unit("time", 60, r"hours?|hrs?|h|小时|个小时|个钟头|钟头"),
    Unit("time", 1, r"minutes?|mins?|分钟"),
    Unit("time", 1 / 60, r"seconds?|secs?|秒钟?"),
    Unit(
        "money",
        1,
        r"dollars?|bucks?|usd|euros?|eur|pounds sterling|gbp|quid|yuan|rmb|cny|元钱?|块钱?|美元|美金"
        r"|欧元|欧(?![洲美式盟])|英镑|人民币|刀",
    ),
    Unit("money", 0.01, r"cents?"),
    Unit("stars", 1, r"stars?|颗星|星(?!期)"),
    Unit("points", 1, r"points?|分(?!钟|类|别|享|之|开|析|期)"),
    Unit("pages", 1, r"pages?|pp|页"),
    Unit("players", 1, r"players?|gamers|[个位名]?玩家"),
    Unit("people", 1, r"people|persons?|friends|guests?|of us|[个位名]客人|[个名]?人(?![气类生物民间])"),
    Unit("age", 1, r"(?:years?|yrs?)[\s-]?olds?|years? of age|yo|岁"),
    Unit("span", 12, r"years?|yrs?|年(?![代级纪龄初底末中薪轻前后以之])"),
    Unit("span", 1, r"months?|个?月(?![份底初末])"),
    Unit("span", 7 / 30, r"weeks?|个?星期|周(?![末边围年])"),
    Unit("span", 1 / 30, r"days?|天"),
    Unit("mass", 1000, r"kg|kgs|kilos?|kilograms?|公斤|千克"),
    Unit("mass", 500, r"斤"),
    Unit("bytes", 1e3, r"(?-i:G)"),
    Unit("mass", 1, r"g|grams?|克"),
    Unit("mass", 453.592, r"lbs?|pounds?"),
    Unit("mass", 28.3495, r"oz|ounces?"),
    Unit("bytes", 1e6, r"tb|terabytes?"),
    Unit("bytes", 1e3, r"gb|gigs?|gigabytes?"),
    Unit("bytes", 1, r"mb|megabytes?"),
    Unit("area", 1, r"square met(?:er|re)s?|sq\.?\s?m(?:et(?:er|re)s?)?|sqm|m2|平方米?|平米|平(?![时均台常静])"),
    Unit("area", 0.092903, r"square f(?:eet|oot)|sq\.?\s?ft|sqft|ft2|平方英尺"),
    Unit("distance", 1000, r"km|kms|kilomet(?:er|re)s?|公里|千米"),
    Unit("distance", 1609.344, r"miles?|mi|英里"),
    Unit("length", 2.54, r"inch(?:es)?|英寸|寸|[\"″”](?!\w)"),
    Unit("length", 30.48, r"feet|foot|ft|英尺"),
    Unit("length", 0.1, r"mm|毫米"),
    Unit("length", 1, r"cm|centimet(?:er|re)s?|厘米"),
    Unit("length", 100, r"met(?:er|re)s?|(?-i:m)|米"),
    Unit("volume", 1000, r"lit(?:er|re)s?|l|升"),
    Unit("volume", 1, r"ml|毫升"),
    Unit("percent", 1, r"%|percent|per cent"),
)
# What a field's name says its numbers are in: the last part of it that is one of these.
NAMED = {
    "time": {"seconds": 1 / 60, "second": 1 / 60, "secs": 1 / 60, "sec": 1 / 60, "s": 1 / 60, "ms": 1 / 60_000}
    | dict.fromkeys(("minutes", "minute", "mins", "min"), 1.0)
    | dict.fromkeys(("hours", "hour", "hrs", "h"), 60.0),
    "money": {"cents": 0.01, "cent": 0.01, "fen": 0.01},
    "mass": {"kg": 1000.0, "kilos": 1000.0, "g": 1.0, "grams": 1.0, "lb": 453.592, "lbs": 453.592, "oz": 28.3495},
    "bytes": {"tb": 1e6, "gb": 1e3, "mb": 1.0, "kb": 1e-3},
    "length": {"inch": 2.54, "inches": 2.54, "in": 2.54, "ft": 30.48, "mm": 0.1, "cm": 1.0, "m": 100.0},
    "distance": {"km": 1000.0, "kilometers": 1000.0, "m": 1.0, "meters": 1.0, "mi": 1609.344, "miles": 1609.344},
    "area": {"sqm": 1.0, "m2": 1.0, "sqft": 0.092903, "ft2": 0.092903},
    "span": {"days": 1 / 30, "weeks": 7 / 30, "months": 1.0, "years": 12.0},
    "percent": {"percent": 1.0, "pct": 1.0, "percentage": 1.0},
    "volume": {"l": 1000.0, "liters": 1000.0, "litres": 1000.0, "ml": 1.0},
}

_PER_ZH = rf"一[晚夜天次局人位月周](?=\s*(?:\d|[{DIGITS}十百千]|最|不|预|大?约))"  # "一晚150": what 150 is per
_HOUR = r"(?:hours?|hrs?|h)(?![a-z])"
_HOURS = rf"(?:{FIGURES}{HALF}?|{EN}|an?)[\s-]*{_HOUR}"
_MINUTES = rf"(?:\d+|{EN})[\s-]*(?:minutes?|mins?|m)(?![a-z])"
_TIME = (
    rf"(?:three[\s-]|a\s+)?quarters?\s+of\s+an\s+hour|(?:a\s+)?half[\s-]hour|\d+h\s?[0-5]\d(?:\s*(?:m|mins?|minutes?)(?![a-z])|(?!\d))"
    rf"|{_HOURS}(?:\s+and\s+(?:a\s+half|(?:a|three)\s+quarters?)|\s*(?:and\s+)?{_MINUTES}"
    rf"|\s+(?:and\s+)?{EN}(?=\s*(?:$|[,.;!?])))?"
)
_TIME_ZH = rf"(?:{ZH}\s*个?[半多]?|半个?)\s*(?:小时|钟头|钟(?!头))(?:{ZH}\s*分钟?|半|[一三]刻钟?)?|[一三]刻钟"
_UNIT = re.compile(
    "|".join(rf"(?P<u{n}>(?:{u.said})(?![a-z]))" for n, u in enumerate(UNITS)),
    re.IGNORECASE,
)
_GAP = re.compile(r"[\s-]*多?(?:个(?=[多小钟月人玩]))?多?")
_AMOUNT = re.compile(
    rf"(?<![\w.])(?P<ordinal>{ORDINAL})(?![a-z])|(?P<time>(?<![\w.])(?:{_TIME})|{_TIME_ZH})"
    rf"|(?P<sign>US\$|[$€£¥]|RMB|USD|EUR)\s*(?P<money>{FIGURES})(?P<k>k\b)?"
    rf"|(?<![\w.])(?P<figures>{FIGURES}{HALF}?)(?P<thousand>k\b|\s*(?:thousand|million|billion)\b)?(?!\.?\d|\s*[百千万]|个半)"
    rf"|(?<![a-z])(?P<english>{EN})(?![a-z])"
    r"|(?P<half>半(?=公里|千米|公斤|斤|升|年)|(?<![a-z])half a(?=\s+(?:kilo|mile|lit|year|pound)))"
    rf"|(?P<chinese>(?!一[共起些下点定般样直切旦边]|{_PER_ZH})(?:{ZH}个半|{ZH}))",
    re.IGNORECASE | re.ASCII,
)
MAYBE = re.compile(
    rf"\d|[{DIGITS}十百千半]|(?<![a-z])(?:{EN}|{ORDINAL}|an hour|half|quarters?)(?![a-z])", re.IGNORECASE
)


@dataclass(frozen=True)
class Quantity:
    start: int
    end: int
    amount: float
    dimension: str = ""
    factor: float = 1.0  # by which the amount was brought to the base unit
    ordinal: bool = False  # "third"


def quantities(text: str) -> Iterator[Quantity]:
    for found in _AMOUNT.finditer(text):
        start, end = found.span()
        if found["ordinal"]:
            yield Quantity(start, end, number(found["ordinal"]), ordinal=True)
        elif found["time"]:
            yield Quantity(start, end, minutes(found["time"]), "time", 60.0)
        elif found["money"]:
            amount = number(found["money"]) * (1000 if found["k"] else 1)
            after = unit(text, end)
            yield Quantity(start, after[1] if after and after[0].dimension == "money" else end, amount, "money")
        else:
            amount = 0.5 if found["half"] else number(found["figures"] or found["english"] or found["chinese"])
            amount *= GREAT[found["thousand"].strip().casefold()] if found["thousand"] else 1
            after = unit(text, end)
            if after is None:
                yield Quantity(start, end, amount)
            else:
                factor, end = after[0].factor, after[1]
                if text.startswith("半", end) and found["chinese"]:  # 三分半
                    amount, end = amount + 0.5, end + 1
                yield Quantity(start, end, amount * factor, after[0].dimension, factor)


def unit(text: str, at: int) -> tuple[Unit, int] | None:
    """The unit that stands at `at`, and its end."""
    gap = _GAP.match(text, at)
    at = gap.end() if gap else at
    found = _UNIT.match(text, at)
    if found is None:
        return None
    n = int((found.lastgroup or "u0")[1:])
    return UNITS[n], found.end()


def minutes(words: str) -> float:
    """Of hours, and what is beyond them."""
    words = words.casefold()
    if ("quarter" in words and "of an hour" in words) or (words.endswith("刻钟") and len(words) == 3):
        return 45.0 if re.match("three|三", words) else 15.0
    if re.match(r"(?:a\s+)?half[\s-]h", words):
        return 30.0
    hours, said, rest = re.sub(rf"[\s-]*(?:{_HOUR}|(?<=\d)h|个?小时|个?钟头?)", "|", words, count=1).rpartition("|")
    return 60 * (number(hours.rstrip("个多 -")) if said else 0.0) + _beyond(rest)


def _beyond(rest: str) -> float:
    if "quarter" in rest or "刻" in rest:
        return 45.0 if re.search("three|三", rest) else 15.0
    if re.search(r"and\s+a\s+half|^半$", rest):
        return 30.0
    return number(re.sub(r"^\s*and\s+|[\s-]*(?:minutes?|mins?|m)$|分钟?", "", rest))

"""Amounts in a text, in figures and in words, with their unit: "$1,200", "an hour and a half", "两个半小时", "4 stars".

Amounts come in the base unit of their dimension: minutes, grams, centimetres, megabytes, millilitres; money as it is
said, whatever the currency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


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
        r"|欧元|英镑|人民币|刀",
    ),
    Unit("money", 0.01, r"cents?"),
    Unit("stars", 1, r"stars?|颗星|星(?!期)"),
    Unit("points", 1, r"points?|分(?!钟|类|别|享|之|开|析|期)"),
    Unit("pages", 1, r"pages?|pp|页"),
    Unit("players", 1, r"players?|gamers|[个位名]?玩家"),
    Unit("people", 1, r"people|persons?|friends|guests?|of us|[个位名]客人|[个名]?人(?![气类生物民间])"),
    Unit("age", 1, r"(?:years?|yrs?)[\s-]?olds?|years? of age|yo|岁"),
    Unit("mass", 1000, r"kg|kgs|kilos?|kilograms?|公斤|千克"),
    Unit("mass", 500, r"斤"),
    Unit("bytes", 1e3, r"(?-i:G)"),
    Unit("mass", 1, r"g|grams?|克"),
    Unit("mass", 453.592, r"lbs?|pounds?"),
    Unit("mass", 28.3495, r"oz|ounces?"),
    Unit("bytes", 1e6, r"tb|terabytes?"),
    Unit("bytes", 1e3, r"gb|gigs?|gigabytes?"),
    Unit("bytes", 1, r"mb|megabytes?"),
    Unit("distance", 1000, r"km|kms|kilomet(?:er|re)s?|公里|千米"),
    Unit("distance", 1609.344, r"miles?|mi|英里"),
    Unit("length", 2.54, r"inch(?:es)?|英寸|寸"),
    Unit("length", 30.48, r"feet|foot|ft|英尺"),
    Unit("length", 0.1, r"mm|毫米"),
    Unit("length", 1, r"cm|centimet(?:er|re)s?|厘米"),
    Unit("length", 100, r"met(?:er|re)s?|米"),
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
    "volume": {"l": 1000.0, "liters": 1000.0, "litres": 1000.0, "ml": 1.0},
}

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
]
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
ENGLISH: dict[str, float] = {word: float(n) for n, word in enumerate(_SMALL)} | {k: float(v) for k, v in _TENS.items()}
ENGLISH |= {
    "half an": 0.5,
    "a hundred": 100.0,
    "one hundred": 100.0,
    "two hundred": 200.0,
    "a dozen": 12.0,
    "a thousand": 1000.0,
}
_DIGITS = "零一二两三四五六七八九"
_EN_WORDS = "|".join(sorted(ENGLISH, key=len, reverse=True))
_FIGURES = r"\d+(?:,\d{3})*(?:\.\d+)?"
_ZH_NUMBER = rf"(?:{_FIGURES}\s*[百千万]?|[{_DIGITS}十百千万]+)"
_PER_ZH = rf"一[晚夜天次局人位月周](?=\s*(?:\d|[{_DIGITS}十百千]|最|不|预|大?约))"  # "一晚150": what 150 is per
_HOURS = rf"(?:\d+(?:\.\d+)?|an?|{_EN_WORDS})[\s-]*(?:hours?|hrs?|h)(?![a-z])"
_TIME = (
    rf"\d+\s+and a half\s+hours?|{_HOURS}(?:\s+and a half|\s*(?:and\s+)?\d+\s*(?:minutes?|mins?|m)(?![a-z]))|{_HOURS}"
)
_TIME_ZH = rf"(?:{_ZH_NUMBER}\s*个?半?|半个?)\s*(?:小时|钟头)(?:{_ZH_NUMBER}\s*分钟?|半)?"
_UNIT = re.compile(
    "|".join(rf"(?P<u{n}>(?:{u.said})(?![a-z]))" for n, u in enumerate(UNITS)),
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    rf"(?P<time>(?<![\w.])(?:{_TIME})|{_TIME_ZH})"
    rf"|(?P<sign>US\$|[$€£¥]|RMB|USD|EUR)\s*(?P<money>{_FIGURES})(?P<k>k\b)?"
    rf"|(?<![\w.])(?P<figures>{_FIGURES})(?P<thousand>k\b)?(?!\.?\d|\s*[百千万])"
    rf"|(?<![a-z])(?P<english>{_EN_WORDS})(?![a-z])|(?P<chinese>(?!一[共起些下点定般样直切旦边]|{_PER_ZH}){_ZH_NUMBER})",
    re.IGNORECASE | re.ASCII,
)
MAYBE = re.compile(rf"\d|[{_DIGITS}十百千半]|(?<![a-z])(?:{_EN_WORDS}|an hour)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Quantity:
    start: int
    end: int
    amount: float
    dimension: str = ""
    factor: float = 1.0  # by which the amount was brought to the base unit


def quantities(text: str) -> Iterator[Quantity]:
    for found in _AMOUNT.finditer(text):
        start, end = found.span()
        if found["time"]:
            yield Quantity(start, end, minutes(found["time"]), "time", 60.0)
        elif found["money"]:
            amount = number(found["money"]) * (1000 if found["k"] else 1)
            after = unit(text, end)
            yield Quantity(start, after[1] if after and after[0].dimension == "money" else end, amount, "money")
        else:
            amount = number(found["figures"] or found["english"] or found["chinese"])
            amount *= 1000 if found["thousand"] else 1
            after = unit(text, end)
            if after is None:
                yield Quantity(start, end, amount)
            else:
                factor = after[0].factor
                yield Quantity(start, after[1], amount * factor, after[0].dimension, factor)


def unit(text: str, at: int) -> tuple[Unit, int] | None:
    """The unit that stands at `at`, and its end."""
    gap = re.compile(r"[\s-]*(?:个(?=[小钟月人玩]))?").match(text, at)
    at = gap.end() if gap else at
    found = _UNIT.match(text, at)
    if found is None:
        return None
    n = int((found.lastgroup or "u0")[1:])
    return UNITS[n], found.end()


def number(words: str) -> float:
    """A number in figures or in English or Chinese words; 0 when there is none."""
    words = words.strip().casefold().replace(" and a half", ".5")
    if figures := re.search(r"\d+(?:,\d{3})*(?:\.\d+)?", words):
        scale = {"百": 100, "千": 1000, "万": 10_000}.get(words[-1], 1)
        return float(figures[0].replace(",", "")) * scale + (0.5 if "半" in words else 0.0)
    return ENGLISH.get(words, 1.0 if words in ("a", "an") else 0.0) or _chinese(words)


def minutes(words: str) -> float:
    hours, said, rest = re.sub(
        r"[\s-]*(?:hours?|hrs?|h|个?小时|个?钟头)(?![a-z])", "|", words.casefold(), count=1
    ).rpartition("|")
    hour = number(hours.replace("个", "").strip(" -")) if said else 0.0
    return 60 * hour + (30 if "and a half" in rest or rest == "半" else number(rest))


def _chinese(words: str) -> float:
    total, digit = 0.0, 0
    if short := re.fullmatch(rf"([{_DIGITS}])([百千万])([一二三四五六七八九])", words):  # 一百五 is 150
        words = f"{short[1]}{short[2]}{short[3]}{ {'百': '十', '千': '百', '万': '千'}[short[2]] }"
    for char in words:
        if char in _DIGITS:
            digit = (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9)[_DIGITS.index(char)]
        elif char in "十百千万":
            scale = {"十": 10, "百": 100, "千": 1000, "万": 10_000}[char]
            total, digit = (total + digit) * scale if char == "万" else total + (digit or 1) * scale, 0
    return total + digit + (0.5 if "半" in words else 0.0)

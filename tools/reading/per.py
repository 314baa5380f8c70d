"""What an amount is per: "150 a night", 每晚150, "50 a head"."""

from __future__ import annotations

import re

from tools.reading.fields import Fields

_PER = re.compile(r"\s*(?:(?:an?|per|each|every)\s+|/\s*)(?P<per>[a-z]{3,})\b", re.IGNORECASE)
_EVERY = {"晚": "night", "天": "day", "日": "day", "月": "month", "年": "year", "周": "week", "小时": "hour"}
_SAME = {"head": "person", "pax": "person", "annum": "year", "hr": "hour"}
_EVERY |= {"人": "person", "份": "serving", "位": "person", "节": "lesson"}
_PAID = ("year", "month", "annum", "hour", "hr")
_PER_ZH = re.compile(rf"每个?(?P<per>{'|'.join(_EVERY)})")


def per(fields: Fields, name: re.Pattern[str], before: str, text: str, end: int) -> tuple[int, str]:
    """Where that ends, and the field: the one whose name says "night", or what a `name` right after calls. The amount
    ends at `end` of the text; `before` is what leads to it.
    """
    after, every = _PER.match(text, end), _PER_ZH.search(before)
    word = after["per"].casefold() if after else _EVERY[every["per"]] if every else ""
    found = fields.with_part(_SAME.get(word, word)) if word else []
    if word in _PAID and not found:
        found = fields.of_kind("salary")
    if len(found) == 1:
        return after.end() if after else end, found[0].name
    named = name.match(text, after.end()) if after else None  # "1000 a month in rent"
    return (named.end(), named["name"]) if named else (end, "")

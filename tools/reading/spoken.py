"""Languages that are asked for: "in Italian", "Spanish-speaking", 法语的. A language is no country: a film in Italian
need not come from Italy; and where the catalogue does not hold languages, none can be asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tools.reading.fields import glossary
from tools.reading.text import either

LANGUAGE = re.compile(r"language|(?:^|_)lang(?:_|$)|语言", re.IGNORECASE)
COUNTRY = re.compile(r"countr|nation|origin|国家|产地", re.IGNORECASE)
SUBTITLES = re.compile(r"subtitle|caption|字幕", re.IGNORECASE)
_NEXT = re.compile(
    r"\s*(?:$|[,.;!?，。；、)\0\u3400-\u9fff]|(?:and|or|but|with|without|please|from|under|over|by|that|for|on|at|about|only"
    r"|if|not|too|as|rather|which|who|set|starring|made|released|published|since|after|before|around)\b)",
    re.IGNORECASE,
)
_NOT_IN = re.compile(
    r"interest\w*|speciali\w+|believ\w+|expert|trained|dress\w*|rooted|steeped|living|live|lives", re.IGNORECASE
)
_SPOKEN = re.compile(
    r"\b(?:speaks?|speaking|(?:spoken|sung|written|dubbed|voiced) in(?:to)?)\s+$|(?:[说讲用看听])$", re.IGNORECASE
)
_AFTER = re.compile(
    r"[\s-]+(?:languages?|speaking|spoken|dialogues?|audio|lyrics|dub(?:s|bed)?|voice[ -]?over)\b"
    r"|[语文](?![化学艺物明])",
    re.IGNORECASE,
)
_TONGUE = re.compile(r"[语文](?![化学艺物明])")
_SUBTITLED = re.compile(r"[\s-]+(?:subtitles?|subtitled|subs|subbed|captions?)\b|字幕", re.IGNORECASE)
_SUBTITLED_IN = re.compile(r"\b(?:subtitle[sd]?|captions?) in\s+$", re.IGNORECASE)
_WANTED_ZH = re.compile(r"(?:版|版本)?的|对白|配音|授课|歌|片|电影|书|文章|版|\s*(?:$|[,，。；;!?])")
_REPLY = re.compile(
    r"\b(?:answer|reply|respond|write|speak|talk|explain|translate|say|tell)\w*\s+(?:[\w\0]+\s+|[\"“”\0]+\s*){0,2}(?:in|to|into)\s*$",
    re.IGNORECASE,
)
_LEARNT = re.compile(
    r"\b(?:learn\w*|study\w*|teach\w*|my|(?:i|we)(?: can| also)? (?:speak|know)(?: [a-z]+(?:,| and))*)\s+$"
    r"|[会学教]$|我的?$",
    re.IGNORECASE,
)
_SPEAK = re.compile(r"(?:^|[^会能在])[说讲]\s*$")  # people in a film 说 a language too: "说法语的"
_REPLY_AFTER = re.compile(r"\s*(?:回答|回复|解释|告诉|写|说明|介绍|跟我)")


def speech(name: str) -> bool:
    """Whether a language is called so: "Italian", not "Italy"."""
    return name.casefold() in _language()


def tongue(text: str, end: int) -> bool:
    """Whether what ends here in Chinese is the beginning of a language's name: 意大利 of 意大利语."""
    return _TONGUE.match(text, end) is not None


def subtitled(text: str, start: int, end: int) -> bool:
    """ "English subtitles": what is spoken is not said."""
    return bool(_SUBTITLED.match(text, end) or _SUBTITLED_IN.search(text, max(0, start - 20), start))


def spoken(text: str, start: int, end: int) -> bool:
    """Whether the words around a name that is a language's and a country's or a people's mean the language."""
    if _AFTER.match(text, end) or _SPOKEN.search(text, max(0, start - 16), start):
        return True
    led = _in().search(text, max(0, start - 60), start)
    named = bool(led) and bool(_NEXT.match(text, end))
    return named and not (led and led["verb"] and _NOT_IN.fullmatch(led["verb"]))


def heard(text: str, start: int, end: int) -> bool:
    """Whether the name is of a language that something is in, or is subtitled in."""
    return spoken(text, start, end) or subtitled(text, start, end)


def elsewise(text: str, start: int, end: int) -> bool:
    """ "Answer in French" wants no French film, nor does "说中文吧" or "我在学中文"."""
    if _LEARNT.search(text, max(0, start - 40), start):
        return True
    said = _SPEAK.search(text, max(0, start - 40), start) and not text.startswith("的", end)
    return bool(said or _REPLY.search(text, max(0, start - 40), start) or _REPLY_AFTER.match(text, end))


def named(text: str) -> Iterator[tuple[int, int, str]]:
    """Languages that are asked for, by their usual English name, and where each stands."""
    for found in _names().finditer(text):
        start, end = found.span()
        asked = spoken(text, start, end) if found[0].isascii() else _WANTED_ZH.match(text, end)
        if (asked or subtitled(text, start, end)) and not elsewise(text, start, end):
            yield start, end, _language()[found[0].casefold()]


@cache
def _language() -> dict[str, str]:
    """Name in lower case -> the usual one; codes are none."""
    listed = glossary()["languages"]
    return {
        n.casefold(): language
        for language, names in listed.items()
        for n in (language, *names)
        if len(n) > 3 or not n.isascii()
    }


@cache
def _in() -> re.Pattern[str]:
    """ "In", or "in Italian or" before the next of a list."""
    listed = rf"(?:(?:{either(_language())})(?:\s*,\s*|\s+)(?:(?:or|and|nor)\s+)?)*"
    return re.compile(rf"(?:\b(?P<verb>[a-z]+)\s+)?\bin\s+(?:either\s+)?{listed}$", re.IGNORECASE)


@cache
def _names() -> re.Pattern[str]:
    return re.compile(either(_language()), re.IGNORECASE)

"""Years and decades that people say, in English and Chinese, as bounds on the catalogue's year or date field.

    "nothing before 1985" -> year >= 1985; "八十年代" -> year >= 1980 and <= 1989

Which field is meant is read from field names. Each rule is a pattern and the bounds that it stands for; rules are tried
in order, and what one has read the next does not see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from tools.catalogue import Catalogue, FieldSpec
from tools.reading import counting
from tools.reading.counting import DIGITS, EN
from tools.reading.fields import tokens
from tools.reading.kinds import year_like
from tools.reading.text import Reading, blank

# `first` and `last` are of everything that the pattern's groups matched: of a decade, or of both ends of a range.
# "any": within one of the groups; "not": in none of them; "outside": not between them; "about": near them; "none": what
# the words say of a year is no bound on it.
Bound = Literal["within", "any", "about", "not", "outside", "none", ">= first", "<= last", "< first", "> last"]
Rule = tuple[re.Pattern[str], Bound]

# A year or a decade, in each language; `_period` reads what these match.
_DECADE = (
    r"(?:(?:early|mid|late)[\s-])?(?:[12]\d\d0['’]?s|['’]?\d0['’]?s|(?:twen|thir|for|fif|six|seven|eigh|nine)ties)"
)
_EN = rf"((?:the\s+)?(?:{_DECADE}|[12]\d{{3}})(?![\d\w]))"
_EN_SOME = rf"{_EN}(?:\s*(?:,|,?\s*\b(?:or|and|nor)\b|&)\s*(?:from\s+)?{_EN})?(?:\s*,?\s*\b(?:or|and|nor)\s+{_EN})?"
_DECADES = _EN_SOME.replace(_EN, rf"((?:the\s+)?{_DECADE}(?!\w))")
_TENS_ZH = "[二三四五六七八九]"
_DECADE_ZH = (
    rf"(?:上个?世纪|20世纪|二十世纪)?(?:[12]\d\d0|\d0(?:[、和/]?\d0)?|{_TENS_ZH}(?:十?[、和]?{_TENS_ZH})?十)年代"
)
_ZH = rf"({_DECADE_ZH}|[12]\d{{3}}\s*(?:年(?!代))?(?!\d))"
_NOT = (
    r"(?<!why )\b(?:nothing|none|neither|not|no|never|avoid\w*|without|except|don['’]?t|doesn['’]?t|isn['’]?t)"
    r"(?:\s+(?!seen|watched|read|sure|know|only|just|mind)\w+){0,4}?\s+"
)
_NO = (
    r"(?<!why )\b(?:nothing|neither|not|no|non|never|avoid\w*|without|except)[\s-]+(?:(?:an?|any|more|another|the)\s+)*"
)
_NOT_ZH = r"(?:不要|不想看?|不看|别看?|不用|不是|不喜欢看?|不爱看?|讨厌|除了|排除|别给我推荐|别推荐)(?:任何|那些|看)?"
_BEFORE, _AFTER = (
    r"(?:before|prior to|older than|earlier than)\s+",
    r"(?:after|newer than|younger than|later than|past)\s+",
)
_OR_LATER, _OR_EARLIER = (
    r"\s*(?:and|or)\s+(?:later|newer|after|up|onwards?)\b",
    r"\s*(?:and|or)\s+(?:earlier|older|before)\b",
)


PARTS = {"early": (0, 4), "mid": (3, 6), "late": (5, 9)}  # of a decade, generously
FAR = 300  # years before the catalogue's first that are still asked about
_SUM = re.compile(  # a figure like a year that is money
    r"\b(?:pay\w*|spend\w*|afford|budget|costs?|price\w*|rent|salary)\b[^\d.,;!?]{0,24}[12]\d{3}(?!\d)(?:\s*(?:-|to|and)\s*\d+)?"
    r"|[$€£¥]\s?[12]\d{3}(?!\d)"
    r"|(?<!\d)[12]\d{3}(?:\s*(?:-|to|and)\s*\d{3,})?\s*(?:(?:an?|per)\s+(?:month|year|week|night)|dollars|euros?|bucks|pounds"
    r"|usd|eur|gbp|rmb|yuan|元|块|美元|欧元)",
    re.IGNORECASE,
)
NEAR = 2  # years that "around" reaches
_N_ZH = rf"(\d{{1,2}}|[{DIGITS}十]+)"
_MAYBE = re.compile(r"\d{2}|ties|十年代|[0-9]年代", re.IGNORECASE)
_USUAL = re.compile(r"year|release|publish|vintage", re.IGNORECASE)
_N_YEARS = rf"(\d{{1,2}}|{EN})\s+years?"
_LATELY = re.compile(
    rf"(?:\b(?:in|within|from|over)\s+)?\b(?:the\s+)?(?:last|past)\s+{_N_YEARS}\b"
    rf"|(?:\b(?:no|not)|n['’]?t(?:\s+be)?)\s+(?:more than|older than|over)\s+{_N_YEARS}(?:\s+old)\b"
    rf"|\b(?:less|newer|younger) than\s+{_N_YEARS}\s+old\b|\bat most\s+{_N_YEARS}\s+old\b"
    r"|\b(?:from\s+)?this year or last(?:\s+year)?\b|今年或者?去年的?"
    rf"|(?:最近|近|过去){_N_ZH}年(?:之?内|以内|里)?(?:出|上市|发布|生产|推出|上映)?的?款?"
    rf"|(?:款|车龄|机龄|房龄|楼龄)[^，。,.]{{0,3}}(?:不超过|不能超过|别超过|不要超过|不大于){_N_ZH}年的?",
    re.IGNORECASE,
)
LISTED = 50  # years that are listed one by one, as `tools.filters` takes them


def _rule(pattern: str, bound: Bound) -> Rule:
    return re.compile(pattern, re.IGNORECASE), bound


YEARS: list[Rule] = [
    _rule(rf"\b(?:set|tak\w+ place|happen\w*) (?:in|during|around)\s+{_EN}", "none"),  # when it plays
    _rule(rf"(?<!from )\babout\s+(?:the\s+year\s+{_EN}|((?:the\s+)?{_DECADE}(?!\w)))", "none"),
    _rule(rf"(?:关于|讲述?|描写|发生在|背景(?:是|为|在|设在)?|设定在)\s*{_ZH}", "none"),
    _rule(rf"\b{_BEFORE}{_EN}\s*,?\s*or\s+{_AFTER}{_EN}", "outside"),
    _rule(rf"{_ZH}(?:以|之)?前(?:的)?(?:或者?|和){_ZH}(?:以|之)?后(?:的)?", "outside"),
    _rule(rf"(?:\bfrom\s+)?\b(?:around|about|circa)\s+{_EN}", "about"),
    _rule(rf"{_ZH}(?:左右|前后|上下)(?:的)?|大约{_ZH}(?:的)?", "about"),
    _rule(rf"\b(?:between|from)\s+{_EN}\s*(?:and|to|till|until|through|-|–|—)\s*{_EN}", "within"),
    _rule(r"(?<!\d)([12]\d{3})\s*(?:-|–|—|to)\s*([12]\d{3})(?!\d)", "within"),
    _rule(rf"{_NOT}{_BEFORE}{_EN}", ">= first"),
    _rule(rf"{_NOT}{_AFTER}{_EN}", "<= last"),
    _rule(rf"\b(?:made |released |from |published )?{_BEFORE}{_EN}|\bpre-?\s?{_EN}", "< first"),
    _rule(rf"\b(?:made |released |from |published )?{_AFTER}{_EN}|\bpost-?\s?{_EN}", "> last"),
    _rule(
        rf"\b(?:since|starting (?:from|in))\s+{_EN}|\bfrom\s+{_EN}\s+on(?:wards?)?\b|(?:\bfrom\s+)?"
        rf"{_EN}(?:\s+(?!or\b|and\b)[a-z]+)?{_OR_LATER}|{_EN}\s+at the earliest",
        ">= first",
    ),
    _rule(rf"\b(?:until|till|up to|through)\s+{_EN}|(?:\bfrom\s+)?{_EN}{_OR_EARLIER}|{_EN}\s+at the latest", "<= last"),
    _rule(rf"{_NOT}(?:from|in|of)\s+{_EN_SOME}|{_NO}{_DECADES}", "not"),
    _rule(rf"\b(?:(?:made|released|published)\s+)?(?:from|in|of|during)\s+(?:the\s+year\s+)?{_EN_SOME}", "any"),
    _rule(rf"(?<![\d\w]){_DECADES}", "any"),
    _rule(r"(?<=\ba )([12]\d{3})(?= [a-z])|\byear\s+([12]\d{3})\b", "within"),
    _rule(rf"(?:从|在)?{_ZH}\s*(?:到|至|~|～|-|–|—)\s*{_ZH}(?:之间)?(?:的)?", "within"),
    _rule(rf"{_ZH}(?:以|之)?前的?(?:都|就)?(?:不要|不看|不考虑|别)", ">= first"),
    _rule(rf"{_ZH}(?:以|之)?后的?(?:都|就)?(?:不要|不看|不考虑|别)", "< first"),
    _rule(rf"{_NOT_ZH}{_ZH}(?:以|之)?前(?:的)?|不早于{_ZH}(?:的)?", ">= first"),
    _rule(rf"{_NOT_ZH}{_ZH}(?:以|之)?后(?:的)?", "< first"),
    _rule(rf"{_ZH}(?:及|和|或)(?:以|之|更)(?:前|早)(?:的)?|不晚于{_ZH}(?:的)?", "<= last"),
    _rule(rf"{_ZH}(?:以|之)?前(?:的)?|早于{_ZH}(?:的)?", "< first"),
    _rule(
        rf"(?:从|自)?{_ZH}(?:(?:及|和|或)?(?:以|之|更|往)?(?:后|晚)|(?:及|和|或)更新|以来|至今|起|开始)(?:的)?",
        ">= first",
    ),
    _rule(rf"晚于{_ZH}(?:的)?", "> last"),
    _rule(rf"{_NOT_ZH}({_DECADE_ZH}|[12]\d{{3}}年)(?:(?:和|或者?|、|与)({_DECADE_ZH}|[12]\d{{3}}年))?的?", "not"),
    _rule(rf"({_DECADE_ZH}|[12]\d{{3}}年)(?:(?:和|或者?|、|与)({_DECADE_ZH}|[12]\d{{3}}年))?(?:的)?", "any"),
]


def read_years(text: str, catalogue: Catalogue) -> list[Reading]:
    """Every bound said in `text` on a field that the catalogue has. Spans do not overlap, but bounds of one range share
    theirs.
    """
    out: list[Reading] = []
    said = text.casefold()
    year = _field(catalogue, text) if _MAYBE.search(text) or _LATELY.search(text) else None
    if year:
        shape = str if year.kind == "date" else int
        name = "|".join(re.escape(part) for part in tokens(year.name) if len(part) > 3)
        own = [_rule(rf"\b(?:{name})\s*(?:is\s+|of\s+|:\s*)?{_EN}", "within")] if name else []
        if year.kind == "number":
            text = _lately(text, year, out)
        _apply(_unlikely(text, year), [*YEARS, *own], _period, lambda found: shape(int(found)), year.name, out)
        if not _USUAL.search(year.name) and not _said(year, said):  # "my birthday is in 2010" is of no `opened`
            out = [r for r in out if r.operator != "=="]
    return out


def _lately(text: str, spec: FieldSpec, out: list[Reading]) -> str:
    """ "In the last 3 years", "no more than 5 years old", 最近五年: against the newest there is."""
    for found in list(_LATELY.finditer(text)):
        told = next((group for group in found.groups() if group), None)
        years = counting.number(told) if told else 1.0
        out.append(Reading(*found.span(), spec.name, ">=", int((spec.maximum or 0) - years)))
        text = blank(text, [found.span()])
    return text


def _unlikely(text: str, spec: FieldSpec) -> str:
    """Without figures that are no years here: "I can pay up to 1200", 1500 a month."""
    low = int(_year(spec.minimum, spec)) - FAR
    spans = [found.span() for found in _SUM.finditer(text)]
    spans += [f.span() for f in re.finditer(r"(?<!\d)[12]\d{3}(?!\d)", text) if int(f[0]) < low]
    return blank(text, spans)


def _year(value: float | None, spec: FieldSpec) -> float:
    if value is None or spec.kind != "date":
        return value or 0.0
    return datetime.fromtimestamp(value, UTC).year


def plain_years(text: str) -> str:
    """Years in Chinese digits as figures: 一九八五年."""
    digits = {ord(c): str(n) for n, c in enumerate("零一二三四五六七八九")} | {ord("〇"): "0"}
    return re.sub(r"[零〇一二三四五六七八九]{4}(?=年)", lambda found: found[0].translate(digits), text)


def _apply(
    text: str,
    rules: list[Rule],
    read: Callable[[str], tuple[float, float]],
    shape: Callable[[float], Any],
    field: str,
    out: list[Reading],
) -> str:
    """Append what the rules read; return the text with it blanked out, positions kept."""
    for pattern, bound in rules:
        for found in list(pattern.finditer(text)):
            said = _bounds(bound, [read(group) for group in found.groups() if group])
            start, end = found.span()
            if bound == "not":  # "no horror from the 80s" refuses both: the refusal stays for what else it is of
                start = min(found.start(n) for n, group in enumerate(found.groups(), 1) if group)
            for operator, number in said:
                value = [shape(each) for each in number] if isinstance(number, list) else shape(number)
                out.append(Reading(start, end, field, operator, value))
            text = text[:start] + "\0" * (end - start) + text[end:]
    return text


def _bounds(bound: Bound, spans: list[tuple[float, float]]) -> list[tuple[str, float | list[float]]]:
    """Operators and numbers. What lies in none or in one of several spans is said year by year."""
    first, last = min(low for low, _ in spans), max(high for _, high in spans)
    match bound:
        case "none":
            return []
        case "within":
            return _range(first, last)
        case "about":
            return [(">=", first - NEAR), ("<=", last + NEAR)]
        case "any":
            years = _years(spans)
            return _range(first, last) if len(years) == last - first + 1 else [("in", years)]
        case "not":
            return [("!=", first)] if first == last else [("!=", _years(spans))]
        case "outside":
            years = _years([(first, last)])
            return [("!=", years)] if len(years) <= LISTED else []
    operator, end = bound.split()
    return [(operator, first if end == "first" else last)]


def _range(first: float, last: float) -> list[tuple[str, float | list[float]]]:
    return [("==", first)] if first == last else [(">=", first), ("<=", last)]


def _years(spans: list[tuple[float, float]]) -> list[float]:
    return sorted({float(year) for low, high in spans for year in range(int(low), int(high) + 1)})


def _field(catalogue: Catalogue, text: str) -> FieldSpec | None:
    """Of several the one whose name is said, else the one that is called a year; a field of years may be called
    anything, such as `opened`.
    """
    fields = catalogue.fields.values()
    usual = [s for s in fields if _USUAL.search(s.name) and _holds_years(s)]
    other = [s for s in fields if year_like(s) and s not in usual]
    said = text.casefold()
    named = [s for s in other if _said(s, said)]
    return next(iter([*named, *usual, *(other if len(other) == 1 else [])]), None)


def _said(spec: FieldSpec, text: str) -> bool:
    return "年份" in text or any(len(part) > 3 and part in text for part in tokens(spec.name))


def _holds_years(spec: FieldSpec) -> bool:
    if spec.kind == "date":
        return True
    return spec.kind == "number" and spec.maximum is not None and 1000 <= spec.maximum <= 2200


def _period(words: str) -> tuple[float, float]:
    """First and last year of a year, a decade, a part of a decade, or decades side by side."""
    decades = [
        tens if tens >= 1000 else tens + (1900 if tens >= 30 or "世纪" in words else 2000) for tens in _tens(words)
    ]
    if not decades:
        year = int(re.sub(r"\D", "", words))
        return year, year
    said = words.casefold()
    from_, to = next((part for name, part in PARTS.items() if name in said), (0, 9))
    return min(decades) + from_, max(decades) + to


def _tens(words: str) -> Iterator[int]:
    """80 of "the 80s", "eighties" and "八十年代"; 1980 of "1980s"; 80 and 90 of "八九十年代"."""
    if figures := re.search(r"(\d+)(?:['’]?s\b|年代)", words):
        yield int(figures[1]) or 2000
        if before := re.search(r"(?<!\d)(\d0)[、和/]?\d0年代", words):
            yield int(before[1])
    spelled = ("twen", "thir", "for", "fif", "six", "seven", "eigh", "nine")
    yield from (10 * n for n, word in enumerate(spelled, 2) if f"{word}ties" in words.casefold())
    if chinese := re.search(rf"({_TENS_ZH})?十?[、和]?({_TENS_ZH})十年代", words.replace("二十世纪", "")):
        yield from (10 * ("二三四五六七八九".index(tens) + 2) for tens in chinese.groups() if tens)

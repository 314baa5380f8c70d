"""Dates that people say, as bounds on a catalogue's date field: "this week", "after March 2020", "最近一个月".

"Today" is the newest date in the catalogue: the words are read against what there is, and the same words on the same
catalogue always mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from tools.catalogue import Catalogue, FieldSpec
from tools.reading.counting import number
from tools.reading.date_fields import parts
from tools.reading.text import Reading, blank

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = rf"(?:last )?(?:{'|'.join(_WEEKDAYS)})"
_DAY = r"(?:[0-3]?\d(?:st|nd|rd|th)?|first)"
_FULL = (
    rf"(?:{_DAY}\s+(?:of\s+)?)?{_MONTH}(?:\s+{_DAY}(?!\d))?,?\s+[12]\d{{3}}|[12]\d{{3}}[-/][01]?\d(?:[-/][0-3]?\d)?"
    r"|[12]\d{3}年\s*[01]?\d月(?:\s*[0-3]?\d[日号])?"
)
_POINT = rf"({_FULL})(?!\d)"
_DAYS = rf"({_FULL}|{_DAY}\s+(?:of\s+)?{_MONTH}(?![a-z])|{_MONTH}\s+{_DAY}(?!\d))(?!\d)"
_SOME = (
    rf"(?:the\s+)?({_FULL}|{_DAY}\s+(?:of\s+)?{_MONTH}(?![a-z])|{_MONTH}(?![a-z])(?:\s+{_DAY}(?!\d))?"
    r"|(?<![\d年])[01]?\d月份?(?:\s*[0-3]?\d[日号])?)(?!\d)"
)
_BARE = rf"({_MONTH}|{_WEEKDAY}|yesterday|today|last (?:week|month|year)|this (?:week|month|year))(?![a-z])"
_OUT = r"(?:published|posted|released|added|uploaded|written|reported|listed|out|new|dated)"
_OUT_ZH = r"(?:发布|发表|上架|上映|出版|上线|更新|刊登|报道|推出)"
_NO = r"(?:\b(?:nothing|not|no|none|never)\s+(?:(?:that|which|is|was|anything)\s+)*)"
_TIMES = r"(\d+|an?|one|two|three|four|five|six|seven|ten|twelve|couple of|few)?"
_UNIT = r"(hour|day|week|fortnight|month|year)s?(?![a-z])"
_NEWS = r"新闻|文章|报道|消息|内容|视频|帖子|商品|电影|影片|歌曲?|游戏|书|新品"
_UNIT_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_ZH_UNITS = {"小时": "hour", "天": "day", "日": "day", "周": "week", "星期": "week", "月": "month", "年": "year"}
_NAMED_ZH = {
    "今天": "today",
    "今日": "today",
    "昨天": "yesterday",
    "昨日": "yesterday",
    "本周": "this week",
    "这周": "this week",
}
_NAMED_ZH |= {
    "这星期": "this week",
    "这个星期": "this week",
    "上周": "last week",
    "上星期": "last week",
    "上个星期": "last week",
}
_NAMED_ZH |= {
    "本月": "this month",
    "这个月": "this month",
    "上个月": "last month",
    "上月": "last month",
    "今年": "this year",
}
_NAMED_ZH |= {"去年": "last year"}
_ANY_ZH = "|".join(sorted(_NAMED_ZH, key=len, reverse=True))

Bound = Callable[["Days", "re.Match[str]"], list[tuple[str, str]]]
Rule = tuple["re.Pattern[str]", Bound]


class Days:
    """Days against the newest one."""

    def __init__(self, newest: float) -> None:
        self.today = datetime.fromtimestamp(newest, UTC).date()

    def ago(self, times: str | None, unit: str) -> str:
        times, unit = (times or "").casefold(), unit.casefold()
        n = {"couple of": 2.0, "few": 3.0}.get(times, number(times) if times else 1.0) or 1.0
        return (self.today - timedelta(days=max(0, round(n * _UNIT_DAYS[unit])))).isoformat()

    def span(self, name: str) -> tuple[str, str]:
        """First and last day, month or year of "yesterday", "last month", "March"."""
        today, name = self.today, " ".join(name.casefold().split())
        monday = today - timedelta(days=today.weekday())
        before = (today.replace(day=1) - timedelta(days=1)).isoformat()[:7]
        match name:
            case "today":
                return today.isoformat(), today.isoformat()
            case "yesterday":
                return ((today - timedelta(days=1)).isoformat(),) * 2
            case "this week":
                return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
            case "last week":
                return (monday - timedelta(days=7)).isoformat(), (monday - timedelta(days=1)).isoformat()
            case "this month":
                return (today.isoformat()[:7],) * 2
            case "last month":
                return before, before
            case "this year" | "last year":
                return (str(today.year - (name == "last year")),) * 2
        if (weekday := name.removeprefix("last ")) in _WEEKDAYS:
            days = (today.weekday() - _WEEKDAYS.index(weekday)) % 7
            return ((today - timedelta(days=days)).isoformat(),) * 2
        month = _month(name)
        return (f"{self._latest(month)}-{month:02}",) * 2

    def _latest(self, month: int) -> int:
        """The year of the last such month."""
        return self.today.year - (month > self.today.month)

    def point(self, said: str) -> str:
        """Raises ValueError: no such day."""
        figures = [int(f) for f in re.findall(r"\d+", re.sub("first", "1", said, flags=re.IGNORECASE))]
        if named := re.search(_MONTH, said, re.IGNORECASE):
            month, day = _month(named[0]), next((f for f in figures if f <= 31), None)
            year = next((f for f in figures if f > 999), self._latest(month))
            parts = [year, month, *([day] if day else [])]
        else:
            parts = figures if figures[0] > 999 else [self._latest(figures[0]), *figures]
        date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
        return "-".join([str(parts[0]), *(f"{part:02}" for part in parts[1:])])


def read_dates(text: str, catalogue: Catalogue) -> list[Reading]:
    """Of several date fields the one that the words around are of, else the first. Spans do not overlap, but the two
    bounds of one range share theirs.
    """
    out: list[Reading] = []
    specs = [spec for spec in catalogue.fields.values() if spec.kind == "date" and spec.maximum is not None]
    for spec, part in parts(text, specs):
        out += _read_of(spec, part)
    return out


def _read_of(spec: FieldSpec, text: str) -> list[Reading]:
    assert spec.maximum is not None
    told = _RECENT if _NEWS_OF.search(text) and _TOLD_ON.search(spec.name) else ()
    rules = [
        *((*_POINTS, _ANY_DAY) if _POINTED.search(text) else ()),
        *(_RELATIVE if _TOLD.search(text) else ()),
        *told,
    ]
    return _read(text, spec, Days(spec.maximum), rules)


def _read(text: str, spec: FieldSpec, days: Days, rules: Sequence[Rule]) -> list[Reading]:
    out: list[Reading] = []
    for pattern, bounds in rules:
        for found in list(pattern.finditer(text)):
            try:
                said = bounds(days, found)
            except ValueError:
                continue
            out += [Reading(*found.span(), spec.name, operator, value) for operator, value in said]
            text = blank(text, [found.span()])
    return out


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.casefold().rstrip(".")[:3]))


def _one(operator: str) -> Bound:
    return lambda days, found: [(operator, days.point(next(g for g in found.groups() if g)))]


def _since(days: Days, found: re.Match[str]) -> list[tuple[str, str]]:
    return [(">=", days.span(found[1])[0])]


def _within(days: Days, found: re.Match[str]) -> list[tuple[str, str]]:
    name = next(g for g in found.groups() if g)
    first, last = days.span(_NAMED_ZH.get(name, name))
    return [("==", first)] if first == last else [(">=", first), ("<=", last)]


def _ago(days: Days, found: re.Match[str]) -> list[tuple[str, str]]:
    times, unit = (
        [group for group in found.groups() if group is not None][-2:] if found.lastindex != 2 else found.groups()[:2]
    )
    return [(">=", days.ago(times, unit))]


def _ago_zh(days: Days, found: re.Match[str]) -> list[tuple[str, str]]:
    times = "7" if found[1] == "几" and found[2] in "天日" else "3" if found[1] == "几" else found[1]
    if found[1] == "半":
        return [(">=", days.ago("6", "month") if found[2] == "年" else days.ago("15", "day"))]
    return [(">=", days.ago(times, _ZH_UNITS[found[2]]))]


def _rule(pattern: str, bound: Bound) -> Rule:
    return re.compile(pattern, re.IGNORECASE), bound


_LEAD = rf"(?:\b{_OUT}\s+)?"
_POINTS = (
    _rule(
        rf"{_LEAD}\b(?:between|from)\s+{_POINT}\s+(?:and|to|until)\s+{_POINT}",
        lambda days, found: [(">=", days.point(found[1])), ("<=", days.point(found[2]))],
    ),
    _rule(
        rf"(?:从|在)?{_SOME}\s*(?:到|至|-|~)\s*{_SOME}(?:之间)?(?:{_OUT_ZH})?的?",
        lambda days, found: [(">=", days.point(found[1])), ("<=", days.point(found[2]))],
    ),
    _rule(
        rf"{_NO}{_LEAD}\b(?:before|older than|earlier than)\s+{_SOME}"
        rf"|\b(?:must|should|can|may)(?:n['’]?t| not)\s+(?:be|close|end|start|happen|take place)\s+"
        rf"(?:before|earlier than)\s+{_SOME}"
        rf"|(?:不能|不得|不可)早于{_SOME}的?|{_SOME}(?=[^。；！？]{{0,12}}那(?:天)?(?:之|以)后)"
        rf"|\b(?:(?:on|before)\s+)?{_SOME}(?=[^.;!?]{{0,60}}\b(?:beyond|after) that\b"
        rf"|[^.;!?]{{0,40}}n['’]?t[^.;!?]{{0,30}}\bby then\b)|{_LEAD}\b(?:since"
        rf"|starting (?:from|in))\s+{_SOME}"
        rf"|{_LEAD}(?:\b(?:from|in|on)\s+)?{_SOME}\s+(?:or|and) (?:later|newer|after|onwards?)"
        rf"|不(?:要|早于){_SOME}(?:以|之)?前?(?:{_OUT_ZH})?的?|(?:从|自)?{_SOME}(?:以来|起|开始)(?:{_OUT_ZH})?的?",
        _one(">="),
    ),
    _rule(
        rf"{_NO}{_LEAD}\b(?:after|newer than|later than)\s+{_SOME}|{_LEAD}\b(?:until|till|up to)\s+{_SOME}|\b{_OUT}"
        rf"\s+by\s+{_POINT}|\bby\s+(?:the\s+)?{_DAYS}|(?:不晚于|不能晚于|不得晚于|最晚|最迟){_SOME}的?"
        rf"|\b(?:on\s+)?{_SOME}(?=[^.;!?]{{0,60}}\bby then\b)|{_SOME}(?=[^。；！？]{{0,20}}到时候)"
        rf"|{_SOME}(?=[^。；！？]{{0,12}}那(?:天)?(?:之|以)前)",
        _one("<="),
    ),
    _rule(
        rf"{_LEAD}\b(?:before|prior to|older than|earlier than)\s+{_SOME}|{_SOME}(?:以"
        rf"|之)?前(?:{_OUT_ZH})?的?|早于{_SOME}的?",
        _one("<"),
    ),
    _rule(
        rf"{_LEAD}\b(?:after|newer than|later than)\s+{_SOME}|{_SOME}(?:以|之)?后(?:{_OUT_ZH})?的?|晚于{_SOME}的?",
        _one(">"),
    ),
    _rule(rf"{_LEAD}\b(?:in|on|from|of|during)\s+{_SOME}|\b{_OUT}\s+{_SOME}|{_SOME}(?:{_OUT_ZH}的?|的)", _one("==")),
)
_ANY_DAY = _rule(rf"(?:\b(?:only\s+)?(?:in|on)\s+)?{_POINT}", _one("=="))  # read last
_RELATIVE = (
    _rule(
        rf"{_LEAD}(?:(?:in|over|within|during|from)\s+)?(?:the\s+)?\b(?:last|past)\s+{_TIMES[:-1]}\s*{_UNIT}(?!['’]s)",
        _ago,
    ),
    _rule(
        rf"{_LEAD}(?:(?:in|over|within|during|from)\s+)?\b(?:the\s+last|(?:the\s+)?past)\s+()?{_UNIT}(?!['’]s)", _ago
    ),
    _rule(rf"{_NO}older than\s+{_TIMES}\s*{_UNIT}(?:\s+(?:ago|old))?", _ago),
    _rule(
        rf"{_LEAD}\bnewer than\s+{_TIMES}\s*{_UNIT}(?:\s+(?:ago|old))?"
        rf"|\bless than\s+{_TIMES}\s*{_UNIT}\s+(?:ago|old)\b",
        _ago,
    ),
    _rule(
        rf"\bolder than\s+{_TIMES}\s*{_UNIT}(?:\s+(?:ago|old))?",
        lambda days, found: [("<", days.ago(found[1], found[2]))],
    ),
    _rule(rf"\b{_OUT}\s+(?:within|less than)\s+{_TIMES}\s*{_UNIT}(?:\s+ago)?", _ago),
    _rule(
        r"(?:最近|过去|近)(?:的)?([一两二三四五六七八九十几半\d]+)个?(小时|天|日|周|星期|月"
        rf"|年)(?:以?内|之内|以来|里)?(?:{_OUT_ZH})?的?",
        _ago_zh,
    ),
    _rule(rf"{_LEAD}\bsince\s+{_BARE}", _since),
    _rule(
        rf"\b{_OUT}\s+(?:in\s+|on\s+)?{_BARE}|\b(?:from|of)\s+{_BARE}|\b(today|yesterday|this week"
        r"|this month|last week|last month)['’]s\b",
        _within,
    ),
    _rule(rf"({_ANY_ZH})(?:{_OUT_ZH}的?|的(?=.{{0,8}}?(?:{_NEWS})))", _within),
)
_RECENT = (_rule(rf"\b{_BARE}", _within), _rule(rf"({_ANY_ZH})", _within))  # "any news today", 今天有什么新闻
_TOLD_ON = re.compile(r"publish|post|release|dated?(?:_|$)", re.IGNORECASE)
_NEWS_OF = re.compile(
    r"\b(?:news|headlines?|happen(?:ed|ing|s)?|articles?|stories)\b|新闻|头条|报道|大事|发生", re.IGNORECASE
)
_POINTED = re.compile(rf"[12]\d{{3}}[-/年]|{_MONTH}|月", re.IGNORECASE)
_TOLD = re.compile(
    rf"\b(?:last|past|this|today|yesterday|since|older|newer|old|ago)\b|\b{_OUT}\b|[天日周期月年时]", re.IGNORECASE
)

"""Which attribute a question or a comparison is about: the catalogue's own field names, and the everyday words for the
usual ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.catalogue import Catalogue

DESCRIPTION, AVAILABILITY = "\0description", "\0availability"  # asked for like fields, but none


@dataclass(frozen=True)
class _Row:
    """Fields whose name matches `fields`; words that ask for them; words for more and for less of them."""

    fields: re.Pattern[str]
    asked: re.Pattern[str]
    more: re.Pattern[str] | None = None
    less: re.Pattern[str] | None = None


def _row(fields: str, asked: str, more: str = "", less: str = "") -> _Row:
    told = [re.compile(pattern, re.IGNORECASE) if pattern else None for pattern in (more, less)]
    return _Row(re.compile(fields, re.IGNORECASE), re.compile(asked, re.IGNORECASE), *told)


_ROWS = (
    _row(
        r"runtime|duration|length|minutes|time$",
        r"\bhow long\b|\b(?:run(?:ning)?|play(?:ing)?|reading)[ -]?time\b|\bduration\b|多长|多久|时长|片长|几分钟",
        r"\blong(?:er|est)\b|(?:更|最|比较)长|长一?[点些]",
        r"\b(?:shorter|shortest|quicker|quickest)\b|(?:更|最|比较)短|短一?[点些]",
    ),
    _row(
        r"price|cost",
        r"\bhow much\b|\bprices?\b|\bcosts?\b|多少钱|价格|价钱|售价|什么价",
        r"\b(?:more|most) expensive\b|\bprici(?:er|est)\b|\bdearer\b|(?:更|最|比较)贵|贵一?[点些]",
        r"\bcheap(?:er|est)\b|\b(?:less|least) expensive\b|便宜",
    ),
    _row(
        r"year|release|publish",
        r"\b(?:what|which) year\b|\bwhen\b|\bhow (?:old|new|recent)\b|哪一?年|什么时候|何时|年份|几几年",
        r"\b(?:new(?:er|est)|(?:more|most) recent|latest|later)\b|(?:更|最|比较)[新晚近]|新一?[点些]",
        r"\b(?:old(?:er|est)|earli(?:er|est))\b|(?:更|最|比较)[老早旧]|[老早旧]一?[点些]",
    ),
    _row(
        r"rating|score|stars",
        r"\brat(?:ed|ing)s?\b|\bscores?\b|评分|打分|多少分|几分",
        r"\b(?:better|best|higher|highest|top)[ -]?(?:rated|scored|scoring|reviewed)?\b|(?:更|最|比较)[好高]",
        r"\b(?:worse|worst|lower|lowest)[ -]?(?:rated|scored|reviewed)?\b|(?:更|最|比较)[差低]",
    ),
    _row(
        r"weight|complex|difficult",
        r"\bhow (?:complex|hard|difficult|heavy)\b|\bcomplexity\b|\bdifficulty\b|复杂|难度",
        r"\b(?:harder|hardest|heavier|heaviest|(?:more|most) (?:complex|difficult))\b|(?:更|最|比较)[难重]|更复杂",
        r"\b(?:eas(?:ier|iest)|simpl(?:er|est)|light(?:er|est)|less complex)\b|(?:更|最|比较)(?:简单|容易|轻)",
    ),
    _row(r"direct", r"\bwho (?:directed|made|shot)\b|\bdirect(?:or|ed by)\b|导演|谁[导拍]"),
    _row(r"author|writ|creator", r"\bwho (?:wrote|writes|created)\b|\b(?:author|writer|creator)\b|作者|编剧|谁写"),
    _row(r"artist|singer|perform|compos", r"\bwho (?:s[ai]ngs?|performs?|composed)\b|\bartist\b|歌手|谁唱"),
    _row(
        r"cast|actor|^stars?$|host",
        r"\bwho(?:['’]?s| is| are| was)? (?:in|star\w*|act\w*|play\w*)\b|\bcast\b|\bactors?\b|主演|演员|谁演",
    ),
    _row(
        r"design|develop|publisher|brand|maker|manufact",
        r"\bwho (?:designed|developed|makes|made|publishe[sd])\b|\b(?:designer|developer|brand|maker)\b"
        r"|设计师|开发商|品牌|牌子|出版社|谁(?:设计|出版|开发|生产)",
    ),
    _row(r"player", r"\bhow many (?:players|people)\b|几个人|多少人|几人|人数"),
    _row(r"(?:^|_)ages?(?:_|$)", r"\bwhat age\b|\bage (?:limit|rating|range)\b|年龄|几岁|多大"),
    _row(r"language", r"\b(?:what|which) languages?\b|什么语言?|哪种语言"),
    _row(r"country|origin", r"\b(?:what|which) country\b|\bwhere\b.*\b(?:from|made)\b|哪国|哪个国家|产地"),
    _row(
        r"tags|genre|categor|kind|type",
        r"\b(?:what|which) (?:genres?|kind|type|sort|category)\b|什么类型|什么题材|哪类",
    ),
    _row(
        DESCRIPTION,
        r"\bwhat(?:['’]?s| is| are| was)?\b.*\babout\b|\btell me (?:more )?about\b|\bplot\b|\bsynopsis\b"
        r"|\bdescri(?:be|ption)\b"
        r"|讲(?:的|了)?(?:是)?(?:些)?什么|关于什么|剧情|简介|介绍一?下|说说",
    ),
    _row(
        AVAILABILITY,
        r"\bavailab(?:le|ility)\b|\bin stock\b|\bcan i (?:buy|get|watch|see|stream|play|have)\b|有货|有没有货"
        r"|能买|买得到|能看|看得到|可用|上架",
    ),
)


_MORE = re.compile(r"\b(?:more|most|high\w*|larg\w*|great\w*|big\w*)\b|[更最][高多大]", re.IGNORECASE)
_LESS = re.compile(r"\b(?:less|least|few\w*|low\w*|small\w*)\b|[更最][低少小]", re.IGNORECASE)


def asked(words: str, catalogue: Catalogue) -> list[str] | None:
    """The fields that a question asks for: none of the catalogue's when it lacks what is asked; None when no attribute
    is named.
    """
    rows = [row for row in _ROWS if row.asked.search(words)]
    named = list(_named(words, catalogue))
    if not rows and not named:
        return None
    special = [row.fields.pattern for row in rows if row.fields.pattern in (DESCRIPTION, AVAILABILITY)]
    found = [name for row in rows for name in catalogue.fields if row.fields.search(name)]
    return list(dict.fromkeys([*named, *found] or special))


def compared(words: str, catalogue: Catalogue) -> tuple[str, bool] | None:
    """The number field that a comparison goes by, and whether more of it wins."""
    numbers = [spec.name for spec in catalogue.fields.values() if spec.kind in ("number", "date")]
    for row in _ROWS:
        for more, pattern in ((True, row.more), (False, row.less)):
            field = next((name for name in numbers if row.fields.search(name)), None)
            if field and pattern and pattern.search(words):
                return field, more
    name = next((name for name in _named(words, catalogue) if name in numbers), None)
    if name and _MORE.search(words):
        return name, True
    return (name, False) if name and _LESS.search(words) else None


def _named(words: str, catalogue: Catalogue) -> Iterator[str]:
    """Fields that are called by their own name."""
    said = words.casefold()
    for name in catalogue.fields:
        plain = re.escape(name.replace("_", " ").casefold())
        if re.search(rf"(?<!\w){plain.removesuffix('s')}s?(?!\w)", said):
            yield name

"""Kinds of attributes that catalogues share whatever they sell, and the usual words for them in English and Chinese.

A field belongs to a kind by its name; a catalogue that calls its price "tarif" says so in the `[names]` of its domain
file. What is said of no kind is read by the field's own name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.catalogue import FieldSpec


@dataclass(frozen=True)
class Kind:
    """`dimension`: of its units (quantities.py). `more` and `less`: what a comparison calls more of it. `high` and
    `low`: adjectives that wish for much or little of it without a bound. `much` and `little`: what it is "too".
    """

    name: str
    fields: str  # a pattern over field names
    dimension: str = ""
    nouns: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    high: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    much: tuple[str, ...] = ()
    little: tuple[str, ...] = ()
    ranges: bool = False  # two fields, least and most; a wish for n lies between


KINDS = (
    Kind(
        "price",
        r"price|cost|(?:^|_)fees?(?:_|$)|fare|msrp|价格|售价|价钱",
        "money",
        ("price", "prices", "priced", "price tag", "cost", "costs", "costing", "价格", "价钱", "售价", "价位", "单价"),
        ("more expensive", "pricier", "dearer", "贵"),
        ("cheaper", "less expensive", "less pricey", "more affordable", "便宜", "实惠"),
        ("expensive", "premium", "high-end", "luxury", "高端", "昂贵"),
        ("cheap", "affordable", "inexpensive", "budget", "low-cost", "low-priced", "便宜", "实惠", "平价", "性价比高"),
        ("expensive", "pricey", "costly", "贵"),
        ("cheap", "便宜"),
    ),
    Kind(
        "rating",
        r"(?:^|_)(?:ratings?|stars?|score|rated)(?:_|$)|评分|星级|打分",
        "stars",
        ("rating", "ratings", "rated", "score", "scores", "scored", "scoring", "review score", "average rating")
        + ("评分", "打分", "星级", "得分", "分数", "口碑"),
        ("higher rated", "better rated", "better reviewed", "better reviews", "higher rating", "评分更高", "评分高", "口碑更好"),
        ("lower rated", "worse rated", "评分更低"),
        ("highly rated", "top rated", "well rated", "best rated", "well reviewed", "acclaimed", "critically acclaimed")
        + ("good reviews", "great reviews", "高分", "高评分", "评分高", "口碑好", "好评"),
    ),
    Kind(
        "duration",
        r"runtime|run_time|duration|play_?time|playing_time|reading_time|(?:^|_)(?:minutes?|hours?|seconds?)(?:_|$)|_mins?$"
        r"|(?:^|_)length(?:_(?:min|sec|hours?)\w*)?$|时长|片长",
        "time",
        ("runtime", "running time", "run time", "duration", "length", "playing time", "play time", "reading time")
        + ("时长", "片长", "长度", "用时", "耗时"),
        ("longer", "长"),
        ("shorter", "quicker", "短"),
        ("long", "lengthy"),
        ("short", "quick", "brief", "简短", "短小"),
        ("long", "lengthy", "长"),
        ("short", "brief", "短"),
    ),
    Kind(
        "year",
        r"(?:^|_)years?(?:_|$)|release|publish|年份|上映",
        "",
        ("year", "release year", "release date", "decade", "era", "年份", "年代", "上映时间", "发行时间", "发布时间"),
        ("newer", "more recent", "more modern", "新"),
        ("older", "less recent", "老", "旧"),
        ("recent", "latest", "newest", "最新", "较新", "近期"),
        ("vintage", "old-fashioned"),
        ("new", "recent", "modern", "新"),
        ("old", "dated", "old-fashioned", "老", "旧"),
    ),
    Kind("pages", r"(?:^|_)pages?(?:_|$)|页数", "pages", ("pages", "page count", "页数"), ("longer", "thicker", "厚"),
         ("shorter", "thinner", "薄")),
    Kind("players", r"player|玩家|人数", "players", ("players", "player count", "玩家", "人数", "玩家人数"), ranges=True),
    Kind("age", r"(?:^|_)ages?(?:_|$)|年龄", "age", ("age", "ages", "aged", "age rating", "年龄"), ranges=True),
    Kind("complexity", r"complexity|difficulty|难度|复杂", "",
         ("complexity", "difficulty", "难度", "复杂度"),
         ("more complex", "more complicated", "harder", "more difficult", "more challenging", "复杂", "难"),
         ("simpler", "easier", "less complex", "less complicated", "less difficult", "简单", "容易"),
         ("complex", "challenging", "烧脑"), ("simple", "easy", "easy to learn", "beginner-friendly", "容易上手", "简单"),
         ("complex", "complicated", "hard", "difficult", "challenging", "复杂", "难"), ("simple", "easy", "简单", "容易")),
    Kind("weight", r"(?:^|_)weight(?:_|$)|重量", "mass", ("weight", "weighs", "weighing", "重量"), ("heavier", "重"),
         ("lighter weight", "lighter", "轻"), ("heavy",), ("lightweight", "轻便", "轻巧"),
         ("heavy", "重"), ("light", "轻")),
    Kind("storage", r"storage|memory|(?:^|_)ram(?:_|$)|capacity|file_size|download_size|(?:^|_)size_[mgt]b|内存|容量|存储", "bytes",
         ("storage", "memory", "capacity", "内存", "容量", "存储", "存储空间")),
    Kind("size", r"(?:^|_)(?:size|height|width|depth|screen|diagonal)(?:_|$)|尺寸|(?:^|_)length_(?:cm|mm|m|in)", "length",
         ("size", "height", "width", "screen", "screen size", "尺寸", "屏幕"), ("larger", "bigger", "taller", "大"), ("smaller", "小"),
         much=("big", "large", "大"), little=("small", "小")),
    Kind("discount", r"discount|(?:^|_)sale_percent|折扣", "percent", ("discount", "off", "折扣")),
)  # fmt: skip


def kind_of(spec: FieldSpec) -> Kind | None:
    """Of a number or date field."""
    if spec.kind == "date":
        return next(kind for kind in KINDS if kind.name == "year")
    if spec.kind != "number":
        return None
    return next((kind for kind in KINDS if re.search(kind.fields, spec.name, re.IGNORECASE) and fits(kind, spec)), None)


def fits(kind: Kind, spec: FieldSpec) -> bool:
    """A field is no year for being called "years_of_warranty"."""
    return kind.name != "year" or (spec.maximum is not None and 1000 <= spec.maximum <= 2200)

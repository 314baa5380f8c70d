"""How much is asked for, and what no longer holds: "top 5", "三部", "any price is fine", "start over"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.domain import Domain
from tools.reading.counting import ENGLISH, number
from tools.reading.fields import Fields
from tools.reading.quantities import UNITS

ITEMS = (
    r"films?|movies?|pictures?|games?|books?|articles?|songs?|tracks?|videos?|products?|things?"
    r"|options?|recommendations?"
    r"|suggestions?|picks?|titles?|items?|reads?|stories|story|posts?|shows?|ideas?|results?|choices?|news"
)
_MOST = 200
_WORDS = "|".join(sorted((w for w in ENGLISH if w != "zero"), key=len, reverse=True))
_N = rf"(?P<n>\d{{1,3}}|{_WORDS})"
_UNITS = "|".join(unit.said for unit in UNITS if unit.said.isascii() or "?" in unit.said)
_PLAIN = (
    r"(?:(?!(?:hours?|minutes?|mins?|stars?|points?|years?|players?|pages?|people|persons?|of|or"
    r"|and|to|in|from|on|the|than|for|with|is|was|my|by)\b)[a-z'’-]+\s+)"
)
_ASK = (
    r"(?:just|only|exactly|give me|show me|recommend(?: me)?|suggest(?: me)?|find(?: me)?"
    r"|pick(?: me)?|list|get me|send me|name|i (?:want|need|only want|just want|only need))"
)
_ZH_N = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]+)"
_VERB_ZH = r"(?:来|推荐|给我|给|要|找|挑|选|列|看|介绍)(?:我|出|大概|个)?\s*"
_VAGUE = frozenset(("一两", "两三", "三四", "四五", "五六", "六七", "七八"))

_NO_MATTER = r"(?:limits?|filters?|constraints?|restrictions?|requirements?|range|thing|part|bit|cap|preferences?)"
_CANCEL = (
    r"(?:forget|ignore|drop|remove|lift|clear|scrap|never ?mind|disregard|relax|regardless of"
    r"|no matter|whatever|irrespective of)"
)
RESET = re.compile(
    r"(?:^|[,.;!?]\s*|\b(?:let['’]?s|please|ok(?:ay)?,?|can we|could we|to|let me|just|and)\s+)"
    r"(?:start(?:ing)? (?:over|again|afresh|fresh|from scratch)|begin again|reset(?: everything"
    r"| all)?(?=\W|$)|(?:a )?clean slate"
    r"|(?:forget|scrap|ignore|clear|drop|never ?mind) (?:about )?(?:everything|all (?:of )?(?:that"
    r"|this|it)|what i said|that all|all my (?:filters|constraints))"
    r"(?: (?:i said|so far|before))*)|从头(?:再)?(?:来|开始)|重新(?:开始|来过?|选|推荐一遍)"
    r"|(?:忘掉|忘了|忽略|清空|清除)(?:之前|前面|刚才|以上|所有|全部)(?:的|说的)*(?:条件|要求|话)?"
    r"|推倒重来|(?:之前|前面|刚才)(?:说)?的?(?:条件|要求)?(?:都|全部?)(?:不要|不算|作废|取消)了?"
    r"|(?:条件|要求)(?:都|全部?)(?:取消|清空|作废)|重来(?:一遍|一次)?",
    re.IGNORECASE,
)
CANCELLED = re.compile(
    rf"(?:\b{_CANCEL}\s+(?:about\s+)?(?:the\s+|my\s+|that\s+)?|取消|去掉|删掉|不用管|忽略|放宽)$", re.IGNORECASE
)
CANCELLED_AFTER = re.compile(rf"\s*{_NO_MATTER}\b|的?(?:限制|条件|要求)", re.IGNORECASE)
_HOW = {
    "duration": r"long|长|久",
    "price": r"expensive|much (?:it|they) costs?|cheap|pricey|贵|多少钱",
    "year": r"old|new|recent|老|旧",
}


class Manner:
    def __init__(self, fields: Fields, domain: Domain) -> None:
        self.fields = fields
        items = rf"(?:{ITEMS}|{re.escape(domain.items.en)}|{re.escape(domain.item.en)})"
        self._count = re.compile(
            rf"\b(?:top|best)[\s-]+{_N}(?![\w-]|\s*(?:{_UNITS})\b)"
            rf"|\b{_ASK.replace('(?P<n>', '(?:')}\s+(?:(?:me|just|only|the|exactly"
            rf"|up to)\s+)*{_N.replace('?P<n>', '?P<asked>')}"
            rf"(?=\s*(?:$|[,.;!?]|more\b|others?\b|please\b|good\b|great\b|that\b|{_PLAIN}{{0,2}}{items}\b))"
            rf"|(?<![\w.$€£¥#-])(?<!season )(?<!part ){_N.replace('?P<n>', '?P<plain>')}\s+(?:more\s+"
            rf"|other\s+)?{_PLAIN}{{0,2}}{items}(?![\w-])"
            rf"|\b(?P<one>just one|only one|one only|a single(?: {items})?|one at a time)\b",
            re.IGNORECASE,
        )
        named = rf"(?:{re.escape(domain.item.zh)}|电影|影片|片子?|游戏|桌游|书|文章|新闻|歌|视频|商品|产品|帖子)"
        self._count_zh = re.compile(
            rf"(?<![第这那每某哪上下.\d]){_ZH_N}(?:[部本款首条篇件台支](?!曲|分|作|性)|[张种样家](?={named}"
            r"|就|吧|$|[,。!?]))"
            rf"|{_VERB_ZH}{_ZH_N.replace('?P<n>', '?P<asked>')}个(?!人|小?孩|朋友|玩家|同学|小时|钟头|月"
            rf"|星期|半|世纪)|前{_ZH_N.replace('?P<n>', '?P<first>')}(?=[个部本名款首条篇件]|$|[,。!?])"
        )
        self._one_zh = re.compile(
            r"(?:只|就|仅|单)(?:要|推荐|看|来|给我|想要)?(?:我)?一[部个本款首条篇件张]"
            r"|一[部个本款首条篇件张]就(?:够|好|行|可以)"
        )
        names = fields.pattern("number", "date", "string", "list")
        kinds = "|".join(f"(?P<{kind}>{said})" for kind, said in _HOW.items())
        self._lifted = re.compile(
            rf"\bany\s+(?P<f0>{names})(?:\s+(?:is|are|will|would|works?)\b(?:\s+(?:be\s+)?(?:fine|ok(?:ay)?"
            r"|good|do|work|great|acceptable))?|(?=\s*(?:$|[,.;!?])))"
            rf"|(?:\bthe\s+)?(?P<f1>{names})\s+(?:does\s?n['’]?t|do\s?n['’]?t|does not|do not|is\s?n['’]?t"
            r"|is not)\s+(?:really\s+)?(?:matter|important|an issue|a problem|relevant"
            r"|a concern)(?:\s+(?:at all|to me|any ?more))?"
            rf"|\b{_CANCEL}\s+(?:about\s+)?(?:the\s+|my\s+|any\s+|its\s+)?(?P<f2>{names})(?:\s+{_NO_MATTER})?"
            r"|(?:\bi\s+)?(?:\bdo\s?n['’]?t|\bdo not|\bno longer)\s+(?:really\s+)?(?:care|mind"
            r"|worry)\s+(?:about\s+|for\s+)?(?:the\s+|which\s+|what\s+|any\s+"
            rf"|its\s+)?(?P<f3>{names})(?:\s+any ?more)?"
            rf"|\b(?:no|without(?: an?)?|with no)\s+(?P<f4>{names})\s+{_NO_MATTER}"
            rf"|\b(?P<f5>{names})\s+(?:is no object|(?:can|could) be any\w*|(?:is|are) (?:open|irrelevant|unimportant))"
            rf"|(?:\bi\s+)?\b(?:don['’]?t|do not) (?:really )?(?:care|mind) how (?:{kinds})(?:\s+(?:it"
            r"|they) (?:is|are))?"
            r"|(?<![\d一二两三四五六七八九十][个间张台部件套只条位名款])(?<![\d一二两三四五六七八九十][个间套].)"
            rf"(?<![\d一二两三四五六七八九十])(?P<z0>{names})(?:上|方面)?(?:都)?(?:无所谓|不重要|不限制?|随便|随意|没关系|没有?要求"
            r"|不用管|不用考虑|不管|都行|都可以|都好|不是问题|没有?限制)(?:了)?"
            r"|(?:不限制?|不管|不在乎|不在意|不考虑|无论|不论|忘了|忘掉|忽略|别管|不用管|不用考虑|取消"
            rf"|去掉|放宽|删掉|不介意|不关心)(?:什么|任何)?(?:的)?(?P<z1>{names})(?:的?(?:限制|条件|要求"
            r"|范围))?(?:了)?"
            rf"|(?:任何|什么|任意|哪种|哪个)(?P<z2>{names})的?(?:都|也)(?:行|可以|好|成|无所谓)"
            rf"|多(?P<how>长|贵|老|旧|久)(?:都|也)(?:行|可以|无所谓|没关系)",
            re.IGNORECASE,
        )

    def count(self, text: str) -> int | None:
        found = self._count.search(text)
        if found and not re.match(r"\s*(?:or|to|-)\s*(?:\d|two|three)", text[found.end() :]):
            said = next((found[g] for g in ("n", "asked", "plain") if found[g]), "one")
            k = int(number(said))
            return k if 1 <= k <= _MOST else None
        if self._one_zh.search(text):
            return 1
        for each in self._count_zh.finditer(text):
            said = next(each[g] for g in ("n", "asked", "first") if each[g])
            k = int(number(said))
            if said not in _VAGUE and said not in ("一", "1") and 1 <= k <= _MOST:
                return k
        return None

    def lifted(self, text: str) -> Iterator[tuple[int, int, list[str]]]:
        """Where limits are lifted, and on which fields."""
        for found in self._lifted.finditer(text):
            if how := next((kind for kind in _HOW if found[kind]), ""):
                fields = [spec.name for spec in self.fields.of_kind(how)]
            elif found["how"]:
                kind = next(kind for kind, said in _HOW.items() if re.search(rf"(?:{said})$", found["how"]))
                fields = [spec.name for spec in self.fields.of_kind(kind)]
            else:
                said = next(found[g] for g in ("f0", "f1", "f2", "f3", "f4", "f5", "z0", "z1", "z2") if found[g])
                fields = self._same(said)
            if fields:
                yield found.start(), found.end(), fields

    def _same(self, said: str) -> list[str]:
        """One field, or all of a kind that has a least and a most."""
        specs = self.fields.called(said)
        kind = self.fields.kinds.get(specs[0].name) if specs else None
        if kind and kind.ranges:
            return [spec.name for spec in specs]
        return [specs[0].name] if specs else []

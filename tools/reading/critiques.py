"""Wishes against what was shown: "shorter", "cheaper than the second one", "less scary", "便宜点", "太长了"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.reading.allowed import allowance
from tools.reading.counting import number
from tools.reading.fields import Fields
from tools.reading.text import HAN, either
from tools.reading.values import Found

Direction = Literal["more", "less"]
_ONE = (
    r"(?:one|film|movie|game|book|item|option|pick|suggestion|recommendation|result|choice|article"
    r"|track|song|product|video|post)"
)
_ORDER = {
    w: n
    for n, w in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], 1
    )
}
_SHOWN = re.compile(
    rf"\bthan (?:the )?(?P<than>{'|'.join(_ORDER)}|last)(?=\s*(?:$|[,.;!?]))|\b(?P<word>{'|'.join(_ORDER)}"
    rf"|last|previous|\d{{1,2}}(?:st|nd|rd|th))\s+{_ONE}\b|(?:#\s?"
    rf"|\b(?:number|option|no\.)\s+)(?P<figure>\d{{1,2}})\b"
    r"|第(?P<zh>[一二三四五六七八九十\d]+)(?:个|部|本|款|首|条|篇|件|张|种|只|台|家)"
    r"|(?P<last>最后(?:一)?(?:个|部|本|款|首|篇|件))",
    re.IGNORECASE,
)
_LIKE = re.compile(
    r"(?:(?<!['’]t )(?<!not )(?:\blike|\bsimilar to|\bsame as)\s+(?:the\s+)?|像|类似于?)$", re.IGNORECASE
)
_LIKE_AFTER = re.compile(r"\s*(?:差不多|类似|相似|那样|这样|一样|那种|这种|之类)")
_NO = re.compile(r"(?:\b(?:no|any|not|much|how much|for|an?)\s+|n['’]t\s+)$", re.IGNORECASE)
_NOT_TOO = re.compile(
    r"(?:\b(?:not|nothing|isn['’]t|don['’]t want (?:it|anything|something))\s+(?:be\s+)?|不要?|别)$", re.IGNORECASE
)
_PEOPLE = re.compile(
    r"\s+(?:people|kids?|child|children|adults?|audiences?|brother|sister|son|daughter|than (?:me"
    r"|my|i)\b|version|i get)",
    re.I,
)
_LESS = re.compile(
    r"(?:\b(?:less|fewer|not (?:as|so|quite as|that)|too much"
    r"|(?<!not )(?<!n't )(?<!nothing )too)\s+|少(?:来?一?点|些)|[没不别]那么|不要那么"
    r"|(?<![不别要])太)$",
    re.I,
)
_MORE = re.compile(
    r"(?:(?<!no )(?<!any )(?<!one )(?<!some )(?<!two )(?<!three )(?<!few )\b(?:more|extra)\s+|更"
    r"|再|更多|多(?:来?一?点|些))$",
    re.I,
)
_LESS_AFTER = re.compile(r"(?:的?少一?[点些]|的?少些)")
_MORE_AFTER = re.compile(r"(?:的?多一?[点些]|一点|点儿|一些)")


@dataclass(frozen=True)
class Wish:
    """A critique in `text[start:end]`."""

    start: int
    end: int
    field: str
    direction: Direction
    value: str | None = None


class Comparisons:
    """How people compare on the fields that this catalogue has."""

    def __init__(self, fields: Fields) -> None:
        self._meant: dict[str, tuple[str, Direction]] = {}
        self._too: dict[str, tuple[str, Direction]] = {}
        for name in dict.fromkeys(kind.name for kind in fields.kinds.values()):
            field = fields.of_kind(name)[0].name
            kind = fields.kinds[field]
            directions: tuple[tuple[Direction, Direction], ...] = (("more", "less"), ("less", "more"))
            for (said, opposite), words, much in zip(
                directions, (kind.more, kind.less), (kind.much, kind.little), strict=True
            ):
                for word in words:
                    self._meant.setdefault(word, (field, said))
                for word in much:
                    self._too.setdefault(word, (field, opposite))
            for noun in kind.nouns:
                if noun.isascii():
                    self._meant.setdefault(f"higher {noun}", (field, "more"))
                    self._meant.setdefault(f"lower {noun}", (field, "less"))
        latin = [word for word in self._meant if word.isascii()]
        whole = "|".join(word for word in self._meant if "更" in word) or r"(?!)"
        han = "|".join(sorted((w for w in self._meant if not w.isascii()), key=len, reverse=True)) or r"(?!)"
        self._pattern = re.compile(
            rf"(?P<en>{either(latin)}|{whole})|(?:更(?!新(?:的?(?:时间|日期)|[了到过频于至])|重要|大家|小心)|再"
            rf"|还要?)(?P<more>{han})(?:一?[点些])?儿?|(?P<bit>{han})(?:一?[点些]儿?)(?!心|钟)"
            rf"|比[^,。比]{{1,40}}?(?P<than>{han})(?=的|$|[,。!?])",
            re.IGNORECASE,
        )
        self._excess = re.compile(
            rf"(?P<no>{_NOT_TOO.pattern[:-1]})?(?<![a-z])(?:(?:too|so|very"
            rf"|overly)\s+(?P<en>{either(w for w in self._too if w.isascii())})"
            r"|(?P<so>(?:[没不别]"
            rf"|不要)[那这]么)(?P<less>{'|'.join(w for w in self._too if not w.isascii()) or '(?!)'})"
            rf"|太(?P<zh>{'|'.join(w for w in self._too if not w.isascii()) or '(?!)'})(?P<end>了)?)",
            re.IGNORECASE,
        )

    def read(self, text: str) -> Iterator[Wish]:
        for found in self._pattern.finditer(text):
            if _NO.search(text[max(0, found.start() - 10) : found.start()]) and not _AN.search(text[: found.start()]):
                continue
            if (
                _PEOPLE.match(text, found.end())
                or allowance(text, found.start(), found.end())
                or text[max(0, found.start() - 2) : found.start()] in ("最近", "刚刚")
            ):
                continue
            said = found["en"] or found["more"] or found["bit"] or found["than"]
            start = found.start("than") if found["than"] else found.start()
            yield Wish(start, found.end(), *self._meant[re.sub(r"\s+", " ", said.casefold())])
        for found in self._excess.finditer(text):
            if found["so"] or (not found["no"] and (found["end"] or re.match(r"(?i)too|overly", found[0]))):
                yield Wish(*found.span(), *self._too[(found["en"] or found["zh"] or found["less"]).casefold()])

    def not_too(self, text: str) -> Iterator[Wish]:
        """ "Not too long": a wish for less of it, whatever was shown."""
        for found in self._excess.finditer(text):
            if found["no"] and not found["so"]:
                yield Wish(*found.span(), *self._too[(found["en"] or found["zh"]).casefold()])


_AN = re.compile(r"\b(?:an?|much)\s+$", re.IGNORECASE)  # "a newer one", "much shorter"


def of_values(text: str, found: Sequence[Found]) -> Iterator[Wish]:
    """ "Less scary" is less Horror; "more comedies" asks for further ones and is no critique."""
    for value in found:
        before = text[max(0, value.start - 20) : value.start]
        said = text[value.start : value.end]
        if less := _LESS.search(before):
            yield Wish(value.start - len(less[0]), value.end, value.field, "less", value.value)
        elif after := _LESS_AFTER.match(text, value.end):
            yield Wish(value.start, after.end(), value.field, "less", value.value)
        elif more := _MORE.search(before):
            if not said.casefold().endswith("s") or value.value.endswith("s"):
                yield Wish(value.start - len(more[0]), value.end, value.field, "more", value.value)
        elif HAN.search(said) and (after := _MORE_AFTER.match(text, value.end)):
            yield Wish(value.start, after.end(), value.field, "more", value.value)


def shown(text: str) -> tuple[list[int], list[int]]:
    """References to shown items: all, and those that are to be followed. 1 is the first, -1 the last."""
    every, liked = [], []
    for found in _SHOWN.finditer(text):
        n = _place(found)
        every.append(n)
        if _LIKE.search(text[: found.start()].removesuffix("the ")) or _LIKE_AFTER.match(text, found.end()):
            liked.append(n)
    return list(dict.fromkeys(every)), list(dict.fromkeys(liked))


def _place(found: re.Match[str]) -> int:
    if found["last"] or (found["word"] or found["than"] or "").casefold() in ("last", "previous"):
        return -1
    said = found["word"] or found["than"] or found["figure"] or found["zh"]
    return _ORDER.get(said.casefold()) or int(number(said))

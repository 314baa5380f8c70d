"""Titles in running text: hidden from the other readers, because no genre is wished for in "Star Wars", and told as
items to follow where the words say so ("similar to X", "跟X差不多").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.catalogue import Catalogue
from tools.columns import fold
from tools.reading.everyday import EVERYDAY
from tools.reading.fuzzy import Near
from tools.reading.negation import denial
from tools.reading.text import HAN, Word, words

LONGEST = 12  # words of a title
QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]|《([^》]+)》|「([^」]+)」")
_YEAR = re.compile(r"\s*\((\d{4})\)\s*$")
_ARTICLE = re.compile(r"^(?:the|an?) (?=.)")
_NO_WISH = r"(?<!would )(?<!i )(?<!['’]d )(?<!you )(?<!we )(?<!['’]t )(?<!not )(?<!people )(?<!they )(?<!look )(?<!looks )"
_LIKE = re.compile(
    rf"(?:\bsimilar to|\b{_NO_WISH}like|\bin the (?:vein|style|spirit|mou?ld) of|\balong the lines of|\breminiscent of"
    r"|\bcomparable to|\bakin to|\bif (?:i|you) (?:liked?|loved?|enjoy(?:ed)?)|\bfans? of|\b(?:vibes?|feel|mood|style) (?:as|of)"
    r"|\bi (?:really |just |also |absolutely )*(?:loved?|enjoyed|liked?|adored?)|\b(?:liked|loved|enjoyed)|\bsame as"
    r"|像|类似于?|喜欢|爱看|好像)\s*(?:the (?:film|movie|game|book|album|show|song) )?[\"“《「]?$",
    re.IGNORECASE,
)  # fmt: skip
_BESIDE_ZH = re.compile(r"(?:跟|和|与|同)\s*[\"“《「]?$")
_ALIKE_ZH = re.compile(
    r"[\"”》」]?\s*(?:很|比较|最)?(?:差不多|类似|相似|那样|这样|一样|似的|那种|这种|之类|同类|同款|同风格|风格|的感觉)"
)
_UNLIKE_ZH = re.compile(r"[\"”》」]?\s*(?:不一样|不同|不像|那样的?就?(?:不要|算了))")
_CUE = re.compile(r"\b(?:like|similar|vein|style|spirit|lines|reminiscent|akin|comparable|fans?|vibe|loved|enjoyed|adored|same)|[像似样欢种类款]|差不多|之类|风格|爱看", re.I)
_MORE = re.compile(r"[\"”》」]?\s*(?:,|、|and|or|&|meets|和|或者?|以及|跟)\s*(?:and\s+)?[\"“《「]?", re.IGNORECASE)
_ENDS = re.compile(r"\s*(?:\(\d{4}\)|$|[,;.!?:。、\"”》」\0\u3400-\u9fff]|(?:but|and|or|with|without|except|only|from|that|please|though|just|for|in|by|on|as)\b)", re.IGNORECASE)
_OBJECT = re.compile(r"[^,;.!?。、\"”》」\0\u3400-\u9fff]+?(?=\s+(?:but|and|with|without|except|only|from|that|please|though)\b|[,;.!?。、\"”》」\0\u3400-\u9fff]|$)", re.I)


@dataclass(frozen=True)
class Title:
    """A title in `text[start:end]`; `item` is the index of the item in the catalogue."""

    start: int
    end: int
    item: int


class Titles:
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._items: dict[str, list[int]] = {}
        self._written: set[str] = set()
        self._first: set[str] = set()
        self._han: dict[str, list[str]] = {}
        short: dict[str, list[int]] = {}
        for n, title in enumerate(catalogue.titles):
            plain = fold(_YEAR.sub("", title))
            key = _ARTICLE.sub("", plain)
            self._items.setdefault(key, []).append(n)
            if " " in plain or " " in fold(title):
                self._written.update((plain, fold(title)))
            if ":" in title:
                short.setdefault(_ARTICLE.sub("", fold(title.split(":")[0])), []).append(n)
        for key, items in short.items():
            if len(items) == 1 and " " in key:  # "Dr. Strangelove" without the rest of it
                self._items.setdefault(key, items)
        for key in self._items:
            if HAN.match(key) and len(key) >= 2:
                self._han.setdefault(key[0], []).append(key)
        self._first = {name.split()[0] for name in self._written}
        self._near = Near(self._items)

    def written(self, text: str, said: list[Word]) -> Iterator[tuple[int, int]]:
        """Titles of two words or more that are written as titles are, and Chinese ones of four letters or more."""
        at = 0
        for n, word in enumerate(said):
            if word.start < at or word.key not in self._first or text[word.start].islower():
                continue
            for last in range(min(n + LONGEST, len(said)) - 1, n, -1):
                end = said[last].end
                if not text[said[last].start].islower() and fold(text[word.start : end]) in self._written:
                    yield word.start, end
                    at = end
                    break
        for start, char in enumerate(text):
            for key in self._han.get(char, ()):
                if len(key) >= 4 and text.startswith(key, start):
                    yield start, start + len(key)

    def liked(self, text: str, said: list[Word]) -> tuple[list[str], list[tuple[int, int]]]:
        """Ids of items that the words want to be followed, in order, and where their titles stand."""
        if not _CUE.search(text):
            return [], []
        out: list[Title] = []
        titles = sorted(self._anywhere(text, said), key=lambda title: (title.start, -title.end))
        followed = -1  # where a list of followed titles may go on
        for title in titles:
            if out and title.start < out[-1].end:
                continue
            goes_on = followed >= 0 and _MORE.fullmatch(text[followed : title.start]) is not None
            if self._follows(text, title) or goes_on:
                out.append(title)
                followed = title.end
        ids = list(dict.fromkeys(self.catalogue.ids[title.item] for title in out))
        return ids, [(title.start, title.end) for title in titles]

    def _follows(self, text: str, title: Title) -> bool:
        before = text[max(0, title.start - 60) : title.start]
        if _UNLIKE_ZH.match(text, title.end):
            return False
        cue = _LIKE.search(before)
        if cue is None:
            beside, alike = _BESIDE_ZH.search(before), _ALIKE_ZH.match(text, title.end)
            at = title.start - len(beside[0]) if beside else title.start
            return bool(alike) and denial(text, at) is None
        return denial(text, title.start - len(before) + cue.start()) is None

    def _anywhere(self, text: str, said: list[Word]) -> Iterator[Title]:
        for quoted in QUOTED.finditer(text):
            n = next(n for n, found in enumerate(quoted.groups(), 1) if found)
            item = self._item(quoted[n], text, quoted.end(), True)
            if item is not None:
                yield Title(*quoted.span(n), item)
        starts = [word for word in said if self._led(text, word.start)]
        for word in starts:
            yield from self._from(text, word, said)
        for at, char in enumerate(text):
            keys = [key for key in self._han.get(char, ()) if text.startswith(key, at)]
            if keys:
                key = max(keys, key=len)
                yield Title(at, at + len(key), self._items[key][0])

    def _led(self, text: str, at: int) -> bool:
        before = text[max(0, at - 60) : at]
        return bool(_LIKE.search(before) or _BESIDE_ZH.search(before) or re.search(r"(?:\b(?:and|or|meets)|[,&、和])\s*[\"“《]?$", before))

    def _from(self, text: str, word: Word, said: list[Word]) -> Iterator[Title]:
        """The longest title that begins here: as catalogued, else nearly so."""
        first = said.index(word)
        for last in range(min(first + LONGEST, len(said)) - 1, first - 1, -1):
            end = said[last].end
            key = _ARTICLE.sub("", fold(text[word.start : end]))
            if key in self._items and self._certain(text, word, last - first, end, key):
                yield Title(word.start, end, self._by_year(self._items[key], text, end))
                return
        found, before = _OBJECT.match(text, word.start), text[max(0, word.start - 60) : word.start]
        if found and (_LIKE.search(before) or (_BESIDE_ZH.search(before) and _ALIKE_ZH.match(text, found.end()))):
            item = self._item(found[0], text, found.end(), False)
            if item is not None:
                yield Title(word.start, found.end(), item)

    def _certain(self, text: str, word: Word, further: int, end: int, key: str) -> bool:
        """A title of one word, or of everyday words, must be all that is named, and look like a name."""
        ordinary = all(part in EVERYDAY for part in key.split())
        if (further and not ordinary) or HAN.search(key):
            return True
        return bool(_ENDS.match(text, end)) and not (ordinary and text[word.start].islower())

    def _item(self, said: str, text: str, end: int, quoted: bool) -> int | None:
        key = _ARTICLE.sub("", fold(_YEAR.sub("", said)))
        if key not in self._items:
            if len(key) < 6 or all(word in EVERYDAY for word in key.split()):
                return None
            near = self._near.phrase(key) or (self._near.word(key) if quoted or " " not in key else None)
            if near is None:
                return None
            key = near
        elif not quoted and key in EVERYDAY:
            return None
        year = _YEAR.search(said)
        return self._by_year(self._items[key], year[0] if year else text, 0 if year else end)

    def _by_year(self, items: list[int], text: str, end: int) -> int:
        """The one of that year, where the words give it: "Heat (1995)"."""
        if len(items) > 1 and (year := re.compile(r"[\"”》]?\s*\((\d{4})\)").match(text, end)):
            for item in items:
                if year[1] in (str(self.catalogue.attributes(item).get("year", "")), *re.findall(r"\((\d{4})\)$", self.catalogue.titles[item])):
                    return item
        return items[0]

"""Titles in running text: hidden from the other readers, because no genre is wished for in "Star Wars", and told as
items to follow where the words say so ("similar to X", "跟X差不多").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tools.catalogue import Catalogue
from tools.columns import fold
from tools.reading.everyday import EVERYDAY
from tools.reading.fuzzy import Near
from tools.reading.negation import denial
from tools.reading.text import HAN, Word, words

LONGEST = 12  # words of a title
CUES = 12  # words that lead to titles; nobody names more
SURE = 6  # letters of a misspelt title
QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]|《([^》]+)》|「([^」]+)」")
_YEAR = re.compile(r"\s*\((\d{4})\)\s*$")
_ARTICLES = ("the", "a", "an")
# "I would like", "it looks like": no model is named.
_VERBS = ("would", "i", "'d", "’d", "you", "we", "'t", "’t", "not", "people", "they", "look", "looks", "sounds")
_LIKE = re.compile(
    rf"(?:\bsimilar to|\b{''.join(f'(?<!{verb} )' for verb in _VERBS)}like|\bin the (?:vein|style"
    r"|spirit|mou?ld) of|\balong the lines of"
    r"|\breminiscent of|\bcomparable to|\bakin to|\bif (?:i|you) (?:liked?|loved?|enjoy(?:ed)?)"
    r"|\bfans? of|\bsame (?:vibes?|feel|mood|style)? ?as"
    r"|\bi (?:really |just |also |absolutely )*(?:loved?|enjoyed|liked?|adored?)|\b(?:liked|loved|enjoyed))"
    r"\s+(?:the (?:film|movie|game|book|album|show|song) )?|(?:像|类似于?|喜欢|爱看)\s*",
    re.IGNORECASE,
)
_BESIDE_ZH = re.compile(r"[跟和与同]\s*")
_ALIKE_ZH = re.compile(
    r"[\"”》」]?\s*(?:很|比较|最)?(?:差不多|类似|相似|那样|这样|一样|似的|那种|这种|之类|同类|同款|同风格|风格|的感觉)"
)
_UNLIKE_ZH = re.compile(r"[\"”》」]?\s*(?:不一样|不同|不像|那样的?就?(?:不要|算了))")
_MORE = re.compile(r"[\"”》」]?\s*(?:,|、|and|or|&|meets|和|或者?|以及|跟)\s*(?:and\s+)?", re.IGNORECASE)
_STOP = r"(?:but|and|or|with|without|except|only|from|that|please|though|just|for|in|by|on|as)\b"
_ENDS = re.compile(rf"\s*(?:\(\d{{4}}\)|$|[,;.!?:。、\"”》」\0\u3400-\u9fff]|{_STOP})", re.IGNORECASE)
_OBJECT = re.compile(
    rf"[^,;.!?。、\"”》」\0\u3400-\u9fff]{{1,80}}?(?=\s+{_STOP}|[,;.!?。、\"”》」\0\u3400-\u9fff]|$)", re.IGNORECASE
)


@dataclass(frozen=True)
class Title:
    """A title in `text[start:end]`; `item` is the index of the item in the catalogue."""

    start: int
    end: int
    item: int


class Titles:
    """The titles of one catalogue, by their words run together, without article and year."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._items: dict[str, list[int]] = {}
        self._written: set[str] = set()
        self._first: set[str] = set()
        self._han: dict[str, list[str]] = {}
        short: dict[str, list[int]] = {}
        for n, title in ((n, title) for n, title in enumerate(catalogue.titles) if title):  # a deleted item has none
            for name in dict.fromkeys((_YEAR.sub("", title), title)):
                said = words(name)
                self._items.setdefault(_key(said) or _han_key(name), []).append(n)
                if len(said) > 1:
                    self._written.add("".join(word.key for word in said))
                    self._first.add(said[0].key)
            if ":" in title:
                short.setdefault(_key(words(title.split(":")[0])), []).append(n)
        for key, items in short.items():
            if len(items) == 1 and len(key) > SURE:  # "Dr. Strangelove" without the rest of it
                self._items.setdefault(key, items)
        for key in self._items:
            if HAN.match(key) and len(key) >= 2:
                self._han.setdefault(key[0], []).append(key)
        self._near = Near(self._items)

    def written(self, text: str, said: Sequence[Word]) -> Iterator[tuple[int, int]]:
        """Titles of two words or more that are written as titles are, and Chinese ones of four letters or more."""
        at = 0
        for n, word in enumerate(said):
            if word.start < at or word.key not in self._first or text[word.start].islower():
                continue
            for last in range(min(n + LONGEST, len(said)) - 1, n, -1):
                key = "".join(each.key for each in said[n : last + 1])
                if key in self._written and not text[said[last].start].islower():
                    at = said[last].end
                    yield word.start, at
                    break
        for start in range(len(text)) if self._han else ():
            if (title := self._chinese(text, start)) and title.end - start >= 4:
                yield start, title.end

    def liked(
        self, text: str, said: Sequence[Word], written: Sequence[tuple[int, int]]
    ) -> tuple[list[str], list[tuple[int, int]]]:
        """Ids of items that the words want to be followed, in order, and where titles stand."""
        found = [*self._after_cues(text, said), *self._before_cues(text, said, written)]
        found.sort(key=lambda pair: pair[0].start)
        ids = list(dict.fromkeys(self.catalogue.ids[title.item] for title, wanted in found if wanted))
        return ids, [(title.start, title.end) for title, _ in found]

    def compared(self, text: str, said: Sequence[Word], start: int, end: int) -> int | None:
        """The item that a comparison in `text[start:end]` is with: "newer than Star Wars", 比Star Wars新."""
        if than := re.compile(r"\s+than\s+", re.IGNORECASE).match(text, end):
            title = self._at(text, said, than.end(), False)
            return title.item if title else None
        for than in re.compile("比").finditer(text, max(0, start - 60), start):
            title = self._at(text, said, than.end(), False)
            if title and text[title.end : start].strip('》」”" 要还更') == "":
                return title.item
        return None

    def _after_cues(self, text: str, said: Sequence[Word]) -> Iterator[tuple[Title, bool]]:
        """Titles that a cue leads to, and those that go on its list; whether each is wanted."""
        for cue in islice(_LIKE.finditer(text), CUES):
            wanted, at = denial(text, cue.start()) is None, cue.end()
            title = self._at(text, said, at, True)
            while title:
                yield title, wanted and not _UNLIKE_ZH.match(text, title.end)
                more = _MORE.match(text, title.end)
                title = self._at(text, said, more.end(), False) if more else None

    def _before_cues(
        self, text: str, said: Sequence[Word], written: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[Title, bool]]:
        """In Chinese the cue may follow: 跟X差不多, X那样的."""
        if not HAN.search(text):
            return
        starts = {start: start for start in (*(s for s, _ in written), *(q.start() for q in QUOTED.finditer(text)))}
        starts |= {start: start for start in range(len(text)) if self._han and self._chinese(text, start)}
        starts |= {cue.end(): cue.start() for cue in _BESIDE_ZH.finditer(text)}
        for at, cue in sorted(starts.items()):
            title = self._at(text, said, at, cue != at)
            if title and _ALIKE_ZH.match(text, title.end):
                yield title, denial(text, cue) is None and not _LIKE.search(text[max(0, cue - 4) : cue])

    def _at(self, text: str, said: Sequence[Word], at: int, nearly: bool) -> Title | None:
        """The longest title that begins here: quoted, or as catalogued, or else nearly so."""
        if quoted := QUOTED.match(text, at):
            n = next(n for n, part in enumerate(quoted.groups(), 1) if part)
            item = self._item(quoted[n], text, quoted.end())
            return None if item is None else Title(*quoted.span(n), item)
        if chinese := self._chinese(text, at):
            return chinese
        first = next((n for n, word in enumerate(said) if word.start == at), None)
        if first is None:
            return None
        for last in range(min(first + LONGEST, len(said)) - 1, first - 1, -1):
            run = said[first : last + 1]
            if (key := _key(run)) in self._items and _certain(text, run):
                return Title(at, run[-1].end, self._by_year(self._items[key], text, run[-1].end))
        found = _OBJECT.match(text, at) if nearly else None
        item = self._item(found[0], text, found.end()) if found else None
        return Title(at, found.end(), item) if found and item is not None else None

    def _chinese(self, text: str, at: int) -> Title | None:
        keys = [key for key in self._han.get(text[at : at + 1], ()) if text.startswith(key, at)]
        if not keys:
            return None
        key = max(keys, key=len)
        return Title(at, at + len(key), self._items[key][0])

    def _item(self, said: str, text: str, end: int) -> int | None:
        """The item of a title that stands alone, or nearly so."""
        run = words(_YEAR.sub("", said))
        key = _key(run) or _han_key(said)
        if key not in self._items:
            if len(key) < SURE or (run and all(word.key in EVERYDAY for word in run)):
                return None
            key = self._near.phrase(key) or self._near.word(key) or ""
        elif run and key in EVERYDAY and said.islower():
            return None
        year = _YEAR.search(said)
        return self._by_year(self._items[key], year[0] if year else text, 0 if year else end) if key else None

    def _by_year(self, items: list[int], text: str, end: int) -> int:
        """The one of that year, where the words give it: "Heat (1995)"."""
        if len(items) > 1 and (year := re.compile(r"[\"”》]?\s*\((\d{4})\)").match(text, end)):
            for item in items:
                held = str(self.catalogue.attributes(item).get("year", ""))
                if year[1] in (held, *_YEAR.findall(self.catalogue.titles[item])):
                    return item
        return items[0]


def _key(said: Sequence[Word]) -> str:
    start = 1 if len(said) > 1 and said[0].key in _ARTICLES else 0
    return "".join(word.key for word in said[start:])


def _han_key(title: str) -> str:
    return fold(_YEAR.sub("", title)).replace(" ", "")


def _certain(text: str, run: Sequence[Word]) -> bool:
    """A title of one word, or of everyday words, must be all that is named, and look like a name."""
    ordinary = all(word.key in EVERYDAY for word in run)
    if len(run) > 1 and not ordinary:
        return True
    return bool(_ENDS.match(text, run[-1].end)) and not (ordinary and text[run[0].start].islower())

"""Which items a message means: by their place on the last slate, by title, or by a word that points back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tools.catalogue import Catalogue
from tools.columns import fold
from tools.neighbors.titles import CERTAIN, titles

LONGEST = 12  # words of a title
_ORDINALS = {
    w: n
    for n, ws in enumerate(
        ("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th", "seventh 7th")
    )
    for w in ws.split()
}
_CARDINALS = ("one", "two", "three", "four", "five", "six", "seven")
_ORDINAL = re.compile(
    rf"\b(?:the\s+)(?P<word>{'|'.join(_ORDINALS)}|last)\b(?!\s+(?:person|world|time|half|part|thing))"
    rf"|\b(?P<one>{'|'.join(_ORDINALS)}|last)\s+one\b|(?:\b(?:number|no\.?|option|item)\s*|#\s*)(?P<figure>\d{{1,2}})\b"
    rf"|\b(?:number|option|item)\s+(?P<spelled>{'|'.join(_CARDINALS)})\b",
    re.IGNORECASE,
)
_FIRST_TWO = re.compile(r"\bfirst two\b|前两|前2", re.IGNORECASE)
_ORDINAL_ZH = re.compile(
    r"第\s*(?P<n>[一二三四五六七八九十]|\d{1,2})(?!次|一次|季)|(?P<last>最后一?[个部款本首条件张家项篇])"
)
_PAIR = re.compile(
    r"\b(\d{1,2})\s*(?:and|or|with|to|vs\.?|versus|,|&|和|跟|与|还是)\s*(\d{1,2})\b|(\d{1,2})\s*(?:号)?(?:和|跟|与|还是)\s*(\d{1,2})"
)
_ALL = re.compile(
    r"\b(?:both|these|those|them|all of (?:them|these|those)|the two)\b|这(?:两|几|些)|那(?:两|几|些)|它们|都"
    r"|两[个部款本]",
    re.IGNORECASE,
)
_IT = re.compile(
    r"\b(?:it|its|it['’]s|this|that|this one|that one|the (?:film|movie|game|book|song|product|article|video|show) )\b"
    r"|它|这[个部款本首条件张家项篇]|那[个部款本首条件张家项篇]|该",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]|《([^》]+)》|「([^」]+)」|\*\*([^*]+)\*\*")
_SPLIT = re.compile(r"(?<=[\u3400-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u3400-\u9fff])")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "and",
        "or",
        "to",
        "is",
        "it",
        "its",
        "this",
        "that",
        "for",
        "with",
        "my",
        "your",
        "one",
        "two",
        "at",
        "by",
        "i",
        "you",
        "he",
        "she",
        "we",
    ]
)


@dataclass(frozen=True)
class Focus:
    """What the conversation has in view: catalogue indices of the last slate, of all shown, and of the last named."""

    slate: Sequence[int] = ()
    shown: Sequence[int] = field(default_factory=tuple)
    last: int | None = None


class References:
    """The titles of one catalogue as people say them."""

    def __init__(self, catalogue: Catalogue, noun: str = "") -> None:
        self.catalogue = catalogue
        known = titles(catalogue.titles)
        self._titles = known
        self._owners: dict[str, list[int]] = {}
        for name, owner in zip(known.names, known.owner.tolist(), strict=True):
            self._owners.setdefault(name, []).append(owner)
        self._begins = {name.split()[0] for name in self._owners}
        self._han = [(title, n) for n, title in enumerate(catalogue.titles) if _HAN.search(title) and len(title) >= 2]
        self._noun = {noun.casefold(), f"{noun.casefold()}s"}

    def find(self, words: str, focus: Focus, pairs: bool = False) -> list[int]:
        """Items in the order they are named; `pairs`: two bare numbers are places too. Titles come before places, and
        "it" or "both" counts only where nothing else is named.
        """
        found = self.titled(words, focus)
        found += [n for n in places(words, focus.slate, pairs) if n not in found]
        return found or self.pointed(words, focus)

    def pointed(self, words: str, focus: Focus) -> list[int]:
        if _ALL.search(words) and len(focus.slate) > 1:
            return list(focus.slate)
        if _IT.search(words):
            it = focus.last if focus.last is not None else next(iter(focus.slate), None)
            return [] if it is None else [it]
        return []

    def titled(self, words: str, focus: Focus) -> list[int]:
        found = [(at, n) for at, n in self._in_text(words, focus)]
        return list(dict.fromkeys(n for _, n in sorted(found)))

    def nearest(self, said: str) -> int | None:
        """The item whose title is most like `said`; None when none is near enough."""
        match = self._titles.find(said, np.zeros(len(self.catalogue), np.float32))
        return match.item if match and match.score >= CERTAIN else None

    def _in_text(self, words: str, focus: Focus) -> Iterator[tuple[int, int]]:
        taken: list[tuple[int, int]] = []
        for quoted in _QUOTED.finditer(words):
            said = next(group for group in quoted.groups() if group)
            item = self._owner(fold(said), focus)
            if item is not None:
                taken.append(quoted.span())
                yield quoted.start(), item
        for title, n in self._han if _HAN.search(words) else ():
            at = words.find(title)
            if at >= 0 and (len(title) > 2 or n in focus.shown) and not _overlaps(taken, at, at + len(title)):
                taken.append((at, at + len(title)))
                yield at, n
        text = _SPLIT.sub("\n", words)  # a Latin title may stand right beside Chinese
        tokens = [(*found.span(), fold(found[0])) for found in _WORD.finditer(text)]
        for first, (start, _, begins) in enumerate(tokens):
            if begins.split()[0] not in self._begins:
                continue
            for last in range(min(first + LONGEST, len(tokens)) - 1, first - 1, -1):
                key, end = " ".join(key for _, _, key in tokens[first : last + 1]), tokens[last][1]
                if key in self._owners and not _overlaps(taken, start, end):
                    item = self._span(text, start, end, key, focus)
                    if item is not None:
                        taken.append((start, end))
                        yield start, item
                        break

    def _span(self, text: str, start: int, end: int, key: str, focus: Focus) -> int | None:
        """The item that these words mean, where they are written as a title is, or name one that was shown."""
        said, item = text[start:end], self._owner(key, focus)
        if item is None:
            return None
        parts = said.split()
        content = [w for w in parts if w.casefold() not in _SMALL and w.casefold() not in self._noun]
        if not content:
            return None
        if item in focus.shown or (not said.isascii() and len(said) > 2):
            return item
        inside = bool(re.search(r"[\w,'’)]\s*$", text[:start]))
        written = all(w[0].isupper() or w[0].isdigit() for w in content)
        if len(parts) == 1:
            return item if written and inside and not said.isdigit() else None
        return item if written or len(content) > 1 else None

    def _owner(self, key: str, focus: Focus) -> int | None:
        owners = self._owners.get(key, [])
        return next((n for n in owners if n in focus.shown), owners[0] if owners else None)


def places(words: str, slate: Sequence[int], pairs: bool = False) -> list[int]:
    """What stands at the places of the last slate that the words name."""
    if not slate:
        return []
    at: list[tuple[int, int]] = []
    if two := _FIRST_TWO.search(words):
        at += [(two.start(), 0), (two.start() + 1, 1)]
    for found in _ORDINAL.finditer(words):
        word = (found["word"] or found["one"] or "").casefold()
        if found["spelled"]:
            n = _CARDINALS.index(found["spelled"].casefold())
        else:
            n = int(found["figure"]) - 1 if found["figure"] else -1 if word == "last" else _ORDINALS[word]
        at.append((found.start(), n))
    for found in _ORDINAL_ZH.finditer(words):
        n = (
            -1
            if found["last"]
            else int(found["n"]) - 1
            if found["n"].isdigit()
            else "一二三四五六七八九十".index(found["n"])
        )
        at.append((found.start(), n))
    for word, n in (("former", 0), ("前者", 0), ("latter", -1), ("后者", -1)):
        if (start := words.casefold().find(word)) >= 0:
            at.append((start, n))
    if pairs and not at and (pair := _PAIR.search(words)):
        at += [(n, int(figure) - 1) for n, figure in enumerate(g for g in pair.groups() if g)]
    return list(dict.fromkeys(slate[n] for _, n in sorted(at) if -1 <= n < len(slate)))


def _overlaps(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < b and a < end for a, b in taken)

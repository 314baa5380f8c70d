"""What the readers share: a constraint found in a text, the text with what is read hidden, and its clauses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tools.columns import fold

WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f](?:[\w'’&-]|\.(?=\w))*", re.ASCII)
HAN = re.compile(r"[\u3400-\u9fff]")
# A comma within a figure and a full stop within a number or a name end nothing.
_BREAK = re.compile(
    r"(?:[,.](?!\d)|(?<!\d)[,.]|[;!?。；])\s*(?:(?:and|but|or)\s+)?|\s+(?:but|however|though"
    r"|although)\s+|但是?|不过|可是"
)
LIST = re.compile(
    r"[\s,，、/]*(?:\b(?:and|nor|or)\b(?:\s+(?:in|on|at)\b)?|和|或者?|要么[用在是]?|以及|跟|与|还有|及)?\s*(?:an?\s+|any\s+|the\s+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reading:
    """A constraint read in `text[start:end]`; `stands` is what the search query keeps in its place."""

    start: int
    end: int
    field: str
    operator: str
    value: Any
    stands: str = ""


@dataclass(frozen=True)
class Word:
    start: int
    end: int
    key: str  # folded


def words(text: str) -> list[Word]:
    """Latin words and figures; a hyphenated word is its parts, so that "sci-fi" and "sci fi" are one."""
    return [
        Word(part.start() + found.start(), part.end() + found.start(), key)
        for found in WORD.finditer(text)
        for part in re.finditer(r"[^-]+", found[0])
        if (key := fold(part[0]).replace(" ", ""))
    ]


def left(said: list[Word], text: str) -> list[Word]:
    """The words that are not hidden."""
    return [word for word in said if text[word.start] != "\0"]


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spans hidden from later rules, positions kept."""
    for start, end in spans:
        text = text[:start] + "\0" * (end - start) + text[end:]
    return text


def clauses(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for found in _BREAK.finditer(text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)


def either(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first; spaces match hyphens too."""
    ordered = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    latin = "|".join(_flexible(word) for word in ordered if word.isascii())
    other = "|".join(re.escape(word) for word in ordered if not word.isascii())
    return "|".join(filter(None, (rf"(?<![A-Za-z])(?:{latin})(?![A-Za-z])" if latin else "", other))) or r"(?!)"


def _flexible(word: str) -> str:
    return re.escape(word).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?")

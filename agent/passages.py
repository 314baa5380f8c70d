"""A long text in pieces a small model can hold, cut where sentences end, order kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?](?!\s|$|[\"”」』)）])[^.!?。！？\n]*)*[.!?。！？…]*[\"”」』)）]*")
_COMMA = re.compile(r"(?<=[,;，；、：:])\s*")
LONGEST = 320  # characters of one sentence; a longer one is cut at its commas, or anywhere


def sentences(text: str) -> list[list[str]]:
    """The sentences of each paragraph; empty paragraphs are left out."""
    held = [[part for found in _SENTENCE.findall(line) for part in _short(found.strip())] for line in text.splitlines()]
    return [paragraph for paragraph in held if paragraph]


def grouped(parts: Iterable[str], size: int, most: int) -> Iterator[list[str]]:
    """Runs of at most `most` parts and about `size` characters together."""
    group: list[str] = []
    for part in parts:
        if group and (len(group) == most or sum(map(len, group)) + len(part) > size):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _short(sentence: str) -> Iterator[str]:
    if len(sentence) <= LONGEST:
        if sentence:
            yield sentence
        return
    joined = ""
    for part in _COMMA.split(sentence):
        if joined and len(joined) + len(part) > LONGEST:
            yield joined.strip()
            joined = ""
        joined += part + " "
        while len(joined) > LONGEST:
            yield joined[:LONGEST].strip()
            joined = joined[LONGEST:]
    if joined.strip():
        yield joined.strip()

"""Titles as people say them: without the year, the article or the subtitle, with a typing slip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from tools.columns import fold

CERTAIN = 85.0  # score, of 100, from which a title counts as the one meant
NEAR = 70.0  # from which it is worth asking whether it was meant
OPENING = 90.0  # score of a title that opens with the words said, two of them or more
_ASIDE = re.compile(r"[(（]([^()（）]*)[)）]")
_ARTICLE = re.compile(r"^(the|an?) | (the|an?)$")  # `Matrix, The` is catalogued so, `The Matrix` said so
_QUOTES = "\"'“”‘’《》「」 "


@dataclass(frozen=True)
class Match:
    """The nearest title: its catalogue index, and how near, 0 to 100."""

    item: int
    score: float


@dataclass(frozen=True, eq=False)
class Titles:
    """`names` are the ways to say a title, folded; `owner` (n_names,) the item each belongs to."""

    names: tuple[str, ...]
    owner: NDArray[np.int32]

    def find(self, text: str, prefer: NDArray[np.float32]) -> Match | None:
        """The item whose title is nearest to `text`; of equally near ones that with the highest `prefer` (n_items,).
        None when nothing comes anywhere near.
        """
        found = [hit for said in dict.fromkeys(_ways(text.strip(_QUOTES))) for hit in self._near(said)]
        if not found:
            return None
        item, score = max(found, key=lambda hit: (round(hit[1], 3), prefer[hit[0]]))
        return Match(item, score)

    def _near(self, said: str) -> list[tuple[int, float]]:
        hits = process.extract(said, self.names, scorer=fuzz.token_sort_ratio, limit=20, score_cutoff=NEAR)
        near = [(int(self.owner[at]), score) for _, score, at in hits]
        if " " in said:
            near += [
                (int(self.owner[at]), OPENING) for at, name in enumerate(self.names) if name.startswith(said + " ")
            ]
        return near


@lru_cache(maxsize=4)
def titles(names: tuple[str, ...]) -> Titles:
    """The titles of a catalogue (`Catalogue.titles`), prepared once."""
    said = [(way, n) for n, name in enumerate(names) for way in dict.fromkeys(_ways(name))]
    return Titles(tuple(way for way, _ in said), np.array([n for _, n in said], np.int32))


def _ways(title: str) -> Iterator[str]:
    """`Seven (Se7en) (1995)`: as written, without the brackets, what is in them; and what stands before a colon."""
    bare = _ASIDE.sub(" ", title)
    asides = [aside for aside in _ASIDE.findall(title) if not aside.strip().isdigit()]
    for way in (title, bare, bare.split(":")[0], *asides):
        if folded := fold(way):
            yield folded
            yield _ARTICLE.sub("", folded)

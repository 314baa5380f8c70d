"""Misspelt names: which known name a word that is none was meant to be. Distances are rapidfuzz's.

An ordinary word must not become a genre, so a word is mended only if it begins like the name, differs from it in one
place (in two from ten letters on) and is no word that the catalogue's own texts use.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

SHORTEST = 5  # letters of a name that can be misspelt
LONG = 10  # letters of a name from which two slips are allowed
ALIKE = 88.0  # of 100: a misspelt title
_ENDINGS = (
    "ed",
    "ing",
    "ly",
    "es",
    "s",
    "er",
    "ers",
    "est",
    "al",
    "ous",
    "ish",
    "able",
    "ness",
    "ment",
    "ful",
    "less",
    "ic",
    "d",
    "n",
    "r",
    "y",
)


class Near:
    """Names by their first letter and length, so that only a few are compared."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[tuple[str, int], list[str]] = {}
        for name in dict.fromkeys(names):
            if len(name) >= SHORTEST:
                self._names.setdefault((name[0], len(name)), []).append(name)

    def word(self, said: str) -> str | None:
        """The one name that `said` is a misspelling of; None where there is none, or where two are as near."""
        if len(said) < SHORTEST or said.isdecimal():
            return None
        slips = 2 if len(said) >= LONG - 1 else 1
        found = [(name, n) for name, n in self._within(said, slips) if n <= 1 or len(name) >= LONG]
        best = [name for name, distance in found if distance == min(d for _, d in found)]
        if len(best) != 1 or _inflected(said, best[0]):
            return None
        return best[0]

    def _within(self, said: str, slips: int) -> list[tuple[str, int]]:
        lengths = range(len(said) - slips, len(said) + slips + 1)
        known = [name for n in lengths for name in self._names.get((said[0], n), ())]
        found = process.extract(said, known, scorer=OSA.distance, score_cutoff=slips, limit=5)
        return [(name, int(distance)) for name, distance, _ in found]

    def phrase(self, said: str) -> str | None:
        """The one name of several words that `said` is nearly."""
        spread = max(1, round(len(said) * 0.15))
        lengths = range(len(said) - spread, len(said) + spread + 1)
        known = [name for n in lengths for name in self._names.get((said[:1], n), ())]
        found = process.extract(said, known, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=2)
        if not found or (len(found) > 1 and found[0][1] - found[1][1] < 1):
            return None
        return found[0][0]


def _inflected(said: str, name: str) -> bool:
    """ "thrilled" is no misspelt "thriller": the same stem with another ending is another word."""
    common = next((n for n, (a, b) in enumerate(zip(said, name, strict=False)) if a != b), min(len(said), len(name)))
    ending = next((ending for ending in _ENDINGS if said.endswith(ending)), "")
    if len(said) == len(name) == common + 1:  # "scarf" is not "scary"
        return True
    stem = common >= max(3, len(said) - 3)
    return stem and bool(ending) and len(said) > common and not (len(name) > common and name.endswith(ending))

"""Which readings are wishes and no requirements: "preferably under 90 minutes", "最好是喜剧", "cheap"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tools.catalogue import Catalogue
from tools.reading.critiques import Comparisons
from tools.reading.fields import Fields
from tools.reading.manner import ITEMS
from tools.reading.negation import denial
from tools.reading.text import LIST, Reading, clauses, either

_MARK = re.compile(
    r"\b(?:preferably|ideally|if (?:at all )?possible|if you can|(?:would|['’]d) be (?:nice|great"
    r"|good|a plus|a bonus|ideal|even better)"
    r"|nice to have|(?:would |['’]d )?(?:(?<!no, )rather|prefer)(?: if| it)?|hopefully"
    r"|bonus (?:points )?(?:if|for)|is a plus|a plus)\b"
    r"|最好(?![的看听玩吃笑])|尽量|尽可能|如果可能(?:的话)?|可以的话|如果可以|可能的话"
    r"|优先(?:考虑)?|(?:就|那)?更好(?:了|$)|更佳|最理想|倾向于?",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"would|['’]d be|if |is a plus|a plus|nice|可以的话|可能|更好|更佳|优先$|最好(?=了|[,，。.!]|$)", re.IGNORECASE
)
_LOOSE = re.compile(
    r"(?:\b(?:something|anything|fairly|pretty|quite|relatively|reasonably|really|very|rather|it|is|be)\s+)$", re.I
)
_NOUN = re.compile(
    rf"(?:\s+[a-z-]+){{0,2}}\s+(?:{ITEMS}|ones?)\b|\s*(?:$|[,.;!?\0])|\s+(?:and|but|or)\s+[a-z-]+\s+(?:{ITEMS})\b", re.I
)
_PLAIN = frozenset(
    [
        "long",
        "short",
        "quick",
        "brief",
        "simple",
        "easy",
        "heavy",
        "premium",
        "budget",
        "complex",
        "expensive",
        "challenging",
    ]
)
THIRD = 1 / 3  # of the catalogue is cheap, recent, long


def split(text: str, readings: Sequence[Reading]) -> tuple[list[Reading], list[Reading]]:
    """Requirements and wishes. A mark covers its clause: what follows it, or else the last thing said before it."""
    if not (marks := list(_MARK.finditer(text))):
        return list(readings), []
    order = sorted(readings, key=lambda r: r.start)
    soft: set[int] = set()
    for start, end in clauses(text):
        for mark in marks:
            if start <= mark.start() < end or start == mark.end():
                soft |= _covered(text, order, mark, start, end)
    return [r for n, r in enumerate(order) if n not in soft], [r for n, r in enumerate(order) if n in soft]


def _covered(text: str, order: Sequence[Reading], mark: re.Match[str], start: int, end: int) -> set[int]:
    follows = {n for n, r in enumerate(order) if mark.end() <= r.end and mark.start() <= r.start < end}
    before = [n for n, r in enumerate(order) if r.end <= mark.start() + 1]
    if _AFTER.match(text, mark.start()) and before and not (follows and mark.start() == start):
        last = order[before[-1]]
        return {n for n in before if _joined(text, order[n], last)}
    for n in range(len(order) - 1):
        if n in follows and _joined(text, order[n], order[n + 1]):
            follows.add(n + 1)
    return follows


def _joined(text: str, first: Reading, last: Reading) -> bool:
    """One range, or one list."""
    return first.start == last.start or (
        first.field == last.field and LIST.fullmatch(text[first.end : last.start]) is not None
    )


class Adjectives:
    """Words that wish for much or little of a number without a bound."""

    def __init__(self, fields: Fields, comparisons: Comparisons) -> None:
        self.catalogue: Catalogue = fields.catalogue
        self._comparisons = comparisons
        self._meant: dict[str, tuple[str, bool]] = {}
        for name in dict.fromkeys(kind.name for kind in fields.kinds.values()):
            field = fields.of_kind(name)[0].name
            for words, much in ((fields.kinds[field].high, True), (fields.kinds[field].low, False)):
                for word in set(words).difference(*fields.names.values()):  # a `vintage` is no vintage wine
                    self._meant.setdefault(word, (field, much))
        self._pattern = re.compile(either(self._meant), re.IGNORECASE)

    def read(self, text: str) -> Iterator[tuple[int, int, str, str, Any]]:
        """(start, end, field, operator, value)."""
        taken = []
        for wish in self._comparisons.not_too(text):
            taken.append((wish.start, wish.end))
            yield (wish.start, wish.end, *self._bound(wish.field, wish.direction == "more"))
        for found in self._pattern.finditer(text):
            if any(start < found.end() and found.start() < end for start, end in taken) or not self._plain(text, found):
                continue
            field, much = self._meant[re.sub(r"\s+", " ", found[0].casefold())]
            if denial(text, found.start()) is not None:
                much = not much
            yield (*found.span(), *self._bound(field, much))

    def _plain(self, text: str, found: re.Match[str]) -> bool:
        if not found[0].isascii():
            return True
        before = text[max(0, found.start() - 16) : found.start()]
        if re.search(r"\b(?:too|more|less|how|as|so)\s+$", before, re.IGNORECASE):
            return False
        if found[0].casefold() not in _PLAIN:
            return True
        led = (
            not before.strip(" ,.;")
            or _LOOSE.search(before)
            or re.search(r"\b(?:an?|some|the|any|no|not)\s+$", before, re.IGNORECASE)
        )
        return bool(led and _NOUN.match(text, found.end()))

    def _bound(self, field: str, much: bool) -> tuple[str, str, Any]:
        value = float(np.nanquantile(self.catalogue.numbers(field), 1 - THIRD if much else THIRD))
        operator, spec = ">=" if much else "<=", self.catalogue.fields[field]
        if spec.kind == "date":
            return field, operator, datetime.fromtimestamp(value, UTC).date().isoformat()
        value = round(value, 2)
        return field, operator, int(value) if value.is_integer() else value

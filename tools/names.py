"""Names in running text: people the catalogue knows, people it does not but the words point to, and titles.

A known name is found wherever it stands; an unknown one only after or before a word that says what it is ("with", "by",
"主演"), because a person the catalogue lacks must become a constraint that nothing meets, not a word that is ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tools.catalogue import Catalogue, FieldSpec
from tools.columns import fold

LONGEST = 6  # words of a name
_WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f](?:[\w'’&-]|\.(?=\w))*", re.ASCII)
_CAPITAL = r"[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f'’.-]*"
_PARTICLE = r"(?:de|da|del|della|di|van|von|der|den|la|le|bin|al)(?!\w)"
_NAME = rf"({_CAPITAL}(?:\s+(?:{_PARTICLE}|{_CAPITAL})){{0,4}})"
# In Chinese a name starts after a word that leads to it and holds none of those; or it ends the clause.
_BEFORE_ZH = (
    r"(?:^|(?<=[看由要找部有是的和，。、, \0]))((?:[^\W\da-zA-Z_看由要找部有是的和想给我推荐请在演导]|·){2,12}?)"
)
_AFTER_ZH = r"(?:是|为|:)((?:[^\W\da-zA-Z_]|·){2,12}?)(?=的|[，。、,\s]|$)"

# Who makes a work, and who appears in it: how the fields that hold them are called, and the words that lead to a name.
_MADE = r"direct|author|artist|writer|creator|maker|composer|developer"
_SEEN = r"cast|actor|star|performer|singer|host"
_ROLES = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (_MADE, rf"\b(?i:(?:directed|written|made|created|composed) by|director|author)\s+{_NAME}"),
        (_MADE, rf"\b(?i:by)\s+{_NAME}"),
        (_SEEN, rf"\b(?i:starring|featuring|stars)\s+{_NAME}"),
        (_SEEN, rf"\b(?i:with|without)\s+{_NAME}"),
        (_SEEN, rf"{_NAME}\s*(?:主演|出演|演的)|(?:主演|演员)(?:是|为|有|:)?\s*{_NAME}"),
        (_MADE, rf"{_NAME}\s*(?:导演|执导|拍的)|导演(?:是|为|:)?\s*{_NAME}"),
        (_SEEN, rf"{_BEFORE_ZH}(?:主演|出演|演的)|(?:主演|演员){_AFTER_ZH}"),
        (_MADE, rf"{_BEFORE_ZH}(?:导演|执导|拍的)|导演{_AFTER_ZH}"),
    )
)
_CUES = (
    (_MADE, re.compile(r"\b(?:(?:directed|written|made|created|composed) )?by $", re.IGNORECASE)),
    (_SEEN, re.compile(r"\b(?:with|without|starring|featuring) $", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Name:
    """A person in `text[start:end]`, cue word included; the name itself begins at `at`."""

    start: int
    end: int
    at: int
    field: str
    name: str


class Names:
    """The names of one catalogue. `taken`: folded words (spaces removed) that mean something else, such as facets."""

    def __init__(self, catalogue: Catalogue, taken: frozenset[str]) -> None:
        self.people_fields = [spec for spec in catalogue.fields.values() if spec.people]
        self._taken = taken
        self._known: dict[str, list[tuple[FieldSpec, str]]] = {}
        self._last: dict[str, set[str]] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        for spec in self.people_fields:
            sizes = catalogue.matrix(spec.name).sum(axis=0).A1.tolist()
            for value, size in zip(spec.values, sizes, strict=True):
                self._known.setdefault(fold(value), []).append((spec, value))
                self._last.setdefault(fold(value).split()[-1], set()).add(fold(value))
                self._counts[spec.name, value] = int(size)
        self._han = [name for name in self._known if not name.isascii() and len(name) >= 2]
        self._titles = {fold(title) for title in catalogue.titles if len(fold(title).split()) >= 2}

    def titles(self, text: str) -> Iterator[tuple[int, int]]:
        """Catalogued titles of two words or more, written as titles are: no genre is wished for in "Star Wars"."""
        for start, end in _spans(text, 2 * LONGEST):
            said = text[start:end]
            if fold(said) in self._titles and not said[0].islower() and not said.split()[-1][0].islower():
                yield start, end

    def people(self, text: str) -> list[Name]:
        """People in the order of the rules; no two overlap."""
        if not self.people_fields:
            return []
        out: list[Name] = []
        for role, pattern in _ROLES:
            for found in pattern.finditer(text):
                self._add(out, self._cued(role, found))
        for start, end in _spans(text, LONGEST):
            self._add(out, self._plain(text, start, end))
        for name in self._han:
            at = text.find(name)
            self._add(out, self._named("", name, at, at, at + len(name)) if at >= 0 else None)
        return out

    def roles(self, name: Name) -> list[tuple[str, str]]:
        """(field, name as catalogued there) wherever the person is known; the one that was read when nowhere."""
        return [(spec.name, value) for spec, value in self._known.get(fold(name.name), ())] or [(name.field, name.name)]

    def _add(self, out: list[Name], name: Name | None) -> None:
        if name and not any(name.start < n.end and n.start < name.end for n in out):
            out.append(name)

    def _cued(self, role: str, found: re.Match[str]) -> Name | None:
        group = next(n for n, said in enumerate(found.groups(), 1) if said)
        said = found[group].rstrip(".'’-")
        words = fold(said).split()
        if not words or "".join(words) in self._taken or words[0] in self._taken:
            return None
        known = self._resolve(role, said)
        sure = len(words) > 1 or not said.isascii() or not re.match(r"(?i)with", found[0])
        if known is None and not sure:
            return None
        spec, value = known or (self._field(role), said)
        return Name(found.start(), found.end(), found.start(group), spec.name, value)

    def _plain(self, text: str, start: int, end: int) -> Name | None:
        """A known name without a cue: two words or more, or one that is written as a name within a sentence."""
        said = text[start:end]
        if " " not in said and (start == 0 or said[0].islower() or said.casefold() in self._taken):
            return None
        cue = next(((role, found) for role, cue in _CUES if (found := cue.search(text[:start]))), None)
        role, begin = (cue[0], cue[1].start()) if cue else ("", start)
        return self._named(role, fold(said), begin, start, end)

    def _named(self, role: str, key: str, start: int, at: int, end: int) -> Name | None:
        if key not in self._known or key.replace(" ", "") in self._taken:
            return None
        spec, value = self._best(role, key)
        return Name(start, end, at, spec.name, value)

    def _resolve(self, role: str, said: str) -> tuple[FieldSpec, str] | None:
        """A known person by full name, or by a last name that only one has."""
        key = fold(said)
        if key not in self._known:
            key = next(iter(self._last.get(key, ()))) if len(self._last.get(key, ())) == 1 else ""
        return self._best(role, key) if key else None

    def _best(self, role: str, key: str) -> tuple[FieldSpec, str]:
        """In the field that the cue means, else in the one where the name stands most often."""
        fits = [(spec, value) for spec, value in self._known[key] if role and re.search(role, spec.name, re.IGNORECASE)]
        if role and not fits and re.search(role, self._field(role).name, re.IGNORECASE):
            return self._field(role), self._known[key][0][1]  # known, but never in this role
        return max(fits or self._known[key], key=lambda place: self._counts[place[0].name, place[1]])

    def _field(self, role: str) -> FieldSpec:
        fits = (spec for spec in self.people_fields if re.search(role, spec.name, re.IGNORECASE))
        return next(fits, self.people_fields[0])


def _spans(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """Runs of up to `longest` words, longest first at each place."""
    words = [found.span() for found in _WORD.finditer(text)]
    for first in range(len(words)):
        for last in range(min(first + longest, len(words)) - 1, first - 1, -1):
            yield words[first][0], words[last][1]

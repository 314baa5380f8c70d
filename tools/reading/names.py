"""Names in running text: people the catalogue knows, also misspelt, and people it does not but the words point to.

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
from tools.reading.everyday import EVERYDAY
from tools.reading.fuzzy import Near
from tools.reading.manner import ITEMS
from tools.reading.negation import denial
from tools.reading.spoken import heard, speech
from tools.reading.text import LIST, Word, words

LONGEST = 6  # words of a name
CERTAIN = 7  # letters of a misspelt last name that needs no cue
SHORT = 4  # of one that is spelled as catalogued
OFTEN, MANY = 3, 1000  # where there are many people, items of one who may be misspelt without a cue
_CAPITAL = r"[A-Z\u00c0-\u00de][A-Za-z\u00c0-\u024f'’.-]*"
_PARTICLE = r"(?:de|da|del|della|di|van|von|der|den|la|le|bin|al)(?!\w)"
_NAME = rf"({_CAPITAL}(?:\s+(?:{_PARTICLE}|{_CAPITAL})){{0,4}})"
# In Chinese a name starts after a word that leads to it and holds none of those; or it ends the clause.
_BEFORE_ZH = (
    r"(?:^|(?<=[看由要找部有是的和，。、, \0]))((?:[^\W\da-zA-Z_看由要找部有是的和想给我推荐请在演导]|·){2,12}?)"
)
_AFTER_ZH = r"(?:是|为|:)((?:[^\W\da-zA-Z_]|·){2,12}?)(?=的|[，。、,\s]|$)"

# Who makes a work, and who appears in it: how the fields that hold them are called, and the words that lead to a name.
_MADE = (
    r"direct|author|artist|writer|creator|maker|composer|develop|design|brand|publish|manufactur|studio|label|channel"
)
_SEEN = r"cast|actor|star|performer|singer|host"
_ROLES = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (_MADE, rf"\b(?i:(?:directed|written|made|created|composed|designed|published) by|director|author)\s+{_NAME}"),
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
    (_MADE, re.compile(r"\b(?:(?:directed|written|made|created|composed|designed|published) )?by $", re.IGNORECASE)),
    (_SEEN, re.compile(r"\b(?:with|without|starring|featuring) $", re.IGNORECASE)),
)


_WORK = re.compile(rf"(?:['’]s)?\s+(?:{ITEMS})\b|\s*(?:的|导演|主演|拍的|演的)", re.IGNORECASE)


Span = tuple[int, str]  # where a name ends, and its key


@dataclass(frozen=True)
class Name:
    """A person in `text[start:end]`, cue word included; the name itself begins at `at`."""

    start: int
    end: int
    at: int
    field: str
    name: str


class Names:
    """The names of one catalogue. `taken`: folded words (spaces removed) that mean something else, such as facets;
    `real`: words of the catalogue's texts, which are no misspelt names.
    """

    def __init__(self, catalogue: Catalogue, taken: frozenset[str], real: frozenset[str]) -> None:
        self._real = real
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
        latin = {name: words(name) for name in self._known if name.isascii()}
        self._joined = {"".join(word.key for word in said): name for name, said in latin.items()}
        self._first = {said[0].key for said in latin.values() if said} | {
            said[0].key
            for spec in self.people_fields
            for value in spec.values
            if "." in value and (said := words(value))
        }
        self._near = Near(name for name in self._known if name.isascii())
        self._near_last = Near(name for name in self._last if name.isascii() and name not in EVERYDAY)

    def people(self, text: str, said: list[Word], others: frozenset[int]) -> list[Name]:
        """People in the order of the rules; no two overlap. Unknown ones are not read at `others`, where values of
        other fields stand.
        """
        if not self.people_fields:
            return []
        out: list[Name] = []
        whole = dict(self._whole(said))
        for role, pattern in _ROLES:
            for found in pattern.finditer(text):
                self._add(out, self._cued(role, found, others, whole))
        for start, (end, key) in whole.items():
            self._add(out, self._plain(text, key, start, end))
        for name in self._han if not text.isascii() else ():
            at = text.find(name)
            self._add(out, self._named("", name, at, at, at + len(name)) if at >= 0 else None)
        for word in said:
            if word.start not in others:
                self._add(out, self._last_name(text, word, out))
        return out

    def _whole(self, said: list[Word]) -> Iterator[tuple[int, Span]]:
        """Known names as catalogued: where each starts, and its end and key, the longest there."""
        for first, word in enumerate(said):
            if word.key in self._first:
                for last in range(min(first + LONGEST, len(said)) - 1, first - 1, -1):
                    whole = "".join(each.key for each in said[first : last + 1])
                    if key := self._joined.get(whole) or self._joined.get(whole.removesuffix("s")):  # Tom Achebe's
                        yield word.start, (said[last].end, key)
                        break

    def roles(self, name: Name) -> list[tuple[str, str]]:
        """(field, name as catalogued there) wherever the person is known; the one that was read when nowhere."""
        return [(spec.name, value) for spec, value in self._known.get(fold(name.name), ())] or [(name.field, name.name)]

    def _add(self, out: list[Name], name: Name | None) -> None:
        if name and not any(name.start < n.end and n.start < name.end for n in out):
            out.append(name)

    def _cued(self, role: str, found: re.Match[str], others: frozenset[int], whole: dict[int, Span]) -> Name | None:
        group = next(n for n, said in enumerate(found.groups(), 1) if said)
        said = found[group].rstrip(".'’-")
        words = fold(said).split()
        if not words or "".join(words) in self._taken or words[0] in self._taken:
            return None
        if speech(said) and heard(found.string, found.start(group), found.end(group)):
            return None  # "with English subtitles" is with nobody
        end, key = whole.get(found.start(group), (0, ""))
        if end > found.end(group):  # "by Fell & Moor" is not by one Fell
            return self._named(role, key, found.start(), found.start(group), end)
        known = self._resolve(role, said)
        sure = len(words) > 1 or not said.isascii() or not re.match(r"(?i)with", found[0])
        if known is None and (not sure or found.start(group) in others):
            return None
        spec, value = known or (self._field(role), said)
        return Name(found.start(), found.end(), found.start(group), spec.name, value)

    def _plain(self, text: str, key: str, start: int, end: int) -> Name | None:
        """A known name without a cue: two words or more, or one that is written as a name within a sentence."""
        said = text[start:end]
        if " " not in said and (start == 0 or said[0].islower() or said.casefold() in self._taken):
            return None
        cue = next(((role, found) for role, cue in _CUES if (found := cue.search(text[:start]))), None)
        role, begin = (cue[0], cue[1].start()) if cue else ("", start)
        return self._named(role, key, begin, start, end)

    def _last_name(self, text: str, word: Word, out: list[Name]) -> Name | None:
        """A last name alone: written as a name, before their work, or in a list of people. A misspelt one is long."""
        said, start, end = word.key, word.start, word.end
        exact = said in self._last
        if said in EVERYDAY or said in self._taken or len(said) < (SHORT if exact else CERTAIN):
            return None
        named, made = start > 0 and text[start].isupper() and text[start - 1] == " ", bool(_WORK.match(text, end))
        listed = named and (denial(text, start) is not None or any(LIST.fullmatch(text[n.end : start]) for n in out))
        if exact and not (listed or (named and made)):
            return None
        if not exact and (said in self._real or not (named or (made and not said.endswith(("ing", "ed"))))):
            return None
        last = said if exact else self._near_last.word(said)
        key, begin = self._only("", last) if last else None, start
        if key is None or (len(self._known) > MANY and self._often(key) < OFTEN):
            return None
        if first := re.search(rf"(?i:{re.escape(key.split()[0][:3])})\w*\s+$", text[:start]):
            begin = first.start()
        cue = next(((role, found) for role, cue in _CUES if (found := cue.search(text[:begin]))), None)
        return self._named(cue[0] if cue else "", key, cue[1].start() if cue else begin, begin, end)

    def _named(self, role: str, key: str, start: int, at: int, end: int) -> Name | None:
        if key not in self._known or key.replace(" ", "") in self._taken:
            return None
        spec, value = self._best(role, key)
        return Name(start, end, at, spec.name, value)

    def _resolve(self, role: str, said: str) -> tuple[FieldSpec, str] | None:
        """A known person by full name, or by a last name that only one has; also nearly so."""
        key = fold(said)
        if key not in self._known:
            last = key if key in self._last or " " in key else self._near_last.word(key)
            full = self._near.phrase(key) if " " in key else self._only(role, last) if last else None
            key = full or ""
        return self._best(role, key) if key in self._known else None

    def _only(self, role: str, last: str) -> str | None:
        """The one person of that last name: the only one in the role, or by far the most frequent."""
        full = sorted(self._last[last])
        inside = [n for n in full if any(re.search(role, spec.name, re.IGNORECASE) for spec, _ in self._known[n])]
        if len(full := inside or full) == 1:
            return full[0]
        first, second = sorted(full, key=self._often, reverse=True)[:2]
        return first if self._often(first) >= 2 * self._often(second) else None

    def _often(self, name: str) -> int:
        return max(self._counts[spec.name, value] for spec, value in self._known[name])

    def _best(self, role: str, key: str) -> tuple[FieldSpec, str]:
        """In the field that the cue means, else in the one where the name stands most often."""
        fits = [(spec, value) for spec, value in self._known[key] if role and re.search(role, spec.name, re.IGNORECASE)]
        if role and not fits and re.search(role, self._field(role).name, re.IGNORECASE):
            return self._field(role), self._known[key][0][1]  # known, but never in this role
        return max(fits or self._known[key], key=lambda place: self._counts[place[0].name, place[1]])

    def _field(self, role: str) -> FieldSpec:
        fits = (spec for spec in self.people_fields if re.search(role, spec.name, re.IGNORECASE))
        return next(fits, self.people_fields[0])

"""Values of string and list fields that stand in a text: facets by name or alias, other values where the words leave no
doubt, misspelt ones that can be mended.

A facet's value is read wherever it stands. Another field's is read when it has several words, when it is a language, a
colour or a country, or when a cue leads to it: the field's name, "by" before a maker, "on" before a platform, "only".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.catalogue import Catalogue, FieldSpec
from tools.columns import fold
from tools.domain import Domain
from tools.reading.everyday import EVERYDAY, NO_VALUE
from tools.reading.fields import Fields, glossary
from tools.reading.fuzzy import Near
from tools.reading.manner import ITEMS
from tools.reading.negation import denial
from tools.reading.spoken import COUNTRY, LANGUAGE, SUBTITLES, elsewise, named, speech, spoken, subtitled, tongue
from tools.reading.text import HAN, Word, either

LIMIT = 20_000  # values of a field that are read
LONGEST = 5  # words of a value
FEW = 40  # values of a field of kinds, such as materials
_WISHED = re.compile(r"\b(?:want|need|prefer|rather|must be|should be)\s+$", re.IGNORECASE)
_CLAUSE_END = re.compile(r"\s*(?:$|[,.;!?\0]|(?:and|or|but|please)\b)", re.IGNORECASE)
_ALONE = re.compile(r"(?:^|[\s,，。；、\0]|不要|别|要|是|不)$")
SEVERAL, USUAL = 8, 7  # letters from which names of several words, and of languages and countries, may be misspelt
_FREE_TEXT = re.compile(r"title|(?:^|_)id$|url|link|image|descri|summary|text|body|(?:^|_)name$", re.IGNORECASE)
_KNOWN = (
    ("languages", LANGUAGE),
    ("countries", COUNTRY),
    ("colors", re.compile(r"colou?rs?$|colou?rs?_|颜色", re.IGNORECASE)),
)
# Words that lead to a value of a field with such a name.
_LEADS = tuple(
    (re.compile(fields, re.IGNORECASE), re.compile(rf"(?:{lead})\s*$", re.IGNORECASE))
    for fields, lead in (
        (r"language|lang$", r"\b(?:in|speaking|spoken in)\s|用|说"),
        (r"platform|system|console|device|compatib", r"\b(?:on|for)\s+(?:the\s+|my\s+)?|在"),
        (
            r"brand|maker|manufact|publish|develop|studio|label|compan|author|artist|writer|design|creator"
            r"|channel|source|seller"
            r"|shop|store|vendor",
            r"\b(?:by|from)\s+|由|买|看|找",
        ),
        (r"countr|nation|origin|region|city|location|place|venue", r"\b(?:from|in|near|at)\s+(?:the\s+)?|来自|在"),
        (r"colou?r", r"\bin\s+"),
        (r"material|fabric", r"\b(?:of|in|made (?:of|from))\s+"),
        (r"format|edition|binding", r"\b(?:in|on|as)\s+(?:an?\s+)?"),
    )
)
_ONLY = re.compile(r"(?:\b(?:only|strictly|exclusively)\s+|只要|只看|只玩|只听|只买|仅限?)\s*$", re.IGNORECASE)
_ONLY_AFTER = re.compile(r"\s+only\b|\s*(?:only games|版本?(?!块)|款|牌)", re.IGNORECASE)
_MADE_AFTER = re.compile(r"\s*(?:的|上|平台|版|出的|做的|生产|制造|发行|开发|出版|品牌|牌)")
_SET_IN = re.compile(r"\b(?:set|tak\w+ place|happen\w*) in\s+(?:the\s+)?$", re.IGNORECASE)
_IDIOM = re.compile(
    r"(?:happy (?:with|to|for)|at home\b|in the world|around the world|feeling (?:blue|down)|french (?:fries|press))",
    re.I,
)
_PROPER = re.compile(r"brand|maker|manufact|publish|develop|studio|platform|console", re.IGNORECASE)
_TAKEN_BACK = re.compile(r"\s*\?\s*(?:no\b|nope|nah|not |不)", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A value standing in the text."""

    start: int
    end: int
    field: str
    value: str


@dataclass(frozen=True)
class _Place:
    field: str
    value: str
    sure: bool


class Values:
    """The vocabulary of one catalogue, prepared once. `keys` are folded names without spaces."""

    def __init__(self, fields: Fields, domain: Domain, vocabulary: frozenset[str]) -> None:
        self.fields, self._words = fields, vocabulary
        self.catalogue: Catalogue = fields.catalogue
        self.keys: dict[str, list[_Place]] = {}
        self.facets: set[str] = set()
        self._several: set[str] = set()  # keys of names of several words
        self._short: set[str] = set()  # usual names too short to be told from ordinary words when misspelt
        han: dict[str, list[tuple[str, list[_Place]]]] = {}
        for spec in self.catalogue.fields.values():
            if spec.values and not spec.people and (spec.facet or self._readable(spec)):
                self._add_field(spec, domain)
        for key, places in self.keys.items():
            if not key.isascii():
                han.setdefault(key[0], []).append((key, places))
        self._han = {first: sorted(names, key=lambda name: -len(name[0])) for first, names in han.items()}
        sure = {key for key, places in self.keys.items() if key.isascii() and any(place.sure for place in places)}
        self._near = Near(key for key in sure - self._several - self._short if key not in EVERYDAY)
        self._near_several = Near(key for key in sure & self._several if len(key) >= SEVERAL)
        nouns = rf"{ITEMS}|{re.escape(domain.item.en)}|{re.escape(domain.items.en)}"
        self._noun = re.compile(rf"[\s-]+(?:{nouns})\b", re.IGNORECASE)
        self._cues = {spec.name: self._cue(spec) for spec in self.catalogue.fields.values() if spec.values}

    def _readable(self, spec: FieldSpec) -> bool:
        """Not a title, an id or a text of its own on every item."""
        many = len(spec.values) > 20 and spec.kind == "string" and len(spec.values) > 0.8 * len(self.catalogue)
        return len(spec.values) <= LIMIT and not many and not _FREE_TEXT.search(spec.name)

    def _add_field(self, spec: FieldSpec, domain: Domain) -> None:
        aliases = domain.aliases.get(spec.name, {})
        listed = next((glossary()[name] for name, called in _KNOWN if called.search(spec.name)), {})
        usual = {fold(n): (value, *names) for value, names in listed.items() for n in (value, *names)}
        for value in dict.fromkeys([*spec.values, *aliases]):
            known = usual.get(fold(value), ())
            for name in dict.fromkeys((value, *aliases.get(value, ()), *known)):
                code = len(name) <= 3 and listed is not glossary()["colors"] and name not in listed
                self._add(name, spec, value, bool(known) and not code)

    def _add(self, name: str, spec: FieldSpec, value: str, known: bool) -> None:
        key = fold(name).replace(" ", "")
        several = " " in fold(name) and any(word not in EVERYDAY for word in fold(name).split())
        han = bool(HAN.search(key)) and len(key) >= 2
        sure = key not in NO_VALUE and (spec.facet or known or han or several) and not key.isdecimal()
        if " " in fold(name):
            self._several.add(key)
        if known and not spec.facet and len(key) < USUAL:
            self._short.add(key)
        places = self.keys.setdefault(key, [])
        if all(place.field != spec.name for place in places):
            places.append(_Place(spec.name, value, sure))
        if spec.facet:
            self.facets.add(key)

    def _cue(self, spec: FieldSpec) -> tuple[re.Pattern[str], re.Pattern[str]]:
        names = either(self.fields.names[spec.name])
        link = r"(?:[\s:=]|\b(?:is|are|of|as|from|by|in|be|must|should)\b|[要是为选用])*$"
        return re.compile(rf"(?:{names}){link}", re.IGNORECASE), re.compile(rf"\s*的?(?:{names})", re.IGNORECASE)

    def exact(self, text: str, said: list[Word]) -> Iterator[Found]:
        """No two overlap."""
        for start, end, places in self._matches(text, said):
            if place := self._best(text, start, end, places):
                yield Found(start, end, place.field, place.value)

    def _matches(self, text: str, said: list[Word]) -> Iterator[tuple[int, int, list[_Place]]]:
        """The longest known name at each place."""
        first = 0
        while first < len(said):
            run = _run(said, first, text)
            for n in range(run, 0, -1):
                if places := self._named("".join(word.key for word in said[first : first + n])):
                    yield said[first].start, said[first + n - 1].end, places
                    break
            else:
                n = 1
            first += n
        at = 0
        while at < len(text):
            name = next((n for n in self._han.get(text[at], ()) if text.casefold().startswith(n[0], at)), None)
            if name:
                yield at, at + len(name[0]), name[1]
            at += len(name[0]) if name else 1

    def _named(self, key: str) -> list[_Place]:
        """By the name, or by its singular or plural."""
        forms = [key, key.removesuffix("s"), key.removesuffix("es"), f"{key[:-3]}y" if key.endswith("ies") else key]
        forms += [f"{key}s", f"{key}es"] if len(key) > 3 else []
        return next((self.keys[form] for form in forms if form in self.keys), [])

    def _best(self, text: str, start: int, end: int, places: list[_Place]) -> _Place | None:
        """The field that a cue means, else the first facet, else the first that needs no cue."""
        if _TAKEN_BACK.match(text, end):
            return None
        idiom = _IDIOM.search(text, max(0, start - 14), end + 14)
        if idiom and idiom.start() < end and start < idiom.end():
            return None
        if any(LANGUAGE.search(place.field) for place in places) and elsewise(text, start, end):
            return None
        if _SET_IN.search(text, max(0, start - 24), start):  # where it plays, not where it was made
            places = [place for place in places if not COUNTRY.search(place.field)]
        if any(LANGUAGE.search(p.field) or COUNTRY.search(p.field) for p in places):
            places = _of_language(text, start, end, places)
        code = end - start <= 2 and text[start:end].casefold() in EVERYDAY | NO_VALUE  # "it" is no code of Italy here
        cued = [place for place in places if not code and self._cued(text, start, end, place.field)]
        sure = [place for place in places if place.sure or self._written(text, start, end, place)]
        facets = [place for place in sure if self.catalogue.fields[place.field].facet]
        return next(iter([*cued, *facets, *sure]), None)

    def _cued(self, text: str, start: int, end: int, field: str) -> bool:
        before, after = text[max(0, start - 40) : start], text[end : end + 30]
        named, follows = self._cues[field]
        if named.search(before) or follows.match(after):
            return True
        return any(fields.search(field) and lead.search(before) for fields, lead in _LEADS)

    def _written(self, text: str, start: int, end: int, place: _Place) -> bool:
        """A single word that only this value explains: spelled as catalogued within a sentence, refused, or "only"."""
        said, key = text[start:end], fold(text[start:end]).replace(" ", "")
        if key not in NO_VALUE and self._attributive(text, start, end, place):
            return True
        if key in NO_VALUE or key in EVERYDAY or key.isdecimal() or len(key) < 2:
            return False
        if _ONLY.search(text[max(0, start - 15) : start]) or _ONLY_AFTER.match(text, end):
            return True
        if said.isascii() and (HAN.match(text, end) or (start and HAN.match(text, start - 1))):
            return bool(_MADE_AFTER.match(text, end)) or len(key) >= 3
        if len(key) >= 4 and _PROPER.search(place.field) and key not in self._words:
            return True
        capital = any(c.isupper() or c.isdecimal() for c in said) and said == place.value
        within = start > 0 and not re.search(r"[.!?]\s*$", text[:start])
        return (capital and within) or (len(key) >= 4 and denial(text, start) is not None)

    def _attributive(self, text: str, start: int, end: int, place: _Place) -> bool:
        """ "Leather boots": one of few values, right before a facet's or the noun; "I want mesh"; 皮的."""
        key = fold(text[start:end])
        if len(self.catalogue.fields[place.field].values) > FEW:
            return False
        if not text[start:end].isascii():
            return end - start == 1 and bool(_ALONE.search(text, 0, start) and text.startswith("的", end))
        after = re.compile(r"[\s-]+([a-z]+)", re.IGNORECASE).match(text, end)
        if key not in EVERYDAY and _WISHED.search(text, max(0, start - 16), start) and _CLAUSE_END.match(text, end):
            return True
        return after is not None and (self._noun.match(text, end) is not None or self._facet(after[1]))

    def _facet(self, word: str) -> bool:
        return any(form in self.facets for form in (fold(word), fold(word).removesuffix("s"), f"{fold(word)}s"))

    def languages(self, text: str, found: Sequence[Found]) -> tuple[list[Found], list[str]]:
        """Languages asked for that no value is, each a constraint that nothing meets; and "language" or "subtitles",
        where they are asked for and the catalogue holds none.
        """
        held = [s for s in self.catalogue.fields.values() if _of_speech(s.name) and s.values]
        titled = any(SUBTITLES.search(name) for name in self.catalogue.fields)
        out, lacks = [], []
        for start, end, language in named(text):
            if any(f.start < end and start < f.end for f in found):
                continue
            if subtitled(text, start, end):
                lacks += [] if titled else ["subtitles"]
            elif not held:
                lacks.append("language")
            elif not held[0].facet:
                out.append(Found(start, end, held[0].name, language))
        return out, list(dict.fromkeys(lacks))

    def misspelt(self, said: list[Word]) -> Iterator[Found]:
        odd = [not (w.key in EVERYDAY or w.key in self._words or self._named(w.key)) for w in said]
        at = 0
        for n, word in enumerate(said):
            if word.start < at:
                continue
            key, end = (self._near.word(word.key) if odd[n] else None), word.end
            if key is None and n + 1 < len(said) and (odd[n] or odd[n + 1]) and said[n + 1].start - end <= 1:
                key, end = self._near_several.word(word.key + said[n + 1].key), said[n + 1].end
            if place := next((p for p in self.keys[key] if p.sure), None) if key else None:
                yield Found(word.start, end, place.field, place.value)
                at = end


def _run(said: list[Word], first: int, text: str) -> int:
    """How many words, LONGEST at most, follow each other with nothing but spaces and hyphens between."""
    n = 1
    while n < LONGEST and first + n < len(said):
        if not re.fullmatch(r"[\s\-'’&]*", text[said[first + n - 1].end : said[first + n].start]):
            break
        n += 1
    return n


def _of_language(text: str, start: int, end: int, places: list[_Place]) -> list[_Place]:
    """ "In Italian" is of no country, and with "Italian subtitles" another language may be spoken."""
    if not (speech(text[start:end]) or any(LANGUAGE.search(p.field) for p in places) or tongue(text, end)):
        return places
    if subtitled(text, start, end):
        return [p for p in places if not COUNTRY.search(p.field) and not _of_speech(p.field)]
    if not spoken(text, start, end):
        return places
    return [p for p in places if _of_speech(p.field)] or [p for p in places if not COUNTRY.search(p.field)]


def _of_speech(field: str) -> bool:
    return bool(LANGUAGE.search(field)) and not SUBTITLES.search(field)

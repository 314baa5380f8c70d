"""The last word belongs to code: every sentence the model wrote is held against the evidence it was given.

A sentence stays when all it names can be found in the item's attributes and evidence: its numbers, names, quotes,
facet values, other titles, and what it says about the reader's past or about other readers. A sentence that fails
is cut; a passage with nothing left is replaced by the evidence itself. The check uses no model and knows no domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from agent import claims, phrases
from agent.untrusted import sanitize
from tools.catalogue import Catalogue
from tools.domain import Domain, Language
from tools.reading.negation import denial
from tools.slate import SlateItem

_SENTENCE = re.compile(r"[^.!?。！？]+(?:[.!?。！？](?!\s|$|[\"”」』)）])[^.!?。！？]*)*[.!?。！？]*[\"”」』)）]*\s*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_HAN = "\u3400-\u9fff"  # written without spaces, also next to a Latin name
_WORD = re.compile(rf"[^\W\d_{_HAN}]+(?:['’-][^\W\d_{_HAN}]+)*|[{_HAN}]+")
_QUOTE = re.compile(r"[\"“「『《]([^\"”」』》]{2,})[\"”」』》]|(?<!\w)'([^']{3,})'(?!\w)")
_LINK = re.compile(
    r"https?://|www\.|]\(|<[a-z/!]|```|\*\*|\||&#?\w+;|\[\.\]|\b[\w-]+\.(?:com|org|net|io|cn|tv|app|info)\b",
    re.IGNORECASE,
)
_COMMON = frozenset(("i", "i'm", "i'd", "i'll", "i've", "it", "it's", "ok", "tv"))


@dataclass(frozen=True)
class Cut:
    sentence: str
    reason: str


@dataclass(frozen=True)
class Checked:
    text: str
    cuts: list[Cut] = field(default_factory=list)
    replaced: bool = False  # nothing was left and the evidence speaks instead


def _fold(text: str) -> str:
    return " ".join(w.casefold() for w in _WORD.findall(text.replace("’", "'")))


@dataclass(frozen=True)
class Grounds:
    """What one passage may say: `facts` are the strings it rests on, `allowed` the facet values it may mention."""

    facts: tuple[str, ...]
    allowed: frozenset[str]
    kinds: frozenset[str] = frozenset()  # of the evidence
    people: Mapping[str, str] | None = None  # attribute -> its values as text; None where no item is meant

    @cached_property
    def text(self) -> str:
        return "\n".join(self.facts).casefold()

    @cached_property
    def folded(self) -> str:
        return " " + _fold("\n".join(self.facts)) + " "

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(_NUMBER.findall(self.text))


class Checker:
    """Built once for a catalogue; checks any number of passages."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self.domain = domain
        self._titles = {folded for t in catalogue.titles if " " in (folded := _fold(t))}
        self._longest = max((t.count(" ") + 1 for t in self._titles), default=0)
        self._facets = _facet_patterns(catalogue, domain)

    def grounds(self, item: SlateItem) -> Grounds:
        facts = [item.title, *_strings(item.attributes.values())]
        for e in item.evidence:
            facts += [e.text, e.text_zh, *_strings((e.model_extra or {}).values())]
        kinds = frozenset(e.kind for e in item.evidence)
        people = {name: "\n".join(_strings([value])) for name, value in item.attributes.items()}
        return Grounds(tuple(facts), self._mentioned("\n".join(facts)), kinds, people)

    def slate_grounds(self, items: list[SlateItem]) -> Grounds:
        """For words about the slate as a whole: what any of its items bears out."""
        each = [self.grounds(item) for item in items]
        people: dict[str, str] = {}
        for g in each:
            for name, values in (g.people or {}).items():
                people[name] = f"{people.get(name, '')}\n{values}"
        return Grounds(
            tuple(fact for g in each for fact in g.facts),
            frozenset().union(*(g.allowed for g in each)),
            frozenset().union(*(g.kinds for g in each)),
            people,
        )

    def frame_grounds(self, items: list[SlateItem], words: str) -> Grounds:
        """For the opening and closing: the request's own `words` (code holds every item to them), and only facet values
        that every item on the slate has.
        """
        shared = [self._mentioned("\n".join(_strings(i.attributes.values()))) for i in items]
        return Grounds((words,), frozenset.intersection(*shared) if shared else frozenset())

    def passage(self, text: str, item: SlateItem, language: Language) -> Checked:
        """Hold one passage against its item. Never empty while the item has evidence."""
        checked = self.sentences(text, self.grounds(item))
        if checked.text:
            return checked
        return Checked(phrases.reasons(item.evidence, language), checked.cuts, replaced=True)

    def small_talk(self, text: str) -> Checked:
        """An answer without a slate may name nothing from the catalogue."""
        return self.sentences(text, Grounds((), frozenset(self._facets)))

    def sentences(self, text: str, grounds: Grounds) -> Checked:
        """Keep the sentences that `grounds` bears out."""
        kept, cuts = [], []
        for sentence in _SENTENCE.findall(sanitize(text, 1_000)):
            reason = self._fault(sentence, grounds)
            if reason:
                cuts.append(Cut(sentence.strip(), reason))
            else:
                kept.append(sentence)
        return Checked("".join(kept).strip(), cuts)

    def _fault(self, sentence: str, grounds: Grounds) -> str | None:
        """Why the sentence cannot stand, or None."""
        if _LINK.search(sentence):
            return "links and markup are not written by the model"
        for number in _NUMBER.findall(sentence):
            if number not in grounds.numbers:
                return f"number {number} is not in the evidence"
        for quote in _QUOTE.findall(sentence):
            if _fold("".join(quote)) not in grounds.folded and "".join(quote).casefold() not in grounds.text:
                return f"quoted {''.join(quote)!r} is not in the evidence"
        return (
            self._unknown_name(sentence, grounds)
            or self._other_title(sentence, grounds)
            or self._wrong_facet(sentence, grounds)
            or claims.fault(sentence, grounds)
        )

    def _unknown_name(self, sentence: str, grounds: Grounds) -> str | None:
        for n, word in enumerate(_WORD.finditer(sentence.replace("’", "'"))):
            name = word[0]
            forms = {name.casefold(), name.casefold().removesuffix("'s")}
            known = name.casefold() in _COMMON or any(f" {form} " in grounds.folded for form in forms)
            if n and name[0].isupper() and not known and not self._facets.get(name.casefold()):
                return f"name {name!r} is not in the evidence"
        return None

    def _other_title(self, sentence: str, grounds: Grounds) -> str | None:
        words = _fold(sentence).split()
        capital = [w for w in _WORD.findall(sentence) if w[0].isupper()]
        if not capital:
            return None
        for size in range(2, self._longest + 1):
            for start in range(len(words) - size + 1):
                gram = " ".join(words[start : start + size])
                if gram in self._titles and f" {gram} " not in grounds.folded:
                    return f"title {gram!r} is not in the evidence"
        return None

    def _wrong_facet(self, sentence: str, grounds: Grounds) -> str | None:
        """A facet value that is said must be the item's; one that is denied ("not a comedy") must not be."""
        folded = sentence.casefold()
        for value, pattern in self._facets.items():
            for found in pattern.finditer(folded):
                denied = denial(folded, found.start()) is not None
                if denied == (value in grounds.allowed) and (grounds.facts or not denied):
                    return f"{'not ' * denied}{value} is not what the catalogue says"
        return None

    def _mentioned(self, text: str) -> frozenset[str]:
        folded = text.casefold()
        return frozenset(value for value, pattern in self._facets.items() if pattern.search(folded))


def _strings(values: Iterable[object]) -> list[str]:
    """Every scalar in nested values, as text; 1985.0 reads 1985."""
    out: list[str] = []
    for value in values:
        if isinstance(value, dict):
            out += _strings(value.values())
        elif isinstance(value, list | tuple | set):
            out += _strings(value)
        elif isinstance(value, float):
            out.append(f"{value:g}")
        elif value is not None:
            out.append(str(value))
    return out


def _facet_patterns(catalogue: Catalogue, domain: Domain) -> dict[str, re.Pattern[str]]:
    """Folded facet value -> pattern of its names: the value itself as a word, and its other names in both languages."""
    patterns = {}
    for spec in catalogue.fields.values():
        if not spec.facet:
            continue
        for value in spec.values:
            names = [rf"(?<!\w){re.escape(value.casefold())}s?(?!\w)"]
            for alias in domain.aliases.get(spec.name, {}).get(value, ()):
                name = re.escape(alias.casefold())
                names.append(rf"(?<!\w){name}(?!\w)" if alias.isascii() else name)
            patterns[value.casefold()] = re.compile("|".join(names))
    return patterns

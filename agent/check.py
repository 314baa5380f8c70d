"""The last word belongs to code: every sentence the model wrote is held against the evidence it was given.

A sentence stays when all it states can be found in the item's attributes and evidence: its numbers, names, quotes,
facet values, other titles, what it says about the reader's past or about other readers, and every word that is neither
grammar nor opinion. A sentence that fails is cut; a passage with nothing left is replaced by the evidence itself. The
check uses no model and knows no domain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from agent import claims, figures, lexicon, phrases
from agent.grounds import HAN, QUOTE, WORD, Grounds, facet_patterns, fold, is_name, names_of, quoted, strings
from agent.untrusted import sanitize
from tools.catalogue import Catalogue
from tools.domain import Domain, Language
from tools.reading.negation import denial
from tools.slate import SlateItem

__all__ = ["Checked", "Checker", "Cut", "Grounds"]

_SENTENCE = re.compile(r"[^.!?。！？]+(?:[.!?。！？](?!\s|$|[\"”」』)）])[^.!?。！？]*)*[.!?。！？]*[\"”」』)）]*\s*")
_LINK = re.compile(
    r"https?://|www\.|]\(|<[a-z/!|]|```|\*\*|\||&#?\w+;|\[\.\]|\b[\w-]+\.(?:com|org|net|io|cn|tv|app|info)\b",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"[{}]|\btool_?calls?\b|\bim_(?:start|end)\b|</|[‹›¦]|\b(?:system|assistant|user)\s*:", re.IGNORECASE
)
_COMMON = frozenset(("i", "i'm", "i'd", "i'll", "i've", "it", "it's", "ok", "tv"))
_BAD_LETTERS = re.compile(rf"[^\W\d_a-zA-Z\u00c0-\u024f{HAN}]")
SHORT = 100  # characters of an attribute's text whose words may be said anew; more is a text with a meaning of its own


@dataclass(frozen=True)
class Cut:
    sentence: str
    reason: str


@dataclass(frozen=True)
class Checked:
    text: str
    cuts: list[Cut] = field(default_factory=list)
    replaced: bool = False  # nothing was left and the evidence speaks instead


class Checker:
    """Built once for a catalogue; checks any number of passages."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self.domain = domain
        self._catalogue = catalogue
        folded = {fold(title) for title in catalogue.titles}
        self._titles = {title for title in folded if " " in title}
        self._single = folded - self._titles
        self._longest = max((t.count(" ") + 1 for t in self._titles), default=0)
        self._facets = facet_patterns(catalogue, domain)
        self._nouns = lexicon.nouns_for(domain.item.en, domain.items.en)
        self._past = claims.past(domain.liked)

    @classmethod
    @lru_cache(maxsize=1)
    def of(cls, catalogue: Catalogue) -> Checker:
        """The catalogue's checker; of the last catalogue only one is kept."""
        return cls(catalogue, catalogue.domain)

    def grounds(self, item: SlateItem) -> Grounds:
        evidence = tuple(text for e in item.evidence for text in (e.text, e.text_zh))
        because = [title for e in item.evidence for title in strings([(e.model_extra or {}).get("because")])]
        values = {name: "\n".join(strings([value])) for name, value in item.attributes.items()}
        facts = (item.title, *strings(item.attributes.values()), *evidence)
        short = [text for text in strings(item.attributes.values()) if len(text) <= SHORT]
        return Grounds(
            facts,
            self._mentioned("\n".join(facts[1:])),
            frozenset(e.kind for e in item.evidence),
            values,
            (*short, *evidence, *(name.replace("_", " ") for name in item.attributes), *self._own_words()),
            evidence,
            names_of([item.title, *because], evidence),
        )

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
            tuple(fact for g in each for fact in g.told or ()),
            tuple(text for g in each for text in g.evidence),
            frozenset().union(*(g.names for g in each)),
        )

    def frame_grounds(self, items: list[SlateItem], words: str) -> Grounds:
        """For the opening and closing: the request's own `words` (code holds every item to them), and only facet values
        that every item on the slate has.
        """
        shared = [self._mentioned("\n".join(strings(i.attributes.values()))) for i in items]
        allowed = frozenset.intersection(*shared) if shared else frozenset()
        titles = [words[start:end] for start, end, title in self.named(words) if title]
        return Grounds((words,), allowed, told=(words, *self._own_words()), names=names_of(titles, [words]))

    def text_grounds(self, *facts: str) -> Grounds:
        """For words about a text: its numbers, names and titles; it may be told in other words."""
        text = "\n".join(facts)
        return Grounds(facts, self._mentioned(text), frozenset(), None, None, facts, names_of([], facts))

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
        for sentence in _SENTENCE.findall(sanitize(text, 4_000)):
            reason = self.fault(sentence, grounds)
            if reason:
                cuts.append(Cut(sentence.strip(), reason))
            else:
                kept.append(sentence)
        return Checked("".join(kept).strip(), cuts)

    def fault(self, sentence: str, grounds: Grounds) -> str | None:
        """Why the sentence cannot stand, or None."""
        return (
            self.foreign(sentence)
            or figures.fault(self._without_names(sentence, grounds), grounds)
            or self._wrong_quote(sentence, grounds)
            or self._unknown_name(sentence, grounds)
            or self._other_title(sentence, grounds)
            or self._wrong_facet(sentence, grounds)
            or claims.fault(sentence, grounds, self._past)
            or self._wrong_taste(sentence, grounds)
            or self._unsaid(sentence, grounds)
        )

    def foreign(self, sentence: str) -> str | None:
        """What no sentence for a reader may hold, whatever the facts."""
        if _LINK.search(sentence):
            return "links and markup are not written by the model"
        if found := _CALL.search(sentence):
            return f"{found[0]!r} is no part of a sentence"
        if found := _BAD_LETTERS.search(sentence):
            return f"{found[0]!r} is of neither language"
        return None

    def named(self, text: str, own: Iterable[str] = ()) -> list[tuple[int, int, bool]]:
        """Where the text names titles (True) and people (False) of the catalogue, or one of the titles `own`, in order,
        without overlaps; each written as a name.
        """
        own_folded = {fold(title) for title in own}
        words = list(WORD.finditer(text.replace("’", "'")))
        found: list[tuple[int, int, bool]] = []
        first = 0
        while first < len(words):
            for last in range(min(first + max(self._longest, 6), len(words)) - 1, first - 1, -1):
                folded = " ".join(word[0].casefold() for word in words[first : last + 1])
                single = first == last and not self._marked(text, words[first])
                title = folded in own_folded or folded in self._titles or (folded in self._single and not single)
                if (title or folded in self._people) and (is_name(words[first][0]) or not folded.isascii()):
                    found.append((words[first].start(), words[last].end(), title))
                    first = last
                    break
            first += 1
        return found

    def _marked(self, text: str, word: re.Match[str]) -> bool:
        """Whether the word stands in quotes, as a title of one word does."""
        return text[max(0, word.start() - 1) : word.start()] in tuple("《“\"'*") and word.start() > 0

    @cached_property
    def _people(self) -> frozenset[str]:
        """Names of two words or more."""
        fields = [spec for spec in self._catalogue.fields.values() if spec.people]
        return frozenset(folded for spec in fields for name in spec.values if " " in (folded := fold(name)))

    def _without_names(self, sentence: str, grounds: Grounds) -> str:
        """The sentence with the names that its facts hold blanked: the number in a title is no figure."""
        for name in sorted(filter(None, grounds.names), key=len, reverse=True):
            sentence = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _blank, sentence, flags=re.IGNORECASE)
        return sentence

    def _wrong_quote(self, sentence: str, grounds: Grounds) -> str | None:
        for quote in quoted(sentence):
            folded = fold(quote)
            known = quote.casefold() in grounds.names or folded in {fold(name) for name in grounds.names}
            if (
                not known
                and not (" " in folded and f" {folded} " in grounds.folded)
                and quote.casefold() not in grounds.text
            ):
                return f"quoted {quote!r} is not in the evidence"
            if not known and fold(quote) in (self._single | self._titles):
                return f"title {quote!r} is not in the evidence"
        return None

    def _unknown_name(self, sentence: str, grounds: Grounds) -> str | None:
        bare = self._bare(sentence, grounds).replace("’", "'")
        first = next((word.start() for word in WORD.finditer(sentence)), 0)
        for word in WORD.finditer(bare):
            low = word[0].casefold()
            known = low in _COMMON or any(f" {form} " in grounds.folded for form in (low, low.removesuffix("'s")))
            sure = word.start() != first or sum(map(str.isupper, word[0])) > 1  # a sentence begins with a capital
            if sure and is_name(word[0]) and not known:
                return f"name {word[0]!r} is not in the evidence"
        return None

    def _other_title(self, sentence: str, grounds: Grounds) -> str | None:
        words = fold(sentence).split()
        if not any(is_name(w) for w in WORD.findall(sentence)):
            return None
        for size in range(2, min(self._longest, len(words)) + 1):
            for start in range(len(words) - size + 1):
                gram = " ".join(words[start : start + size])
                if gram in self._titles and f" {gram} " not in grounds.folded:
                    return f"title {gram!r} is not in the evidence"
        return None

    def _wrong_facet(self, sentence: str, grounds: Grounds) -> str | None:
        """A facet value that is said must be the item's; one that is denied ("not a comedy") must not be."""
        folded = self._without_names(sentence, grounds).casefold()
        for value, pattern in self._facets.items():
            for found in pattern.finditer(folded):
                denied = denial(folded, found.start()) is not None
                if denied == (value in grounds.allowed) and (grounds.facts or not denied):
                    return f"{'not ' * denied}{value} is not what the catalogue says"
        return None

    def _wrong_taste(self, sentence: str, grounds: Grounds) -> str | None:
        """Facets that the reader is said to like must be those of which the evidence says so."""
        known = "\n".join(text for text in grounds.evidence if claims.taste_said(text)).casefold()
        if not known:
            return None
        for said in claims.taste_said(sentence):
            for value, pattern in self._facets.items():
                if pattern.search(said) and not pattern.search(known):
                    return f"the evidence does not say that the reader likes {value}"
        return None

    def _unsaid(self, sentence: str, grounds: Grounds) -> str | None:
        """A word that states something, or denies it, without the facts doing so."""
        if grounds.told is None:
            return None
        bare = self._bare(sentence, grounds)
        if word := lexicon.denied(bare, grounds):
            return f"{word!r} denies what the evidence does not"
        word = lexicon.strange(bare, grounds, self._nouns)
        return f"{word!r} is not in the evidence" if word else None

    def _bare(self, sentence: str, grounds: Grounds) -> str:
        """Names, quotes and facets (with their denials) blanked: all of them are held against the facts elsewhere."""
        text = QUOTE.sub(_blank, self._without_names(sentence, grounds))
        for pattern in self._facets.values():
            for found in reversed(list(pattern.finditer(text))):
                denied = denial(text, found.start())
                begin = found.start() if denied is None else denied
                text = f"{text[:begin]}{' ' * (found.end() - begin)}{text[found.end() :]}"
        return text

    def _own_words(self) -> tuple[str, ...]:
        held = self.domain
        return held.item.en, held.items.en, held.item.zh, held.items.zh, held.liked.en, held.liked.zh

    def _mentioned(self, text: str) -> frozenset[str]:
        folded = text.casefold()
        return frozenset(value for value, pattern in self._facets.items() if pattern.search(folded))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])

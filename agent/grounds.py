"""What a passage may rest on: the facts it was given, cut into what the check asks for. No rule lives here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tools.catalogue import Catalogue
from tools.domain import Domain

HAN = "\u3400-\u9fff"  # written without spaces, also next to a Latin name
WORD = re.compile(rf"[^\W\d_{HAN}]+(?:['’-][^\W\d_{HAN}]+)*|[{HAN}]+")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
QUOTE = re.compile(r"[\"“「『《]([^\"”」』》]{1,})[\"”」』》]|(?<!\w)'([^']{3,})'(?!\w)")
_CAPITAL = re.compile(r"[A-Z\u00c0-\u00de]")
_ENDINGS = ("'s", "ies", "ing", "ed", "es", "s", "ly", "y", "e")


def fold(text: str) -> str:
    return " ".join(w.casefold() for w in WORD.findall(text.replace("’", "'")))


def stem(word: str) -> str:
    """A rough one: what it throws together means the same in the few words of a fact."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def strings(values: Iterable[object]) -> list[str]:
    """Every scalar in nested values, as text; 1985.0 reads 1985."""
    out: list[str] = []
    for value in values:
        if isinstance(value, dict):
            out += strings(value.values())
        elif isinstance(value, list | tuple | set):
            out += strings(value)
        elif isinstance(value, float):
            out.append(f"{value:g}")
        elif value is not None:
            out.append(str(value))
    return out


@dataclass(frozen=True)
class Grounds:
    """What one passage may say: `facts` are the strings it rests on, `allowed` the facet values it may mention."""

    facts: tuple[str, ...]
    allowed: frozenset[str]
    kinds: frozenset[str] = frozenset()  # of the evidence
    people: Mapping[str, str] | None = None  # attribute -> its values as text; None where no item is meant
    told: tuple[str, ...] | None = None  # the facts whose words may be said anew; None: any word may
    evidence: tuple[str, ...] = ()  # the evidence's own sentences
    names: frozenset[str] = frozenset()  # titles and quotes in the facts, folded

    @cached_property
    def text(self) -> str:
        return "\n".join(self.facts).casefold()

    @cached_property
    def folded(self) -> str:
        return " " + fold("\n".join(self.facts)) + " "

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(n.replace(",", "") for n in NUMBER.findall(self.text))

    @cached_property
    def words(self) -> frozenset[str]:
        """Stems of what `told` says, titles and names left out: "robot" is not licensed by Robot Butler."""
        out = set()
        for fact in self.told or ():
            for name in sorted(self.names, key=len, reverse=True):
                fact = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", fact, flags=re.IGNORECASE) if name else fact
            for word in WORD.findall(fact.replace("’", "'")):
                out |= {stem(part) for part in (word.casefold(), *word.casefold().split("-"))}
        return frozenset(out)

    @cached_property
    def han(self) -> str:
        """The Han runs of `told`, parted by spaces."""
        return " ".join(re.findall(rf"[{HAN}]+", "\n".join(self.told or ())))


def quoted(text: str) -> list[str]:
    return ["".join(found) for found in QUOTE.findall(text)]


def is_name(word: str) -> bool:
    return bool(_CAPITAL.match(word))


def names_of(titles: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """Titles, their main parts and what stands in quotes, folded in case only."""
    names = {name for title in titles for name in (title, re.split(r"\s*[:(]|\s+-\s+", title)[0])}
    names |= {quote for text in texts for quote in quoted(text)}
    return frozenset(name.casefold().strip() for name in names if name.strip())


def facet_patterns(catalogue: Catalogue, domain: Domain) -> dict[str, re.Pattern[str]]:
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
            patterns[value.casefold()] = re.compile("|".join(names), re.IGNORECASE)
    return patterns

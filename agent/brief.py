"""What the writer is told of each item, and how each of its passages has to begin.

A small model mixes up the facts of items that it is told of together. So each item has one line of few facts, every
passage begins with its item's own kind (held by the schema), and what follows is then the continuation of that line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from agent import phrases
from agent.untrusted import sanitize
from tools.bus import Evidence
from tools.domain import Domain, Language
from tools.slate import Slate, SlateItem

Length = Literal["short", "medium", "long"]
LENGTH: dict[Length, dict[Language, int]] = {  # characters of one passage; in Chinese the titles are most of it
    "short": {"en": 110, "zh": 64},
    "medium": {"en": 150, "zh": 84},
    "long": {"en": 260, "zh": 150},
}
FRAME: dict[Language, int] = {"en": 90, "zh": 36}  # of the opening and the closing
MAX_FACTS = 320
MAX_TONE = 60
_BRACKETS = re.compile(r"\s*[（(][^()（）]*[)）]")
_STARTS: dict[Language, tuple[str, ...]] = {
    "en": ("This {kind} ", "{a} {kind} that ", "Here is {a_low} {kind} that "),
    "zh": ("作为{kind}，它", "这是{kind}，"),
}


@dataclass(frozen=True)
class Style:
    """How the reader wants it said; without `tone` the domain's own."""

    length: Length = "medium"
    tone: str | None = None

    def voice(self, domain: Domain) -> str:
        return sanitize(self.tone or domain.tone, MAX_TONE)

    def limit(self, key: str, language: Language) -> int:
        return LENGTH[self.length][language] if key.isdigit() else FRAME[language]


class Brief:
    """The lines about one slate."""

    def __init__(self, slate: Slate, domain: Domain, language: Language, style: Style, closing: bool) -> None:
        self.domain, self.language, self.style = domain, language, style
        self.keys = ["opening", *(str(item.rank) for item in slate.items), *(["closing"] if closing else [])]
        self._lines: list[str] = []
        self._starts: dict[str, str] = {}
        told: set[str] = set()
        for item in slate.items:
            kind, reasons = kind_of(item, domain, language), self._reasons(item, told)
            self._lines.append(f"{item.rank}: {sanitize('; '.join(filter(None, [kind, *reasons])), MAX_FACTS)}")
            if kind:
                self._starts[str(item.rank)] = self._start(kind, len(self._starts))

    @property
    def facts(self) -> str:
        return "\n".join(self._lines)

    def schema(self) -> dict[str, Any]:
        """One string for each key; an item's begins as it has to."""
        return {
            "type": "object",
            "properties": {key: self._text(key) for key in self.keys},
            "required": self.keys,
            "additionalProperties": False,
        }

    def _text(self, key: str) -> dict[str, Any]:
        """A pattern sets no length: xgrammar 0.2.8 cannot compile half of the bounded ones, and takes longer for the
        rest. What is too long is cut afterwards.
        """
        start = self._starts.get(key)
        if start is None or not re.fullmatch(r"[\w ,、，'&/-]+", start):
            return {"type": "string", "minLength": 2, "maxLength": self.style.limit(key, self.language)}
        # In English what follows is no title and no value: "A wargame that Dice Rolling" is no sentence.
        first = "[a-z0-9]" if self.language == "en" else ""
        return {"type": "string", "pattern": rf'^{start}{first}[^"\\\n\r\t]+$'}

    def _reasons(self, item: SlateItem, told: set[str]) -> list[str]:
        """The most telling reasons that no item before had, without figures in brackets."""
        fresh = [e for e in phrases.telling(item.evidence) if self._clause(e) not in told and e.kind != "ctr"]
        chosen = (fresh or phrases.telling(item.evidence))[: 2 if self.style.length == "long" else 1]
        clauses = [self._clause(e) for e in chosen]
        told.update(clauses)
        return clauses

    def _clause(self, evidence: Evidence) -> str:
        return _BRACKETS.sub("", evidence.text_zh if self.language == "zh" else evidence.text)

    def _start(self, kind: str, n: int) -> str:
        forms = _STARTS[self.language]
        article = "An" if kind[:1].lower() in "aeiou" else "A"
        return forms[n % len(forms)].format(kind=kind, a=article, a_low=article.lower())


def kind_of(item: SlateItem, domain: Domain, language: Language) -> str:
    """`action and thriller film`, `科幻、动作电影`: at most two values of the first facet that the item has."""
    for name in domain.attributes.facets:
        value = item.attributes.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        said = [domain.alias(name, sanitize(str(v), 40), language) for v in values[:2]]
        if said and language == "zh":
            return f"{'、'.join(said)}{domain.item.zh}"
        if said:
            return f"{' and '.join(map(_lower, said))} {domain.item.en}"
    return ""


def _lower(value: str) -> str:
    """Sci-Fi as sci-fi, UK as it is."""
    return value if any(part.isupper() and len(part) > 1 for part in re.split(r"\W", value)) else value.lower()

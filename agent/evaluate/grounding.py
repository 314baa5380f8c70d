"""Whether what a reply claims of its items is so: titles, years, numbers and facets against the catalogue.

Apart from the product's own checker, and simpler: it knows only what the catalogue holds and what the item's evidence
says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agent.evaluate.grade import letters
from agent.evaluate.talk import Heard
from agent.evaluate.truth import Truth
from tools.reading.negation import denial

_HEADING = re.compile(r"\*\*(?P<rank>\d+)\. (?P<title>.+?)\*\*(?: \((?P<year>\d{3,4})\))?")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_QUOTED = re.compile(r"《([^》]+)》|“([^”]+)”|\"([^\"]+)\"")


@dataclass(frozen=True)
class Claim:
    kind: str  # item, attribute, title, number, facet
    true: bool
    what: str


class Grounding:
    def __init__(self, truth: Truth) -> None:
        self.truth = truth

    def claims(self, heard: Heard) -> Iterator[Claim]:
        """Every claim of a reply with a slate; each recommended item must also be named in the text."""
        for item in heard.slate:
            yield from self._record(item)
            named = letters(item["title"]) in letters(heard.text)
            yield Claim("title", named, f"{item['title']!r} is {'' if named else 'not '}named in the text")
            if text := item.get("text"):
                yield from self._passage(text, item)
        yield from self._headings(heard)

    def _record(self, item: Mapping[str, Any]) -> Iterator[Claim]:
        """The slate's own record of an item."""
        row = self.truth.items.get(item["item_id"])
        yield Claim("item", row is not None and row["title"] == item["title"], f"{item['item_id']}: {item['title']!r}")
        for name, value in item.get("attributes", {}).items():
            yield Claim("attribute", row is not None and row.get(name) == value, f"{item['title']}: {name} {value!r}")

    def _headings(self, heard: Heard) -> Iterator[Claim]:
        by_rank = {str(item["rank"]): item for item in heard.slate}
        for found in _HEADING.finditer(heard.text):
            item = by_rank.get(found["rank"])
            row = self.truth.items.get(item["item_id"], {}) if item else {}
            yield Claim("title", letters(found["title"]) == letters(row.get("title", "")), found[0])
            if found["year"]:
                yield Claim("number", str(row.get("year")) == found["year"], found[0])

    def _passage(self, text: str, item: Mapping[str, Any]) -> Iterator[Claim]:
        row = self.truth.items.get(item["item_id"], {})
        facts = " ".join(map(str, [*_flat(row), *_flat(item.get("evidence", []))])).casefold()
        numbers = set(_NUMBER.findall(facts))
        for number in _NUMBER.findall(text):
            yield Claim("number", number in numbers or number in facts, f"{item['title']}: {number} in {text!r}")
        for quote in _QUOTED.findall(text):
            said = "".join(quote)
            yield Claim("title", letters(said) in letters(facts), f"{item['title']}: {said!r} in {text!r}")
        for field, value, found in self._facets(text):
            have = {v.casefold() for v in _flat([row.get(field)]) if isinstance(v, str)}
            true = value.casefold() in have or found[0].casefold() in facts
            denied = denial(text.casefold(), found.start()) is not None
            if not denied:
                yield Claim("facet", true, f"{item['title']}: {value} in {text!r}")

    def _facets(self, text: str) -> Iterator[tuple[str, str, re.Match[str]]]:
        for field, value, pattern in self._patterns:
            yield from ((field, value, found) for found in pattern.finditer(text))

    @cached_property
    def _patterns(self) -> list[tuple[str, str, re.Pattern[str]]]:
        out = []
        catalogue, domain = self.truth.catalogue, self.truth.domain
        for spec in catalogue.fields.values():
            for value in spec.values if spec.facet else ():
                names = [value, *(n for n in domain.aliases.get(spec.name, {}).get(value, ()) if not n.isascii())]
                parts = [rf"(?<!\w){re.escape(n)}s?(?!\w)" if n.isascii() else re.escape(n) for n in names]
                out.append((spec.name, value, re.compile("|".join(parts), re.IGNORECASE)))
        return out


def _flat(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [each for held in value.values() for each in _flat(held)]
    if isinstance(value, list | tuple):
        return [each for held in value for each in _flat(held)]
    return [value]

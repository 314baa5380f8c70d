"""Which items a reply showed, read from its text: clients that keep the conversation themselves send only that back."""

from __future__ import annotations

import re

from agent.phrases import plain
from tools.catalogue import Catalogue

_HEADING = re.compile(r"\*\*(?:(?P<rank>\d{1,2})\. )?(?P<title>[^*\n]+?)\*\*(?: \((?P<year>\d{4})\))?")


class Shown:
    """The catalogue's titles as replies write them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.known = frozenset(catalogue.ids)
        self._titles: dict[str, list[int]] = {}
        for n, title in enumerate(catalogue.titles):
            self._titles.setdefault(plain(title), []).append(n)

    def read(self, text: str) -> tuple[list[int], list[int]]:
        """The items of the slate in their order, and those that are only named."""
        slate: list[int] = []
        named: list[int] = []
        for found in _HEADING.finditer(text):
            item = self._item(found["title"], found["year"])
            if item is not None:
                (slate if found["rank"] else named).append(item)
        return list(dict.fromkeys(slate)), list(dict.fromkeys(named))

    def _item(self, title: str, year: str | None) -> int | None:
        """Of several with one title the one of that year."""
        items = self._titles.get(title, [])
        dated = (n for n in items if year and self.catalogue.attributes(n).get("year") == int(year))
        return next(dated, items[0] if items else None)

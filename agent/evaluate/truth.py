"""What replies are held against: the catalogue and the histories as they were before anything was said."""

from __future__ import annotations

from functools import cache
from typing import Any

from tools import bundle
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.errors import InvalidInput
from tools.home import Home
from tools.registry import names
from tools.store import Store
from tools.toolbox import Toolbox, load_domain, read_catalogue


class Truth:
    """Over a store that nobody writes to meanwhile."""

    def __init__(self, catalogue: Catalogue, domain: Domain, store: Store) -> None:
        self.catalogue, self.domain, self.store = catalogue, domain, store
        self.items = {item_id: self._row(n) for n, item_id in enumerate(catalogue.ids)}
        self.seen = cache(self._seen)

    @classmethod
    def of(cls, box: Toolbox) -> Truth:
        return cls(box.catalogue, box.domain, box.store)

    @classmethod
    def read(cls, home: Home) -> Truth:
        """Of a home that a server has open: its index is left alone."""
        domain = load_domain(home)
        return cls(read_catalogue(bundle.current_folder(home), domain), domain, Store.open(home.store_url))

    def _row(self, n: int) -> dict[str, Any]:
        return {
            **self.catalogue.attributes(n),
            "item_id": self.catalogue.ids[n],
            "title": self.catalogue.titles[n],
        }

    def _seen(self, user: str) -> frozenset[str]:
        return frozenset(self.store.user_events(user)["item_id"])

    def check_field(self, where: str, field: str) -> None:
        """Raises InvalidInput: no item has it."""
        if field not in self.catalogue.fields and field not in ("title", "item_id"):
            there = ", ".join(self.catalogue.fields)
            raise InvalidInput(f"{where}: no item has {field!r}; there are {there}", "suite")


def check_tool(where: str, tool: str) -> None:
    """Raises InvalidInput: there is no such tool."""
    if tool not in names():
        raise InvalidInput(f"{where}: no tool {tool!r}; there are {', '.join(names())}", "suite")

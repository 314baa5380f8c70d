"""Short requests in words that an item answers: facets by any of their names, a person, most of a title."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import scipy.sparse as sp

    from tools.catalogue import Catalogue

Ids = NDArray[np.int32]


class Asked(NamedTuple):
    """A request, and every item of the catalogue that answers it."""

    text: str
    items: Ids


class Phrases:
    """`ascii_only`: for an encoder that reads no Chinese, names in other letters are left out."""

    def __init__(self, catalogue: Catalogue, ascii_only: bool) -> None:
        self._catalogue = catalogue
        self._ascii_only = ascii_only
        specs = [spec for spec in catalogue.fields.values() if spec.values]
        self._facets = [_Field(catalogue, spec.name) for spec in specs if spec.facet]
        self._people = [_Field(catalogue, spec.name) for spec in specs if spec.people]
        self._titled: dict[str, list[int]] = {}
        for n, title in enumerate(catalogue.titles):
            self._titled.setdefault(title.casefold(), []).append(n)

    def all_kinds(self, item: int, rng: np.random.Generator) -> list[Asked]:
        """One request of each kind that the item allows."""
        asked = (self._by_facets(item, rng), self._by_person(item, rng), self._by_title(item, rng))
        return [one for one in asked if one is not None]

    def about(self, item: int, rng: np.random.Generator) -> Asked:
        """One request of a kind drawn at random."""
        kinds = self.all_kinds(item, rng)
        return kinds[int(rng.integers(len(kinds)))]

    def _by_facets(self, item: int, rng: np.random.Generator) -> Asked | None:
        held = [(field, code) for field in self._facets for code in field.codes(item)]
        if not held:
            return None
        two = [held[n] for n in rng.permutation(len(held))[:2]]
        names = [self._name(field, code, rng) for field, code in two]
        items = two[0][0].items(two[0][1])
        for field, code in two[1:]:
            items = np.intersect1d(items, field.items(code), assume_unique=True)
        return Asked((" ", " and ")[int(rng.integers(2))].join(names), items)

    def _by_person(self, item: int, rng: np.random.Generator) -> Asked | None:
        held = [(field, code) for field in self._people for code in field.codes(item)]
        if not held:
            return None
        field, code = held[int(rng.integers(len(held)))]
        name = field.values[code]
        items = [other.items(other.values.index(name)) for other in self._people if name in other.values]
        return Asked(name, np.unique(np.concatenate(items)))

    def _by_title(self, item: int, rng: np.random.Generator) -> Asked:
        """Its title, without one word where there are three or more."""
        title = self._catalogue.titles[item]
        words = title.split()
        if len(words) > 2:
            words.pop(int(rng.integers(len(words))))
        return Asked(" ".join(words), np.array(self._titled[title.casefold()], np.int32))

    def _name(self, field: _Field, code: int, rng: np.random.Generator) -> str:
        value = field.values[code]
        names = [value, *self._catalogue.domain.aliases.get(field.name, {}).get(value, ())]
        read = [name for name in names if name.isascii()] if self._ascii_only else names
        return str(rng.choice(read or [value]))


class _Field:
    """A string or list field from both sides: the values of an item, the items of a value."""

    def __init__(self, catalogue: Catalogue, name: str) -> None:
        self.name = name
        self.values = catalogue.fields[name].values
        self._by_item: sp.csr_matrix = catalogue.matrix(name)
        self._by_value = self._by_item.tocsc()

    def codes(self, item: int) -> list[int]:
        return self._by_item.indices[self._by_item.indptr[item] : self._by_item.indptr[item + 1]].tolist()

    def items(self, code: int) -> Ids:
        return np.sort(self._by_value.indices[self._by_value.indptr[code] : self._by_value.indptr[code + 1]])

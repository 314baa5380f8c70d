"""What an item is made of, as the models of a bundle see it: a row for an item that they were not trained on.

What training derived from the whole catalogue (the weight of each facet, the axes of the texts) is read back from what
the bundle holds, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.overlay.arrays import mapped, with_one
from tools.profile.vectors import Feature, feature_weights, unit_rows

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.toolbox import Toolbox

Floats = NDArray[np.float32]
EXACT, DOUBT = 1e-6, 10.0  # ridge of a map that is known to be linear, and of one that is a guess


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads items as the bundle of `base` reads its own."""

    base: Toolbox

    def profile_rows(self, catalogue: Catalogue, rows: Sequence[int]) -> sp.csr_matrix:
        """C of these items, (len(rows), d)."""
        out = sp.lil_matrix((len(rows), len(self.base.profile.features)), dtype=np.float32)
        for n, i in enumerate(rows):
            for feature in _features(catalogue, i):
                at = self._columns.get(feature)
                if at is not None:
                    out[n, at] = self._weights[at]
        return unit_rows(out.tocsr()).astype(np.float32)

    def facets(self, catalogue: Catalogue, rows: Sequence[int]) -> Floats:
        """Which of the click model's facets each has, (len(rows), facets)."""
        names = self.base.ctr.features.facet_names
        held = [{(f.attribute, f.value) for f in _features(catalogue, i)} for i in rows]
        return np.array([[name in has for name in names] for has in held], np.float32).reshape(len(rows), len(names))

    def numbers(self, catalogue: Catalogue, rows: Sequence[int]) -> Floats:
        """The click model's numbers, NaN where missing, (len(rows), numbers)."""
        names = self.base.ctr.features.number_names
        values = [[_number(catalogue.attributes(i).get(name)) for name in names] for i in rows]
        return np.array(values, np.float32).reshape(len(rows), len(names))

    def click_content(self, facets: Floats, texts: Floats) -> Floats:
        """The click model's content rows, as `tools.ctr.features._content` makes them."""
        known = self.base.ctr.features.facets
        spread = max(float((known - known.mean(0)).std()), 1e-6) if known.size else 1.0
        blocks = [(facets - known.mean(0)) / spread] if known.size else []
        return np.asarray(np.hstack([*blocks, with_one(texts) @ self._axes]), np.float32)

    def factors(self, texts: Floats) -> tuple[Floats, NDArray[np.float64]]:
        """What its text suggests an untried item is like: z of tools/search/content.py, v of tools/ctr/taste.py."""
        guess = with_one(texts) @ self._likely
        many = self.base.content.content.shape[1]
        return guess[:, :many].astype(np.float32), guess[:, many:]

    def prime(self) -> None:
        """Do now what the first item would wait for."""
        self._weights, self._axes, self._likely  # noqa: B018 -- they are kept once read

    @cached_property
    def _columns(self) -> dict[Feature, int]:
        return {feature: n for n, feature in enumerate(self.base.profile.features)}

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        known = feature_weights(self.base.catalogue)
        return np.array([known.get(feature, 0.0) for feature in self.base.profile.features])

    @cached_property
    def _axes(self) -> NDArray[np.float64]:
        content, facets = self.base.ctr.features.content, self.base.ctr.features.facets
        return mapped(self.base.search.vectors, content[:, facets.shape[1] if facets.size else 0 :], EXACT)

    @cached_property
    def _likely(self) -> NDArray[np.float64]:
        known = np.hstack([self.base.content.content, self.base.ctr.taste.vectors])
        return mapped(self.base.search.vectors, known, DOUBT)


def _features(catalogue: Catalogue, i: int) -> list[Feature]:
    """Facets, people and decades of one item, as features are named."""
    out: list[Feature] = []
    for name, value in catalogue.attributes(i).items():
        spec = catalogue.fields[name]
        if spec.facet or spec.people:
            texts = value if isinstance(value, list) else [value]
            spelled = (catalogue.find(name, str(text)) or str(text) for text in texts)
            out += [Feature(name, text, "facet" if spec.facet else "people") for text in spelled]
        elif spec.kind == "number":
            out.append(Feature(name, f"{float(value) // 10 * 10:.0f}s", "band"))
    return out


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan

"""What a user would think of an item that nobody has tried: a map from what is known of an item to taste.

Items are rows X of facets, people, shown numbers (a year, a price) and the text's vector. Likes R are smoothed to rank
k (R ~ R V V'), and ridge regression finds for every user the P_u with X P_u ~ V V' r_u over the items that have likes:

    P_u = r_u M,   M = V V' X (X'X + lambda I)^-1,   score(u, j) = P_u . x_j

It is linear in the user's likes, so fresh likes and new users need no refitting, and any row x gets a score. Compare
the scores of items without events among themselves only: the others were fitted, and what a user has not tried was
pushed down.

Source: Hoerl and Kennard, Ridge Regression, 1970; mapping content to factors as in Gantner et al., ICDM 2010.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.bus import Evidence
from tools.domain import Words
from tools.errors import CorruptData
from tools.profile.vectors import unit_rows

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.user import UserView

Matrix = NDArray[np.float32]
RANK, RIDGE = 64, 10.0  # chosen on the dev folds of tools/evaluate/newitem.py
MOST_PEOPLE, LEAST_ITEMS = 2000, 2  # of the names of one field; a name on one item says nothing of another
KNOTS = 16  # of a number, at its quantiles
FILE = "content.npz"


@dataclass(frozen=True, eq=False)
class ContentModel:
    """`features` X and `taste` M, both (n_items, d) float32; a row of `taste` is what a like of that item says."""

    features: Matrix
    taste: Matrix

    @classmethod
    def fit(cls, features: Matrix, liked: sp.csr_matrix, rank: int = RANK, ridge: float = RIDGE) -> ContentModel:
        """`features`: see `item_features`. `liked`: binary (n_users, n_items). Items without likes teach nothing."""
        from sklearn.utils.extmath import randomized_svd

        known = np.flatnonzero(np.asarray(liked.sum(axis=0)).ravel() > 0)
        taste = np.zeros_like(features)
        if len(known):
            x = features[known].astype(np.float64)
            k = min(rank, len(known), liked.shape[0])
            _, _, v = randomized_svd(liked[:, known].astype(np.float64), k, random_state=0)
            inverse = np.linalg.inv(x.T @ x + ridge * np.eye(x.shape[1]))
            taste[known] = v.T @ ((v @ x) @ inverse)
        return cls(features, taste)

    def scores(self, user: UserView, items: NDArray[np.int32]) -> Matrix:
        """How much the user would like each of `items`, (n,); zeros for a user without likes."""
        return self.features[items] @ self.taste[user.liked].sum(axis=0)

    def explain(self, user: UserView, item: int, titles: tuple[str, ...], liked: Words) -> list[Evidence]:
        """Which two of the liked items speak most for it; nothing when none does."""
        held = user.liked
        says = self.taste[held] @ self.features[item]
        best = [int(held[n]) for n in np.argsort(-says, kind="stable")[:2] if says[n] > 0]
        if not best:
            return []
        return [
            Evidence(
                kind="exploration",
                text=f"new here, and akin to {' and '.join(titles[i] for i in best)}, which you {liked.en}",
                text_zh=f"新上架，与你{liked.zh}的{'和'.join(f'《{titles[i]}》' for i in best)}相近",
                because=[titles[i] for i in best],
            )
        ]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / FILE, features=self.features, taste=self.taste)

    @classmethod
    def load(cls, folder: Path) -> ContentModel:
        """Raises CorruptData: not readable."""
        try:
            with np.load(folder / FILE, allow_pickle=False) as held:
                return cls(held["features"], held["taste"])
        except (OSError, ValueError, KeyError) as error:
            raise CorruptData(f"{folder / FILE}: not readable: {error}; run `tastemaker train`") from error


def item_features(catalogue: Catalogue, vectors: Matrix) -> Matrix:
    """X (n_items, d): each block's rows at most one long, the text's `vectors` (n_items, dim), and a constant."""
    return np.hstack([*_blocks(catalogue), vectors, np.ones((len(catalogue), 1), np.float32)]).astype(np.float32)


def _blocks(catalogue: Catalogue) -> Iterator[Matrix]:
    people = [_frequent(catalogue.matrix(s.name)) for s in catalogue.fields.values() if s.people]
    if people:
        yield unit_rows(sp.hstack(people, "csr")).toarray()
    for spec in catalogue.fields.values():
        if spec.facet and spec.values:
            yield unit_rows(catalogue.matrix(spec.name)).toarray()
        elif spec.kind == "number" and spec.name in catalogue.domain.attributes.shown:
            yield _soft(catalogue.numbers(spec.name))


def _frequent(matrix: sp.csr_matrix) -> sp.csr_matrix:
    sizes = np.asarray(matrix.sum(axis=0)).ravel()
    kept = np.argsort(-sizes, kind="stable")[:MOST_PEOPLE]
    return matrix[:, np.sort(kept[sizes[kept] >= LEAST_ITEMS])]


def _soft(numbers: NDArray[np.float64]) -> Matrix:
    """How near each number is to each knot, rows summing to 1, zeros where it is missing; (n, knots)."""
    known = numbers[~np.isnan(numbers)]
    knots = np.unique(np.quantile(known, np.linspace(0, 1, KNOTS)))
    width = max(float(known.max() - known.min()) / KNOTS, 1e-9)
    near = np.exp(-0.5 * ((numbers[:, None] - knots) / width) ** 2)
    return np.nan_to_num(near / near.sum(axis=1, keepdims=True)).astype(np.float32)

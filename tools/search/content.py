"""What a user would think of an item that nobody has tried: a map from what is known of an item to taste.

Items are rows x of facets, people, shown numbers (a year, a price) and the text's vector. Likes R, each worth 1 over
the root of how many liked the item, are smoothed to rank k (R ~ R V V'). Ridge regression finds the factors V of liked
items from what is known of them, and so those of every item:

    W = (X'X + lambda I)^-1 X'V,   score(u, j) = sum over the likes i of u of q_i . z_j,   z_j = W' x_j

Each like counts for less where many share it (q_i = v_i over that root), else a new item is found for everybody or for
nobody, by how popular its kind is. It is linear in the user's likes, so fresh likes and new users need no refitting.

Source: Hoerl and Kennard, Ridge Regression, 1970; mapping content to factors as in Gantner et al., ICDM 2010.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.bus import Evidence
from tools.errors import CorruptData
from tools.interactions import Interactions
from tools.profile.vectors import unit_rows

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.domain import Words
    from tools.histories import Histories
    from tools.user import UserView

Matrix = NDArray[np.float32]
RANK, RIDGE = 64, 10.0  # chosen on the dev folds of tools/evaluate/newitem.py
NEW = 5  # users who tried an item, below which nothing but its content speaks for it
MOST_PEOPLE, LEAST_ITEMS = 2000, 2  # of the names of one field; a name on one item says nothing of another
KNOTS = 16  # of a number, at its quantiles
FILE = "content.npz"


@dataclass(frozen=True)
class Features:
    """X (n_items, d), its named columns `sparse` beside the `dense` ones; each block's rows are at most one long."""

    sparse: sp.csr_matrix
    dense: Matrix

    def ridge(self, rows: NDArray[np.int64], factors: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
        """W (d, k), which maps `rows` of X to their `factors` (n, k): from X'X, or from XX' where there are fewer rows
        than columns.
        """
        s, x = self.sparse[rows].astype(np.float64), self.dense[rows].astype(np.float64)
        if len(rows) < s.shape[1] + x.shape[1]:
            factors = _solve((s @ s.T).toarray() + x @ x.T, factors, penalty)
            return np.vstack([s.T @ factors, x.T @ factors])
        across = s.T @ x
        gram = np.block([[(s.T @ s).toarray(), across], [across.T, x.T @ x]])
        return _solve(gram, np.vstack([s.T @ factors, x.T @ factors]), penalty)

    def times(self, weights: NDArray[np.float64]) -> Matrix:
        """X W (n_items, k)."""
        n = self.sparse.shape[1]
        return np.asarray(self.sparse @ weights[:n] + self.dense @ weights[n:], np.float32)


@dataclass(frozen=True, eq=False)
class ContentModel:
    """`says` q and `content` z, both (n_items, k) float32; `tried` (n_items,) int32, by how many users."""

    says: Matrix
    content: Matrix
    tried: NDArray[np.int32]

    @classmethod
    def fit(
        cls, features: Features, liked: sp.csr_matrix, tried: NDArray[np.int32], rank: int = RANK, ridge: float = RIDGE
    ) -> ContentModel:
        """`features`: see `item_features`. `liked`: binary (n_users, n_items). Items without likes teach nothing."""
        from sklearn.utils.extmath import randomized_svd

        likes = np.asarray(liked.sum(axis=0), np.float64).ravel()
        known = np.flatnonzero(likes > 0)
        says = content = np.zeros((len(likes), 1), np.float32)
        if len(known):
            worth = likes[known] ** -0.5
            rows = liked[:, known].astype(np.float64) @ sp.diags_array(worth)
            _, _, v = randomized_svd(rows, min(rank, *rows.shape), random_state=0)
            content = features.times(features.ridge(known, v.T, ridge))
            says = np.zeros(content.shape, np.float32)
            says[known] = v.T * worth[:, None]
        return cls(says, content, tried.astype(np.int32))

    @classmethod
    def learn(cls, events: Interactions, catalogue: Catalogue, vectors: Matrix | None) -> ContentModel:
        """Fit on all `events`. `vectors` (n_items, dim): of the items' texts, None where there are none."""
        tried = np.asarray(events.seen().sum(axis=0)).ravel()
        return cls.fit(item_features(catalogue, vectors), events.liked(), tried)

    @property
    def metrics(self) -> dict[str, float]:
        return {"items": len(self.tried), "new": len(self.new), "taught": int(self.says.any(axis=1).sum())}

    @cached_property
    def new(self) -> NDArray[np.int32]:
        """Items that fewer than `NEW` users have tried, ascending."""
        return np.flatnonzero(self.tried < NEW).astype(np.int32)

    def scores(self, user: UserView, items: NDArray[np.int32]) -> Matrix:
        """How much the user would like each of `items`, (n,); zeros for a user without likes."""
        return self.content[items] @ self._taste(user)

    def of_new(self, user: UserView) -> Matrix:
        """The same of every new item, in the order of `new`."""
        return self._new_content @ self._taste(user)

    def of_new_many(self, users: Histories) -> Matrix:
        """`of_new` for n users, (n, new)."""
        owner, items = users.liked
        liked = sp.csr_matrix((np.ones(len(items), np.float32), (owner, items)), (len(users), len(self.says)))
        return np.asarray((liked @ self.says) @ self._new_content.T, np.float32)

    def explain(self, user: UserView, item: int, titles: tuple[str, ...], liked: Words) -> list[Evidence]:
        """Which two of the liked items speak most for it; nothing when none does."""
        held = user.liked
        says = self.says[held] @ self.content[item]
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
        np.savez(folder / FILE, says=self.says, content=self.content, tried=self.tried)

    @classmethod
    def load(cls, folder: Path) -> ContentModel:
        """Raises CorruptData: not readable."""
        try:
            with np.load(folder / FILE, allow_pickle=False) as held:
                return cls(held["says"], held["content"], held["tried"])
        except (OSError, ValueError, KeyError) as error:
            raise CorruptData(f"{folder / FILE}: not readable: {error}; run `tastemaker train`") from error

    def _taste(self, user: UserView) -> Matrix:
        return np.asarray(self.says[user.liked].sum(axis=0))

    @cached_property
    def _new_content(self) -> Matrix:
        """Gathered once: gathering them in every turn would take longer than scoring them."""
        return self.content[self.new]


def item_features(catalogue: Catalogue, vectors: Matrix | None) -> Features:
    """Facets, people and shown numbers; the text's `vectors` (n_items, dim), if any; and a constant."""
    blocks, ones = list(_blocks(catalogue)), np.ones((len(catalogue), 1), np.float32)
    sparse = sp.hstack(blocks, "csr") if blocks else sp.csr_matrix((len(catalogue), 0), dtype=np.float32)
    return Features(sp.csr_matrix(sparse), ones if vectors is None else np.hstack([vectors, ones]))


def _solve(gram: NDArray[np.float64], right: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    gram.flat[:: len(gram) + 1] += penalty
    return scipy.linalg.solve(gram, right, overwrite_a=True, assume_a="pos")


def _blocks(catalogue: Catalogue) -> Iterator[sp.csr_matrix]:
    people = [_frequent(catalogue.matrix(s.name)) for s in catalogue.fields.values() if s.people]
    if people:
        yield unit_rows(sp.hstack(people, "csr"))
    for spec in catalogue.fields.values():
        if spec.facet and spec.values:
            yield unit_rows(catalogue.matrix(spec.name))
        elif spec.kind == "number" and spec.name in catalogue.domain.attributes.shown:
            yield sp.csr_matrix(_soft(catalogue.numbers(spec.name)))


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

"""Collaborative filtering with fold-in: a user is scored from their history as it is now, nothing is refitted.

Three views: what goes with the items of a history (tools/neighbors/weights.py), what people go on to after its last few
(tools/neighbors/transitions.py), and what the users with the most similar history liked. The recent past counts most.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.histories import Histories, Latest
from tools.interactions import Interactions
from tools.neighbors import transitions
from tools.neighbors import weights as item_weights
from tools.neighbors.weights import Weights
from tools.sparse import nonzeros, row, weighed
from tools.user import UserView

Method = Literal["item", "user", "both"]

NEIGHBOURS = 50
SHRINKAGE = 10.0  # shared items at which a similarity counts half
MEMORY = 30.0  # events after which a history event counts half, where training finds no better (tools/rank/learn.py)
FLOOR = 0.2  # what the oldest event still counts
LATEST = 2.0  # the same for what comes next, whatever the verdict: the step follows the last few events
STEPS = 20  # events it looks back
NEUTRAL = 0.3  # an event without a verdict, beside 1 for a liked item; a disliked one counts 0


@dataclass(frozen=True, eq=False)
class NeighborModel:
    """`weights` (n_items, n_items), dense or sparse; `liked` binary (n_users, n_items) of users `user_ids`; `follows`
    sparse (n_items, n_items). `memory`: events after which a history event counts half.
    """

    weights: Weights
    liked: sp.csr_matrix
    user_ids: tuple[str, ...]
    follows: sp.csr_matrix
    memory: float = MEMORY

    @classmethod
    def fit(
        cls, interactions: Interactions, memory: float = MEMORY, alike: sp.csr_matrix | None = None, words: float = 0.0
    ) -> NeighborModel:
        """`alike` (n_items, n_items): how near the items' texts are, which counts `words` beside the events' 1."""
        weights, follows = item_weights.fit(interactions), transitions.fit(interactions)
        if alike is not None and words:
            weights = item_weights.reading(weights, alike, words)
        return cls(weights, interactions.liked(), interactions.user_ids, follows, memory)

    @cached_property
    def likers(self) -> sp.csr_matrix:
        """Who liked each item, (n_items, n_users)."""
        return self.liked.T.tocsr()

    @cached_property
    def degree(self) -> NDArray[np.float32]:
        """Liked items of each user, (n_users,)."""
        return np.diff(self.liked.indptr).astype(np.float32)

    @cached_property
    def rows(self) -> dict[str, int]:
        return {user_id: n for n, user_id in enumerate(self.user_ids)}

    @property
    def n_items(self) -> int:
        return int(self.liked.shape[1])

    def fold_in(self, user: UserView) -> Folded:
        """The user's history as a query; hold on to it to score and explain without doing the work twice."""
        seen = Histories.of([user]).latest
        return Folded(
            self, seen.items, _counts(seen, self.memory), seen.weight > 0, seen.age, self.rows.get(user.user_id, -1)
        )

    def fold_in_many(self, users: Histories) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """`Folded.scores` and `Folded.following` of n users, both (n, n_items)."""
        seen, shape = users.latest, (len(users), self.n_items)
        query = sp.csr_matrix((_counts(seen, self.memory), (seen.owner, seen.items)), shape)
        recent = seen.age < STEPS
        steps = sp.csr_matrix((_steps(seen.age[recent]), (seen.owner[recent], seen.items[recent])), shape)
        if sp.issparse(self.weights):
            return (query @ self.weights).toarray(), (steps @ self.follows).toarray()
        return query.toarray() @ self.weights, (steps @ self.follows).toarray()

    def like(self, item: int) -> Folded:
        """One item as the whole query, whoever asks."""
        one = np.array([item], np.int32)
        return Folded(self, one, np.ones(1, np.float32), np.ones(1, bool), np.zeros(1, np.int64), -1)

    def scores(self, user: UserView, method: Method = "both") -> NDArray[np.float32]:
        """Shape (n_items,), higher is better; all 0 for a user without history."""
        return self.fold_in(user).scores(method)

    def similar_items(self, item: int, n: int = 20) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Up to `n` items that go with `item`, best first, and their weights; itself left out."""
        row = self.like(item).scores("item")
        best = np.argsort(-row, kind="stable")[:n].astype(np.int32)
        best = best[row[best] > 0]
        return best, row[best]

    def shared(self, item: int) -> NDArray[np.int64]:
        """How many of the users who liked `item` also liked each item, itself included; shape (n_items,)."""
        return np.bincount(nonzeros(self.liked, row(self.likers, item))[1], minlength=self.n_items)

    def together(self, item: int, other: int) -> int:
        """How many users liked both."""
        return len(np.intersect1d(row(self.likers, item), row(self.likers, other), assume_unique=True))

    def without(self, gone: Collection[str]) -> NeighborModel:
        """These users' rows taken out."""
        kept = [n for n, user_id in enumerate(self.user_ids) if user_id not in gone]
        return replace(self, liked=self.liked[kept], user_ids=tuple(self.user_ids[n] for n in kept))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if sp.issparse(self.weights):
            sp.save_npz(folder / "weights.npz", self.weights)
        else:
            np.save(folder / "weights.npy", self.weights)
        sp.save_npz(folder / "follows.npz", self.follows)
        self.save_users(folder)

    def save_users(self, folder: Path) -> None:
        """The files that hold rows of users."""
        sp.save_npz(folder / "liked.npz", self.liked)
        rest = {"memory": self.memory, "user_ids": self.user_ids}
        (folder / "neighbors.json").write_text(json.dumps(rest, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> NeighborModel:
        """Dense weights are mapped, not read: several processes share them."""
        dense = folder / "weights.npy"
        weights = np.load(dense, mmap_mode="r") if dense.exists() else sp.load_npz(folder / "weights.npz").tocsr()
        rest = json.loads((folder / "neighbors.json").read_text(encoding="utf-8"))
        liked, follows = (sp.load_npz(folder / f"{name}.npz").tocsr() for name in ("liked", "follows"))
        return cls(weights, liked, tuple(rest["user_ids"]), follows, rest["memory"])


@dataclass(frozen=True, eq=False)
class Folded:
    """One user's query: `items` (m,) of the history, `query` (m,) how much each counts, `is_liked` (m,), `age` (m,) how
    many items are newer. `row` is the user's own row in the trained matrix, -1 when they are new.
    """

    model: NeighborModel
    items: NDArray[np.int32]
    query: NDArray[np.float32]
    is_liked: NDArray[np.bool_]
    age: NDArray[np.int64]
    row: int

    def scores(self, method: Method = "both") -> NDArray[np.float32]:
        """Shape (n_items,), higher is better. `both` goes by the items and takes its reasons from users too: beside the
        other sources, the users' scores add nothing that validation sees.
        """
        return self._by_users if method == "user" else self._by_items

    @cached_property
    def following(self) -> NDArray[np.float32]:
        """How much each item is what people go on to from here, (n_items,)."""
        recent = self.age < STEPS
        return weighed(self.model.follows, self.items[recent], _steps(self.age[recent]))

    def after(self, item: int) -> int | None:
        """The item of the last few, not disliked, that `item` most follows; None where it follows none of them."""
        recent = np.flatnonzero((self.age < STEPS) & (self.query > 0))
        place, column, value = nonzeros(self.model.follows, self.items[recent])
        step = np.zeros(len(recent), np.float32)
        step[place[column == item]] = value[column == item]
        step *= _steps(self.age[recent])
        return int(self.items[recent[step.argmax()]]) if step.any() else None

    def because(self, item: int) -> int | None:
        """The liked item of the history that speaks most for `item`; None where none does."""
        column = self.model.weights[self.items, item]
        share = np.asarray(column.todense() if sp.issparse(column) else column).ravel() * self.query * self.is_liked
        return int(self.items[share.argmax()]) if share.max(initial=0.0) > 0 else None

    def support(self, item: int) -> tuple[int, int]:
        """How many of the nearest users liked `item`, and how many nearest users there are."""
        users, _ = self.neighbours
        return len(np.intersect1d(users, row(self.model.likers, item), assume_unique=True)), len(users)

    @cached_property
    def neighbours(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Up to 50 users by damped cosine between liked items: their rows and similarities."""
        query, model = self.query[self.is_liked], self.model
        both = np.column_stack([query, np.ones_like(query)])
        dot, shared = (model.likers[self.items[self.is_liked]].T @ both).T
        norm = np.sqrt(model.degree) * np.sqrt((query**2).sum())
        similarity = np.divide(dot, norm, out=np.zeros_like(dot), where=norm > 0) * shared / (shared + SHRINKAGE)
        if self.row >= 0:
            similarity[self.row] = 0.0
        near = np.flatnonzero(similarity > 0)
        if len(near) > NEIGHBOURS:
            near = near[np.argpartition(-similarity[near], NEIGHBOURS)[:NEIGHBOURS]]
        return near.astype(np.int32), similarity[near]

    @cached_property
    def _by_items(self) -> NDArray[np.float32]:
        if not len(self.items):
            return np.zeros(self.model.n_items, np.float32)
        rows = self.model.weights[self.items]
        scored = rows.T @ self.query if sp.issparse(rows) else self.query @ rows
        return np.asarray(scored, np.float32)

    @cached_property
    def _by_users(self) -> NDArray[np.float32]:
        users, similarity = self.neighbours
        return np.asarray(self.model.liked[users].T @ similarity, np.float32)


def _counts(seen: Latest, memory: float) -> NDArray[np.float32]:
    """How much each item of a history counts, (m,)."""
    strength = np.where(seen.weight > 0, seen.weight, np.where(seen.weight == 0, NEUTRAL, 0.0))
    return np.asarray(strength * (FLOOR + (1 - FLOOR) * np.exp2(-seen.age / memory)), np.float32)


def _steps(age: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.exp2(-age / LATEST).astype(np.float32)

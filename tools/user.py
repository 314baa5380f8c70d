"""Users as the tools see them, one of a turn or many at once: attributes and history at this moment, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tools.store.tastes import Stated


@dataclass(frozen=True)
class UserView:
    """History oldest first. `items` (n,) catalogue indices, `times` (n,) unix seconds, `weights` (n,) signed
    preference (above 0 liked, below 0 disliked, 0 neutral), `grades` (n,) the same in finer steps where the domain has
    them, else equal. Events on unknown items are left out. `stated`: what they said they like.

    A user nobody has heard of, or one who switched profiling off, has an empty history.
    """

    user_id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    items: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    times: NDArray[np.float64] = field(default_factory=lambda: np.empty(0, np.float64))
    weights: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    known: bool = False  # the store holds this user or events of theirs
    profiling: bool = True
    grades: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    stated: Stated | None = None

    def __post_init__(self) -> None:
        if not len(self.grades):
            object.__setattr__(self, "grades", self.weights)

    @cached_property
    def seen(self) -> NDArray[np.int32]:
        return np.unique(self.items)

    @cached_property
    def liked(self) -> NDArray[np.int32]:
        """Items with a positive event, oldest first (an item liked twice stands at its last time)."""
        return self._signed(1.0)

    @cached_property
    def disliked(self) -> NDArray[np.int32]:
        return self._signed(-1.0)

    def _signed(self, sign: float) -> NDArray[np.int32]:
        chosen = self.items[self.weights * sign > 0][::-1]
        _, first = np.unique(chosen, return_index=True)
        return chosen[np.sort(first)][::-1]

    def decay(self, half_life_days: float) -> NDArray[np.float32]:
        """Recency weight of each event relative to the user's own latest, shape (n,): 1 now, 0.5 a half-life ago."""
        if not len(self.times):
            return np.empty(0, np.float32)
        age = (self.times.max() - self.times) / 86_400.0
        return np.exp2(-age / half_life_days).astype(np.float32)


@dataclass(frozen=True)
class Histories:
    """The events of `n` users one after another, each user's oldest first: `owner` (m,) is the user's place, the rest
    as in `UserView`.
    """

    n: int
    owner: NDArray[np.int64]
    items: NDArray[np.int32]
    times: NDArray[np.float64]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, users: Sequence[UserView]) -> Histories:
        owner = np.repeat(np.arange(len(users)), [len(user.items) for user in users])
        joined = (np.concatenate([getattr(user, name) for user in users]) for name in ("items", "times", "weights"))
        return cls(len(users), owner, *joined) if users else cls(0, owner, *_NOTHING)

    def decay(self, half_life_days: float) -> NDArray[np.float32]:
        """As `UserView.decay`, (m,)."""
        newest = np.full(self.n, -np.inf)
        np.maximum.at(newest, self.owner, self.times)
        return np.exp2(-(newest[self.owner] - self.times) / 86_400.0 / half_life_days).astype(np.float32)

    @cached_property
    def latest(self) -> Latest:
        """Each item of each history once: its last verdict, 0 where it never had one, and how many items are newer."""
        last = self._last(np.ones(len(self.items), bool))
        judged = self._last(self.weights != 0)
        weight = np.zeros(len(last), np.float32)
        weight[np.searchsorted(self._cell[last], self._cell[judged])] = self.weights[judged]
        newer = np.empty(len(last), np.int64)
        by_time = np.argsort(-last)  # the newest first; owners descend with it
        owner = self.owner[last[by_time]]
        newer[by_time] = np.arange(len(last)) - np.searchsorted(-owner, -owner)
        return Latest(self.owner[last], self.items[last], weight, newer)

    @cached_property
    def liked(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Owner and item of everything liked, each item once."""
        rows = self._last(self.weights > 0)
        return self.owner[rows], self.items[rows]

    @cached_property
    def likes(self) -> NDArray[np.int64]:
        """Liked items of each user, (n,)."""
        return np.bincount(self.liked[0], minlength=self.n)

    @cached_property
    def _cell(self) -> NDArray[np.int64]:
        return self.owner * (int(self.items.max(initial=0)) + 1) + self.items

    def _last(self, among: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Rows of the last event of each owner and item, by owner and item."""
        rows = np.flatnonzero(among)[::-1]
        _, first = np.unique(self._cell[rows], return_index=True)
        return rows[first]


@dataclass(frozen=True)
class Latest:
    """Parallel arrays (m,), by owner and item: `weight` is the last verdict, `age` how many items are newer."""

    owner: NDArray[np.int64]
    items: NDArray[np.int32]
    weight: NDArray[np.float32]
    age: NDArray[np.int64]


_NOTHING = (np.empty(0, np.int32), np.empty(0, np.float64), np.empty(0, np.float32))

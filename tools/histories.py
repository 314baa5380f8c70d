"""The histories of many users end to end, so that what is counted for one is counted for all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.user import UserView

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Latest:
    """Each item of each history once, (m,), by owner and item: `weight` is the last verdict, 0 where there never was
    one; `age` how many items of the history are newer.
    """

    owner: NDArray[np.int64]
    items: NDArray[np.int32]
    weight: NDArray[np.float32]
    age: NDArray[np.int64]


@dataclass(frozen=True)
class Histories:
    """n users with m events in all, each user's oldest first. `items`, `times`, `weights`, `grades` (m,) as in
    `UserView`; user u's events are those from `bounds[u]` up to `bounds[u + 1]`.
    """

    items: NDArray[np.int32]
    times: NDArray[np.float64]
    weights: NDArray[np.float32]
    grades: NDArray[np.float32]
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, users: Sequence[UserView]) -> Histories:
        bounds = np.concatenate([[0], np.cumsum([len(user.items) for user in users], dtype=np.int64)])
        every = (UserView(""), *users)  # the first so that nobody at all is not a special case
        return cls(
            np.concatenate([user.items for user in every]),
            np.concatenate([user.times for user in every]),
            np.concatenate([user.weights for user in every]),
            np.concatenate([user.grades for user in every]),
            bounds,
        )

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def count(self) -> NDArray[np.int64]:
        """Events of each user, (n,)."""
        return np.diff(self.bounds)

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """Whose each event is, (m,)."""
        return np.repeat(np.arange(len(self)), self.count)

    def decay(self, half_life_days: float) -> NDArray[np.float32]:
        """As in `UserView`, (m,)."""
        newest = np.append(self.times, 0.0)[self.bounds[1:] - 1]
        return np.exp2(-(newest[self.owner] - self.times) / 86_400.0 / half_life_days).astype(np.float32)

    def moments(self) -> NDArray[np.int64]:
        """For each event (m,), the first of its user's events at the same time: what precedes it, precedes both."""
        opens = np.diff(self.times, prepend=np.nan) != 0
        opens[self.bounds[:-1][self.count > 0]] = True
        return np.maximum.accumulate(np.where(opens, np.arange(len(opens)), 0))

    @cached_property
    def latest(self) -> Latest:
        last, judged = self._last(np.ones(len(self.items), bool)), self._last(self.weights != 0)
        weight = np.zeros(len(last), np.float32)
        weight[np.searchsorted(self._cell[last], self._cell[judged])] = self.weights[judged]
        newer, by_time = np.empty(len(last), np.int64), np.argsort(-last)  # the newest first; owners descend with it
        owner = self.owner[last[by_time]]
        newer[by_time] = np.arange(len(last)) - np.searchsorted(-owner, -owner)
        return Latest(self.owner[last], self.items[last], weight, newer)

    @cached_property
    def liked(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Owner and item of everything liked, each item of a user once."""
        rows = self._last(self.weights > 0)
        return self.owner[rows], self.items[rows]

    @cached_property
    def likes(self) -> NDArray[np.int64]:
        """Liked items of each user, (n,)."""
        return np.bincount(self.liked[0], minlength=len(self))

    @cached_property
    def _cell(self) -> NDArray[np.int64]:
        """A number for each pair of owner and item, (m,), ascending with the owner."""
        return self.owner * (int(self.items.max(initial=0)) + 1) + self.items

    def _last(self, among: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Rows of the last event of each owner and item, by owner and item."""
        rows = np.flatnonzero(among)[::-1]
        _, first = np.unique(self._cell[rows], return_index=True)
        return rows[first]

"""Several users' events end to end, so that what is counted for one is counted for all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.user import UserView

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Crowd:
    """k users with m events in all, each user's oldest first. `items`, `times`, `weights`, `grades` (m,) as in
    `UserView`; user n's events are those from `bounds[n]` up to `bounds[n + 1]`.
    """

    items: NDArray[np.int32]
    times: NDArray[np.float64]
    weights: NDArray[np.float32]
    grades: NDArray[np.float32]
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, users: Sequence[UserView]) -> Crowd:
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
        """Events of each user (k,)."""
        return np.diff(self.bounds)

    @property
    def owner(self) -> NDArray[np.int64]:
        """Whose each event is (m,)."""
        return np.repeat(np.arange(len(self)), self.count)

    def decay(self, half_life_days: float) -> NDArray[np.float32]:
        """As in `UserView`, (m,)."""
        latest = np.append(self.times, 0.0)[self.bounds[1:] - 1]
        age = (np.repeat(latest, self.count) - self.times) / 86_400.0
        return np.exp2(-age / half_life_days).astype(np.float32)

    def moments(self) -> NDArray[np.int64]:
        """For each event (m,), the first of its user's events at the same time: what precedes it, precedes both."""
        opens = np.diff(self.times, prepend=np.nan) != 0
        opens[self.bounds[:-1][self.count > 0]] = True
        return np.maximum.accumulate(np.where(opens, np.arange(len(opens)), 0))


def nonzeros(matrix: sp.csr_matrix, rows: Ints) -> tuple[Ints, Ints, NDArray[np.floating]]:
    """What `matrix[rows]` holds: the place in `rows`, the column and the value of each entry, row by row."""
    first, size = matrix.indptr[rows], matrix.indptr[rows + 1] - matrix.indptr[rows]
    place = np.repeat(np.arange(len(rows)), size)
    entry = np.arange(len(place)) + np.repeat(first - (np.cumsum(size) - size), size)
    return place, matrix.indices[entry], matrix.data[entry]

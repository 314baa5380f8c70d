"""One user as the tools of a turn see them: attributes and history at this moment, as arrays."""

from __future__ import annotations

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

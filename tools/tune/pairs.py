"""Contrastive pairs from co-consumption: two items that one user liked closely in time, the popular ones damped.

A pair (i, j) is drawn with a chance in proportion to (n_i n_j)^-DAMPING, n being an item's likes: two blockbusters meet
in every history and say little of each other (as the negatives of Mikolov et al., 2013, are damped).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.interactions import Interactions
from tools.tune.phrases import Asked, Phrases

Ids = NDArray[np.int32]
NEAR = 10  # likes of the same user, counted in time, within which two are close
DAMPING = 0.5
MOST_STEPS = 200  # of an epoch
MOST_LIKES = 1_000_000  # the latest ones, of which pairs are made: ten times as many, at 20 bytes each


class Batch(NamedTuple):
    """`items` (2b,): pair n is items[n] and items[b + n]. `asked`: b requests, the n-th about items[b + n]. `hidden`
    (3b, 2b): what is no negative of a row (the pairs' items, then the requests), because the pair's user liked it too
    or it answers the request too.
    """

    items: Ids
    asked: list[str]
    hidden: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pairs:
    """All pairs (n,) of the training likes, by whom each is, and the running sum of their chances."""

    user: Ids
    left: Ids
    right: Ids
    chance: NDArray[np.float64]
    liked: sp.csr_matrix
    n_items: int  # that are in a pair

    @classmethod
    def of(cls, likes: Interactions) -> Pairs:
        """Raises InvalidInput: nobody liked two items."""
        latest = likes.take(slice(-MOST_LIKES, None))
        order = np.lexsort((latest.time, latest.user))
        user, item = latest.user[order], latest.item[order]
        starts = [np.flatnonzero(user[gap:] == user[:-gap]) for gap in range(1, NEAR + 1)]
        left = np.concatenate(starts).astype(np.int32)
        right = np.concatenate([start + gap for gap, start in enumerate(starts, 1)]).astype(np.int32)
        if not len(left):
            raise InvalidInput("nobody liked two items in the time to learn from: too few events to tune on", "events")
        likers = np.bincount(likes.item, minlength=likes.n_items).astype(float)
        weight = (likers[item[left]] * likers[item[right]]) ** -DAMPING
        met = len(np.union1d(item[left], item[right]))
        return cls(user[left], item[left], item[right], weight.cumsum() / weight.sum(), likes.liked(), met)

    def steps(self, batch: int) -> int:
        """Of an epoch, in which every item could come once as the second of a pair."""
        return min(max(round(self.n_items / batch), 1), MOST_STEPS)

    def epoch(self, number: int, batch: int, phrases: Phrases, seed: int) -> Iterator[Batch]:
        """The batches of epoch `number`, the same however often it is asked."""
        rng = np.random.default_rng([seed, 3, number])
        for _ in range(self.steps(batch)):
            rows = np.minimum(np.searchsorted(self.chance, rng.random(batch)), len(self.chance) - 1)
            swap = rng.random(batch) < 0.5
            first = np.where(swap, self.right[rows], self.left[rows])
            second = np.where(swap, self.left[rows], self.right[rows])
            asked = [phrases.about(item, rng) for item in second.tolist()]
            items = np.concatenate([first, second])
            yield Batch(items, [one.text for one in asked], self._hidden(self.user[rows], items, asked))

    def _hidden(self, users: Ids, items: Ids, asked: list[Asked]) -> NDArray[np.bool_]:
        by_user = self.liked[users].toarray()[:, items] > 0
        by_words = np.array([np.isin(items, one.items) for one in asked])
        return np.concatenate([by_user, by_user, by_words])

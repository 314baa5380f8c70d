"""Which of the well-ranked items make the slate: like the user's taste as a whole, with the shares that are promised.

The best items one by one may all be of one kind. Among the first of the ranking, `k` are chosen one after another by

    (1 - c) * relevance - c * KL(facets of what they liked || facets of the slate)

(Steck 2018, Calibrated Recommendations), where the rest of the slate is thought to be as they like it: so the first
choices go by relevance, and on MovieLens the slates come as near to the taste for a quarter of the loss. Where a
promised share is not met by the items chosen so far, the best of that group is next (as in FA*IR, Zehlike et al. 2017).
Of items that are the same to a reader one is chosen. The chosen are shown in the order of the ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float32]

WINDOW = 50  # first of the ranking that are chosen from
SMOOTHING = 0.01  # of the taste itself in what is chosen, so that nothing is infinitely far


class Share(NamedTuple):
    """At least this `share` of every slate, as far as there are such items: `value` (n, c) orders them, -inf for the
    others.
    """

    share: float
    value: Floats


class Kinds(NamedTuple):
    """`facets` (n_items, g) CSR, rows sum to 1 or 0; `taste` (n, g), what each user liked; `weight` in [0, 1]."""

    facets: sp.csr_matrix
    taste: Floats
    weight: float


def choose(
    scores: Floats,
    items: NDArray[np.int32],
    k: int,
    kinds: Kinds | None = None,
    promised: Sequence[Share] = (),
    same: NDArray[np.int32] | None = None,
) -> NDArray[np.intp]:
    """Columns (n, <= k) of the slates, best score first, -1 where there are no more, of users with candidates `items`
    (n, c), whose `scores` (n, c) are -inf where a column is not to be shown. `same` (n_items,): see
    Catalogue; by default all differ.
    """
    window = _window(scores, k, promised)
    held = np.take_along_axis(scores, window, axis=1)
    groups = [Share(share, np.take_along_axis(value, window, axis=1)) for share, value in promised]
    shown = np.take_along_axis(items, window, axis=1)
    taken = _taken(held, shown, shown if same is None else same[shown], k, kinds, groups)
    chosen = np.where(taken < 0, -1, np.take_along_axis(window, taken, axis=1))
    worth = np.where(taken < 0, -np.inf, np.take_along_axis(scores, chosen, axis=1))
    order = np.lexsort((chosen, -worth))  # along the rows; ties stand in catalogue order
    return np.take_along_axis(chosen, order, axis=1)


def _window(scores: Floats, k: int, promised: Sequence[Share]) -> NDArray[np.intp]:
    """The first of the ranking, and the first of each promised group among the rest, (n, w); columns do not repeat."""
    bonus = np.zeros_like(scores)
    for _, value in promised:
        first = np.argsort(-value, axis=1, kind="stable")[:, :k]
        np.put_along_axis(bonus, first, np.where(np.isneginf(np.take_along_axis(value, first, 1)), 0, np.inf), axis=1)
    order = np.argsort(-np.where(np.isneginf(scores), -np.inf, scores + bonus), axis=1, kind="stable")
    return np.sort(order[:, : max(WINDOW, 2 * k) + k * len(promised)], axis=1)


def _taken(
    scores: Floats,
    items: NDArray[np.int32],
    alike: NDArray[np.int32],
    k: int,
    kinds: Kinds | None,
    promised: Sequence[Share],
) -> NDArray[np.intp]:
    """Columns of what is chosen, in the order of choosing, (n, <= k), -1 where nothing is left. Items that are the
    same to a reader have the same number in `alike` (n, c).
    """
    n, width = scores.shape
    rows, open_ = np.arange(n), ~np.isneginf(scores)
    worth = _relevance(scores, open_)
    far = _Distance.of(kinds, items, k)
    counts, out = [np.zeros(n) for _ in promised], []
    for at in range(1, min(k, width) + 1):
        value = worth if far is None else (1 - far.weight) * worth - far.weight * far.with_each()
        value = np.where(open_, value, -np.inf)
        for (share, of), count in zip(promised, counts, strict=True):
            short = (count < np.floor(share * at)) & (open_ & ~np.isneginf(of)).any(axis=1)
            value[short] = np.where(open_[short], of[short], -np.inf)
        best = value.argmax(axis=1)
        out.append(np.where(open_[rows, best], best, -1))
        open_ &= alike != alike[rows, best][:, None]
        for (_, of), count in zip(promised, counts, strict=True):
            count += ~np.isneginf(of[rows, best])
        if far is not None:
            far.take(best)
    return np.stack(out, axis=1) if out else np.empty((n, 0), np.intp)


def _relevance(scores: Floats, known: NDArray[np.bool_]) -> Floats:
    """From 0 for the last of the window to 1 for the first."""
    low = np.where(known, scores, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    span = np.where(known, scores, -np.inf).max(axis=1, keepdims=True, initial=-np.inf) - low
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((scores - low) / np.where(span > 0, span, 1), nan=0.0, neginf=0.0).astype(np.float32)


class _Distance:
    """From the taste of each user to slates of `k` items, of which some are chosen."""

    def __init__(self, kinds: Kinds, items: NDArray[np.int32], k: int) -> None:
        self.weight, self._k = kinds.weight, k
        self._facets = kinds.facets[items.ravel()].toarray().reshape(*items.shape, -1)
        self._taste = kinds.taste[:, None]
        self._slate = k * self._taste  # summed over its items, those to come as the user likes it

    @classmethod
    def of(cls, kinds: Kinds | None, items: NDArray[np.int32], k: int) -> _Distance | None:
        return cls(kinds, items, k) if kinds and kinds.weight and items.size and kinds.facets.shape[1] else None

    def with_each(self) -> Floats:
        """The cross-entropy, which differs from the divergence by what is the same for all, if each candidate were
        next, (n, w).
        """
        shown = (self._slate - self._taste + self._facets) / self._k
        mixed = (1 - SMOOTHING) * shown + SMOOTHING * self._taste
        return np.asarray(-(self._taste * np.log(mixed + 1e-9)).sum(axis=2), np.float32)

    def take(self, column: NDArray[np.intp]) -> None:
        self._slate = self._slate - self._taste
        self._slate[:, 0] += self._facets[np.arange(len(column)), column]

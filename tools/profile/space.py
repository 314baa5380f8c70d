"""The taste space: every user's long-term P_u, seen along the few directions in which users differ most.

Facets and decades only: names of people are too rare to tell groups of users apart. The direction that all share is
left out, and a user with few likes stands near the middle, because little is known of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.interactions import Interactions
from tools.profile.vectors import unit_rows

AXES = 16
SHRINKAGE = 10.0  # likes at which a user's distance from the middle counts half
DISLIKE = 0.5  # of the mean of what was disliked that is taken off the mean of what was liked
SAMPLE = 20_000  # users that the axes and the segments are fitted on; the rest is folded in
_CHUNK = 10_000

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TasteSpace:
    """`columns` (f,) of P_u that are looked at; `axes` (f, a), orthonormal, most telling first."""

    columns: NDArray[np.intp]
    axes: Floats

    @classmethod
    def fit(cls, vectors: Floats, likes: NDArray[np.int64], columns: NDArray[np.intp]) -> TasteSpace:
        """Principal axes of `vectors` (n, f), the chosen columns of P_u, of users with `likes` (n,) liked items."""
        shared = vectors.mean(axis=0)
        shared /= max(float(np.linalg.norm(shared)), 1e-9)
        spread = (vectors - np.outer(vectors @ shared, shared)) * _certainty(likes)[:, None]
        values, axes = np.linalg.eigh(spread.T.astype(np.float64) @ spread)
        axes = axes[:, np.argsort(-values, kind="stable")[: min(AXES, len(shared) - 1)]]  # the last one is `shared`
        axes *= np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1.0, 1.0)  # one sign always
        return cls(columns, axes.astype(np.float32))

    def project(self, vectors: Floats | sp.csr_matrix, likes: NDArray[np.int64]) -> Floats:
        """Where users with P_u `vectors` (n, d) and `likes` (n,) liked items stand, (n, a)."""
        seen = vectors[:, self.columns] @ self.axes
        return np.asarray(seen * _certainty(likes)[:, None], np.float32)


def long_term(item_vectors: sp.csr_matrix, events: Interactions, users: NDArray[np.intp]) -> sp.csr_matrix:
    """P_u without decay of `users` (n,), (n, d), as `ProfileModel.vector` makes it of one."""
    liked, disliked = (_mean_of(events, sign, users) for sign in (1.0, -1.0))
    raw = sp.csr_matrix((liked - DISLIKE * disliked) @ item_vectors)
    raw.data[np.abs(raw.data) < 1e-6] = 0.0
    return unit_rows(raw)


def chunks(n: int) -> Iterator[NDArray[np.intp]]:
    """0..n-1 in pieces that keep the sparse products small."""
    for start in range(0, n, _CHUNK):
        yield np.arange(start, min(n, start + _CHUNK))


def _mean_of(events: Interactions, sign: float, users: NDArray[np.intp]) -> sp.csr_matrix:
    """Row of weights that sum to 1 over what each user liked (or disliked)."""
    row = np.full(len(events.user_ids), -1)
    row[users] = np.arange(len(users))
    chosen = (events.weight * sign > 0) & (row[events.user] >= 0)
    weight = np.abs(events.weight[chosen])
    held = sp.csr_matrix((weight, (row[events.user[chosen]], events.item[chosen])), shape=(len(users), events.n_items))
    total = np.asarray(held.sum(axis=1)).ravel()
    return sp.csr_matrix(sp.diags_array(1.0 / np.maximum(total, 1e-9)) @ held)


def _certainty(likes: NDArray[np.int64]) -> Floats:
    return (likes / (likes + SHRINKAGE)).astype(np.float32)

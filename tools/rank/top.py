"""The best few of many scores, without sorting them all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


def highest(scores: Floats, among: Mask, n: int) -> Mask:
    """Where the `n` highest scores along the last axis are, of those `among`; of equal ones the first."""
    if n >= scores.shape[-1]:
        return among
    held = np.where(among, scores, -np.inf)
    least = np.sort(held, axis=-1)[..., -n, None]  # many are equal, on which partition is ten times slower
    above, tied = held > least, (held == least) & among
    left = n - above.sum(axis=-1, keepdims=True)
    return above | (tied & (np.cumsum(tied, axis=-1) <= left))


def best(scores: Floats, among: Mask, n: int) -> NDArray[np.int32]:
    """Up to `n` places (n_items,) of `among`, highest score first; of equal ones the first."""
    places = np.flatnonzero(highest(scores, among, n))
    return places[np.argsort(-scores[places], kind="stable")].astype(np.int32)

"""How far what happens now is from what was trained on: the popularity of the items that events go to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PARTS = 10


def popularity_drift(trained: NDArray[np.floating], items: NDArray[np.integer]) -> float:
    """Jensen-Shannon divergence in bits, 0 to 1, between the events of training (`trained`: (n_items,) of them) and the
    later events on `items`, both counted by tenths of the training's events from the least to the most popular items.
    Events on items that training did not meet are a part of their own. Single items would need far more events: their
    divergence is mostly chance. NaN where a side has no event.
    """
    if not len(items) or not trained.sum():
        return float("nan")
    order = np.argsort(trained, kind="stable")
    before = np.cumsum(trained[order]) - trained[order]
    part = np.empty(len(trained), np.int64)
    part[order] = np.minimum(before / trained.sum() * PARTS, PARTS - 1).astype(np.int64) + 1
    part[trained <= 0] = 0
    place = np.append(part, 0)[np.minimum(items, len(trained))]
    then = np.bincount(part, trained, PARTS + 1) / trained.sum()
    now = np.bincount(place, minlength=PARTS + 1) / len(items)
    middle = (then + now) / 2
    return float((_bits(then, middle) + _bits(now, middle)) / 2)


def _bits(of: NDArray[np.floating], against: NDArray[np.floating]) -> float:
    held = of > 0
    return float((of[held] * np.log2(of[held] / against[held])).sum())

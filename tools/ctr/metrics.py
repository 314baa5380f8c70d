"""How good click probabilities are: ranking (AUC, GAUC) and honesty (log-loss, ECE)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

BINS = 15
Chances = NDArray[np.floating]
Clicks = NDArray[np.bool_]


def evaluate(chances: Chances, clicks: Clicks, users: NDArray[np.int32]) -> dict[str, float]:
    """Metrics that are defined for these rows: `auc` wants both classes, `gauc` a user with both."""
    measured = {
        "logloss": logloss(chances, clicks),
        "ece": ece(chances, clicks),
        "auc": auc(chances, clicks),
        "gauc": gauc(chances, clicks, users),
    }
    return {name: round(value, 5) for name, value in measured.items() if np.isfinite(value)}


def auc(chances: Chances, clicks: Clicks) -> float:
    """Area under the ROC curve by ranks, ties shared; NaN when one class is missing."""
    return float(_grouped_auc(chances, clicks, np.zeros(len(clicks), np.int32))[0][0])


def gauc(chances: Chances, clicks: Clicks, users: NDArray[np.int32]) -> float:
    """AUC within each user, averaged by their rows; users with one class only are left out."""
    values, rows = _grouped_auc(chances, clicks, users)
    return float((values * rows).sum() / rows.sum()) if rows.sum() else float("nan")


def logloss(chances: Chances, clicks: Clicks) -> float:
    p = np.clip(chances.astype(float), 1e-6, 1 - 1e-6)
    return float(-np.log(np.where(clicks, p, 1 - p)).mean())


def ece(chances: Chances, clicks: Clicks) -> float:
    """Expected calibration error over equal-width bins."""
    which = np.minimum((chances * BINS).astype(int), BINS - 1)
    gap = np.bincount(which, weights=chances.astype(float) - clicks, minlength=BINS)
    return float(np.abs(gap).sum() / len(clicks))


def _grouped_auc(
    chances: Chances, clicks: Clicks, groups: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """AUC and size of each group that has both classes; NaN of size 0 when no group does."""
    _, group = np.unique(groups, return_inverse=True)
    low, span = chances.min(), np.ptp(chances) + 1.0
    ranks = rankdata(group + 0.5 * (chances.astype(float) - low) / span)  # one ranking, groups one after another
    size = np.bincount(group).astype(float)
    hits = np.bincount(group, weights=clicks)
    before = np.cumsum(size) - size
    wins = np.bincount(group, weights=ranks * clicks) - hits * before - hits * (hits + 1) / 2
    both = (hits > 0) & (hits < size)
    if not both.any():
        return np.array([np.nan]), np.zeros(1)
    return (wins / np.maximum(hits * (size - hits), 1))[both], size[both]

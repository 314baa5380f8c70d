"""How good ranked lists are, per user; what they show as a whole; and how sure one may be of a difference.

`lists` are (n_users, k) item indices, best first, -1 where there is none; `truth` (n_users, n_items) CSR, row for row.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Lists = NDArray[np.integer]
PerUser = NDArray[np.float64]  # (n_users,)

SAMPLES = 2000  # bootstrap resamples
COVERED = (2.5, 97.5)  # percentiles of the interval
TAIL = 0.8  # share of the catalogue, least popular first, that is the long tail


def hits(lists: Lists, truth: sp.csr_matrix) -> NDArray[np.bool_]:
    """Which entries are right, same shape as `lists`."""
    rows = np.repeat(np.arange(truth.shape[0], dtype=np.int64), np.diff(truth.indptr))
    right = rows * truth.shape[1] + truth.indices
    asked = np.arange(len(lists), dtype=np.int64)[:, None] * truth.shape[1] + lists
    return np.isin(asked, right) & (lists >= 0)


def per_user(lists: Lists, truth: sp.csr_matrix) -> dict[str, PerUser]:
    """`ndcg@10` (binary gain, the ideal holds min(10, targets)), `recall@10`, `recall@20`, `hr@10`, `mrr@10` and
    `precision@10`. Every user has a target.
    """
    found, targets = hits(lists, truth), np.diff(truth.indptr)
    ten = found[:, :10]
    gain = 1 / np.log2(np.arange(2, 12))
    ideal = np.cumsum(gain)[np.minimum(targets, 10) - 1]
    first = np.where(ten.any(axis=1), 1 / (1 + ten.argmax(axis=1)), 0.0)
    return {
        "ndcg@10": (ten @ gain[: ten.shape[1]]) / ideal,
        "recall@10": ten.sum(axis=1) / targets,
        "recall@20": found[:, :20].sum(axis=1) / targets,
        "hr@10": ten.any(axis=1).astype(float),
        "mrr@10": first,
        "precision@10": ten.sum(axis=1) / 10,
    }


def of_one(above: NDArray[np.integer], tied: NDArray[np.integer], k: int = 10) -> dict[str, PerUser]:
    """`hr@k` and `ndcg@k` of one target each, which `above` candidates beat and `tied` equal (itself not counted): what
    is expected when ties fall at random.
    """
    gain = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    top, start = np.minimum(k, above + tied + 1), np.minimum(above, k)
    share = 1 / (tied + 1)
    return {
        f"hr@{k}": np.maximum(top - start, 0) * share,
        f"ndcg@{k}": (gain[np.maximum(top, start)] - gain[start]) * share,
    }


def shown(lists: Lists, likes: NDArray[np.integer], n_users: int) -> dict[str, float]:
    """What ten-item lists show as a whole. `likes` (n_items,): users who liked each item in training, of `n_users`.

    `coverage`: share of the catalogue that anybody is shown; `novelty`: mean self-information in bits; `gini` of the
    exposure over the catalogue; `tail_share`: of what is shown, from the least popular 80% of items; `popularity`: mean
    likes of what is shown.
    """
    flat = lists[:, :10][lists[:, :10] >= 0]
    exposure = np.sort(np.bincount(flat, minlength=len(likes)))
    n = len(likes)
    tail = np.argsort(likes, kind="stable")[: int(TAIL * n)]
    order = 2 * np.arange(1, n + 1) - n - 1
    return {
        "coverage": float((exposure > 0).mean()),
        "novelty": float(-np.log2(np.maximum(likes[flat], 1) / n_users).mean()),
        "gini": float(order @ exposure / (n * max(exposure.sum(), 1))),
        "tail_share": float(np.isin(flat, tail).mean()),
        "popularity": float(likes[flat].mean()),
    }


def error(values: PerUser) -> float:
    """Standard error of the mean."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def interval(values: PerUser, seed: int = 0) -> dict[str, float]:
    """`mean` of per-user values (of paired differences, for a comparison) with its bootstrap 95% interval `low`,
    `high`: users are drawn with replacement.
    """
    low, high = np.percentile(_resampled(values, seed), COVERED)
    return {"mean": float(values.mean()), "low": float(low), "high": float(high)}


def gap(one: PerUser, other: PerUser, seed: int = 0) -> dict[str, float]:
    """The same for the difference of the means of two groups of users, each resampled by itself."""
    apart = _resampled(one, seed) - _resampled(other, seed + 1)
    low, high = np.percentile(apart, COVERED)
    return {"mean": float(one.mean() - other.mean()), "low": float(low), "high": float(high)}


def _resampled(values: PerUser, seed: int) -> PerUser:
    """Means of SAMPLES draws, in blocks, so that many users do not mean much memory."""
    rng, n = np.random.default_rng(seed), len(values)
    block = max(1, 4_000_000 // n)
    sizes = [min(block, SAMPLES - start) for start in range(0, SAMPLES, block)]
    return np.concatenate([values[rng.integers(0, n, (size, n))].mean(axis=1) for size in sizes])

"""Rates with intervals when checks come in conversations, and pass^k."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import comb

import numpy as np

SAMPLES, COVERED = 2000, (2.5, 97.5)
RULE = 3  # without a failure in n cases, the 95% bound on their rate is 3/n


def rate(checks: Iterable[tuple[str, float]], seed: int = 0) -> dict[str, float | int]:
    """Mean of (case, value in [0, 1]) pairs with its bootstrap 95% interval. Cases are drawn again, each with
    all its values, because the turns of one conversation are no independent evidence. Where all are 0 or all are 1 no
    draw differs, and the rule of three bounds the rate. `n` values of `cases` cases.
    """
    held: dict[str, list[float]] = {}
    for case, value in checks:
        held.setdefault(case, []).append(value)
    if not held:
        return {"n": 0, "cases": 0}
    sums = np.array([sum(values) for values in held.values()], float)
    sizes = np.array([len(values) for values in held.values()], float)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (SAMPLES, len(sums)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), COVERED)
    mean = sums.sum() / sizes.sum()
    low = low if mean < 1 else max(0.0, 1 - RULE / len(sums))
    high = high if mean > 0 else min(1.0, RULE / len(sums))
    return {"mean": float(mean), "low": float(low), "high": float(high), "n": int(sizes.sum()), "cases": len(sums)}


def pass_hat(trials: Mapping[str, Sequence[bool]], seed: int = 0) -> dict[str, dict[str, float | int]]:
    """`pass^k` for k up to the fewest trials of a case: the chance that k trials drawn from a case's all succeed,
    averaged over cases (tau-bench, Yao et al. 2024), with intervals over cases.
    """
    most = min((len(outcomes) for outcomes in trials.values()), default=0)
    return {
        f"pass^{k}": rate(((case, _all(outcomes, k)) for case, outcomes in trials.items()), seed)
        for k in range(1, most + 1)
    }


def _all(outcomes: Sequence[bool], k: int) -> float:
    return comb(sum(outcomes), k) / comb(len(outcomes), k)


def spread(values: Sequence[float]) -> dict[str, float]:
    """`p50`, `p90` and `mean`; empty for none."""
    if not values:
        return {}
    p50, p90 = np.percentile(values, (50, 90))
    return {"p50": float(p50), "p90": float(p90), "mean": float(np.mean(values)), "n": len(values)}

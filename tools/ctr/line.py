"""Logistic regression, P(click) = sigma(theta . x): the baseline that every other kind must beat."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tools.ctr.features import Batch
from tools.ctr.metrics import Clicks

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """theta: `weights` (columns,) and `bias` over columns standardised by `mean` and `scale`."""

    weights: Doubles
    bias: float
    mean: Doubles
    scale: Doubles
    EXACT: ClassVar[bool] = True

    @classmethod
    def fit(cls, rows: Batch, clicks: Clicks, setting: float) -> Line:
        """`setting` is the inverse L2 penalty."""
        from sklearn.linear_model import LogisticRegression

        mean, scale = rows.table.mean(0, dtype=float), rows.table.std(0, dtype=float)
        scale = np.where(scale < 1e-6, np.inf, scale)  # a constant column counts for nothing
        line = LogisticRegression(C=setting, max_iter=1000).fit((rows.table - mean) / scale, clicks)
        return cls(line.coef_[0], float(line.intercept_[0]), mean, scale)

    @classmethod
    def flat(cls, rate: float, columns: int) -> Line:
        """The same chance for everything."""
        return cls(np.zeros(columns), float(np.log(rate / (1 - rate))), np.zeros(columns), np.ones(columns))

    def logits(self, rows: Batch) -> Doubles:
        slope = self.weights / self.scale
        # Row by row, not by BLAS, whose rounding would depend on how many rows there are.
        return np.asarray(np.einsum("ij,j->i", rows.table, slope) + (self.bias - self.mean @ slope))

    def parts(self, rows: Batch) -> Doubles:
        """Exact: what each column adds to the log-odds compared with an average row, (n, columns)."""
        return np.asarray((rows.table - self.mean) / self.scale * self.weights)

    def save(self, folder: Path) -> None:
        np.savez_compressed(folder / "line.npz", weights=self.weights, bias=self.bias, mean=self.mean, scale=self.scale)

    @classmethod
    def load(cls, folder: Path) -> Line:
        with np.load(folder / "line.npz", allow_pickle=False) as held:
            return cls(held["weights"], float(held["bias"]), held["mean"], held["scale"])

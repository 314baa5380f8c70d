"""Gradient boosting and random forests, both by LightGBM: one text file, fast on few rows, exact SHAP parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from tools.ctr.features import Batch
from tools.ctr.metrics import Clicks
from tools.errors import CorruptData

if TYPE_CHECKING:
    from lightgbm import Booster

Doubles = NDArray[np.float64]
MANY = 5000  # rows that are worth more than one thread
ALWAYS: dict[str, Any] = {
    "objective": "binary",
    "num_threads": 1,  # so that the same data gives the same trees on every machine
    "deterministic": True,
    "force_row_wise": True,
    "seed": 0,
    "verbose": -1,
}


@dataclass(frozen=True)
class Trees:
    """What boosting and forests share."""

    booster: Booster
    EXACT: ClassVar[bool] = True
    PARAMETERS: ClassVar[dict[str, Any]] = {}

    @classmethod
    def fit(cls, rows: Batch, clicks: Clicks, setting: float) -> Self:
        """`setting` is the number of trees."""
        import lightgbm

        data = lightgbm.Dataset(rows.table, clicks.astype(np.float32), params={"verbose": -1, "max_bin": 127})
        return cls(lightgbm.train(ALWAYS | cls.PARAMETERS, data, int(setting)))

    def logits(self, rows: Batch) -> Doubles:
        return self._read(rows, raw_score=True)

    def parts(self, rows: Batch) -> Doubles:
        """SHAP values (Lundberg & Lee 2017), exact for trees: log-odds against the average row, (n, columns)."""
        return self._read(rows, pred_contrib=True)[:, :-1]

    def _read(self, rows: Batch, **what: bool) -> Doubles:
        if not len(rows.table):
            return np.zeros((0, rows.table.shape[1] + 1) if "pred_contrib" in what else 0)
        threads = 0 if len(rows.table) >= MANY else 1  # 0: as many as there are cores; rows are scored one by one
        return np.asarray(self.booster.predict(rows.table, num_threads=threads, **what))

    def save(self, folder: Path) -> None:
        self.booster.save_model(folder / "trees.txt")

    @classmethod
    def load(cls, folder: Path) -> Self:
        import lightgbm

        try:
            return cls(lightgbm.Booster(model_file=folder / "trees.txt"))
        except lightgbm.basic.LightGBMError as error:
            raise CorruptData(f"{folder}/trees.txt: not readable: {error}; run `tastemaker train`") from error


class Boosting(Trees):
    PARAMETERS: ClassVar[dict[str, Any]] = {
        "learning_rate": 0.15,
        "num_leaves": 8,
        "min_data_in_leaf": 80,
        "lambda_l2": 5.0,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "feature_fraction": 0.5,
    }


class Forest(Trees):
    """Deep trees, each on its own sample of rows and its own columns at every split (Breiman 2001)."""

    PARAMETERS: ClassVar[dict[str, Any]] = {
        "boosting": "rf",
        "num_leaves": 255,
        "min_data_in_leaf": 30,
        "bagging_fraction": 0.63,
        "bagging_freq": 1,
        "feature_fraction_bynode": 0.2,
    }

    def _read(self, rows: Batch, **what: bool) -> Doubles:
        """Averaged over the trees: raw, LightGBM gives the sum."""
        return super()._read(rows, **what) / self.booster.num_trees()

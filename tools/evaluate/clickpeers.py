"""Click models of other libraries over the columns of `clicktable`; those not installed say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.evaluate.clicktable import Table
from tools.evaluate.peers import Skipped, quiet

Make = Callable[[int, dict[str, Any]], Any]  # seed, settings -> something with fit and predict_proba


@dataclass(frozen=True)
class ClickPeer:
    """`make` is None for the item's click rate itself, which is the column it is given."""

    name: str
    make: Make | None
    grid: Sequence[dict[str, Any]] = ({},)

    def fit(
        self, table: Table, clicks: np.ndarray[Any, Any], rate: int, seed: int, config: dict[str, Any]
    ) -> Callable[[Table], np.ndarray[Any, Any]]:
        """Chances (n,) of the rows of a table. Raises Skipped."""
        if self.make is None:
            return lambda rows: rows[:, rate].astype(float)
        with quiet():
            model = self.make(seed, config).fit(table, clicks)

        def chances(rows: Table) -> np.ndarray[Any, Any]:
            with quiet():
                return np.asarray(model.predict_proba(rows)[:, 1], float)

        return chances


def _logistic(seed: int, config: dict[str, Any]) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500, random_state=seed, **config))


def _forest(seed: int, config: dict[str, Any]) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(200, random_state=seed, **config)


def _histogram(seed: int, config: dict[str, Any]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(l2_regularization=1.0, random_state=seed, **config)


def _lightgbm(seed: int, config: dict[str, Any]) -> Any:
    try:
        from lightgbm import LGBMClassifier
    except ImportError:
        raise Skipped("needs LightGBM: pip install 'tastemaker[eval]'") from None
    fixed = {"min_child_samples": 50, "subsample": 0.8, "subsample_freq": 1, "colsample_bytree": 0.8}
    return LGBMClassifier(random_state=seed, n_jobs=1, verbose=-1, **fixed, **config)


def _xgboost(seed: int, config: dict[str, Any]) -> Any:
    try:
        from xgboost import XGBClassifier
    except ImportError:
        raise Skipped("needs XGBoost: pip install xgboost-cpu") from None
    fixed = {"min_child_weight": 20, "subsample": 0.8, "colsample_bytree": 0.8}
    return XGBClassifier(random_state=seed, n_jobs=1, tree_method="hist", **fixed, **config)


def _grid(*names: str, of: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(names, values, strict=True)) for values in of]


CLICK_PEERS = (
    ClickPeer("item click rate", None),
    ClickPeer("LogisticRegression", _logistic, _grid("C", of=[(0.01,), (0.1,), (1.0,)])),
    ClickPeer("RandomForest", _forest, _grid("min_samples_leaf", of=[(20,), (60,)])),
    ClickPeer(
        "HistGradientBoosting",
        _histogram,
        _grid("learning_rate", "max_leaf_nodes", "max_iter", of=[(0.05, 15, 150), (0.05, 31, 150), (0.03, 15, 300)]),
    ),
    ClickPeer(
        "LightGBM",
        _lightgbm,
        _grid("learning_rate", "num_leaves", "n_estimators", of=[(0.05, 15, 150), (0.03, 31, 200), (0.03, 15, 300)]),
    ),
    ClickPeer(
        "XGBoost",
        _xgboost,
        _grid("learning_rate", "max_depth", "n_estimators", of=[(0.05, 4, 150), (0.05, 6, 150), (0.03, 4, 300)]),
    ),
)

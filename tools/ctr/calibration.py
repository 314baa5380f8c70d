"""From a model's log-odds to probabilities that mean what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from tools.ctr.metrics import Clicks, logloss

Floats = NDArray[np.floating]
Kind = Literal["none", "platt", "isotonic"]
KINDS: tuple[Kind, ...] = ("none", "platt", "isotonic")
FEWEST_FOR_STEPS = 1000  # rows below which isotonic steps only repeat the sample
STRETCHES = 10  # of time, over which a correction must hold
ORDER = 0.01  # share of plain sigma in the isotonic curve: keeps candidates on one step in their order


@dataclass(frozen=True)
class Calibration:
    """`none`: sigma(z); `platt`: sigma(a z + b), `y` = (a, b); `isotonic`: lines through the knots (x, y)."""

    kind: Kind = "none"
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def __call__(self, logits: Floats) -> Floats:
        """Probabilities, same shape as `logits`."""
        if self.kind == "isotonic":
            return (1 - ORDER) * np.interp(logits, self.x, self.y) + ORDER * expit(logits)
        slope, shift = self.y or (1.0, 0.0)
        return expit(slope * logits + shift)

    @classmethod
    def choose(cls, logits: Floats, clicks: Clicks) -> Calibration:
        """Rows in time order: each kind is fitted on the first half and judged by log-loss on the second; the best is
        fitted on all of them, if it helps by more than a standard error over stretches of time. What a correction
        gains in one stretch it may lose in the next, because users come and go.
        """
        half = len(clicks) // 2
        if min(clicks[:half].sum(), (~clicks[:half]).sum()) < 2:
            return cls()
        kinds = KINDS if half >= FEWEST_FOR_STEPS else KINDS[:2]
        tried = {kind: cls._fit(kind, logits[:half], clicks[:half])(logits[half:]) for kind in kinds}
        best = min(kinds, key=lambda kind: logloss(tried[kind], clicks[half:]))
        parts = np.array_split(np.arange(len(clicks) - half), min(STRETCHES, len(clicks) - half))
        gains = [
            logloss(tried["none"][part], clicks[half:][part]) - logloss(tried[best][part], clicks[half:][part])
            for part in parts
        ]
        if np.mean(gains) <= np.std(gains) / np.sqrt(len(gains)):
            return cls()
        return cls._fit(best, logits, clicks)

    @classmethod
    def platt(cls, logits: Floats, clicks: Clicks) -> Calibration:
        """sigma(a z + b), fitted on these rows."""
        return cls._fit("platt", logits, clicks)

    @classmethod
    def _fit(cls, kind: Kind, logits: Floats, clicks: Clicks) -> Calibration:
        from sklearn.isotonic import IsotonicRegression
        from sklearn.linear_model import LogisticRegression

        if kind == "none":
            return cls()
        if kind == "platt":
            # Targets are softened as in Platt (1999), so that a perfect separation does not end in certainty.
            soft = np.where(clicks, (clicks.sum() + 1) / (clicks.sum() + 2), 1 / ((~clicks).sum() + 2))
            both, label = np.concatenate([logits, logits]).reshape(-1, 1), np.repeat([True, False], len(logits))
            line = LogisticRegression(C=1e6).fit(both, label, sample_weight=np.concatenate([soft, 1 - soft]))
            return cls("platt", y=(float(line.coef_[0, 0]), float(line.intercept_[0])))
        least = 1 / (len(clicks) + 2)
        steps = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip").fit(logits, clicks)
        return cls("isotonic", tuple(steps.X_thresholds_.tolist()), tuple(steps.y_thresholds_.tolist()))

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "x": list(self.x), "y": list(self.y)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Calibration:
        return cls(data["kind"], tuple(data["x"]), tuple(data["y"]))

"""The kinds of click model behind one face, and the choice among them: what does best on validation rows is used.

Beside the kinds alone, the mean of the best few is tried: they err differently.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from tools.ctr.calibration import Calibration
from tools.ctr.deep import Cnn, Gru
from tools.ctr.features import Batch
from tools.ctr.line import Line
from tools.ctr.metrics import Clicks, evaluate, logloss
from tools.ctr.trees import Boosting, Forest

Doubles = NDArray[np.float64]


class Scorer(Protocol):
    """A fitted model over feature rows."""

    EXACT: ClassVar[bool]  # whether `parts` add up to the log-odds, or are an approximation

    @classmethod
    def fit(cls, rows: Batch, clicks: Clicks, setting: float) -> Self: ...

    def logits(self, rows: Batch) -> Doubles:
        """Uncalibrated log-odds, (n,)."""
        ...

    def parts(self, rows: Batch) -> Doubles:
        """What each column adds to the log-odds against an average row, (n, columns)."""
        ...

    def save(self, folder: Path) -> None: ...

    @classmethod
    def load(cls, folder: Path) -> Self: ...


KINDS: dict[str, type[Scorer]] = {"linear": Line, "forest": Forest, "boosting": Boosting, "gru": Gru, "cnn": Cnn}
SETTINGS: dict[str, tuple[float, ...]] = {  # each kind's `fit` says what its setting is
    "linear": (0.001, 0.01, 0.1, 1.0),
    "forest": (60,),
    "boosting": (80,),
    "gru": (3,),
    "cnn": (3,),
}
# What `train` tries, within a minute on two cores. On MovieLens the GRU takes two minutes more for 0.002 of AUC; the
# forest and the CNN gain nothing. benchmarks/p3_ctr.py fits them all.
TRIED = ("linear", "boosting")
FEWEST_ROWS = 2000  # to fit: below this the validation rows are too few to tell kinds apart, and linear it is
AVERAGED = 3


@dataclass(frozen=True)
class Mix:
    """The mean log-odds of one kind or several; `settings` are those they were fitted with."""

    kinds: tuple[str, ...]
    settings: tuple[float, ...]
    scorers: tuple[Scorer, ...]

    @classmethod
    def alone(cls, kind: str, setting: float, scorer: Scorer) -> Mix:
        return cls((kind,), (setting,), (scorer,))

    @property
    def name(self) -> str:
        return "+".join(self.kinds)

    def refit(self, rows: Batch, clicks: Clicks) -> Mix:
        """The same kinds and settings on these rows."""
        each = zip(self.kinds, self.settings, strict=True)
        return replace(self, scorers=tuple(KINDS[kind].fit(rows, clicks, setting) for kind, setting in each))

    def logits(self, rows: Batch) -> Doubles:
        return np.asarray(np.mean([scorer.logits(rows) for scorer in self.scorers], axis=0))

    def parts(self, rows: Batch) -> Doubles:
        """Mean parts of the kinds whose parts are exact, if there are any."""
        exact = [scorer for scorer in self.scorers if scorer.EXACT] or self.scorers
        return np.asarray(np.mean([scorer.parts(rows) for scorer in exact], axis=0))

    def save(self, folder: Path) -> None:
        """A folder for each kind, and `mix.json`."""
        for kind, scorer in zip(self.kinds, self.scorers, strict=True):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            scorer.save(folder / kind)
        held = {"kinds": self.kinds, "settings": self.settings}
        (folder / "mix.json").write_text(json.dumps(held), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Mix:
        held = json.loads((folder / "mix.json").read_text(encoding="utf-8"))
        kinds = tuple(held["kinds"])
        return cls(kinds, tuple(held["settings"]), tuple(KINDS[kind].load(folder / kind) for kind in kinds))


@dataclass(frozen=True)
class Choice:
    """A mix that was fitted on the fitting rows, and what it says of the validation rows."""

    mix: Mix
    said: Doubles  # log-odds
    clicks: Clicks

    @cached_property
    def loss(self) -> float:
        """Log-loss after Platt scaling on the same rows: its two numbers cannot flatter a kind."""
        return logloss(Calibration.platt(self.said, self.clicks)(self.said), self.clicks)

    @cached_property
    def calibration(self) -> Calibration:
        return Calibration.choose(self.said, self.clicks)


def try_all(rows: Batch, clicks: Clicks, fitted: int, chosen: int, kinds: Sequence[str] = TRIED) -> tuple[Choice, ...]:
    """Every kind with its best setting, and the mean of the best; best first. The first `fitted` rows are fitted, those
    up to `chosen` validate. With few rows the linear kind alone is tried.
    """
    middle = slice(fitted, chosen)
    if fitted < FEWEST_ROWS:
        kinds = ("linear",)

    def judged(mix: Mix) -> Choice:
        return Choice(mix, mix.logits(rows[middle]), clicks[middle])

    alone = []
    for kind in kinds:
        fits = ((setting, KINDS[kind].fit(rows[:fitted], clicks[:fitted], setting)) for setting in SETTINGS[kind])
        alone.append(min((judged(Mix.alone(kind, *fit)) for fit in fits), key=lambda choice: choice.loss))
    if len(alone) == 1:
        return tuple(alone)
    best = [choice.mix for choice in sorted(alone, key=lambda choice: choice.loss)[:AVERAGED]]
    mean = Mix(*(tuple(part for mix in best for part in getattr(mix, f)) for f in ("kinds", "settings", "scorers")))
    return tuple(sorted([*alone, judged(mean)], key=lambda choice: choice.loss))


def figures(choices: Sequence[Choice], rows: Batch, clicks: Clicks, users: NDArray[np.int32]) -> dict[str, float]:
    """Metrics of every choice on these rows, each named `kind_metric`; validation log-loss beside them."""
    out: dict[str, float] = {}
    for choice in choices:
        measured = evaluate(choice.calibration(choice.mix.logits(rows)), clicks, users)
        out |= {f"{choice.mix.name}_{name}": value for name, value in measured.items()}
        out[f"{choice.mix.name}_validation_logloss"] = round(choice.loss, 5)
    return out

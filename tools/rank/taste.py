"""How well each candidate suits the user: what the sources say, weighed as the site's own events taught.

A conditional logit (McFadden 1974): of the items a user had not seen, those they liked next won, with probability
proportional to exp(w . x). Only differences between one user's candidates count, so nothing has to be calibrated across
users, and each weight says what a source is worth beside the others: never less than nothing. Little data moves the
weights little from the prior ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.bus import Source
from tools.cold.model import SETTLED
from tools.neighbors.model import MEMORY

Floats = NDArray[np.float32]
Columns = Mapping[Source, Floats]  # what each source says of n candidates, NaN where it says nothing

# Weight of each source, a standard deviation at a time, where nothing better is known; fitting starts from there.
PRIOR: dict[Source, float] = {"neighbors": 0.6, "next": 0.3, "profile": 0.1, "ctr": 0.1, "popularity": 0.2}
PERSONAL: tuple[Source, ...] = ("neighbors", "next", "profile", "ctr")
TOP = 20  # candidates whose mean is a source's unit
L2 = 30.0  # pull towards the prior, in users' worth of evidence


@dataclass(frozen=True)
class Choice:
    """What one user could have liked next: `table` (n, sources), `won` (n,) bool, at least one of them True."""

    table: Floats
    won: NDArray[np.bool_]


@dataclass(frozen=True)
class Taste:
    """`weights` by source, of what it says divided by its `scale`. `memory`, `words` and `settled` are settings of
    the other models that were learned with them (tools/rank/learn.py).
    """

    weights: dict[str, float]
    scale: dict[str, float]
    metrics: Mapping[str, float]
    memory: float = MEMORY
    words: float = 0.0
    settled: float = SETTLED

    @classmethod
    def prior(cls) -> Taste:
        return cls({str(s): w for s, w in PRIOR.items()}, {str(s): 1.0 for s in PRIOR}, {"users": 0.0})

    @classmethod
    def fit(cls, choices: Sequence[Choice]) -> Taste:
        """Maximum a posteriori around `PRIOR`; a user with many wins counts by their root."""
        if not choices:
            return cls.prior()
        scale = np.concatenate([c.table for c in choices]).std(axis=0)
        scale[scale < 1e-6] = 1.0  # a source that said nothing
        weights = _maximise([Choice(c.table / scale, c.won) for c in choices])
        metrics = {"users": float(len(choices)), **_quality(choices, weights / scale)}
        return cls(_named(weights), _named(scale), metrics)

    def utility(self, table: Floats) -> Floats:
        """Of n candidates, (n,): differences mean log-odds of being liked first."""
        per_unit = np.array([self.weights[name] / self.scale[name] for name in PRIOR], np.float32)
        return table @ per_unit

    def without(self, source: str) -> Taste:
        """As if this source said nothing."""
        return replace(self, weights={**self.weights, source: 0.0})

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "taste.json").write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Taste:
        return cls(**json.loads((folder / "taste.json").read_text(encoding="utf-8")))


def table(columns: Columns, among: NDArray[np.bool_]) -> Floats:
    """What the sources say of n candidates, comparable from user to user: (n, sources), in the order of `PRIOR`; 0
    where a source says nothing. `among` (n,) are the candidates; with users before that axis, every array has them.
    """
    silent = np.full(among.shape, np.nan, np.float32)
    says = {source: np.where(among, columns.get(source, silent), np.nan) for source in PRIOR}
    return np.stack(
        [
            _in_units(says["neighbors"], among),
            _in_units(says["next"], among),
            _in_units(says["profile"], among),
            _centred(_logit(says["ctr"])),
            _centred(says["popularity"]),
        ],
        axis=-1,
    ).astype(np.float32)


def _named(values: NDArray[np.floating]) -> dict[str, float]:
    return dict(zip(PRIOR, map(float, values), strict=True))


def _in_units(scores: Floats, among: NDArray[np.bool_]) -> Floats:
    """Divided by the mean of the best of them, so that users with long and short histories compare; 0 where unknown."""
    known, top = np.nan_to_num(scores), min(TOP, scores.shape[-1])
    if not top:
        return known
    first = np.partition(np.where(among, known, -np.inf), -top, axis=-1)[..., -top:]
    held = ~np.isneginf(first)
    best = np.where(held, first, 0).sum(axis=-1, keepdims=True) / np.maximum(held.sum(axis=-1, keepdims=True), 1)
    return np.divide(known, best, out=np.zeros_like(known), where=best > 0)


def _centred(scores: Floats) -> Floats:
    """Unknown ones at the mean of the known."""
    known = ~np.isnan(scores)
    mean = np.where(known, scores, 0).sum(axis=-1, keepdims=True) / np.maximum(known.sum(axis=-1, keepdims=True), 1)
    return np.where(known, scores - mean, 0.0)


def _logit(share: Floats) -> Floats:
    clipped = np.clip(share, 1e-4, 1 - 1e-4)
    return np.log(clipped / (1 - clipped))


def _maximise(choices: Sequence[Choice]) -> NDArray[np.float64]:
    from scipy.optimize import minimize

    x, won = np.concatenate([c.table for c in choices]).astype(float), np.concatenate([c.won for c in choices])
    sizes = np.array([len(c.won) for c in choices])
    start, user = np.concatenate([[0], np.cumsum(sizes)[:-1]]), np.repeat(np.arange(len(choices)), sizes)
    wins = np.add.reduceat(won.astype(float), start)
    counts = np.sqrt(wins)
    prior = np.array(list(PRIOR.values()))
    seen = x.T @ (won * (counts / wins)[user])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        utility = x @ weights
        utility -= np.maximum.reduceat(utility, start)[user]
        odds = np.exp(utility)
        total = np.add.reduceat(odds, start)
        chance, off = odds / total[user], weights - prior
        value = counts @ np.log(total) - (won * (counts / wins)[user]) @ utility + L2 * off @ off
        return float(value), x.T @ (chance * counts[user]) - seen + 2 * L2 * off

    return np.asarray(minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(prior)).x)


def ndcg(scores: NDArray[np.floating], won: NDArray[np.bool_]) -> float:
    """NDCG@10 of the order that `scores` (n,) give: equal ones stand as they come."""
    gain = 1 / np.log2(np.arange(2, 12))
    first = won[np.argsort(-scores, kind="stable")[:10]]
    return float(gain[: len(first)][first].sum() / gain[: min(10, int(won.sum()))].sum())


def _quality(choices: Sequence[Choice], per_unit: NDArray[np.float64]) -> dict[str, float]:
    """How good the order is on the choices that the weights were fitted on."""
    return {"ndcg_fitted": float(np.mean([ndcg(choice.table @ per_unit, choice.won) for choice in choices]))}

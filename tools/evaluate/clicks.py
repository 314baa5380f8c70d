"""Click prediction (P3): our chances, as `score --pairs` gives them, beside other libraries' models in the same run.

All events by time: the first 80% to fit, the next 10% to choose settings by, the last 10% to judge. Every model is then
fitted again on the first 90%, ours too, which is what a running product would have; `before_refit` holds the figures of
the fit on 80% alone. History is online for everybody: a row sees every event before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tools.ctr.batch import score_pairs
from tools.ctr.metrics import auc, ece, evaluate, gauc, logloss
from tools.errors import InvalidInput
from tools.evaluate import clicksonline, product
from tools.evaluate.clickpeers import ClickPeer
from tools.evaluate.clicktable import click_table
from tools.evaluate.data import Dataset, Rows
from tools.evaluate.metrics import COVERED
from tools.evaluate.peers import Skipped
from tools.evaluate.progress import Bar
from tools.evaluate.ranking import limited
from tools.evaluate.report import Report
from tools.evaluate.splits import Split, by_time

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

JUDGED = {"auc": 1, "gauc": 1, "logloss": -1, "ece": -1}  # metric -> 1 where more is better
SAMPLES = 200  # bootstrap resamples of users
BINS = 10  # of the calibration curve, equally many rows each
SHARES = (0.25, 0.5)  # of the fitted rows, the latest, before all of them
CURVED = ("LogisticRegression", "HistGradientBoosting", "LightGBM")  # peers that the learning curve follows
Chances = NDArray[np.float64]


@dataclass(frozen=True)
class Test:
    """The rows that are judged."""

    rows: Rows
    clicks: NDArray[np.bool_]
    users: NDArray[np.int32]


@dataclass(frozen=True)
class Trial:
    """What peers are fitted on: `table` (n_events, columns), whose column `rate` is the item's click rate."""

    table: NDArray[np.float32]
    rate: int
    clicks: NDArray[np.bool_]
    split: Split
    test: Test
    seed: int

    def fit(self, peer: ClickPeer, rows: Rows, config: dict[str, Any]) -> Callable[[Rows], Chances]:
        """Chances of the rows asked for. Raises Skipped."""
        chances = peer.fit(self.table[rows], self.clicks[rows], self.rate, self.seed, config)
        return lambda asked: chances(self.table[asked])


def report(data: Dataset, peers: Sequence[ClickPeer], seed: int, limit: int | None, bar: Bar) -> Report:
    """Raises:
    InvalidInput: a part has clicks only, or none.
    """
    log, split = data.log, by_time(data.log)
    clicks = log.weight > 0
    if not all(0 < clicks[part].sum() < len(part) for part in (split.train, split.validation, split.test)):
        raise InvalidInput("click prediction wants clicks and other events in every part of the time that they span")
    rows = split.test[np.isin(log.user[split.test], limited(np.unique(log.user[split.test]), limit))]
    test = Test(rows, clicks[rows], log.user[rows])
    trial = Trial(*click_table(data, float(clicks[split.train].mean()), len(split.train)), clicks, split, test, seed)
    chances, about, online = _ours(data, split, test, seed, bar)
    skipped = {}
    for peer in peers:
        bar.step(f"clicks: {peer.name}")
        try:
            chances[peer.name], about[peer.name] = _peer(peer, trial)
        except Skipped as why:
            skipped[peer.name] = str(why)
    compared = _compared(chances, about, test, seed)
    return {
        "rows": {name: len(getattr(split, name)) for name in ("train", "validation", "test")},
        "click_rate": float(clicks.mean()),
        "new_users": float(1 - np.isin(test.users, log.user[split.train]).mean()),
        **compared,
        "skipped": skipped,
        "calibration": {name: calibration(chance, test.clicks) for name, chance in chances.items()},
        "curve": _curve(data, peers, compared, trial, bar),
        "online": online,
    }


def _ours(
    data: Dataset, split: Split, test: Test, seed: int, bar: Bar
) -> tuple[dict[str, Chances], dict[str, dict[str, Any]], Report]:
    """Chances, what is told of them, and online learning from the end of the first 80% and of the first 90%."""
    bar.step(f"clicks: {product.NAME}")
    start = time.perf_counter()
    with product.fitted(data, split.before_test, data.store) as box:
        chances = _said(box, data, test)
        took = time.perf_counter() - start
        late = clicksonline.report(box, data, test.rows, len(test.rows), seed)
    bar.step(f"clicks: {product.NAME}, fitted on 80%")
    with product.fitted(data, split.train, data.store) as box:
        before = _figures(_said(box, data, test), test)
        rows = np.concatenate([split.validation, test.rows])
        early = clicksonline.report(box, data, rows, len(test.rows), seed)
    about = {"fit_and_score_s": took, "before_refit": before}
    return {product.NAME: chances}, {product.NAME: about}, {"fitted_on_80": early, "fitted_on_90": late}


def ours(data: Dataset, fitted_on: Rows, test: Test) -> Chances:
    """What `score --pairs` writes for the test rows, with a bundle trained on the rows given."""
    with product.fitted(data, fitted_on, data.store) as box:
        return _said(box, data, test)


def _said(box: Toolbox, data: Dataset, test: Test) -> Chances:
    pairs = data.frame[test.rows].select("user_id", "item_id", "timestamp")
    return score_pairs(box, pairs)["ctr"].cast(pl.Float64).to_numpy()


def calibration(chances: Chances, clicks: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Mean chance and share of clicks in tenths of the rows, from the lowest chances to the highest."""
    parts = np.array_split(np.argsort(chances, kind="stable"), BINS)
    return [
        {"chance": float(chances[part].mean()), "clicks": float(clicks[part].mean()), "rows": len(part)}
        for part in parts
        if len(part)
    ]


def resampled(chances: dict[str, Chances], test: Test, seed: int) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Model -> metric -> (SAMPLES,): users are drawn with replacement, the same ones for every model."""
    _, user = np.unique(test.users, return_inverse=True)
    mine = np.split(np.argsort(user, kind="stable"), np.cumsum(np.bincount(user))[:-1])
    draw = np.random.default_rng(seed)
    out: dict[str, dict[str, list[float]]] = {name: {metric: [] for metric in JUDGED} for name in chances}
    for _ in range(SAMPLES):
        picked = draw.integers(0, len(mine), len(mine))
        rows = np.concatenate([mine[n] for n in picked])
        owner = np.repeat(np.arange(len(picked)), [len(mine[n]) for n in picked]).astype(np.int32)
        for name, chance in chances.items():
            for metric, value in _measured(chance[rows], test.clicks[rows], owner).items():
                out[name][metric].append(value)
    return {name: {metric: np.array(values) for metric, values in of.items()} for name, of in out.items()}


def _measured(chances: Chances, clicks: NDArray[np.bool_], users: NDArray[np.int32]) -> dict[str, float]:
    return {
        "auc": auc(chances, clicks),
        "gauc": gauc(chances, clicks, users),
        "logloss": logloss(chances, clicks),
        "ece": ece(chances, clicks),
    }


def _figures(chances: Chances, test: Test) -> dict[str, float]:
    return evaluate(chances, test.clicks, test.users)


def _compared(chances: dict[str, Chances], about: dict[str, dict[str, Any]], test: Test, seed: int) -> Report:
    drawn = resampled(chances, test, seed)
    figures = {name: _measured(chance, test.clicks, test.users) for name, chance in chances.items()}
    peers = [name for name in chances if name != product.NAME]
    apart: Report = {metric: {} for metric in JUDGED}
    for metric in JUDGED:
        for peer in peers:
            low, high = np.nanpercentile(drawn[product.NAME][metric] - drawn[peer][metric], COVERED)
            mean = figures[product.NAME][metric] - figures[peer][metric]
            apart[metric][peer] = {"mean": mean, "low": float(low), "high": float(high)}
    errors = {name: {f"{metric}_se": float(np.nanstd(of[metric])) for metric in JUDGED} for name, of in drawn.items()}
    return {
        "models": [{"name": name, **figures[name], **errors[name], **about[name]} for name in chances],
        "ours_minus": apart,
        "best_peer": {metric: _best({name: figures[name] for name in peers}, metric) for metric in JUDGED if peers},
    }


def _best(figures: dict[str, dict[str, float]], metric: str) -> str:
    return max(figures, key=lambda name: JUDGED[metric] * figures[name][metric])


def _peer(peer: ClickPeer, trial: Trial) -> tuple[Chances, dict[str, Any]]:
    """Its chances of the test rows when fitted on 90%, and what it took."""
    split, test = trial.split, trial.test
    fits = [trial.fit(peer, split.train, config) for config in peer.grid]
    tried = [auc(fit(split.validation), trial.clicks[split.validation]) for fit in fits]
    best = int(np.argmax(tried))
    start = time.perf_counter()
    fit = trial.fit(peer, split.before_test, peer.grid[best])
    about = {
        "fit_s": time.perf_counter() - start,
        "config": peer.grid[best],
        "validation": tried[best],
        "before_refit": _figures(fits[best](test.rows), test),
    }
    return fit(test.rows), about


def _curve(data: Dataset, peers: Sequence[ClickPeer], whole: Report, trial: Trial, bar: Bar) -> Report:
    """AUC when fitted on the latest share of the first 90%; history stays whole. `whole`: the report on all of them."""
    known, test = trial.split.before_test, trial.test
    models = {model["name"]: model for model in whole["models"]}
    followed = [peer for peer in peers if peer.name in CURVED and peer.name in models]
    aucs: dict[str, list[float]] = {name: [] for name in (product.NAME, *(peer.name for peer in followed))}
    for share in SHARES:
        bar.step(f"learning curve: {share:.0%} of the fitted events")
        rows = known[-int(share * len(known)) :]
        aucs[product.NAME].append(auc(ours(data, rows, test), test.clicks))
        for peer in followed:
            chances = trial.fit(peer, rows, models[peer.name]["config"])(test.rows)
            aucs[peer.name].append(auc(chances, test.clicks))
    return {"shares": [*SHARES, 1.0], "auc": {name: [*of, models[name]["auc"]] for name, of in aucs.items()}}

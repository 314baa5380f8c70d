"""Online learning on the events to be judged, as they come: each is predicted, then learned, beside the same model that
learns nothing.

The frozen model is fitted on the first part of the time, what came between is learned as it came, and the rows of the
test are judged. `as trained` has the correction that training starts from, and is not taught any further.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tools.ctr.batch import score_pairs
from tools.ctr.model import log_odds
from tools.ctr.online import BATCH, HELD, Arrived, losses, walk
from tools.ctr.walk import Timeline
from tools.evaluate import product
from tools.evaluate.data import Dataset, Rows
from tools.evaluate.metrics import COVERED

if TYPE_CHECKING:
    from tools.evaluate.report import Report
    from tools.toolbox import Toolbox

Doubles = NDArray[np.float64]
DRAWS = 2000  # of users, for the interval of the log-loss
POINTS = 100  # of the curve


def arrived(box: Toolbox, data: Dataset, rows: Rows) -> Arrived:
    """What `box` without any correction says of these events."""
    frozen, log = replace(box, ctr=replace(box.ctr, online=None)), data.log
    pairs = data.frame[rows].select("user_id", "item_id", "timestamp")
    said = score_pairs(frozen, pairs)["ctr"].cast(pl.Float64).to_numpy()
    start, end = Timeline(log.user, log.time).spans(log.user[rows], log.time[rows])
    own = frozen.ctr.own_at(log, log.user[rows], log.time[rows])
    return Arrived(log_odds(said), 1 / (1.0 + end - start), own, log.item[rows], log.weight[rows] > 0, log.user[rows])


def report(box: Toolbox, data: Dataset, rows: Rows, test: int, seed: int) -> Report:
    """`rows` came since `box` was fitted; the last `test` of them are judged."""
    start = box.ctr.online
    if start is None:
        return {"not_possible": "the click model was fitted on too few events to correct it"}
    came = arrived(box, data, rows)
    said, updates, state = np.empty(len(came)), {"accepted": 0, "rejected": 0}, start
    for at, now in walk(start, came):
        said[at] = now.logits(came[at])
        if at.start >= BATCH + HELD:
            updates["accepted" if now is not state else "rejected"] += 1
        state = now
    logits = {product.NAME: said, "frozen": came.logits, "as trained": start.logits(came)}
    last = slice(len(came) - test, None)
    lost = {name: losses(of, came.clicks)[last] for name, of in logits.items()}
    peers = [name for name in lost if name != product.NAME]
    minus = {name: interval(lost[product.NAME] - lost[name], came.users[last], seed) for name in peers}
    return {
        "models": [{"name": name, "logloss": float(of.mean())} for name, of in lost.items()],
        "ours_minus": {"logloss": minus},
        "best_peer": {"logloss": "frozen"},
        "learned_before": len(came) - test,
        "updates": updates,
        "curve": _curve(lost["frozen"] - lost[product.NAME]),
    }


def interval(values: Doubles, users: NDArray[np.integer], seed: int) -> dict[str, float]:
    """Mean over events and its 95% interval, users drawn with replacement."""
    _, user = np.unique(users, return_inverse=True)
    total, count = np.bincount(user, values), np.bincount(user)
    drawn = np.random.default_rng(seed).integers(0, len(total), (DRAWS, len(total)))
    low, high = np.percentile(total[drawn].sum(1) / count[drawn].sum(1), COVERED)
    return {"mean": float(values.mean()), "low": float(low), "high": float(high)}


def _curve(gained: Doubles) -> Report:
    """Log-loss gained over the frozen model until the n-th event that is judged, summed."""
    events = np.unique(np.linspace(1, len(gained), min(POINTS, len(gained))).astype(int))
    return {"events": events.tolist(), "gained": np.cumsum(gained)[events - 1].tolist()}

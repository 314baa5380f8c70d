"""Online learning in a running server: events that came are learned in a thread of their own, some at a time, and what
is learned takes part in the next score.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from tools.ctr import progress
from tools.ctr.drift import popularity_drift
from tools.ctr.online import BATCH, HELD, Arrived, losses
from tools.ctr.progress import Progress
from tools.interactions import Interactions
from tools.store import arrivals

if TYPE_CHECKING:
    from tools.ctr.online import Online
    from tools.toolbox import Toolbox

log = logging.getLogger(__name__)

BACKLOG = 20_000  # events: of more that wait, the oldest are passed over
RECENT = 1_000  # events that drift is read from
JUDGED = 10  # held-out parts whose log-loss is told


class Served(Protocol):
    """What is needed of `tools.toolbox.Live`."""

    def current(self) -> Toolbox: ...

    def teach(self, box: Toolbox, online: Online) -> None: ...


@dataclass(frozen=True)
class Figures:
    """As of the last look. `newest`: time of the newest event learned, 0 before the first; `created`: when the bundle
    was trained, as its manifest says. NaN is not known yet.
    """

    created: str = ""
    newest: float = 0.0
    since_training: int = 0
    waiting: int = 0
    accepted: int = 0
    rejected: int = 0
    frozen_loss: float = float("nan")
    online_loss: float = float("nan")
    drift: float = float("nan")


class Learner:
    def __init__(self, served: Served, batch: int = BATCH, held: int = HELD) -> None:
        """`batch` events are learned at once, and judged by the next `held`."""
        self.figures = Figures()
        self._served, self._batch, self._held = served, batch, held
        self._wanted, self._busy = threading.Event(), threading.Lock()
        self._closed = False
        self._key = ""
        self._progress: Progress | None = None
        self._came = 0  # events that may wait, as far as is known
        self._judged: deque[tuple[float, float]] = deque(maxlen=JUDGED)

    def nudge(self, came: int) -> None:
        """So many events may have come: where that is enough to learn from, do so in a thread. Returns at once."""
        self._came += came
        if self._came >= self._batch + self._held:
            self.look()

    def look(self) -> None:
        """The same whatever came, and by which process."""
        self._wanted.set()
        if not self._busy.locked() and not self._closed:
            threading.Thread(target=self._work, name="learn", daemon=True).start()

    def close(self) -> None:
        """Learn no more; what is under way ends first."""
        self._closed = True
        with self._busy:
            self._wanted.clear()

    def _work(self) -> None:
        try:
            while self._wanted.is_set():
                self.catch_up()
        except Exception:  # nobody waits for it; the next events try again
            log.exception("nothing is learned from the events that came")

    def catch_up(self) -> None:
        """Learn everything that can be judged by now, and bring the figures up to date.

        Raises:
            BundleMissing, CorruptData, StoreUnavailable
        """
        with self._busy:
            self._wanted.clear()
            self._came = 0
            box = self._served.current()
            while not self._closed and box.ctr.online is not None and self._step(box):
                box = self._served.current()
            self._look(box)

    def _step(self, box: Toolbox) -> bool:
        """Learn one batch; False where too few events wait."""
        before = self._resumed(box)
        frame = arrivals.since(box.store, before.seq, self._batch + self._held)
        if len(frame) < self._batch + self._held:
            return False
        known = frame["item_id"].is_in(list(box.positions)).to_numpy()
        came, cut = _arrived(box, frame.filter(known)), int(known[: self._batch].sum())
        rows, held = came[:cut], came[cut:]
        after = before.online.step(rows, held)
        learned = after is not before.online
        if len(held):
            frozen, online = losses(held.logits, held.clicks), before.online.losses(held)
            self._judged.append((float(frozen.mean()), float(online.mean())))
        newest = max(before.newest, float(frame["timestamp"][: self._batch].max()))  # type: ignore[arg-type]
        self._progress = Progress(
            after,
            int(frame["seq"][self._batch - 1]),
            newest if learned else before.newest,
            before.accepted + learned,
            before.rejected + (not learned),
        )
        progress.write(box.home, box.manifest, self._progress)
        if learned:
            self._served.teach(box, after)
        return True

    def _resumed(self, box: Toolbox) -> Progress:
        key = progress.key(box.manifest)
        if self._progress is None or key != self._key:
            assert box.ctr.online is not None
            seen, end = box.manifest.seen, arrivals.latest(box.store)
            held = progress.read(box.home, box.manifest) or Progress(box.ctr.online, end if seen is None else seen)
            first = arrivals.back(box.store, BACKLOG)
            self._key, self._progress = key, replace(held, seq=min(max(held.seq, first), end))
            self._judged.clear()
        return self._progress

    def _look(self, box: Toolbox) -> None:
        """Set the figures."""
        told = replace(self.figures, created=box.manifest.created, drift=_drift(box))
        if box.manifest.seen is not None:
            told = replace(told, since_training=arrivals.count(box.store, box.manifest.seen))
        if box.ctr.online is not None:
            now, lost = self._resumed(box), np.mean(self._judged or [(np.nan, np.nan)], axis=0)
            if now.seq > (end := arrivals.latest(box.store)):  # the newest were erased, and SQLite gives numbers again
                self._progress = now = replace(now, seq=end)
            told = replace(
                told,
                newest=now.newest,
                waiting=arrivals.count(box.store, now.seq),
                accepted=now.accepted,
                rejected=now.rejected,
                frozen_loss=float(lost[0]),
                online_loss=float(lost[1]),
            )
            self._came += told.waiting
        self.figures = told


def _arrived(box: Toolbox, frame: pl.DataFrame) -> Arrived:
    """What the frozen model, knowing what happened before each event, would have said of it."""
    mine = [frame.drop("seq").clear(), *(box.store.user_events(user_id) for user_id in frame["user_id"].unique())]
    feedback = box.domain.feedback
    past = Interactions.from_events(pl.concat(mine).sort("timestamp", maintain_order=True), box.catalogue, feedback)
    place = {user_id: n for n, user_id in enumerate(past.user_ids)}
    users = np.array([place[user_id] for user_id in frame["user_id"]], np.int32)
    items = np.array([box.positions[item_id] for item_id in frame["item_id"]], np.int32)
    clicks = feedback.preference(frame["kind"].to_numpy().astype(str), frame["value"].to_numpy()) > 0
    batch = box.ctr.batch_at(past, users, frame["timestamp"].to_numpy(), items, box.ctr.stats[items])
    return box.ctr.arrived(batch, clicks, users, box.ctr.own_at(past, users, frame["timestamp"].to_numpy()))


def _drift(box: Toolbox) -> float:
    count = box.ctr.stats.count
    items = [box.positions.get(item_id, len(count)) for item_id in arrivals.items(box.store, RECENT)]
    return popularity_drift(count, np.array(items, np.int64))

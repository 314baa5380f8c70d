"""Point-in-time sums: what had happened to a key (a user, an item) strictly before a moment, for many moments at once.

Plain sums come from running totals. Decayed sums of vectors do not, without overflow or a dense copy per event, so
`walk` steps through the histories of all users side by side: step k folds in everybody's k-th moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.interactions import Interactions

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class Timeline:
    """Events sorted by key, then time (ties keep their order). `order` (n,) is that sort of the events given."""

    def __init__(self, keys: NDArray[np.int32], times: NDArray[np.float64]) -> None:
        self._moments = np.unique(times)
        packed = self._pack(keys, times)
        self.order = np.argsort(packed, kind="stable")
        self.place = packed[self.order]

    def spans(self, keys: NDArray[np.int32], times: NDArray[np.float64]) -> tuple[Ints, Ints]:
        """Half-open ranges [start, end) of the sorted events: each key's events strictly before each time."""
        first = np.searchsorted(self.place, keys.astype(np.int64) * (len(self._moments) + 1))
        return first, np.searchsorted(self.place, self._pack(keys, times))

    def running(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Running totals (n + 1,) of the sorted values: the sum over a span is `running[end] - running[start]`."""
        return np.concatenate([[0.0], np.cumsum(values[self.order], dtype=float)])

    def _pack(self, keys: NDArray[np.int32], times: NDArray[np.float64]) -> Ints:
        """One sortable integer per (key, time); equal times share a rank, so 'strictly before' is a left search."""
        packed: Ints = keys.astype(np.int64) * (len(self._moments) + 1) + np.searchsorted(self._moments, times)
        return packed


CELLS = 1_000_000  # moments times events of one user that are held at once


@dataclass(frozen=True)
class Sums:
    """The users of `rows` just before their moments: sums over their events, (len(rows), columns) each."""

    rows: Ints
    decayed: Floats  # of signed preference times `decayed_by` vectors, faded to the user's own latest event
    tried: Floats  # of `counted_by` vectors
    approved: Floats  # of `counted_by` vectors over approvals


def walk(
    events: Interactions,
    users: NDArray[np.int32],
    times: NDArray[np.float64],
    decayed_by: Floats,
    counted_by: Floats,
    half_life_days: float,
) -> Iterator[Sums]:
    """Sums for every (user, time) with a history, in batches; rows without one are never yielded.

    `decayed_by` and `counted_by` are (n_items, columns). All events of a user at one time are folded in together.
    """
    if len(events.user_ids) == 1 and len(users) * len(events.user) <= CELLS:
        yield _alone(events, users, times, decayed_by, counted_by, half_life_days)
        return
    # 1. Sort the events by user and time and cut them into moments.
    line = Timeline(events.user, events.time)
    user, item = events.user[line.order], events.item[line.order]
    time, weight = events.time[line.order], events.weight[line.order]
    opens = np.diff(line.place, prepend=-1) != 0
    opened = np.concatenate([[0], np.cumsum(opens)])  # moments begun before the n-th sorted event
    first = np.flatnonzero(opens)
    # 2. Number each user's moments and order them by that number, so that one step is one slice.
    fresh = np.diff(user[first], prepend=-1) != 0
    number = np.arange(len(first)) - np.maximum.accumulate(np.where(fresh, np.arange(len(first)), 0))
    gap = np.where(fresh, 0.0, np.diff(time[first], prepend=0.0)) / 86_400.0
    turn = np.argsort(number, kind="stable")
    owner, fade = user[first][turn], np.exp2(-gap / half_life_days).astype(np.float32)[turn, None]
    steps = np.searchsorted(number[turn], np.arange(number.max(initial=-1) + 2))
    # 3. One sparse row of items per moment: signed, all, and approved.
    row = np.argsort(turn)[opened[1:] - 1]
    signed, every, liked = (
        sp.csr_matrix((values.astype(np.float32), (row, item)), (len(first), events.n_items))
        for values in (weight, np.ones(len(row)), weight > 0)
    )
    # 4. Queue the rows by how many moments they have behind them, then walk.
    start, end = line.spans(users, times)
    behind = opened[end] - opened[start]
    queue = np.argsort(behind, kind="stable")
    queued = np.searchsorted(behind[queue], np.arange(1, len(steps) + 1))
    decayed = np.zeros((len(events.user_ids), decayed_by.shape[1]), np.float32)
    tried, approved = (np.zeros((len(events.user_ids), counted_by.shape[1]), np.float32) for _ in range(2))
    for step in range(len(steps) - 1):
        at = slice(steps[step], steps[step + 1])
        who = owner[at]
        decayed[who] = decayed[who] * fade[at] + signed[at] @ decayed_by
        tried[who] += every[at] @ counted_by
        approved[who] += liked[at] @ counted_by
        rows = queue[queued[step] : queued[step + 1]]
        mine = users[rows]
        yield Sums(rows, decayed[mine], tried[mine], approved[mine])


def _alone(
    events: Interactions,
    users: NDArray[np.int32],
    times: NDArray[np.float64],
    decayed_by: Floats,
    counted_by: Floats,
    half_life_days: float,
) -> Sums:
    """The same of one user, every moment against every event: a turn has no time to walk."""
    line = Timeline(events.user, events.time)
    end = line.spans(users, times)[1]
    item, time, weight = (of[line.order] for of in (events.item, events.time, events.weight))
    rows = np.flatnonzero(end > 0)
    seen = np.arange(len(item)) < end[rows, None]
    age = np.maximum(time[end[rows] - 1, None] - time, 0.0) / 86_400.0
    signed = np.where(seen, np.exp2(-age / half_life_days) * weight, 0.0).astype(np.float32)
    decays, counts = decayed_by[item], counted_by[item]
    return Sums(
        rows, signed @ decays, seen.astype(np.float32) @ counts, (seen & (weight > 0)).astype(np.float32) @ counts
    )

"""The rows that click models are fitted on and judged by, in time order, and what each may know.

A row's own outcome must not reach its features. What is counted comes from strictly before its moment. The taste
vectors are fitted, so a training row gets those of a fit without its own user; later rows get those of the whole
training part, which is what an unseen user meets at serving.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.ctr.features import Batch, Features, History, ItemStats, Past
from tools.ctr.metrics import Clicks
from tools.ctr.taste import Leaning, Taste
from tools.interactions import Interactions

Floats = NDArray[np.floating]

MOST_ROWS = 300_000  # the latest, sampled non-clicks included, are fitted; features still see everything before them
NEGATIVES = 2  # sampled per click
FOLDS = 4  # of users, for the taste of training rows


@dataclass(frozen=True)
class Rows:
    """Training rows in time order; `click` (n,) bool, `grade` (n,) as in `Interactions`, -1 for a sampled non-click."""

    user: NDArray[np.int32]
    item: NDArray[np.int32]
    time: NDArray[np.float64]
    click: Clicks
    grade: NDArray[np.float32]
    sampled: int = 0  # non-clicks sampled per click

    def __len__(self) -> int:
        return len(self.click)


def training_rows(events: Interactions, popularity: Floats, seed: int = 0) -> Rows:
    """MOST_ROWS at most, of the latest events: clicks and non-clicks; without any non-click, sampled ones follow each
    click.
    """
    rows = _latest(events, MOST_ROWS)
    if not len(rows) or not rows.click.all():
        return rows
    rows = _latest(events, MOST_ROWS // (1 + NEGATIVES))
    rng = np.random.default_rng(seed)
    chance = np.maximum(popularity.astype(float), 0.0) + 1e-9
    repeat = np.repeat(np.arange(len(rows)), NEGATIVES)
    items = rng.choice(events.n_items, len(repeat), p=chance / chance.sum()).astype(np.int32)
    fresh = np.asarray(events.seen()[rows.user[repeat], items]).ravel() == 0
    every = np.concatenate([np.arange(len(rows)), repeat[fresh]])
    order = np.argsort(every, kind="stable")  # a non-click stands right after its click
    added = int(fresh.sum())
    click = np.concatenate([rows.click, np.zeros(added, bool)])[order]
    item = np.concatenate([rows.item, items[fresh]])[order]
    grade = np.concatenate([rows.grade, np.full(added, -1, np.float32)])[order]
    return Rows(rows.user[every[order]], item, rows.time[every[order]], click, grade, NEGATIVES)


def _latest(events: Interactions, most: int) -> Rows:
    late = events.take(slice(max(0, len(events.item) - most), None))
    return Rows(late.user, late.item, late.time, late.weight > 0, late.grade)


@dataclass(frozen=True)
class Bench:
    """Everything about the rows that no fitted part enters, counted once."""

    features: Features
    events: Interactions
    rows: Rows
    history: History
    stats: ItemStats
    past: Past

    @classmethod
    def lay(cls, features: Features, events: Interactions, rows: Rows) -> Bench:
        history = features.at_moments(events, rows.user, rows.time, rows.item)
        stats = ItemStats.at_moments(events, rows.item, rows.time)
        return cls(features, events, rows, history, stats, Past.at_moments(events, rows.user, rows.time))

    def batch(self, until: int) -> Batch:
        """All rows, with a taste fitted on the first `until` of them."""
        leaning, fold = Leaning.empty(len(self.rows)), self.rows.user[:until] % FOLDS
        fitted = np.arange(until)
        taught = [fitted, *(fitted[fold != n] for n in range(FOLDS))]
        told = [np.arange(until, len(self.rows)), *(fitted[fold == n] for n in range(FOLDS))]
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # NumPy lets go of the interpreter: the fits run side by side
            for taste, rows in zip(pool.map(self._taste, taught), told, strict=True):
                self._lean(leaning, taste, rows)
        each = np.arange(len(self.rows))
        table = self.features.matrix(self.history, leaning, each, self.rows.item, self.stats)
        return Batch(table, self.rows.item, each, self.past, self.features.content)

    def _taste(self, rows: NDArray[np.integer]) -> Taste:
        return Taste.fit(self.rows.user[rows], self.rows.item[rows], self.rows.grade[rows], self.features.content)

    def _lean(self, leaning: Leaning, taste: Taste, rows: NDArray[np.integer]) -> None:
        who, when, what = self.rows.user[rows], self.rows.time[rows], self.rows.item[rows]
        leaning.put(rows, taste.at_moments(self.events, who, when, what))

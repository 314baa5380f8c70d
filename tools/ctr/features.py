"""What the click model looks at: the user's taste P_u, the item's facets C, their product, and counts, at one moment.

The same columns are made in two ways that must agree: for one user now (`of_user`, closed form, on the turn's path)
and for many (user, moment) pairs at once (`at_moments`, one walk through the histories), where every row sees only
events strictly before its own time. Nobody's attributes are used: a demographic flip changes no score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.ctr.taste import WINDOWS, Leaning
from tools.ctr.walk import Timeline, walk
from tools.interactions import Interactions
from tools.user import UserView

if TYPE_CHECKING:
    from tools.catalogue import Catalogue

Floats = NDArray[np.float32]
Items = NDArray[np.int32]

MOST_FACETS = 64
TEXT_AXES = 32
RECENT = 20  # events that count as the user's present mood
USER_SHRINK, ITEM_SHRINK, FACET_SHRINK = 5.0, 10.0, 3.0  # pseudo-events that pull a rate towards the one above it
DAMPING = 0.1  # keeps the cosine of a profile that cancels out near 0 instead of amplifying rounding noise
LENGTH = 20  # latest events that a sequence model reads
COUNTED = ("cosine", "affinity", "user_count", "user_rate", "user_recent", "item_count", "item_rate")
LEANING = ("item_base", "user_level", "taste", *(f"drift_{window}" for window in WINDOWS))
SCALARS = COUNTED + LEANING


@dataclass(frozen=True)
class ItemStats:
    """Events and approvals of items before some moment: `count`, `liked` (n,), one row per item or per pair."""

    count: Floats
    liked: Floats

    @classmethod
    def of(cls, events: Interactions) -> ItemStats:
        """Over all events, shape (n_items,)."""
        liked = np.bincount(events.item[events.weight > 0], minlength=events.n_items)
        count = np.bincount(events.item, minlength=events.n_items)
        return cls(count.astype(np.float32), liked.astype(np.float32))

    @classmethod
    def at_moments(cls, events: Interactions, items: Items, times: NDArray[np.float64]) -> ItemStats:
        """One row per (item, time): what happened to the item strictly before."""
        line = Timeline(events.item, events.time)
        start, end = line.spans(items, times)
        liked = line.running(events.weight > 0)
        return cls((end - start).astype(np.float32), (liked[end] - liked[start]).astype(np.float32))

    def __getitem__(self, rows: Items) -> ItemStats:
        return ItemStats(self.count[rows], self.liked[rows])


@dataclass(frozen=True)
class History:
    """Users at n moments. Every array has n rows, or one row that stands for all of them."""

    taste: Floats  # (n, facets) decayed signed sum of unit facet vectors: P_u before it is normalised
    tried: Floats  # (n, facets) events on items with the facet
    approved: Floats  # (n, facets) approvals among them
    cosine: Floats  # (n,) of the profile vector with the row's item
    count: Floats  # (n,) events
    liked: Floats  # (n,) approvals
    recent_count: Floats  # (n,) of the last RECENT events
    recent_liked: Floats  # (n,)


@dataclass(frozen=True)
class Past:
    """The latest LENGTH events of users, oldest first: `items` (n, LENGTH) with -1 where there was none, `grades`."""

    items: Items
    grades: Floats

    @classmethod
    def of_user(cls, user: UserView) -> Past:
        """One row."""
        items, grades = user.items[-LENGTH:], user.grades[-LENGTH:]
        gap = LENGTH - len(items)
        return cls(np.pad(items, (gap, 0), constant_values=-1)[None], np.pad(grades, (gap, 0))[None])

    @classmethod
    def at_moments(cls, events: Interactions, users: Items, times: NDArray[np.float64]) -> Past:
        """One row per (user, time), of events strictly before."""
        line = Timeline(events.user, events.time)
        start, end = line.spans(users, times)
        place = end[:, None] + np.arange(-LENGTH, 0)
        place = np.where(place >= start[:, None], place, -1)  # the last, added one: no event
        items, grades = np.append(events.item[line.order], -1), np.append(events.grade[line.order], 0)
        return cls(items[place].astype(np.int32), grades[place].astype(np.float32))


@dataclass(frozen=True)
class Batch:
    """What a click model reads: `table` (n, columns), `items` (n,), the users' `past`, n rows or one for all, and the
    `content` (n_items, c) that the indices refer to.
    """

    table: Floats
    items: Items
    past: Past
    content: Floats

    def __getitem__(self, rows: slice | NDArray[np.integer]) -> Batch:
        past = self.past
        if len(past.items) > 1:
            past = Past(past.items[rows], past.grades[rows])
        return Batch(self.table[rows], self.items[rows], past, self.content)


@dataclass(frozen=True)
class Features:
    """The columns over one catalogue of n items."""

    facet_names: tuple[tuple[str, str], ...]  # (attribute, value) of each facet column
    number_names: tuple[str, ...]
    prior: float  # click rate that an unknown user or item is given
    half_life_days: float
    facets: Floats  # (n, facets) 0 or 1
    numbers: Floats  # (n, numbers) as catalogued, NaN where missing
    bounds: Floats  # (3, numbers): values are clipped to the first and last row, the middle one fills gaps
    vectors: Floats  # (n, d) content vectors, L2-normalised
    content: Floats  # (n, c) facets and principal axes of the text, standardised: which items are alike

    @classmethod
    def build(
        cls,
        catalogue: Catalogue,
        item_vectors: Floats | sp.csr_matrix,
        prior: float,
        half_life_days: float,
        text: Floats | None = None,
    ) -> Features:
        """The commonest facet values and every numeric attribute that varies. `item_vectors` (n, d). `text` (n, e) are
        vectors of what the items are; without them the item vectors take their place.
        """
        fields = catalogue.fields.values()
        blocks = [(f, catalogue.matrix(f.name)) for f in fields if f.facet]
        names = [(f.name, value) for f, _ in blocks for value in f.values]
        every = sp.hstack([m for _, m in blocks], "csc") if blocks else sp.csc_matrix((len(catalogue), 0))
        common = np.sort(np.argsort(-np.asarray(every.sum(0)).ravel(), kind="stable")[:MOST_FACETS])
        numbers = {f.name: catalogue.numbers(f.name) for f in fields if f.kind == "number"}
        bounds = {name: np.nanquantile(column, (0.01, 0.5, 0.99)) for name, column in numbers.items()}
        varying = [name for name, (low, _, high) in bounds.items() if high > low]
        vectors = np.ascontiguousarray(sp.csr_matrix(item_vectors).toarray(), np.float32)
        facets = every[:, common].toarray().astype(np.float32)
        return cls(
            facet_names=tuple(names[n] for n in common),
            number_names=tuple(varying),
            prior=prior,
            half_life_days=half_life_days,
            facets=facets,
            numbers=_stacked([numbers[name] for name in varying], len(catalogue)),
            bounds=_stacked([bounds[name] for name in varying], 3),
            vectors=vectors,
            content=_content(facets, vectors if text is None else text),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        facets = [f"{attribute}:{value}" for attribute, value in self.facet_names]
        blocks = [f"{block} {facet}" for block in ("taste", "item", "match") for facet in facets]
        return (*blocks, *SCALARS, *(f"number {name}" for name in self.number_names))

    def of_user(self, user: UserView, items: Items) -> History:
        """The user as the view shows them, against `items` (n,); everything but the cosine is one row."""
        likes = (user.weights > 0).astype(np.float32)
        weights: Floats = user.weights * user.decay(self.half_life_days)
        facets, profile = self.facets[user.items], weights @ self.vectors[user.items]
        return History(
            taste=(weights @ _unit(facets))[None],
            tried=facets.sum(0)[None],
            approved=(likes @ facets)[None],
            cosine=(self.vectors[items] @ profile) / (np.linalg.norm(profile) + DAMPING),
            count=np.array([len(likes)], np.float32),
            liked=likes.sum(keepdims=True),
            recent_count=np.array([len(likes[-RECENT:])], np.float32),
            recent_liked=likes[-RECENT:].sum(keepdims=True),
        )

    def at_moments(
        self, events: Interactions, users: NDArray[np.int32], times: NDArray[np.float64], items: Items
    ) -> History:
        """One row per (user, time, item): the user strictly before that time. A user of -1 has no history."""
        line = Timeline(events.user, events.time)
        start, end = line.spans(users, times)
        late = np.maximum(start, end - RECENT)
        liked = line.running(events.weight > 0)
        taste, tried, approved = (np.zeros((len(users), self.facets.shape[1]), np.float32) for _ in range(3))
        cosine, d = np.zeros(len(users), np.float32), self.vectors.shape[1]
        both = np.hstack([self.vectors, _unit(self.facets)])
        for sums in walk(events, users, times, both, self.facets, self.half_life_days):
            profile, rows = sums.decayed[:, :d], sums.rows
            taste[rows], tried[rows], approved[rows] = sums.decayed[:, d:], sums.tried, sums.approved
            dots = np.einsum("ij,ij->i", profile, self.vectors[items[rows]])
            cosine[rows] = dots / (np.linalg.norm(profile, axis=1) + DAMPING)
        counts = (end - start, liked[end] - liked[start], end - late, liked[end] - liked[late])
        return History(taste, tried, approved, cosine, *(c.astype(np.float32) for c in counts))

    def matrix(self, history: History, leaning: Leaning, items: Items, stats: ItemStats) -> Floats:
        """Rows (n, columns) in the order of `columns`; `stats` has one row per item of `items`."""
        facets = self.facets[items]
        taste = history.taste / (np.linalg.norm(history.taste, axis=1, keepdims=True) + 1.0)
        rate = _shrunk(history.liked, history.count, USER_SHRINK, self.prior)
        by_facet = _shrunk(history.approved, history.tried, FACET_SHRINK, rate[:, None]) - rate[:, None]
        scalars = (
            history.cosine,
            (by_facet * facets).sum(1) / np.maximum(facets.sum(1), 1.0),
            np.log1p(history.count),
            _logit(rate),
            _logit(_shrunk(history.recent_liked, history.recent_count, USER_SHRINK, rate)),
            np.log1p(stats.count),
            _logit(_shrunk(stats.liked, stats.count, ITEM_SHRINK, self.prior)),
            *(leaning.base, leaning.level, leaning.match, *leaning.drift.T),
        )
        low, middle, high = self.bounds
        numbers = self.numbers[items]
        numbers = np.where(np.isnan(numbers), middle, numbers).clip(low, high)
        blocks = (taste, facets, facets * taste, *(s[:, None] for s in scalars), numbers)
        return np.concatenate([np.broadcast_to(b, (len(items), b.shape[1])) for b in blocks], axis=1, dtype=np.float32)


def _content(facets: Floats, text: Floats) -> Floats:
    """Columns (n, facets + TEXT_AXES at most), each of mean 0 and, as a block, of variance 1."""
    centred = text.astype(float) - text.mean(0, dtype=float)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :TEXT_AXES]
    blocks = (facets - facets.mean(0), centred @ axes)
    scaled = [block / max(float(block.std()), 1e-6) for block in blocks if block.size]
    return np.hstack([np.empty((len(facets), 0)), *scaled]).astype(np.float32)  # titles alone leave no column


def _shrunk(liked: Floats, count: Floats, strength: float, towards: Floats | float) -> Floats:
    return (liked + strength * towards) / (count + strength)


def _logit(rate: Floats) -> Floats:
    clipped = np.clip(rate, 1e-3, 1 - 1e-3)
    return np.log(clipped / (1 - clipped))


def _unit(facets: Floats) -> Floats:
    return facets / np.sqrt(np.maximum(facets.sum(1, keepdims=True), 1.0))


def _stacked(columns: Sequence[NDArray[np.floating]], rows: int) -> Floats:
    return np.array(columns, np.float32).reshape(len(columns), rows).T

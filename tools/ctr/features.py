"""What the click model looks at: the user's taste P_u, the item's facets C, their product, and counts, at one moment.

The same columns are made in two ways that must agree: for users now (`of_users`, closed form, on the turn's path) and
for many (user, moment) pairs at once (`at_moments`, one walk through the histories), where every row sees only events
strictly before its own time. Nobody's attributes are used: a demographic flip changes no score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.ctr.taste import WINDOWS, Leaning
from tools.ctr.walk import Timeline, walk
from tools.histories import Histories, Ints
from tools.interactions import Interactions
from tools.sparse import nonzeros

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
    """Users at k moments, towards n items."""

    taste: Floats  # (k, facets) decayed signed sum of unit facet vectors: P_u before it is normalised
    tried: Floats  # (k, facets) events on items with the facet
    approved: Floats  # (k, facets) approvals among them
    cosine: Floats  # (n,) of the profile vector with the item
    count: Floats  # (k,) events
    liked: Floats  # (k,) approvals
    recent_count: Floats  # (k,) of the last RECENT events
    recent_liked: Floats  # (k,)


@dataclass(frozen=True)
class Past:
    """The latest LENGTH events of users, oldest first: `items` (k, LENGTH) with -1 where there was none, `grades`."""

    items: Items
    grades: Floats

    @classmethod
    def of_users(cls, seen: Histories) -> Past:
        """One row per user."""
        return cls._before(seen.bounds[:-1], seen.bounds[1:], seen.items, seen.grades)

    @classmethod
    def at_moments(cls, events: Interactions, users: Items, times: NDArray[np.float64]) -> Past:
        """One row per (user, time), of events strictly before."""
        line = Timeline(events.user, events.time)
        return cls._before(*line.spans(users, times), events.item[line.order], events.grade[line.order])

    @classmethod
    def _before(cls, start: Ints, end: Ints, items: Items, grades: Floats) -> Past:
        place = end[:, None] + np.arange(-LENGTH, 0)
        place = np.where(place >= start[:, None], place, -1)  # the last, added one: no event
        return cls(np.append(items, np.int32(-1))[place], np.append(grades, np.float32(0))[place])


@dataclass(frozen=True)
class Batch:
    """What a click model reads: `table` (n, columns), `items` (n,), and for what the columns do not hold, the `past` of
    k users, `owner` (n,) being each row's, and the `content` (n_items, c) of items.
    """

    table: Floats
    items: Items
    owner: Ints
    past: Past
    content: Floats

    def __getitem__(self, rows: slice | NDArray[np.integer]) -> Batch:
        return Batch(self.table[rows], self.items[rows], self.owner[rows], self.past, self.content)


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

    @cached_property
    def _sparse(self) -> sp.csr_matrix:
        return sp.csr_matrix(self.vectors)

    @cached_property
    def _filled(self) -> Floats:
        """`numbers` without gaps, within bounds."""
        low, middle, high = self.bounds
        return np.where(np.isnan(self.numbers), middle, self.numbers).clip(low, high)

    @cached_property
    def _units(self) -> sp.csr_matrix:
        return sp.csr_matrix(_unit(self.facets))

    def of_users(self, seen: Histories, owner: Ints, items: Items) -> History:
        """The users as they are now, each pair of `owner` and `items` (n,) by itself."""
        (k, f), d, mine = (len(seen), self.facets.shape[1]), self.vectors.shape[1], seen.owner
        likes, weights = seen.weights > 0, seen.weights * seen.decay(self.half_life_days)
        event, column, unit = nonzeros(self._units, seen.items)
        cell = mine[event] * f + column
        kinds = (weights[event] * unit, None, likes[event])
        taste, tried, approved = (np.bincount(cell, kind, k * f).reshape(k, f).astype(np.float32) for kind in kinds)
        late = np.arange(len(mine)) >= seen.bounds[1:][mine] - RECENT
        counts = (mine, mine[likes], mine[late], mine[late & likes])
        event, column, value = nonzeros(self._sparse, seen.items)
        profile = np.bincount(mine[event] * d + column, weights[event] * value, k * d).astype(float).reshape(k, d)
        norm = np.sqrt(np.einsum("ij,ij->i", profile, profile))
        pair, column, value = nonzeros(self._sparse, items)
        dots = np.bincount(pair, profile[owner[pair], column] * value, len(items))
        cosine = (dots / (norm[owner] + DAMPING)).astype(np.float32)
        many = (np.bincount(who, minlength=k).astype(np.float32) for who in counts)
        return History(taste, tried, approved, cosine, *many)

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

    def matrix(self, history: History, leaning: Leaning, owner: Ints, items: Items, stats: ItemStats) -> Floats:
        """Rows (n, columns) in the order of `columns`: `owner` (n,) points to a row of `history` and of the level and
        drift of `leaning`; `stats` has one row per item of `items`.
        """
        table, f = np.empty((len(items), len(self.columns)), np.float32), self.facets.shape[1]
        taste, facets, match, rest = np.split(table, (f, 2 * f, 3 * f), axis=1)
        norm = np.sqrt(np.einsum("ij,ij->i", history.taste, history.taste))[:, None]
        taste[:], facets[:] = (history.taste / (norm + 1.0))[owner], self.facets[items]
        np.multiply(taste, facets, out=match)
        rate = _shrunk(history.liked, history.count, USER_SHRINK, self.prior)
        by_facet = _shrunk(history.approved, history.tried, FACET_SHRINK, rate[:, None]) - rate[:, None]
        mood = _logit(_shrunk(history.recent_liked, history.recent_count, USER_SHRINK, rate))
        own = np.column_stack([np.log1p(history.count), _logit(rate), mood, leaning.level, leaning.drift])[owner]
        scalars = (
            history.cosine,
            np.einsum("ij,ij->i", by_facet[owner], facets) / np.maximum(facets.sum(1), 1.0),
            *own.T[:3],
            np.log1p(stats.count),
            _logit(_shrunk(stats.liked, stats.count, ITEM_SHRINK, self.prior)),
            *(leaning.base, own[:, 3], leaning.match, *own.T[4:]),
        )
        for column, values in enumerate(scalars):
            rest[:, column] = values
        rest[:, len(scalars) :] = self._filled[items]
        return table


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

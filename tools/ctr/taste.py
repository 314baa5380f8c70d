"""What a user is likely to think of an item, from what they thought of others: factor analysis with fold-in.

The grade of user u on item i is b_i + v_i . p_u + noise, with p_u ~ N(0, 1) and v_i near what the item's content
suggests; v and b are found by EM over the grades that exist (probabilistic PCA with missing values, Tipping & Bishop
1999). A user, known or new, is then followed exactly: each event moves the posterior of p_u (a Kalman filter), so the
state before any moment holds what preceded it and nothing else. Nobody is refitted, and no user is stored.

Two things are kept apart, because they are worth different things: `level`, how generous the user is on an average
item, and `match`, how this item differs from that for this user.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.ctr.walk import Timeline
from tools.histories import Histories, Ints
from tools.interactions import Interactions

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Items = NDArray[np.int32]

DIM = 10  # interests beside the general level
LEVEL = 0.4  # how much of a grade's scale the general level is expected to move
SPREAD = 0.004  # variance of an item's vector around what its content suggests
ROUNDS = 12
BASE_SHRINK = 5.0  # pseudo-events that pull an item's mean grade to the overall one
CONTENT_RIDGE = 200.0  # events' worth of doubt that content says anything about interests
BLOCK = 64  # events folded in at once
WINDOWS = (3, 10, 30)  # events over which the user's drift from their own level is read
WIDEST = max(WINDOWS)
DRIFT_SHRINK = 3.0  # pseudo-events without drift


@dataclass(frozen=True)
class Leaning:
    """Users at k moments towards n items."""

    level: Doubles  # (k,)
    match: Doubles  # (n,)
    base: Doubles  # (n,) of the item, whoever asks
    drift: Doubles  # (k, windows) mean surprise of the latest events

    @classmethod
    def empty(cls, n: int) -> Leaning:
        return cls(np.zeros(n), np.zeros(n), np.zeros(n), np.zeros((n, len(WINDOWS))))

    def put(self, rows: NDArray[np.integer] | slice, part: Leaning) -> None:
        """Overwrite these rows."""
        self.level[rows], self.match[rows] = part.level, part.match
        self.base[rows], self.drift[rows] = part.base, part.drift


@dataclass(frozen=True)
class Taste:
    """`vectors` (n_items, 1 + DIM), `base` (n_items,), `centre` (1 + DIM,) the vector of an average event's item."""

    vectors: Doubles
    base: Doubles
    centre: Doubles
    noise: float

    @classmethod
    def fit(cls, user: Items, item: Items, grade: Floats, content: Floats) -> Taste:
        """From the grades (n,) of `user` on `item`; `content` (n_items, columns) says which items are alike."""
        first = _em(user, item, grade, _prior(np.zeros((len(content), DIM))))
        seen = np.bincount(item, minlength=len(content)).astype(float)
        centred = content - np.average(content, axis=0, weights=seen + 1e-9)
        weighted = centred * seen[:, None]
        ridge = weighted.T @ centred + CONTENT_RIDGE * np.eye(content.shape[1])
        return _em(user, item, grade, _prior(centred @ np.linalg.solve(ridge, weighted.T @ first.vectors[:, 1:])))

    def of_users(self, seen: Histories, owner: Ints, items: Items) -> Leaning:
        """The users as they are now, each pair of `owner` and `items` (n,) by itself."""
        means, drift = self._now(seen)
        return self._leaning(means, drift, owner, items)

    def at_moments(self, events: Interactions, users: Items, times: Doubles, items: Items) -> Leaning:
        """One row per (user, time, item): the user strictly before that time. A user of -1 has no history."""
        line = Timeline(events.user, events.time)
        item, grade, time = events.item[line.order], events.grade[line.order], events.time[line.order]
        start, end = line.spans(users, times)
        means, drift = np.zeros((len(users), self.vectors.shape[1])), np.zeros((len(users), len(WINDOWS)))
        queue = np.argsort(users, kind="stable")
        queue = queue[(end > start)[queue]]
        for rows in np.split(queue, np.flatnonzero(np.diff(users[queue])) + 1) if len(queue) else ():
            span = slice(start[rows[0]], end[rows].max())
            each, surprise = self._follow(item[span], grade[span], time[span])
            before = end[rows] - span.start
            means[rows], drift[rows] = each[before], surprise[before]
        return self._leaning(means, drift, np.arange(len(users)), items)

    def _leaning(self, means: Doubles, drift: Doubles, owner: Ints, items: Items) -> Leaning:
        level = np.einsum("ij,j->i", means, self.centre)
        match = np.einsum("ij,ij->i", means[owner], self.vectors[items]) - level[owner]
        return Leaning(level, match, self.base[items], drift)

    def _now(self, seen: Histories) -> tuple[Doubles, Doubles]:
        """What `_follow` ends with, for all users at once: mean (k, 1 + DIM) and drift (k, windows).

        Only the latest events, those that the drift is read from, are followed; what a user was before them is the
        ridge solution. Events of one time see the same user, so those that share theirs with an older event are apart.
        """
        # 1. The last WIDEST events (k, WIDEST), and where the first moment begins that lies within them as a whole.
        known = np.column_stack([self.vectors[seen.items], seen.grades - self.base[seen.items]])
        start, end, d = seen.bounds[:-1], seen.bounds[1:], self.vectors.shape[1]
        place = end[:, None] + np.arange(-WIDEST, 0)
        there = place >= start[:, None]
        moment = np.append(seen.moments(), -1)[np.where(there, place, -1)]
        whole = there & (moment >= end[:, None] - WIDEST)
        latest = np.append(known, np.zeros((1, d + 1)), axis=0)[np.where(there, place, -1)]
        # 2. The user before the oldest of these events' moments, and before the first whole one.
        first = np.where(there.any(1), np.where(there, moment, np.iinfo(np.int64).max).min(1), start)
        follow = end - whole.sum(1)
        gram = np.array([_products(known, start, first), _products(known, first, follow)]).cumsum(0)
        spread = np.linalg.inv(gram[..., :d, :d] + self.noise * np.eye(d))
        means = np.einsum("tkij,tkj->tki", spread, gram[..., :d, d])
        # 3. Follow the whole moments, in one step as `_follow` does.
        v, rest = np.where(whole[..., None], latest, 0.0)[..., :d], latest[..., d]
        reach = v @ (self.noise * spread[1])
        root = np.linalg.cholesky(reach @ v.transpose(0, 2, 1) + self.noise * np.eye(WIDEST))
        missed = np.where(whole, rest - np.einsum("kij,kj->ki", v, means[1]), 0.0)
        news = np.linalg.solve(root, np.concatenate([missed[..., None], reach], axis=2))
        after = means[1][:, None] + np.cumsum(news[..., 1:] * news[..., :1], axis=1)
        before = np.concatenate([means[1][:, None], after], axis=1)
        # 4. The surprises, latest first.
        slot = np.where(whole, moment - (end[:, None] - WIDEST), 0)
        held = np.where(whole[..., None], np.take_along_axis(before, slot[..., None], 1), means[0][:, None])
        surprise = np.where(there, rest - np.einsum("kij,kij->ki", held, latest[..., :d] - self.centre), 0.0)
        total = np.cumsum(surprise[:, ::-1], axis=1)[:, np.array(WINDOWS) - 1]
        return before[:, -1], total / (np.minimum(seen.count[:, None], WINDOWS) + DRIFT_SHRINK)

    def _follow(self, items: Items, grades: Floats, times: Doubles) -> tuple[Doubles, Doubles]:
        """The user after 0, 1 ... m events: mean of p_u (m + 1, 1 + DIM) and drift (m + 1, windows)."""
        vectors, rest = self.vectors[items], grades - self.base[items]
        d = vectors.shape[1]
        means, spread = np.zeros((len(items) + 1, d)), np.eye(d)
        for start in range(0, len(items), BLOCK):
            at = slice(start, start + BLOCK)
            v = vectors[at]
            reach = v @ spread
            root = np.linalg.cholesky(reach @ v.T + self.noise * np.eye(len(v)))
            news = np.linalg.solve(root, np.column_stack([rest[at] - v @ means[start], reach]))
            means[start + 1 : start + 1 + len(v)] = means[start] + np.cumsum(news[:, 1:] * news[:, :1], axis=0)
            spread = spread - news[:, 1:].T @ news[:, 1:]
        known = means[np.searchsorted(times, times)]  # at each event's own moment, before it
        surprise = rest - np.einsum("ij,ij->i", known, vectors - self.centre)
        total = np.concatenate([[0.0], np.cumsum(surprise)])
        count = np.arange(len(total))[:, None] - np.maximum(np.arange(len(total))[:, None] - np.array(WINDOWS), 0)
        return means, (total[:, None] - total[np.arange(len(total))[:, None] - count]) / (count + DRIFT_SHRINK)


def _products(rows: Doubles, start: Ints, end: Ints) -> Doubles:
    """X'X of each span of rows, (spans, columns, columns)."""
    spans = zip(start.tolist(), end.tolist(), strict=True)
    each = [rows[a:b].T @ rows[a:b] for a, b in spans]
    return np.array(each).reshape(-1, rows.shape[1], rows.shape[1])


def _prior(interests: Doubles) -> Doubles:
    return np.hstack([np.full((len(interests), 1), LEVEL), interests])


def _em(user: Items, item: Items, grade: Floats, prior: Doubles) -> Taste:
    """EM from item vectors near `prior` (n_items, d), which has n_items rows."""
    n_items, d = prior.shape
    users, who = np.unique(user, return_inverse=True)
    shape = (len(users), n_items)
    graded = sp.csr_matrix((np.ones(len(item)), (who, item)), shape)
    count = np.bincount(item, minlength=n_items)
    base = _means(item, grade.astype(float), count)
    vectors = prior.copy()
    vectors[:, 1:] += np.random.default_rng(0).normal(0, 0.1, (n_items, d - 1))
    noise = max(0.7 * float(np.var(grade - base[item])), 1e-3) if len(item) else 1.0
    for _ in range(ROUNDS if len(item) else 0):
        rest = grade - base[item]
        gram = (graded @ _outer(vectors)).reshape(-1, d, d)
        sums = sp.csr_matrix((rest, (who, item)), shape)
        spread = np.linalg.inv(gram / noise + np.eye(d))
        means = np.einsum("uij,uj->ui", spread, sums @ vectors) / noise
        second = (graded.T @ (spread.reshape(-1, d * d) + _outer(means))).reshape(-1, d, d)
        missed = rest - np.einsum("ij,ij->i", vectors[item], means[who])
        noise = max((float(missed @ missed) + float(np.einsum("uij,uji->", gram, spread))) / len(item), 1e-3)
        pull = noise / SPREAD
        vectors = np.linalg.solve(second + pull * np.eye(d), (sums.T @ means + pull * prior)[:, :, None])[:, :, 0]
        base = _means(item, grade - np.einsum("ij,ij->i", vectors[item], means[who]), count)
    centre = vectors[item].mean(0) if len(item) else vectors.mean(0)
    return Taste(vectors, base, centre, noise)


def _outer(rows: Doubles) -> Doubles:
    """Each row with itself, flat: (n, d * d)."""
    return (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)


def _means(item: Items, values: Doubles, count: NDArray[np.int64]) -> Doubles:
    """Mean value of each item, pulled to the overall mean."""
    overall = float(values.mean()) if len(values) else 0.0
    return overall + np.bincount(item, values - overall, len(count)) / (count + BASE_SHRINK)

"""The splits: which events are known, which are to be predicted. Everything here is fixed, no seed changes it.

- top-N (P1): each user's positives by time, the last 20% to predict, the 10% before them to choose by;
- leave-one-out (P2): the last item of each user, against 99 drawn ones or against all;
- clicks (P3): all events by time, 80% / 10% / 10%;
- newcomers (P4): a fifth of the users unseen, five times over; of each the first few positives are known.

An item counts where a user first had it; on data without repeats that is every event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from tools.evaluate.data import Ids, Rows
from tools.interactions import Interactions

SEED = 42  # of the protocols' own draws: negatives and folds
FEWEST = 5  # positives of a user who is evaluated on top-N
NEGATIVES = 99
FOLDS = 5
FIRST = 5  # a newcomer's positives that may be known, and are never to be predicted
ENOUGH = 10  # positives of a newcomer who is evaluated
CHOOSING = 150  # users that settings are chosen on, at most a third of those there are
KNOWN = (0, 1, 3, 5)  # how many of the first are


@dataclass(frozen=True)
class Split:
    """Rows of the log, each part by user and time."""

    train: Rows
    validation: Rows
    test: Rows

    @property
    def before_test(self) -> Rows:
        return np.concatenate([self.train, self.validation])


def positives(log: Interactions) -> Rows:
    """Where each user first liked each item, by user and time."""
    return once(log, np.flatnonzero(log.weight > 0))


def once(log: Interactions, rows: Rows) -> Rows:
    """The first of `rows` (in time order) of each user and item, by user and time."""
    pair = log.user[rows].astype(np.int64) * log.n_items + log.item[rows]
    first = rows[np.sort(np.unique(pair, return_index=True)[1])]
    return first[np.argsort(log.user[first], kind="stable")]


def top_n(log: Interactions) -> Split:
    """P1. Users with fewer than 5 positives keep theirs in `train` and are not evaluated."""
    rows = positives(log)
    place, n = _place(log, rows)
    last = np.where(n >= FEWEST, np.maximum(1, np.round(0.2 * n)), 0)
    before = np.where(n >= FEWEST, np.maximum(1, np.round(0.1 * n)), 0)
    test = place >= n - last
    validation = ~test & (place >= n - last - before)
    return Split(rows[~test & ~validation], rows[validation], rows[test])


def leave_one_out(log: Interactions, only_liked: bool = False) -> Split:
    """P2. `only_liked`: only positives are interactions, else every event. Users with fewer than 3: `train`."""
    rows = positives(log) if only_liked else once(log, np.arange(len(log.user)))
    place, n = _place(log, rows)
    test, validation = (n >= 3) & (place == n - 1), (n >= 3) & (place == n - 2)
    return Split(rows[~test & ~validation], rows[validation], rows[test])


def by_time(log: Interactions) -> Split:
    """P3, every event in time order."""
    n = len(log.user)
    train, validation, test = np.split(np.arange(n), [int(0.8 * n), int(0.9 * n)])
    return Split(train, validation, test)


def known_before(log: Interactions, targets: Rows, held: Rows) -> Rows:
    """Every event before the user's first target, liked or not ("P1-seen"), and those in `held`, by time. Of users
    without a target, every event.
    """
    first = np.full(len(log.user_ids), np.inf)
    np.minimum.at(first, log.user[targets], log.time[targets])
    known = log.time < first[log.user]
    known[held] = True
    return np.flatnonzero(known)


def negatives(log: Interactions, split: Split, users: Ids) -> dict[str, Ids]:
    """P2: (n_users, 99) items that the user had in no part, for `validation` and for `test`. Raises ValueError: a user
    had nearly everything.
    """
    had = matrix(log, np.concatenate([split.before_test, split.test]))
    draw = np.random.default_rng(SEED)
    out = {}
    for part in ("validation", "test"):
        free = (np.setdiff1d(np.arange(log.n_items), had[user].indices, assume_unique=True) for user in users)
        out[part] = np.stack([draw.choice(items, NEGATIVES, replace=False) for items in free]).astype(np.int32)
    return out


@dataclass(frozen=True)
class Newcomers:
    """P4, one fold: `users` unseen in training, ascending; `rows` their positives by user and time; `train` every event
    of the others, in time order.
    """

    users: Ids
    rows: Rows
    train: Rows
    log: Interactions

    def first(self, n: int) -> Rows:
        """The first `n` positives of each."""
        return self.rows[_place(self.log, self.rows)[0] < n]

    @property
    def targets(self) -> Rows:
        """What is to be predicted, whatever is known: the positives after the fifth."""
        return self.rows[_place(self.log, self.rows)[0] >= FIRST]


def newcomers(log: Interactions) -> tuple[list[Newcomers], Newcomers]:
    """P4: five folds, and the one to choose by, which lies wholly in the training users of the first."""
    rows = positives(log)
    likes = np.bincount(log.user[rows], minlength=len(log.user_ids))
    eligible = np.flatnonzero(likes >= ENOUGH)
    draw = np.random.default_rng(SEED)
    parts = np.array_split(draw.permutation(eligible), FOLDS)
    rest = np.setdiff1d(np.flatnonzero(likes), parts[0])
    chosen = draw.permutation(np.intersect1d(rest, eligible))[: min(CHOOSING, len(rest) // 3)]
    everyone = np.arange(len(log.user_ids))
    folds = [_fold(log, rows, np.sort(part), np.setdiff1d(everyone, part)) for part in parts]
    return folds, _fold(log, rows, chosen, np.setdiff1d(np.setdiff1d(everyone, parts[0]), chosen))


def matrix(log: Interactions, rows: Rows) -> sp.csr_matrix:
    """Who has what in `rows`: binary float32 (n_users, n_items), indices sorted."""
    shape = (len(log.user_ids), log.n_items)
    out = sp.csr_matrix((np.ones(len(rows), np.float32), (log.user[rows], log.item[rows])), shape)
    out.data[:] = 1.0
    out.sort_indices()
    return out


def per_user(log: Interactions, rows: Rows, users: Ids) -> Iterator[Rows]:
    """The rows of each of `users`, in their order."""
    order = rows[np.argsort(log.user[rows], kind="stable")]
    start = np.searchsorted(log.user[order], users, "left")
    end = np.searchsorted(log.user[order], users, "right")
    yield from (order[a:b] for a, b in zip(start, end, strict=True))


def _fold(log: Interactions, rows: Rows, users: Ids, others: Ids) -> Newcomers:
    unseen, taught = (np.isin(np.arange(len(log.user_ids)), group) for group in (users, others))
    return Newcomers(np.sort(users), rows[unseen[log.user[rows]]], np.flatnonzero(taught[log.user]), log)


def _place(log: Interactions, rows: Rows) -> tuple[Rows, Rows]:
    """Of rows by user and time: each one's place among its user's, and how many the user has."""
    users = log.user[rows]
    n = np.bincount(users, minlength=len(log.user_ids))
    return np.arange(len(rows)) - (np.cumsum(n) - n)[users], n[users]

"""A small correction of the click model, learned from events as they arrive: predict first, learn later, and only what
held-out events do not speak against.

To the log-odds z of the frozen model it adds w . (z, z d, b_user) + b_item, where d = 1 / (1 + events known of the
user): how far the model is to be trusted, how far of people it hardly knows, how far one's own earlier surprises go on
(tools/ctr/own.py), and what became of each item. Weights and items' biases are the mode of a Gaussian posterior that is
moved on batch by batch (Laplace's approximation, diagonal for the items). b_user is read from the history when it is
needed: nothing that is kept belongs to a user, and its size is that of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from tools.ctr.metrics import Clicks

Doubles = NDArray[np.float64]

BATCH = 100  # events learned at once
HELD = 100  # the next ones, which judge what was learned
LOUDEST = 20.0  # events that one user counts for in a batch, so that nobody teaches it alone
HEARD = 50.0  # events of a user that count in full; of those who have n, each counts for this share of n
TRUST = (0.001, 1.0, 1.0)  # prior variance of w
ITEM = 0.03  # prior variance of an item's bias
STEPS = 2  # of Newton's method: more change nothing
FIXED = 1e12  # certainty about what is not learned


@dataclass(frozen=True)
class Arrived:
    """Events in the order they came, (n,) each: the frozen model's `logits`, `doubt` d and `own` bias of the user,
    catalogue `items`, `clicks`, and numbers that tell the `users` apart.
    """

    logits: Doubles
    doubt: Doubles
    own: Doubles
    items: NDArray[np.integer]
    clicks: Clicks
    users: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.clicks)

    def __getitem__(self, rows: slice | NDArray[np.bool_]) -> Arrived:
        return Arrived(*(getattr(self, name)[rows] for name in Arrived.__dataclass_fields__))


@dataclass(frozen=True)
class Online:
    """`weights` (3,) with `precision` (3, 3); `bias` and `certainty` (n_items + 1,), the last for items that came after
    training, of which nothing is learned.
    """

    weights: Doubles
    precision: Doubles
    bias: Doubles
    certainty: Doubles

    @classmethod
    def new(cls, n_items: int) -> Online:
        """Changes nothing yet."""
        certainty = np.append(np.full(n_items, 1 / ITEM), FIXED)
        return cls(np.zeros(len(TRUST)), np.diag(1 / np.array(TRUST)), np.zeros(n_items + 1), certainty)

    def logits(self, rows: Arrived) -> Doubles:
        """Corrected log-odds, (n,)."""
        return self.corrected(rows.logits, rows.doubt, rows.own, rows.items)

    def corrected(self, logits: Doubles, doubt: Doubles, own: Doubles | float, items: NDArray[np.integer]) -> Doubles:
        trust = 1 + self.weights[0] + self.weights[1] * doubt
        return np.asarray(logits * trust + self.weights[2] * own + self.bias[self._place(items)])

    def learned(self, rows: Arrived) -> Online:
        """After these events."""
        x = np.column_stack([rows.logits, rows.logits * rows.doubt, rows.own])
        place = self._place(rows.items)
        _, user, count = np.unique(rows.users, return_inverse=True, return_counts=True)
        loud, size = np.minimum(1, LOUDEST / count)[user] * np.minimum(1, HEARD * rows.doubt), len(self.bias)
        new = self
        for _ in range(STEPS):
            missed, sure = new._missed(rows, loud)
            precision = self.precision + (x * sure[:, None]).T @ x
            pull = x.T @ missed - self.precision @ (new.weights - self.weights)
            new = replace(new, weights=new.weights + np.linalg.solve(precision, pull))
            missed, sure = new._missed(rows, loud)
            certainty = self.certainty + np.bincount(place, sure, size)
            pulled = np.bincount(place, missed, size) - self.certainty * (new.bias - self.bias)
            new = replace(new, bias=new.bias + pulled / certainty)
        _, sure = new._missed(rows, loud)
        certainty = self.certainty + np.bincount(place, sure, size)
        return replace(new, precision=self.precision + (x * sure[:, None]).T @ x, certainty=certainty)

    def step(self, rows: Arrived, held: Arrived) -> Online:
        """`learned`, or itself where that would make the held-out events worse: their log-loss, every user counting as
        one, so that a few who shout cannot vouch for each other. Where nothing was held out, nothing is learned.
        """
        if not len(rows) or not len(held):
            return self
        new = self.learned(rows)
        _, user, count = np.unique(held.users, return_inverse=True, return_counts=True)
        change = new.losses(held) - self.losses(held)
        return new if float((np.bincount(user, change) / count).sum()) <= 0 else self

    def losses(self, rows: Arrived) -> Doubles:
        """Log-loss of each event, (n,)."""
        return losses(self.logits(rows), rows.clicks)

    def _missed(self, rows: Arrived, loud: Doubles) -> tuple[Doubles, Doubles]:
        """Gradient and curvature of the log-likelihood by log-odds."""
        chance = expit(self.logits(rows))
        return loud * (rows.clicks - chance), loud * chance * (1 - chance)

    def _place(self, items: NDArray[np.integer]) -> NDArray[np.integer]:
        return np.minimum(items, len(self.bias) - 1)

    def save(self, path: Path) -> None:
        np.savez_compressed(path, **asdict(self))

    @classmethod
    def load(cls, path: Path) -> Online:
        with np.load(path, allow_pickle=False) as held:
            return cls(**{name: held[name] for name in cls.__dataclass_fields__})


def losses(logits: Doubles, clicks: Clicks) -> Doubles:
    return np.asarray(np.logaddexp(0, np.where(clicks, -logits, logits)))


def walk(start: Online, rows: Arrived) -> Iterator[tuple[slice, Online]]:
    """Each next BATCH of the stream and what is known when it comes: learned from the events that came before it, save
    the latest HELD, which were needed to judge.
    """
    state, learned = start, 0
    for begin in range(0, len(rows), BATCH):
        if begin - learned >= BATCH + HELD:
            state = state.step(rows[learned : learned + BATCH], rows[learned + BATCH : begin])
            learned += BATCH
        yield slice(begin, min(begin + BATCH, len(rows))), state


def after(start: Online, rows: Arrived) -> Online:
    """What the stream leaves."""
    for _, state in walk(start, rows):
        start = state
    return start

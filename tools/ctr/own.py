"""How much more, or less, a user liked what they met than the click model expected: a bias of their own, in log-odds.

The mode of b ~ N(0, USER) in logit P(click) = z + b over the user's latest events, by one step of Newton's method from
0: sum(click - p) / (sum(p (1 - p)) + 1 / USER). It moves with every event and needs nothing but the history.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from tools.ctr.metrics import Clicks
from tools.ctr.walk import Timeline
from tools.interactions import Interactions

Doubles = NDArray[np.float64]

USER = 0.05  # prior variance
LATEST = 100  # events that count


def counted(events: Interactions, users: NDArray[np.int32], times: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which events `biases` reads for these moments: rows in the order of `events`."""
    line = Timeline(events.user, events.time)
    start, end = line.spans(users, times)
    opened = np.bincount(np.maximum(start, end - LATEST), minlength=len(events.user) + 1)
    closed = np.bincount(end, minlength=len(events.user) + 1)
    return np.sort(line.order[np.cumsum(opened - closed)[:-1] > 0])


def biases(
    events: Interactions, logits: Doubles, clicks: Clicks, users: NDArray[np.int32], times: NDArray[np.float64]
) -> Doubles:
    """Of `users` (n,) just before `times` (n,), from what the model said (`logits`) of each event and what became of
    it. A user without events has 0.
    """
    line, chance = Timeline(events.user, events.time), expit(logits)
    start, end = line.spans(users, times)
    start = np.maximum(start, end - LATEST)
    missed, sure = line.running(clicks - chance), line.running(chance * (1 - chance))
    return (missed[end] - missed[start]) / (sure[end] - sure[start] + 1 / USER)

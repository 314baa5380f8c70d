"""Popularity as a source: always on the bus, so that a slate fills up and a user nobody knows gets one."""

from __future__ import annotations

import numpy as np

from tools.bus import Candidates
from tools.context import Context

POPULAR = 100  # items


def put_popular(context: Context, n: int = POPULAR) -> None:
    """Put the `n` most popular eligible items on the bus, those that popularity has not put there yet."""
    scores = context.box.popularity.scores
    items = np.flatnonzero(context.eligible).astype(np.int32)
    items = np.sort(items[np.argsort(-scores[items], kind="stable")[:n]])
    items = items[np.isnan(context.bus.scores("popularity", items))]
    if len(items):
        context.bus.put(Candidates("popularity", items, scores[items], context.box.popularity.explain))

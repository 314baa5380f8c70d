"""Popularity as a source: always on the bus, so that a slate fills up and a user nobody knows gets one.

For a user with few events it is the cold-start model's: popular with people like them and with what they liked, moved
by what they said they like.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from tools.bus import Candidates
from tools.context import Context
from tools.rank.stated import lift_of, put_stated
from tools.rank.top import highest

POPULAR = 100  # items


def put_popular(context: Context, n: int = POPULAR, among: NDArray[np.bool_] | None = None) -> None:
    """Put the `n` most popular eligible items (of those `among`) on the bus, those that are not there yet."""
    box, user = context.box, context.user
    scores, lift = context.bus.every("popularity"), None
    if scores is None:
        scores = box.cold.scores(user)
        lift = lift_of(box, user)
        scores = scores if lift is None else scores + lift
    explain = box.popularity.explain
    if box.cold.share(user) > 0:
        explain = partial(box.cold.explain, user=user, popularity=box.popularity, domain=box.domain)
    allowed = context.eligible if among is None else context.eligible & among
    items = np.flatnonzero(highest(scores, allowed, n)).astype(np.int32)
    items = np.setdiff1d(items, context.bus.items(), assume_unique=True)
    if len(items):
        context.bus.put(Candidates("popularity", items, scores[items], explain, every=scores))
    if lift is not None:
        put_stated(context, lift)

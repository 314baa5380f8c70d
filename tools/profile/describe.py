"""A user described: what they like for long and lately, what changed, what they did, what they met last."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tools.profile.behaviour import iso, statistics
from tools.profile.model import ProfileModel
from tools.profile.records import Drift, Interest, Interests, Profile, Seen
from tools.user import UserView

SHORT_TERM = 6.0  # the half-life is divided by this for what the user likes at the moment
LIKES, AVERSIONS, LATEST, MOVED = 10, 3, 10, 3  # of each that a description holds
CHANGE = 0.12  # of a unit vector, from which an interest rose or fell
FEWEST = 2  # liked items that a change stands on

Vector = NDArray[np.float32]


def describe(model: ProfileModel, user: UserView) -> Profile:
    if not user.profiling:
        return Profile(user_id=user.user_id, profiling=False)
    return Profile(
        user_id=user.user_id,
        attributes=user.attributes,
        statistics=statistics(model, user),
        interests=interests(model, user),
        history=history(model, user),
    )


def interests(model: ProfileModel, user: UserView) -> Interests:
    long, short = model.vector(user, math.inf), model.vector(user, model.half_life_days / SHORT_TERM)
    liked, disliked = model.counts(user.liked), model.counts(user.disliked)
    rising, falling = _moved(model, long, short, liked)
    return Interests(
        long=_ranked(model, long, liked, disliked),
        short=_ranked(model, short, liked, disliked),
        rising=rising,
        falling=falling,
    )


def history(model: ProfileModel, user: UserView) -> list[Seen]:
    return [
        Seen(
            item_id=model.ids[user.items[n]],
            title=model.titles[user.items[n]],
            when=iso(user.times[n]),
            liked=None if user.weights[n] == 0 else bool(user.weights[n] > 0),
        )
        for n in range(len(user.items) - 1, max(len(user.items) - LATEST, 0) - 1, -1)
    ]


def _ranked(model: ProfileModel, p: Vector, liked: NDArray[np.int64], disliked: NDArray[np.int64]) -> list[Interest]:
    up = [f for f in np.argsort(-p, kind="stable")[:LIKES] if p[f] > 0 and liked[f]]
    down = [f for f in np.argsort(p, kind="stable")[:AVERSIONS] if p[f] < 0 and disliked[f]]
    top = float(np.abs(p).max(initial=0.0)) or 1.0
    return [
        Interest(
            attribute=model.features[f].attribute,
            value=model.features[f].value,
            weight=round(float(p[f]) / top, 3),
            support=int(liked[f]),
            disliked=int(disliked[f]),
        )
        for f in [*up, *reversed(down)]
    ]


def _moved(model: ProfileModel, long: Vector, short: Vector, liked: NDArray[np.int64]) -> tuple[list[Drift], ...]:
    """What rose and what fell, most first. Only what is liked can do either."""
    change = np.where(liked >= FEWEST, short - long, 0.0)
    up = [f for f in np.argsort(-change, kind="stable")[:MOVED] if change[f] >= CHANGE and short[f] > 0]
    down = [f for f in np.argsort(change, kind="stable")[:MOVED] if change[f] <= -CHANGE and long[f] > 0]
    return tuple(
        [
            Drift(
                attribute=model.features[f].attribute,
                value=model.features[f].value,
                before=round(float(long[f]), 3),
                now=round(float(short[f]), 3),
            )
            for f in moved
        ]
        for moved in (up, down)
    )

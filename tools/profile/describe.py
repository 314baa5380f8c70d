"""A user described: what they like for long and lately, what changed, what they did, what they met last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.profile.behaviour import iso, statistics
from tools.profile.model import ProfileModel
from tools.profile.records import Drift, Interest, Interests, Profile, Seen, Segment
from tools.profile.segments import ENOUGH, LEAST_LIKES
from tools.profile.similar import similar_users
from tools.user import UserView

if TYPE_CHECKING:
    from tools.neighbors.model import NeighborModel

SHORT_TERM = 6.0  # the half-life is divided by this for what the user likes at the moment
LIKES, AVERSIONS, LATEST, MOVED = 10, 3, 10, 3  # of each that a description holds
CHANGE = 0.12  # of a unit vector, from which an interest rose or fell
FEWEST = 2  # liked items that a change stands on
PARTLY = 0.1  # share from which a user is said to belong to a segment

Vector = NDArray[np.float32]


def describe(model: ProfileModel, user: UserView, neighbors: NeighborModel | None = None) -> Profile:
    """With `neighbors`, similar users too."""
    if not user.profiling:
        return Profile(user_id=user.user_id, profiling=False)
    segment, memberships = segments_of(model, user)
    return Profile(
        user_id=user.user_id,
        attributes=user.attributes,
        statistics=statistics(model, user),
        interests=interests(model, user),
        segment=segment,
        memberships=memberships,
        similar=similar_users(model, neighbors, user) if neighbors else None,
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


def segments_of(model: ProfileModel, user: UserView) -> tuple[Segment | None, list[Segment]]:
    """The user's segment and all they partly belong to; nothing for a user who liked too little to tell."""
    found, place = model.segments, model.place(user)
    if found is None or place is None or len(user.liked) < LEAST_LIKES:
        return None, []
    own, shares = found.of(place), found.membership(place[None])[0]
    told = [
        Segment(
            id=found.ids[n],
            label=found.names[n].en,
            label_zh=found.names[n].zh,
            share=round(float(shares[n]), 3),
            users=int(found.sizes[n]),
            traits=list(found.traits[n]),
        )
        for n in range(len(found.ids))
    ]
    partly = sorted((s for s in told if s.share >= PARTLY and s.users >= ENOUGH), key=lambda s: -s.share)
    return told[own] if told[own].users >= ENOUGH else None, partly


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

"""What a user did, counted: in windows that end at their latest event, decayed, and by the hours they keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.profile.records import Part, Rhythm, Share, Span, Statistics, Window
from tools.sparse import weighed
from tools.user import UserView

if TYPE_CHECKING:
    from tools.profile.model import ProfileModel

DAY = 86_400.0
SPANS: dict[Span, float] = {"7 days": 7.0, "30 days": 30.0, "90 days": 90.0}
FACETS = 5  # of a window, the commonest
LEAST_DAYS = 10  # active days below which nothing is said about their rhythm
MOST = 0.6  # of the sessions in one part of the day, from which it is a habit
WEEKEND = (0.1, 0.5)  # share of active days at or below, and from which, it is one; two days in seven are 0.29
PARTS: tuple[Part, ...] = ("night", "morning", "afternoon", "evening")


def statistics(model: ProfileModel, user: UserView) -> Statistics:
    if not len(user.items):
        return Statistics()
    facets = [model.features[f].attribute for f in np.flatnonzero(model.counts(user.liked)) if model.is_facet[f]]
    return Statistics(
        events=len(user.items),
        liked=len(user.liked),
        disliked=len(user.disliked),
        first=iso(user.times.min()),
        last=iso(user.times.max()),
        active_days=len(np.unique(user.times // DAY)),
        facets={name: facets.count(name) for name in dict.fromkeys(facets)},
        popularity=round(float(model.popularity[user.liked].mean()), 3) if len(user.liked) else None,
        windows=list(windows(model, user)),
        rhythm=rhythm(user.times),
    )


def windows(model: ProfileModel, user: UserView) -> Iterator[Window]:
    """The last 7, 30 and 90 days, everything with decay, everything. A window that holds no less than the next wider
    one is left out: it would say the same again.
    """
    age = (user.times.max() - user.times) / DAY
    counted = {span: (age < days).astype(np.float32) for span, days in SPANS.items()}
    whole = np.ones(len(age), np.float32)
    wider = [*list(counted.values())[1:], whole]
    for (span, weights), beyond in zip(counted.items(), wider, strict=True):
        if weights.sum() < beyond.sum():
            yield _window(model, user, span, weights)
    decayed = user.decay(model.half_life_days)
    if decayed.sum() < 0.99 * len(decayed):
        yield _window(model, user, "decayed", decayed)
    yield _window(model, user, "all time", whole)


def _window(model: ProfileModel, user: UserView, span: Span, weights: NDArray[np.float32]) -> Window:
    liked, disliked = weights * (user.weights > 0), weights * (user.weights < 0)
    likes, said = float(liked.sum()), float(liked.sum() + disliked.sum())
    return Window(
        span=span,
        events=round(float(weights.sum()), 1),
        liked=round(likes, 1),
        disliked=round(float(disliked.sum()), 1),
        approval=round(likes / said, 3) if said else None,
        facets=_shares(model, user.items, liked) if likes else [],
    )


def _shares(model: ProfileModel, items: NDArray[np.int32], weights: NDArray[np.float32]) -> list[Share]:
    chosen = weights > 0
    share = weighed(model.has_facet, items[chosen], weights[chosen]) / weights.sum()
    best = np.argsort(-share, kind="stable")[:FACETS]
    return [
        Share(attribute=model.features[model.facets[n]].attribute, value=model.features[model.facets[n]].value,
              share=round(float(share[n]), 3))
        for n in best if share[n] > 0
    ]  # fmt: skip


def rhythm(times: NDArray[np.float64]) -> Rhythm | None:
    """Counted over days and over (day, part) pairs, so that one long session is one; None where nothing stands out."""
    days = np.unique(times // DAY)
    if len(days) < LEAST_DAYS:
        return None
    weekend = float(np.isin((days + 3) % 7, (5, 6)).mean())  # 1970-01-01 was a Thursday, day 3 from Monday
    sessions = np.unique(times // (DAY / 4)) % 4
    part = np.bincount(sessions.astype(int), minlength=4) / len(sessions)
    low, high = WEEKEND
    found = Rhythm(
        days=len(days),
        weekend=round(weekend, 3) if not low < weekend < high else None,
        part=PARTS[int(part.argmax())] if part.max() >= MOST else None,
        part_share=round(float(part.max()), 3) if part.max() >= MOST else None,
    )
    return found if found.weekend is not None or found.part is not None else None


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(float(seconds), UTC).isoformat(timespec="seconds")

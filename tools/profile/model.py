"""The profile: P_u, a decayed mean of what a user liked in the space of item content, and a description to read.

sim(P_u, C) is the cosine of the user's vector and an item's. Nothing is learned from other users here, and nothing is
refitted for a fresh event: the vector is made from the history as it is now.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from scipy.stats import rankdata

from tools.domain import Domain
from tools.interactions import Interactions
from tools.profile.vectors import Feature, content_vectors
from tools.user import UserView

if TYPE_CHECKING:
    from tools.catalogue import Catalogue

DISLIKE = 0.5  # of the mean of what was disliked that is taken off the mean of what was liked
SHORT_TERM = 6.0  # the half-life is divided by this for what the user likes at the moment
LIKES, AVERSIONS, LATEST = 10, 3, 10  # of each that a description holds


class Interest(BaseModel):
    """`weight` in [-1, 1], the strongest one is 1; `support` counts the liked items that have it, `disliked` the
    disliked ones.
    """

    attribute: str
    value: str
    weight: float
    support: int
    disliked: int


class Interests(BaseModel):
    """Strongest first, aversions (weight below 0) last. `long` forgets nothing, `short` forgets six times faster than
    the vector used for scores.
    """

    long: list[Interest] = Field(default_factory=list)
    short: list[Interest] = Field(default_factory=list)


class Statistics(BaseModel):
    """`popularity`: mean percentile, 0 to 1, of the liked items among all by the number of users who liked them.
    `facets`: how many values of each facet occur among the liked items. Times are ISO 8601, UTC.
    """

    events: int = 0
    liked: int = 0
    disliked: int = 0
    first: str | None = None
    last: str | None = None
    active_days: int = 0
    facets: dict[str, int] = Field(default_factory=dict)
    popularity: float | None = None


class Seen(BaseModel):
    """One event of the history. `liked` is None where the event says nothing either way."""

    item_id: str
    title: str
    when: str
    liked: bool | None


class Profile(BaseModel):
    """Who a user is. Empty of everything but the id when profiling is off."""

    user_id: str
    profiling: bool = True
    attributes: dict[str, Any] = Field(default_factory=dict)
    statistics: Statistics = Field(default_factory=Statistics)
    interests: Interests = Field(default_factory=Interests)
    history: list[Seen] = Field(default_factory=list)  # newest first


@dataclass(frozen=True, eq=False)
class ProfileModel:
    """`item_vectors` C (n_items, d) float32 CSR, rows L2-normalised; `features` (d) name its columns; `popularity`
    (n_items,) percentiles.
    """

    item_vectors: sp.csr_matrix
    features: tuple[Feature, ...]
    popularity: NDArray[np.float32]
    half_life_days: float
    ids: tuple[str, ...]
    titles: tuple[str, ...]

    @classmethod
    def fit(cls, catalogue: Catalogue, interactions: Interactions, domain: Domain) -> ProfileModel:
        vectors, features = content_vectors(catalogue)
        likers = np.asarray(interactions.liked().sum(axis=0)).ravel()
        percentile = ((rankdata(likers) - 0.5) / max(len(likers), 1)).astype(np.float32)
        return cls(vectors, features, percentile, domain.feedback.half_life_days, catalogue.ids, catalogue.titles)

    def vector(self, user: UserView, half_life_days: float | None = None) -> NDArray[np.float32]:
        """P_u (d,), L2-normalised; zeros without likes and dislikes. The half-life is the domain's unless given."""
        weights = user.weights * user.decay(half_life_days or self.half_life_days)
        liked, disliked = np.maximum(weights, 0), np.maximum(-weights, 0)
        mix = liked / max(liked.sum(), 1e-9) - DISLIKE * disliked / max(disliked.sum(), 1e-9)
        p = self.item_vectors[user.items].T @ mix.astype(np.float32)
        length = float(np.linalg.norm(p))
        return np.asarray(p / length if length > 1e-6 else np.zeros_like(p), np.float32)

    def score(self, user: UserView, items: NDArray[np.int32] | None = None) -> NDArray[np.float32]:
        """sim(P_u, C) in [-1, 1] of `items` (all when not given), same shape."""
        vectors = self.item_vectors if items is None else self.item_vectors[items]
        return np.asarray(vectors @ self.vector(user), np.float32)

    def counts(self, items: NDArray[np.int32]) -> NDArray[np.int64]:
        """How many of `items` have each feature, shape (d,)."""
        return np.bincount(self.item_vectors[items].indices, minlength=len(self.features))

    def parts(self, p: NDArray[np.float32], item: int) -> Iterator[tuple[int, float]]:
        """(feature, share of the cosine of `p` with `item`) for each feature the item has, largest first."""
        span = slice(*self.item_vectors.indptr[item : item + 2])
        columns = self.item_vectors.indices[span]
        share = self.item_vectors.data[span] * p[columns]
        order = np.argsort(-share, kind="stable")
        return zip(columns[order].tolist(), share[order].tolist(), strict=True)

    def describe(self, user: UserView) -> Profile:
        if not user.profiling:
            return Profile(user_id=user.user_id, profiling=False)
        return Profile(
            user_id=user.user_id,
            attributes=user.attributes,
            statistics=self._statistics(user),
            interests=Interests(
                long=self._interests(user, math.inf), short=self._interests(user, self.half_life_days / SHORT_TERM)
            ),
            history=self._history(user),
        )

    def _interests(self, user: UserView, half_life_days: float) -> list[Interest]:
        p = self.vector(user, half_life_days)
        liked, disliked = self.counts(user.liked), self.counts(user.disliked)
        up = [f for f in np.argsort(-p, kind="stable")[:LIKES] if p[f] > 0 and liked[f]]
        down = [f for f in np.argsort(p, kind="stable")[:AVERSIONS] if p[f] < 0 and disliked[f]]
        top = float(np.abs(p).max(initial=0.0)) or 1.0
        return [
            Interest(
                attribute=self.features[f].attribute,
                value=self.features[f].value,
                weight=round(float(p[f]) / top, 3),
                support=int(liked[f]),
                disliked=int(disliked[f]),
            )
            for f in [*up, *reversed(down)]
        ]

    def _statistics(self, user: UserView) -> Statistics:
        if not len(user.items):
            return Statistics()
        facets = [self.features[f].attribute for f in np.flatnonzero(self.counts(user.liked))
                  if self.features[f].role == "facet"]  # fmt: skip
        return Statistics(
            events=len(user.items),
            liked=len(user.liked),
            disliked=len(user.disliked),
            first=_iso(user.times.min()),
            last=_iso(user.times.max()),
            active_days=len(np.unique(user.times // 86_400)),
            facets={name: facets.count(name) for name in dict.fromkeys(facets)},
            popularity=round(float(self.popularity[user.liked].mean()), 3) if len(user.liked) else None,
        )

    def _history(self, user: UserView) -> list[Seen]:
        return [
            Seen(
                item_id=self.ids[user.items[n]],
                title=self.titles[user.items[n]],
                when=_iso(user.times[n]),
                liked=None if user.weights[n] == 0 else bool(user.weights[n] > 0),
            )
            for n in range(len(user.items) - 1, max(len(user.items) - LATEST, 0) - 1, -1)
        ]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        sp.save_npz(folder / "vectors.npz", self.item_vectors)
        np.save(folder / "popularity.npy", self.popularity)
        rest = {
            "features": self.features,
            "half_life_days": self.half_life_days,
            "ids": self.ids,
            "titles": self.titles,
        }
        (folder / "profile.json").write_text(json.dumps(rest, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> ProfileModel:
        rest = json.loads((folder / "profile.json").read_text(encoding="utf-8"))
        return cls(
            sp.load_npz(folder / "vectors.npz").tocsr(),
            tuple(Feature(*feature) for feature in rest["features"]),
            np.load(folder / "popularity.npy"),
            rest["half_life_days"],
            tuple(rest["ids"]),
            tuple(rest["titles"]),
        )


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(float(seconds), UTC).isoformat(timespec="seconds")

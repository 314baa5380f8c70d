"""Everyone else, as the profile needs them: where each trained user stands in the taste space, and the segments."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.domain import Domain
from tools.interactions import Interactions
from tools.profile import segments
from tools.profile.clusters import MEMBERS
from tools.profile.segments import LEAST_LIKES, Before, Population, Segments
from tools.profile.space import SAMPLE, TasteSpace, chunks, long_term
from tools.profile.vectors import Feature

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Crowd:
    """`features` (f) are the columns of the space; `places` (n_users, a) of `user_ids`. Without `segments` the users
    do not fall into groups.
    """

    space: TasteSpace
    features: tuple[Feature, ...]
    user_ids: tuple[str, ...]
    places: Floats
    segments: Segments | None

    @classmethod
    def fit(
        cls,
        item_vectors: sp.csr_matrix,
        features: tuple[Feature, ...],
        events: Interactions,
        domain: Domain,
        before: Crowd | None = None,
    ) -> Crowd | None:
        """None where there are no facets to tell tastes by, or too few users who like anything."""
        columns = np.array([n for n, feature in enumerate(features) if feature.role != "people"], np.intp)
        liked = events.liked()
        likes = np.diff(liked.indptr).astype(np.int64)
        telling = np.flatnonzero(likes >= LEAST_LIKES)
        if len(columns) < 2 or len(telling) < 2 * MEMBERS:
            return None
        sample = np.sort(np.random.default_rng(0).permutation(telling)[:SAMPLE])
        seen = long_term(item_vectors, events, sample)[:, columns].toarray()
        space = TasteSpace.fit(seen, likes[sample], columns)
        places = np.concatenate([
            space.project(long_term(item_vectors, events, rows), likes[rows]) for rows in chunks(len(likes))
        ])  # fmt: skip
        has = item_vectors[:, columns].copy()
        has.data[:] = 1.0
        named = tuple(features[n] for n in columns)
        people = Population(space, places, likes, liked)
        found = segments.fit(people, sample, has, named, domain, _before(before))
        return cls(space, named, events.user_ids, places, found)

    @cached_property
    def rows(self) -> dict[str, int]:
        return {user_id: n for n, user_id in enumerate(self.user_ids)}

    def place(self, vector: Floats, likes: int) -> Floats:
        """Where a user with the long-term P_u `vector` (d,) and that many liked items stands, (a,)."""
        return self.space.project(vector[None], np.array([likes]))[0]

    def nearest(self, place: Floats, n: int, leave_out: int = -1) -> NDArray[np.intp]:
        """Rows of the `n` users whose taste is most alike by cosine, best first; row `leave_out` is no candidate."""
        lengths = np.linalg.norm(self.places, axis=1) * max(float(np.linalg.norm(place)), 1e-9)
        alike = self.places @ place / np.maximum(lengths, 1e-9)
        if leave_out >= 0:
            alike[leave_out] = -1.0
        n = min(n, len(alike))
        best = np.argpartition(-alike, n - 1)[:n]
        best = best[alike[best] > 0]
        return best[np.argsort(-alike[best], kind="stable")]

    def without(self, gone: Collection[str]) -> Crowd:
        """These users' places taken out."""
        kept = [n for n, user_id in enumerate(self.user_ids) if user_id not in gone]
        return replace(self, places=self.places[kept], user_ids=tuple(self.user_ids[n] for n in kept))

    def save(self, folder: Path) -> None:
        self.save_users(folder)
        if self.segments:
            self.segments.save(folder)

    def save_users(self, folder: Path) -> None:
        """The files that hold rows of users."""
        np.savez(
            folder / "crowd.npz", columns=self.space.columns, axes=self.space.axes,
            places=self.places,
        )  # fmt: skip
        rest = {"features": self.features, "user_ids": self.user_ids}
        (folder / "crowd.json").write_text(json.dumps(rest, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Crowd | None:
        """None where training found no crowd."""
        if not (folder / "crowd.json").exists():
            return None
        rest = json.loads((folder / "crowd.json").read_text(encoding="utf-8"))
        with np.load(folder / "crowd.npz") as held:
            space, places = TasteSpace(held["columns"], held["axes"]), held["places"]
        features = tuple(Feature(*feature) for feature in rest["features"])
        return cls(space, features, tuple(rest["user_ids"]), places, Segments.load(folder))


def _before(crowd: Crowd | None) -> Before | None:
    if crowd is None or crowd.segments is None:
        return None
    return Before(crowd.segments.ids, crowd.segments.tastes, crowd.features)

"""The profile: P_u, a decayed mean of what a user liked in the space of item content. describe.py puts it in words.

sim(P_u, C) is the cosine of the user's vector and an item's. Nothing is refitted for a fresh event: the vector is made
from the history as it is now, and folded into the segments of the other users (crowd.py).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import rankdata

from tools.domain import Domain
from tools.histories import Histories
from tools.interactions import Interactions
from tools.profile.crowd import Crowd
from tools.profile.segments import LEAST_LIKES, Segments
from tools.profile.space import DISLIKE
from tools.profile.vectors import Feature, content_vectors
from tools.sparse import nonzeros, weighed
from tools.user import UserView

if TYPE_CHECKING:
    from tools.catalogue import Catalogue

RARE = 1e-3  # share of a segment that likes an item, below which it hardly matters how many do
SEGMENT = 0.5  # weight of the segments' liking beside the cosine: of 0.1, 0.25, 0.5, 1 and 2 the best on validation,
# NDCG@10 0.089, where the cosine alone has 0.024 and popularity 0.073 (MovieLens 100K, every known item left out)


@dataclass(frozen=True, eq=False)
class ProfileModel:
    """`item_vectors` C (n_items, d) float32 CSR, rows L2-normalised; `features` (d) name its columns; `popularity`
    (n_items,) percentiles; `crowd` the other users, None where there are too few.
    """

    item_vectors: sp.csr_matrix
    features: tuple[Feature, ...]
    popularity: NDArray[np.float32]
    half_life_days: float
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    crowd: Crowd | None = None

    @classmethod
    def fit(
        cls, catalogue: Catalogue, interactions: Interactions, domain: Domain, before: Path | None = None
    ) -> ProfileModel:
        """`before`: folder of the model that this one follows; its segments keep their numbers where they can."""
        vectors, features = content_vectors(catalogue)
        likers = np.asarray(interactions.liked().sum(axis=0)).ravel()
        percentile = ((rankdata(likers) - 0.5) / max(len(likers), 1)).astype(np.float32)
        crowd = Crowd.fit(vectors, features, interactions, domain, Crowd.load(before) if before else None)
        half_life = domain.feedback.half_life_days
        return cls(vectors, features, percentile, half_life, catalogue.ids, catalogue.titles, crowd)

    @property
    def metrics(self) -> dict[str, float]:
        return self.segments.metrics if self.segments else {}

    @property
    def segments(self) -> Segments | None:
        return self.crowd.segments if self.crowd else None

    @cached_property
    def is_facet(self) -> NDArray[np.bool_]:
        """Which features are facets, (d,)."""
        return np.array([feature.role == "facet" for feature in self.features], bool)

    @cached_property
    def facets(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.is_facet)

    @cached_property
    def has_facet(self) -> sp.csr_matrix:
        """Which item has which facet, 0 or 1, (n_items, facets)."""
        out = self.item_vectors[:, self.facets].copy()
        out.data[:] = 1.0
        return out

    @cached_property
    def facet_shares(self) -> sp.csr_matrix:
        """`has_facet`, each row divided by its sum."""
        total = np.asarray(self.has_facet.sum(axis=1)).ravel()
        return sp.csr_matrix(sp.diags_array(1 / np.maximum(total, 1)) @ self.has_facet, dtype=np.float32)

    def facet_taste(self, users: Histories) -> NDArray[np.float32]:
        """Shares of the facets in what each of n users liked, (n, facets); rows sum to 1, or 0 without likes."""
        owner, items = users.liked
        liked = sp.csr_matrix((np.ones(len(items), np.float32), (owner, items)), (len(users), self.has_facet.shape[0]))
        held = (liked @ self.facet_shares).toarray()
        return np.asarray(held / np.maximum(held.sum(axis=1, keepdims=True), 1e-9), np.float32)

    def vector(self, user: UserView, half_life_days: float | None = None) -> NDArray[np.float32]:
        """P_u (d,), L2-normalised; zeros without likes and dislikes. The half-life is the domain's unless given."""
        weights = user.weights * user.decay(half_life_days or self.half_life_days)
        liked, disliked = np.maximum(weights, 0), np.maximum(-weights, 0)
        mix = liked / max(liked.sum(), 1e-9) - DISLIKE * disliked / max(disliked.sum(), 1e-9)
        p = weighed(self.item_vectors, user.items, mix.astype(np.float32))
        length = float(np.linalg.norm(p))
        return np.asarray(p / length if length > 1e-6 else np.zeros_like(p), np.float32)

    def score(self, user: UserView, items: NDArray[np.int32] | None = None) -> NDArray[np.float32]:
        """sim(P_u, C) in [-1, 1] of `items` (all when not given), same shape."""
        vectors = self.item_vectors if items is None else self.item_vectors[items]
        return np.asarray(vectors @ self.vector(user), np.float32)

    def place(self, user: UserView) -> NDArray[np.float32] | None:
        """Where the user stands among the others, (a,); None without likes or without others."""
        if self.crowd is None or not len(user.liked):
            return None
        return self.crowd.place(self.vector(user, math.inf), len(user.liked))

    def segment(self, user: UserView) -> int | None:
        """Position of the user's segment; None where there are none, or too little is liked to tell."""
        place = self.place(user) if len(user.liked) >= LEAST_LIKES and self.segments else None
        return None if place is None or not self.segments else self.segments.of(place)

    def appeal(self, user: UserView) -> NDArray[np.float32]:
        """How far each item fits the user's taste and is liked by users of like taste, shape (n_items,); 0 for what
        points away from P_u.
        """
        score, place = self.score(user), self.place(user)
        if place is not None and self.segments:
            liking = np.log1p(self.segments.membership(place[None])[0] @ self.segments.rates / RARE)
            return np.where(score > 0, score + SEGMENT * liking, 0.0).astype(np.float32)
        return np.maximum(score, 0.0)

    def appeal_many(self, users: Histories) -> NDArray[np.float32]:
        """`appeal` to n users, (n, n_items)."""
        score = np.asarray((self.item_vectors @ self._vectors(users, self.half_life_days).T).T, np.float32)
        if self.crowd is None or not self.segments:
            return np.maximum(score, 0.0)
        places = self.crowd.space.project(self._vectors(users, math.inf), users.likes)
        liking = np.log1p(self.segments.membership(places) @ self.segments.rates / RARE)
        liking[users.likes == 0] = 0.0
        return np.where(score > 0, score + SEGMENT * liking, 0.0).astype(np.float32)

    def _vectors(self, users: Histories, half_life_days: float) -> NDArray[np.float32]:
        """`vector` of n users, (n, d)."""
        weights = users.weights * users.decay(half_life_days)
        mix = np.zeros_like(weights)
        for sign, share in ((1.0, 1.0), (-1.0, -DISLIKE)):
            part = np.maximum(sign * weights, 0)
            mix += share * part / np.maximum(np.bincount(users.owner, part, len(users)), 1e-9)[users.owner]
        shape = (len(users), self.item_vectors.shape[0])
        p = (sp.csr_matrix((mix, (users.owner, users.items)), shape) @ self.item_vectors).toarray()
        length = np.linalg.norm(p, axis=1, keepdims=True)
        return np.divide(p, length, out=np.zeros_like(p), where=length > 1e-6)

    def counts(self, items: NDArray[np.int32]) -> NDArray[np.int64]:
        """How many of `items` have each feature, shape (d,)."""
        return np.bincount(nonzeros(self.item_vectors, items)[1], minlength=len(self.features))

    def parts(self, p: NDArray[np.float32], item: int) -> Iterator[tuple[int, float]]:
        """(feature, share of the cosine of `p` with `item`) for each feature the item has, largest first."""
        span = slice(*self.item_vectors.indptr[item : item + 2])
        columns = self.item_vectors.indices[span]
        share = self.item_vectors.data[span] * p[columns]
        order = np.argsort(-share, kind="stable")
        return zip(columns[order].tolist(), share[order].tolist(), strict=True)

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
        if self.crowd:
            self.crowd.save(folder)

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
            Crowd.load(folder),
        )

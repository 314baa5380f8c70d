"""The tools of a bundle over a catalogue that has changed since. What people did with an item stays with it; what it is
made of is read anew; an item that nobody tried has no past, and speaks by its content as any other such item does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.cold.model import IMAGINED, ColdModel
from tools.ctr.features import ItemStats
from tools.ctr.model import CtrModel
from tools.neighbors.model import NeighborModel
from tools.overlay.arrays import grown, put, put_rows, stretched, wide
from tools.overlay.content import Floats, Reader
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.search.content import ContentModel

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.toolbox import Toolbox


@dataclass(frozen=True, eq=False)
class Edit:
    """`rows` of `catalogue`, of n items in all, are new or other than they were, with these text vectors; those from
    `first` on were not there before.
    """

    reader: Reader
    catalogue: Catalogue
    rows: NDArray[np.int64]
    texts: Floats
    first: int

    @property
    def n(self) -> int:
        return len(self.catalogue)

    @property
    def listed(self) -> Sequence[int]:
        return self.rows.tolist()

    def of(self, box: Toolbox) -> Toolbox:
        """`box` with the edit in every tool but the search index."""
        guess, likely = self.reader.factors(self.texts)
        return replace(
            box,
            catalogue=self.catalogue,
            profile=self.profile(box.profile),
            neighbors=self.neighbors(box.neighbors),
            content=self.content(box.content, guess),
            popularity=self.popularity(box.popularity),
            cold=self.cold(box.cold),
            ctr=self.ctr(box.ctr, likely),
            positions={i: n for i, n in self.catalogue.positions.items() if n not in self.catalogue.gone},
        )

    def profile(self, held: ProfileModel) -> ProfileModel:
        crowd = held.crowd
        if crowd and crowd.segments:
            segments = crowd.segments
            crowd = replace(
                crowd,
                segments=replace(segments, liked=wide(segments.liked, self.n), rates=wide(segments.rates, self.n)),
            )
        return replace(
            held,
            item_vectors=put_rows(
                held.item_vectors, self.n, self.rows, self.reader.profile_rows(self.catalogue, self.listed)
            ),
            popularity=grown(held.popularity, self.n, float(held.popularity.min(initial=0.5))),
            ids=self.catalogue.ids,
            titles=self.catalogue.titles,
            crowd=crowd,
        )

    def neighbors(self, held: NeighborModel) -> NeighborModel:
        n, weights = self.n, held.weights
        if sp.issparse(weights):
            weights = stretched(weights, n, n)
        elif len(weights) < n:
            weights = wide(grown(np.asarray(weights), n), n)
        liked = stretched(held.liked, held.liked.shape[0], n)
        return replace(held, weights=weights, liked=liked, follows=stretched(held.follows, n, n))

    def content(self, held: ContentModel, guess: Floats) -> ContentModel:
        content = put(held.content, self.n, self.rows, guess)
        return ContentModel(grown(held.says, self.n), content, grown(held.tried, self.n))

    def popularity(self, held: Popularity) -> Popularity:
        average = float(held.liked.sum() / max(int(held.users.sum()), 1))
        return replace(
            held,
            liked=grown(held.liked, self.n),
            users=grown(held.users, self.n),
            recent=grown(held.recent, self.n),
            approval=grown(held.approval, self.n, average),
        )

    def cold(self, held: ColdModel) -> ColdModel:
        users = held.history.shape[0]
        rate = IMAGINED * 0.1 / max(users, 1) / (users + IMAGINED)  # as `ColdModel.fit` has it of what nobody liked
        return replace(
            held,
            history=stretched(held.history, users, self.n),
            prior=grown(held.prior, self.n, float(np.log(rate))),
            rate=grown(held.rate, self.n, rate),
        )

    def ctr(self, held: CtrModel, likely: NDArray[np.float64]) -> CtrModel:
        features, catalogue, fresh = held.features, self.catalogue, self.rows >= self.first
        facets = self.reader.facets(catalogue, self.listed)
        parts = {
            "facets": facets,
            "numbers": self.reader.numbers(catalogue, self.listed),
            "vectors": self.reader.profile_rows(catalogue, self.listed).toarray(),
            "content": self.reader.click_content(facets, self.texts),
        }
        held_rows: dict[str, Any] = {
            name: put(getattr(features, name), self.n, self.rows, part) for name, part in parts.items()
        }
        count = held.stats.count
        base = float(np.average(held.taste.base, weights=count + 1e-9)) if len(count) else 0.0
        taste = replace(
            held.taste,
            vectors=put(held.taste.vectors, self.n, self.rows[fresh], likely[fresh]),
            base=grown(held.taste.base, self.n, base),
        )
        stats = ItemStats(grown(count, self.n), grown(held.stats.liked, self.n))
        return replace(held, features=replace(features, **held_rows), taste=taste, stats=stats)

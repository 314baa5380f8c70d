"""Users like this one: how many there are and what tastes they share. Who they are stays here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tools.profile.labels import LIFT, SHARE
from tools.profile.model import ProfileModel
from tools.profile.records import Share, SimilarUsers
from tools.profile.segments import ENOUGH
from tools.user import UserView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.neighbors.model import NeighborModel

NEAREST = 50  # by taste
SHARED = 3


def similar_users(model: ProfileModel, neighbors: NeighborModel, user: UserView) -> SimilarUsers | None:
    """None where fewer than 5 users are near."""
    rows, _ = neighbors.fold_in(user).neighbours
    if len(rows) < ENOUGH:
        return None
    return SimilarUsers(
        by_history=len(rows),
        by_taste_too=_in_both({neighbors.user_ids[row] for row in rows.tolist()}, model, user),
        shared=_shared(model, neighbors, rows, user),
    )


def _in_both(near: set[str], model: ProfileModel, user: UserView) -> int | None:
    place = model.place(user)
    if place is None or model.crowd is None:
        return None
    by_taste = model.crowd.nearest(place, NEAREST, leave_out=model.crowd.rows.get(user.user_id, -1))
    both = len(near & {model.crowd.user_ids[row] for row in by_taste.tolist()})
    return both if both >= ENOUGH else None


def _shared(model: ProfileModel, neighbors: NeighborModel, rows: NDArray[np.int32], user: UserView) -> list[Share]:
    """Facets commoner in what they liked than in what everyone liked, that the user leans to as well."""
    theirs, all_of = (_share(model, liked) for liked in (neighbors.liked[rows], neighbors.liked))
    lift = theirs / np.maximum(all_of, 1e-9)
    leaning = model.vector(user)[model.facets] > 0
    tells = np.flatnonzero(leaning & (lift >= LIFT) & (theirs >= SHARE))
    best = tells[np.argsort(-(theirs * np.log(np.maximum(lift, 1e-9)))[tells], kind="stable")[:SHARED]]
    features = [model.features[model.facets[n]] for n in best]
    return [
        Share(attribute=f.attribute, value=f.value, share=round(float(theirs[n]), 3))
        for f, n in zip(features, best, strict=True)
    ]


def _share(model: ProfileModel, liked: Any) -> NDArray[np.float32]:
    """Of all likes in `liked` (users, n_items), how many are of an item with each facet, (facets,)."""
    counts = np.asarray(liked.sum(axis=0), np.float32).ravel()
    return np.asarray(model.has_facet.T @ counts / max(float(counts.sum()), 1.0), np.float32)

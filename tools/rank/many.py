"""Slates of many users at once: what each would be shown without words, from the same candidates, without reasons.

Arrays have a row a user. Candidates stand in catalogue order in rows of one width, the shorter rows filled up with
items that do not take part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.neighbors import tool as neighbors
from tools.profile import tool as profile
from tools.rank.blend import shares, taste
from tools.rank.fill import POPULAR
from tools.rank.rules import allowed_many
from tools.rank.taste import Columns, Floats
from tools.user import Histories, UserView

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

Mask = NDArray[np.bool_]
Items = NDArray[np.int32]

CELLS = 4_000_000  # users times items, or users times users, that are held at once


def slates(box: Toolbox, users: Sequence[UserView], k: int, among: Sequence[Mask] | None = None) -> tuple[Items, Floats]:
    """Catalogue indices (n, k), best first, -1 where there are no more, and their scores, as `recommend` gives them.
    `among`: for each user the only items that may be shown, (n_items,).
    """
    parts = [_slates(box, users[at], k, among and among[at]) for at in blocks(box, len(users))]
    items, scores = zip(*parts, strict=True) if parts else ([np.empty((0, k), np.int32)], [np.empty((0, k), np.float32)])
    return np.concatenate(items), np.concatenate(scores)


def blocks(box: Toolbox, n: int) -> Iterator[slice]:
    """0..n-1 in pieces whose arrays fit in memory."""
    size = max(1, CELLS // max(len(box.catalogue), len(box.neighbors.user_ids), 1))
    return (slice(start, start + size) for start in range(0, n, size))


def _slates(box: Toolbox, users: Sequence[UserView], k: int, among: Sequence[Mask] | None) -> tuple[Items, Floats]:
    seen = Histories.of(users)
    eligible = allowed_many(box, users, seen)
    if among is not None:
        eligible &= np.array(among)
    items, known, columns = _candidates(box, users, seen, eligible, max(POPULAR, k))
    columns["ctr"] = _chances(box, users, items, known)
    scores = taste(box, columns, known, shares(box, users))
    scores = np.where(known, scores, -np.inf)
    first = np.argsort(-scores, axis=1, kind="stable")[:, :k]  # stable: ties stand in catalogue order
    best, shown = (np.take_along_axis(a, first, axis=1) for a in (items, scores))
    best = np.where(np.isneginf(shown), -1, best)
    missing = ((0, 0), (0, k - best.shape[1]))
    return np.pad(best, missing, constant_values=-1), np.pad(shown, missing, constant_values=-np.inf)


def _candidates(
    box: Toolbox, users: Sequence[UserView], seen: Histories, eligible: Mask, popular: int
) -> tuple[Items, Mask, Columns]:
    """Items (n, c), which of them take part, and what each source says of them."""
    together, following = box.neighbors.fold_in_many(seen)
    says = {
        "neighbors": together,
        "next": following,
        "profile": box.profile.appeal_many(seen),
        "popularity": box.cold.scores_many(users, seen),
    }
    found = highest(says["popularity"], eligible, popular)
    for source, n in (("neighbors", neighbors.SHOWN), ("next", neighbors.SHOWN), ("profile", profile.SHOWN)):
        found |= highest(says[source], eligible & (says[source] > 0), n)
    items, known = _gathered(found)
    return items, known, {source: np.take_along_axis(scores, items, axis=1) for source, scores in says.items()}


def highest(scores: Floats, among: Mask, n: int) -> Mask:
    """Where the `n` highest scores of each row are, of those `among`; of equal ones the first. All arrays (rows, m)."""
    if n >= scores.shape[1]:
        return among
    held = np.where(among, scores, -np.inf)
    least = np.partition(held, -n, axis=1)[:, -n, None]
    above, tied = held > least, (held == least) & among
    left = n - above.sum(axis=1, keepdims=True)
    return above | (tied & (np.cumsum(tied, axis=1) <= left))


def _gathered(found: Mask) -> tuple[Items, Mask]:
    """Columns of the True cells of each row, ascending, (n, c) with c the most that a row has; and which are such."""
    row, column = np.nonzero(found)
    size = found.sum(axis=1)
    items = np.zeros((len(found), int(size.max(initial=0))), np.int32)
    known = np.arange(items.shape[1]) < size[:, None]
    items[known] = column
    return items, known


def _chances(box: Toolbox, users: Sequence[UserView], items: Items, known: Mask) -> Floats:
    """P(click), (n, c); NaN for those without history, as nobody asks for it then."""
    out = np.full(items.shape, np.nan, np.float32)
    asked = known & np.array([len(user.items) > 0 for user in users])[:, None]
    owner, column = np.nonzero(asked)
    out[owner, column] = box.ctr.predict_many(users, owner, items[owner, column])
    return out

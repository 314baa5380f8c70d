"""Slates of many users at once: what each would be shown without words, from the same candidates, without reasons.

Arrays have a row a user. Candidates stand in catalogue order in rows of one width, the shorter rows filled up with
items that do not take part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.bus import Source
from tools.histories import Histories
from tools.neighbors import tool as neighbors
from tools.profile import tool as profile
from tools.rank.blend import Mask, members, shares, short_list, slate, tails, taste
from tools.rank.explore import NOVEL
from tools.rank.fill import POPULAR
from tools.rank.rules import allowed_many
from tools.rank.stated import FOUND, lifts
from tools.rank.taste import Floats
from tools.rank.top import highest
from tools.user import UserView

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

Items = NDArray[np.int32]

CELLS = 4_000_000  # users times items, or users times users, that are held at once


def slates(
    box: Toolbox, users: Sequence[UserView], k: int, among: Sequence[Mask] | None = None
) -> tuple[Items, Floats]:
    """Catalogue indices (n, k), best first, -1 where there are no more, and their scores, as `recommend` gives them.
    `among`: for each user the only items that may be shown, (n_items,).
    """
    parts = [_slates(box, users[at], k, among and among[at]) for at in blocks(box, len(users))]
    items, scores = (
        zip(*parts, strict=True) if parts else ([np.empty((0, k), np.int32)], [np.empty((0, k), np.float32)])
    )
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
    items, known, columns = _candidates(box, users, seen, eligible, k)
    new = columns.pop("exploration", np.full(items.shape, np.nan, np.float32))
    share, tail = shares(box, users), tails(users)
    columns["ctr"] = _chances(box, users, items, short_list(box, items, columns, known, tail))
    scores = np.where(known, taste(box, items, columns, known, share, tail), -np.inf).astype(np.float32)
    first = slate(box, seen, items, scores, new, k)
    shown = [
        np.where(first < 0, none, np.take_along_axis(of, first, axis=1))
        for of, none in ((items, -1), (scores, -np.inf))
    ]
    missing = ((0, 0), (0, k - first.shape[1]))
    return np.pad(shown[0], missing, constant_values=-1), np.pad(shown[1], missing, constant_values=-np.inf)


def _candidates(
    box: Toolbox, users: Sequence[UserView], seen: Histories, eligible: Mask, k: int
) -> tuple[Items, Mask, dict[Source, Floats]]:
    """Items (n, c), which of them take part, and what each source says of them."""
    together, following = box.neighbors.fold_in_many(seen)
    says: dict[Source, Floats] = {
        "neighbors": together,
        "next": following,
        "profile": box.profile.appeal_many(seen),
        "popularity": box.cold.scores_many(users, seen),
    }
    told = lifts(box, users)
    if told is not None:
        says["popularity"] = says["popularity"] + told
    found = highest(says["popularity"], eligible, max(POPULAR, k))
    if told is not None:
        found |= highest(told, eligible & (told > 0), FOUND)
    for floor in box.domain.mix.floors:
        found |= highest(says["popularity"], eligible & members(box, floor), k)
    shown: dict[Source, int] = {"neighbors": neighbors.SHOWN, "next": neighbors.SHOWN, "profile": profile.SHOWN}
    for source, n in shown.items():
        found |= highest(says[source], eligible & (says[source] > 0), n)
    if box.domain.mix.exploration:
        says["exploration"] = _new(box, seen, eligible)
        found |= ~np.isnan(says["exploration"])
    items, known = gathered(found)
    return items, known, {source: np.take_along_axis(scores, items, axis=1) for source, scores in says.items()}


def _new(box: Toolbox, seen: Histories, eligible: Mask) -> Floats:
    """As `explore.put_new`: what speaks for the new items it would put, NaN elsewhere, (n, n_items)."""
    out, new = np.full(eligible.shape, np.nan, np.float32), box.content.new
    scores = np.where(eligible[:, new], box.content.of_new_many(seen), 0)
    out[:, new] = np.where(highest(scores, scores > 0, NOVEL), scores, np.nan)
    return out


def gathered(found: Mask) -> tuple[Items, Mask]:
    """Columns of the True cells of each row, ascending, (n, c) with c the most that a row has; and which are such."""
    _, column = np.nonzero(found)
    size = found.sum(axis=1)
    items = np.zeros((len(found), int(size.max(initial=0))), np.int32)
    known = np.arange(items.shape[1]) < size[:, None]
    items[known] = column
    return items, known


def _chances(box: Toolbox, users: Sequence[UserView], items: Items, listed: Mask) -> Floats:
    """P(click), (n, c), of those listed; NaN for those without history, as nobody asks for it then."""
    out = np.full(items.shape, np.nan, np.float32)
    asked = listed & np.array([len(user.items) > 0 for user in users])[:, None]
    owner, column = np.nonzero(asked)
    out[owner, column] = box.ctr.predict_many(users, owner, items[owner, column])
    return out

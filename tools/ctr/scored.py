"""Named items, scored for one user: the chance of a click, and what moved it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tools.ctr.effects import Effect, effects
from tools.ctr.tool import evidence
from tools.errors import NotFound

if TYPE_CHECKING:
    from tools.bus import Evidence
    from tools.toolbox import Toolbox
    from tools.user import UserView


class Scored(NamedTuple):
    """`evidence`: the same as one clause in words."""

    item_id: str
    title: str
    chance: float
    effects: list[Effect]
    evidence: Evidence


def scored(box: Toolbox, user: UserView, item_ids: Sequence[str], top: int = 3) -> list[Scored]:
    """Each with the `top` groups of features that moved it most, in the order given.

    Raises:
        NotFound: an id that the catalogue does not hold; names the first such.
    """
    for n, item_id in enumerate(item_ids):
        if item_id not in box.positions:
            raise NotFound(f"item_ids[{n}]: no item {item_id!r} in the catalogue", f"item_ids[{n}]")
    items = np.array([box.positions[item_id] for item_id in item_ids], np.int32)
    rows = box.ctr.batch(user, items)
    chances = box.ctr.chances(rows, box.ctr.own(user))
    out = []
    for n, (item_id, item) in enumerate(zip(item_ids, items.tolist(), strict=True)):
        moved = effects(box.ctr, user, item, top, rows[n : n + 1])
        chance = float(chances[n])
        told = evidence(None if box.ctr.against_samples else chance, moved)
        out.append(Scored(item_id, box.catalogue.titles[item], round(chance, 6), moved, told))
    return out

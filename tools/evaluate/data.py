"""What is evaluated: the events of one home as arrays and as the frame they came from, row for row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.errors import InvalidInput
from tools.interactions import Interactions
from tools.store import Store, User

Rows = NDArray[np.int64]  # row numbers of the log
Ids = NDArray[np.int32]  # users or items


@dataclass(frozen=True, eq=False)
class Dataset:
    """`log` holds every usable event in time order, ties in the order they came; row n of `frame` is its event n. Users
    are numbered in the order in which the store has them, which is what the protocols' draws go by. `texts`
    (n_items, dim) are vectors of what the items are, where they were made by an encoder that has seen no events.
    """

    domain: Domain
    catalogue: Catalogue
    users: dict[str, User]
    frame: pl.DataFrame
    log: Interactions
    store: Store
    texts: NDArray[np.float32] | None = None

    @classmethod
    def read(cls, store: Store, domain: Domain) -> Dataset:
        """Everything in the store but what users who switched profiling off did.

        Raises:
            InvalidInput: there are no events.
        """
        catalogue = Catalogue.build(store.items(), domain)
        frame = store.events(profiled=True).filter(pl.col("item_id").is_in(list(catalogue.ids)))
        if frame.is_empty():
            raise InvalidInput(
                "the store holds no events to evaluate with; run `tastemaker ingest --events FILE`", "events"
            )
        users = {user.user_id: user for user in store.users() if user.profiling}
        return cls(domain, catalogue, users, frame, numbered(frame, list(users), catalogue, domain), store)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Item id to catalogue index."""
        return {item_id: n for n, item_id in enumerate(self.catalogue.ids)}

    @property
    def is_all_likes(self) -> bool:
        return bool((self.log.weight > 0).all())

    def user(self, n: int) -> User:
        user_id = self.log.user_ids[n]
        return self.users.get(user_id) or User(user_id=user_id)


def numbered(frame: pl.DataFrame, order: list[str], catalogue: Catalogue, domain: Domain) -> Interactions:
    """The events as arrays, users numbered as in `order`; those it does not name come last."""
    log = Interactions.from_events(frame, catalogue, domain.feedback)
    rank = {user_id: n for n, user_id in enumerate(order)}
    ids = np.array([rank.get(user_id, len(rank)) for user_id in log.user_ids], np.int64)
    by_rank = np.argsort(ids, kind="stable")
    new = np.argsort(by_rank).astype(np.int32)
    return replace(log, user_ids=tuple(log.user_ids[n] for n in by_rank.tolist()), user=new[log.user])

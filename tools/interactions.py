"""Events as arrays: the training set every model shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.domain import Feedback

if TYPE_CHECKING:
    from tools.catalogue import Catalogue


@dataclass(frozen=True)
class Interactions:
    """Events in time order. `user`, `item` (n,) int32 indices into `user_ids` and the catalogue; `time` (n,) unix
    seconds; `weight` (n,) signed preference as in `UserView.weights`.
    """

    user_ids: tuple[str, ...]
    n_items: int
    user: NDArray[np.int32]
    item: NDArray[np.int32]
    time: NDArray[np.float64]
    weight: NDArray[np.float32]

    @classmethod
    def from_events(cls, events: pl.DataFrame, catalogue: Catalogue, feedback: Feedback) -> Interactions:
        """`events`: user_id, item_id, timestamp, kind, value, in time order. Events on items that the catalogue
        does not hold are left out.
        """
        events = events.filter(pl.col("item_id").is_in(list(catalogue.ids)))
        user_ids = tuple(events["user_id"].unique(maintain_order=True).to_list())
        position = {u: n for n, u in enumerate(user_ids)}
        users = np.fromiter((position[u] for u in events["user_id"]), np.int32, len(events))
        items = np.fromiter((catalogue.index(i) for i in events["item_id"]), np.int32, len(events))
        weight = feedback.preference(
            events["kind"].to_numpy().astype(str), events["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        )
        return cls(user_ids, len(catalogue.ids), users, items, events["timestamp"].to_numpy().astype(float), weight)

    def liked(self) -> sp.csr_matrix:
        """Binary float32 matrix (n_users, n_items) of items with a positive event."""
        return self._matrix(self.weight > 0)

    def seen(self) -> sp.csr_matrix:
        """Binary float32 matrix (n_users, n_items) of items with any event."""
        return self._matrix(np.ones(len(self.weight), bool))

    def _matrix(self, rows: NDArray[np.bool_]) -> sp.csr_matrix:
        shape = (len(self.user_ids), self.n_items)
        data = np.ones(int(rows.sum()), np.float32)
        out = sp.csr_matrix((data, (self.user[rows], self.item[rows])), shape=shape)
        out.data[:] = 1.0
        out.sort_indices()
        return out

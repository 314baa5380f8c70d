"""Events as arrays: the training set every model shares."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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
    seconds; `weight` (n,) signed preference and `grade` (n,) its finer steps, both as in `UserView`.
    """

    user_ids: tuple[str, ...]
    n_items: int
    user: NDArray[np.int32]
    item: NDArray[np.int32]
    time: NDArray[np.float64]
    weight: NDArray[np.float32]
    grade: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    def __post_init__(self) -> None:
        if not len(self.grade):
            object.__setattr__(self, "grade", self.weight)
        if len(self.grade) != len(self.weight):
            raise ValueError(f"{len(self.grade)} grades for {len(self.weight)} events: cut events with `take`")

    @classmethod
    def from_events(cls, events: pl.DataFrame, catalogue: Catalogue, feedback: Feedback) -> Interactions:
        """`events`: user_id, item_id, timestamp, kind, value, in time order. Events on items that the catalogue
        does not hold are left out.
        """
        known = pl.DataFrame({"item_id": catalogue.ids}, {"item_id": pl.String})
        events = events.filter(pl.col("item_id").is_in(known["item_id"].implode()))
        users = events.select(pl.col("user_id").unique(maintain_order=True))
        said = events.select("kind", "value").unique(maintain_order=True)
        kinds, values = (
            said["kind"].to_numpy().astype(str),
            said["value"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        )
        verdict = _places(events, said)
        return cls(
            tuple(users["user_id"].to_list()),
            len(catalogue.ids),
            _places(events, users),
            _places(events, known),
            events["timestamp"].to_numpy().astype(float),
            feedback.preference(kinds, values)[verdict],
            feedback.grade(kinds, values)[verdict],
        )

    def take(self, rows: NDArray[np.bool_] | NDArray[np.integer] | slice) -> Interactions:
        """The events of `rows` alone, among the same users and items."""
        cut = {name: getattr(self, name)[rows] for name in ("user", "item", "time", "weight", "grade")}
        return replace(self, **cut)

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


def _places(events: pl.DataFrame, rows: pl.DataFrame) -> NDArray[np.int32]:
    """Which of `rows` each event has in their columns; rows are distinct."""
    numbered = rows.with_row_index("place")
    found = events.join(numbered, on=rows.columns, how="left", nulls_equal=True, maintain_order="left")
    return found["place"].to_numpy().astype(np.int32)

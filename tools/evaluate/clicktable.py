"""What a click peer is given for each event: the user's attributes, the item's, and counts of what came before it.

The counts are online: every row sees all events before it, in the order they came, as a fresh feature store would serve
them. A click is an event of positive preference.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tools.catalogue import Catalogue
from tools.evaluate.data import Dataset, Ids

Table = NDArray[np.float32]

USER_SHRINK, ITEM_SHRINK = 5.0, 10.0  # pseudo-events at the average rate
MOST_VALUES = 50  # of a user attribute in words, one column each; above that it is a name or a number plate
MOST_FACETS = 64
RATE = 3  # of `history`: the column of the item's click rate


def click_table(data: Dataset, prior: float, fitted: int) -> tuple[Table, int]:
    """One row per event, and which column is the item's shrunk click rate. The means of the first `fitted` rows, whose
    click rate is `prior`, stand where nothing is known.
    """
    log = data.log
    people, things = _users(data), _items(data.catalogue)
    past = history(data, prior, fitted)
    table = np.concatenate([people[log.user], things[log.item], past], axis=1, dtype=np.float32)
    return table, people.shape[1] + things.shape[1] + RATE


def history(data: Dataset, prior: float, fitted: int) -> Table:
    """Of the user and then of the item: shrunk click rate, shrunk mean value, log count; before each event."""
    log, values = data.log, data.frame["value"].cast(pl.Float64).fill_nan(None)
    mean = float(values[:fitted].mean() or 0.0)  # type: ignore[arg-type]
    graded = values.fill_null(mean).to_numpy()
    columns = []
    for ids, shrink in ((log.user, USER_SHRINK), (log.item, ITEM_SHRINK)):
        count = _before(ids, np.ones(len(ids)))
        clicks, total = _before(ids, log.weight > 0), _before(ids, graded)
        columns += [
            (clicks + shrink * prior) / (count + shrink),
            (total + shrink * mean) / (count + shrink),
            np.log1p(count),
        ]
    return np.column_stack(columns).astype(np.float32)


def _before(ids: Ids, values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Sum of `values` over earlier rows of the same id."""
    order = np.argsort(ids, kind="stable")
    running = np.concatenate([[0.0], np.cumsum(values[order], dtype=float)])
    first = np.searchsorted(ids[order], ids[order])
    out = np.empty(len(ids))
    out[order] = running[:-1] - running[first]
    return out


def _users(data: Dataset) -> Table:
    """(n_users, columns): attributes that are numbers as they are, those in words one column a value."""
    attributes = [data.user(n).attributes for n in range(len(data.log.user_ids))]
    names = sorted({name for held in attributes for name in held})
    blocks = [block for name in names if (block := _column([held.get(name) for held in attributes])) is not None]
    return np.concatenate([np.zeros((len(attributes), 0), np.float32), *blocks], axis=1)


def _column(values: list[object]) -> Table | None:
    told = [value for value in values if value is not None]
    if all(isinstance(value, int | float) for value in told):
        numbers = np.array([np.nan if v is None else v for v in values], float)
        return _filled(numbers[:, None])
    words = sorted({str(value) for value in told})
    if len(words) > MOST_VALUES:
        return None
    return np.equal.outer(np.array([str(v) for v in values]), np.array(words)).astype(np.float32)


def _items(catalogue: Catalogue) -> Table:
    """(n_items, columns): the commonest facets, 0 or 1, and every number."""
    facets = [catalogue.matrix(f.name).toarray() for f in catalogue.fields.values() if f.facet]
    every = np.concatenate([np.zeros((len(catalogue), 0), np.float32), *facets], axis=1)
    common = np.sort(np.argsort(-every.sum(axis=0), kind="stable")[:MOST_FACETS])
    numbers = [catalogue.numbers(f.name)[:, None] for f in catalogue.fields.values() if f.kind == "number"]
    return np.concatenate([every[:, common], *(_filled(column) for column in numbers)], axis=1, dtype=np.float32)


def _filled(column: NDArray[np.float64]) -> Table:
    """The median where nothing is known."""
    known = column[~np.isnan(column)]
    return np.nan_to_num(column, nan=float(np.median(known)) if len(known) else 0.0).astype(np.float32)

"""CTR of many (user, item) pairs at once, point in time, for `tastemaker score`.

A pair with a timestamp sees only events strictly before it, those of other users on the item included; a pair without
one is scored as a turn would score it now. The weights are always those of the bundle.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tools.ctr.features import ItemStats
from tools.errors import InvalidInput
from tools.interactions import Interactions
from tools.store.records import EARLIEST, LATEST, unix_seconds

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

log = logging.getLogger(__name__)
SPELLING = "is not a time: give unix seconds or ISO 8601"
CHUNK = 100_000  # pairs whose feature rows are held at once


def score_pairs(box: Toolbox, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with a column `ctr` (float64), rows in their order. Columns user_id, item_id and optionally timestamp
    (unix seconds or ISO 8601; a missing one means now).

    An unknown user, or one who switched profiling off, is scored from the item alone. A pair whose item is not in the
    bundle's catalogue has a null `ctr`; a warning counts these pairs and names the first.

    Raises:
        InvalidInput: a column is missing, an id is missing or a timestamp cannot be read; the message names the row.
    """
    users, item_ids = _ids(frame, "user_id"), _ids(frame, "item_id")
    times = _times(frame)
    items = np.fromiter((box.positions.get(i, -1) for i in item_ids), np.int32, len(frame))
    _warn(item_ids, items)
    events = Interactions.from_events(box.store.events(), box.catalogue, box.domain.feedback)
    position = {user_id: n for n, user_id in enumerate(events.user_ids)}
    private = {user.user_id for user in box.store.users() if not user.profiling}
    owner = np.fromiter((-1 if u in private else position.get(u, -1) for u in users), np.int32, len(frame))
    out = np.full(len(frame), np.nan)
    known = np.flatnonzero(items >= 0)
    for rows in np.array_split(known, max(1, -(-len(known) // CHUNK))):
        out[rows] = _chances(box, events, owner[rows], times[rows], items[rows])
    return frame.with_columns(pl.Series("ctr", out).fill_nan(None))


def _chances(
    box: Toolbox, events: Interactions, owner: NDArray[np.int32], times: NDArray[np.float64], items: NDArray[np.int32]
) -> NDArray[np.float32]:
    model = box.ctr
    then, now = ItemStats.at_moments(events, items, times), model.stats[items]
    live = np.isposinf(times)
    stats = ItemStats(np.where(live, now.count, then.count), np.where(live, now.liked, then.liked))
    own = model.own_at(events, owner, times) if model.online else 0.0
    return model.chances(model.batch_at(events, owner, times, items, stats), own)


def _ids(frame: pl.DataFrame, column: str) -> pl.Series:
    if column not in frame.columns:
        raise InvalidInput(f"the pairs have no column {column!r}, only {', '.join(frame.columns)}", column)
    ids = frame[column].cast(pl.String)
    if ids.null_count():
        raise InvalidInput(f"row {_first(ids.is_null())}: {column} is missing", column)
    return ids


def _times(frame: pl.DataFrame) -> NDArray[np.float64]:
    """Unix seconds (n,), infinity for now."""
    if "timestamp" not in frame.columns:
        return np.full(len(frame), np.inf)
    given = frame["timestamp"]
    if given.dtype.is_temporal():
        given = given.cast(pl.Datetime("us")).cast(pl.Int64) / 1e6
    elif not given.dtype.is_numeric():
        read = {text: _seconds(text, given) for text in given.drop_nulls().unique()}
        given = given.replace_strict(read, default=None, return_dtype=pl.Float64)
    seconds = given.cast(pl.Float64)
    wrong = ~seconds.is_between(EARLIEST, LATEST)
    if wrong.any():
        raise InvalidInput(
            f"row {_first(wrong)}: timestamp {frame['timestamp'][_first(wrong) - 1]!r} {SPELLING}", "timestamp"
        )
    return seconds.fill_null(float("inf")).to_numpy()


def _seconds(text: object, given: pl.Series) -> float:
    try:
        return unix_seconds(text)
    except ValueError:
        raise InvalidInput(f"row {_first(given == text)}: timestamp {text!r} {SPELLING}", "timestamp") from None


def _first(mask: pl.Series) -> int:
    """Row number, from 1, of the first True."""
    return int(mask.fill_null(False).arg_max() or 0) + 1


def _warn(item_ids: pl.Series, items: NDArray[np.int32]) -> None:
    unknown = np.flatnonzero(items < 0)
    if len(unknown):
        log.warning(
            "%d of %d pairs name items that the bundle does not hold, first %r in row %d: their ctr is null",
            len(unknown),
            len(items),
            item_ids[int(unknown[0])],
            unknown[0] + 1,
        )

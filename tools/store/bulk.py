"""Many rows at once, the driver's quickest way: prepared rows in SQLite, COPY in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from tools.store.database import CACHE

_PART = 50_000  # rows turned into Python objects at a time
_MANY = 200_000  # rows from which SQLite is given room to hold its indices: they are filled in no order
_ROOM = 1_048_576  # KiB
_INCOMING = "incoming_rows"


def merge(
    connection: sa.Connection, table: sa.Table, frame: pl.DataFrame, key: str, replace: Sequence[str] = ()
) -> None:
    """Insert the rows in order; where the key is taken, replace these columns, or leave the row as it is."""
    if frame.is_empty():
        return
    if connection.dialect.name == "sqlite":
        _insert(connection, table, frame, key, replace)
    else:
        _copy(connection, table, frame, key, replace)


def _insert(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame, key: str, replace: Sequence[str]) -> None:
    statement = on_conflict(sqlite_insert(table), key, replace)
    compiled = statement.compile(dialect=connection.dialect, column_keys=frame.columns)
    if len(frame) >= _MANY:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_ROOM}")
    for part in frame.select(compiled.positiontup or frame.columns).iter_slices(_PART):
        connection.exec_driver_sql(str(compiled), part.rows())
    if len(frame) >= _MANY:
        connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE}")


def _copy(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame, key: str, replace: Sequence[str]) -> None:
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    connection.exec_driver_sql(
        f'CREATE TEMP TABLE {_INCOMING} (LIKE "{table.name}" INCLUDING DEFAULTS) ON COMMIT DROP'  # counts seq up too
    )
    with connection.connection.cursor().copy(f"COPY {_INCOMING} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        for part in frame.iter_slices(_PART):
            copy.write(part.write_csv(include_header=False))
    names = ["seq", *frame.columns]
    rows: sa.Select[*tuple[Any, ...]] = (
        sa.select(*(sa.column(name) for name in names)).select_from(sa.text(_INCOMING)).order_by(sa.column("seq"))
    )
    connection.execute(on_conflict(pg_insert(table).from_select(names, rows), key, replace))
    connection.exec_driver_sql(f"DROP TABLE {_INCOMING}")


def on_conflict(insert: Any, key: str, replace: Sequence[str]) -> Any:
    if not replace:
        return insert.on_conflict_do_nothing(index_elements=[key])
    return insert.on_conflict_do_update(index_elements=[key], set_={name: insert.excluded[name] for name in replace})

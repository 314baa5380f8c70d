"""Appending events once: the decision between applied, duplicate, conflict and unknown item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from tools.store import tables
from tools.store.frames import EVENTS, event_row
from tools.store.records import Event, Outcome

_CHUNK = 500
Row = dict[str, Any]


def append(connection: sa.Connection, insert: Callable[[sa.Table], Any], events: Sequence[Event]) -> list[Outcome]:
    """Insert what is new; the caller holds the only writing transaction, so that what is read here stays true."""
    rows = [event_row(e) for e in events]
    known = _present(connection, tables.items.c.item_id, {r["item_id"] for r in rows})
    stored = _stored(connection, {r["event_id"] for r in rows if r["event_id"] is not None})
    fresh: list[Row] = []
    outcomes: list[Outcome] = []
    for row in rows:
        outcome = _decide(row, known, stored)
        outcomes.append(outcome)
        if outcome == "applied":
            fresh.append(row)
            stored[row["event_id"]] = row
    if fresh:
        users = [{"user_id": u, "attributes": "{}", "profiling": True} for u in {r["user_id"]: None for r in fresh}]
        connection.execute(insert(tables.users).on_conflict_do_nothing(index_elements=["user_id"]), users)
        connection.execute(sa.insert(tables.events), fresh)
    return outcomes


def _decide(row: Row, known: set[str], stored: dict[str | None, Row]) -> Outcome:
    if row["event_id"] is not None and row["event_id"] in stored:
        return "duplicate" if stored[row["event_id"]] == row else "conflict"
    return "applied" if row["item_id"] in known else "unknown_item"


def _present(connection: sa.Connection, column: sa.Column[Any], values: Iterable[str]) -> set[str]:
    return {
        found
        for part in _chunks(values)
        for found in connection.execute(sa.select(column).where(column.in_(part))).scalars()
    }


def _stored(connection: sa.Connection, event_ids: Iterable[str]) -> dict[str | None, Row]:
    columns = [tables.events.c[name] for name in EVENTS]
    return {
        row["event_id"]: dict(row)
        for part in _chunks(event_ids)
        for row in connection.execute(sa.select(*columns).where(tables.events.c.event_id.in_(part))).mappings()
    }


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    left = iter(values)
    while part := list(islice(left, _CHUNK)):
        yield part

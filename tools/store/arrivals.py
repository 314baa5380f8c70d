"""Events in the order they came to the store, for those who learn from them one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from tools.store import frames
from tools.store.tables import events, users

if TYPE_CHECKING:
    from tools.store.store import Store

SCHEMA = {"seq": pl.Int64, **frames.HISTORY}


def latest(store: Store) -> int:
    """Number of the newest event; 0 without any. Numbers grow, and some are left out."""
    with store._db.read() as connection:
        return int(connection.execute(sa.select(sa.func.max(events.c.seq))).scalar() or 0)


def since(store: Store, seq: int, most: int) -> pl.DataFrame:
    """The first `most` events after number `seq` of users who let their history be used: `SCHEMA`, by number."""
    columns = (events.c[name] for name in SCHEMA)
    query = sa.select(*columns).where(events.c.seq > seq, _usable()).order_by(events.c.seq).limit(most)
    with store._db.read() as connection:
        return frames.from_rows([tuple(row) for row in connection.execute(query)], SCHEMA)


def count(store: Store, seq: int) -> int:
    """How many of these came after number `seq`."""
    query = sa.select(sa.func.count()).where(events.c.seq > seq, _usable())
    with store._db.read() as connection:
        return int(connection.execute(query).scalar_one())


def back(store: Store, most: int) -> int:
    """The number after which at most `most` events came; 0 where that is all of them."""
    query = sa.select(events.c.seq).order_by(events.c.seq.desc()).offset(most).limit(1)
    with store._db.read() as connection:
        return int(connection.execute(query).scalar() or 0)


def items(store: Store, most: int) -> list[str]:
    """Item ids of the newest `most` events of users who let their history be used."""
    query = sa.select(events.c.item_id).where(_usable()).order_by(events.c.seq.desc()).limit(most)
    with store._db.read() as connection:
        return list(connection.execute(query).scalars())


def _usable() -> sa.ColumnElement[bool]:
    private = sa.select(users.c.user_id).where(users.c.profiling.is_(False))
    return events.c.user_id.not_in(private)

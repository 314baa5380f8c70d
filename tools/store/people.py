"""Everything the store holds of one user: read for them, or erased. Whatever table names users has a `user_id` column,
so that a new one is neither left out nor left behind.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import sqlalchemy as sa

from tools.store.records import User
from tools.store.store import Store, _changed
from tools.store.tables import metadata, users

_OWN = ("user_id", "seq", "key")  # what says nothing of the user, or what they are asked by

_ALSO = ("reviewer",)  # columns that may name a user in somebody else's row


def held(store: Store, user_id: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, oldest first where they have an order; JSON columns as what they hold. Tables without any are not
    named.
    """
    out: dict[str, list[dict[str, Any]]] = {}
    with store._db.read() as connection:
        for table in _tables():
            query = sa.select(table).where(table.c.user_id == user_id).order_by(*table.primary_key.columns)
            rows = [_row(dict(row)) for row in connection.execute(query).mappings()]
            if rows:
                out[table.name] = rows
    return out


def asking(store: Store, user_id: str) -> User | None:
    """The user as a turn may know them: with profiling off the database does not hand out their attributes."""
    c = users.c
    attributes = sa.case((c.profiling, c.attributes), else_="{}")
    with store._db.read() as connection:
        found = connection.execute(sa.select(attributes, c.profiling).where(c.user_id == user_id)).first()
    if found is None:
        return None
    return User.model_construct(user_id=user_id, attributes=orjson.loads(found[0]), profiling=bool(found[1]))


def remove(store: Store, user_id: str) -> dict[str, int]:
    """Delete every row of the user's in one transaction; how many, by table. Their bytes are left until `scrub`."""
    out: dict[str, int] = {}
    with store._db.write() as connection:
        for table in _tables():
            count = connection.execute(sa.delete(table).where(table.c.user_id == user_id)).rowcount
            if count:
                out[table.name] = count
        for column in _mentions():
            connection.execute(sa.update(column.table).where(column == user_id).values({column.name: None}))
        if out:
            _changed(connection)
    return out


def scrub(store: Store) -> None:
    store._db.scrub()


def ids(store: Store) -> set[str]:
    """Of all users."""
    with store._db.read() as connection:
        return set(connection.execute(sa.select(users.c.user_id)).scalars())


def _tables() -> list[sa.Table]:
    return [table for table in metadata.sorted_tables if "user_id" in table.c]


def _mentions() -> list[sa.Column[Any]]:
    """Where a row of another user's may name one: who decided on a text, say."""
    return [table.c[name] for table in metadata.sorted_tables for name in _ALSO if name in table.c]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items() if name not in _OWN}


def _value(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(value)
    return value

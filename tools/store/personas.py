"""Texts about users that a model once wrote, kept so that it need not write them again.

`key` names the facts that a text was written from: with other facts it is stale, and nobody should be shown it.
"""

from __future__ import annotations

import sqlalchemy as sa

from tools.store.store import Store
from tools.store.tables import personas


def read(store: Store, user_id: str, language: str, key: str) -> str | None:
    """The text written from these facts; None when there is none."""
    c = personas.c
    query = sa.select(c.text).where(c.user_id == user_id, c.language == language, c.key == key)
    with store._db.read() as connection:
        found: str | None = connection.execute(query).scalar()
    return found


def write(store: Store, user_id: str, language: str, key: str, text: str) -> None:
    """Keep a text in place of the one before."""
    row = {"user_id": user_id, "language": language, "key": key, "text": text}
    statement = store._insert(personas).on_conflict_do_update(
        index_elements=["user_id", "language"], set_={"key": key, "text": text}
    )
    with store._db.write() as connection:
        connection.execute(statement, row)


def forget(store: Store, user_id: str) -> None:
    """Delete what was written about the user, in every language."""
    with store._db.write() as connection:
        connection.execute(sa.delete(personas).where(personas.c.user_id == user_id))

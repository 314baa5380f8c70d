"""What users said they like, in their own words, and what a model imagined from it; kept with the user, never an event.

A user who switched profiling off has none, and what is kept for a user is forgotten at once when they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from tools.store.store import Store
from tools.store.tables import tastes, users
from tools.store.text import clean_line

KEPT = 3  # statements, the latest
LONGEST = 200  # characters of one


class Stated(NamedTuple):
    """`said` oldest first; `imagined`: descriptions of items that do not exist, written from all of `said`. `key` names
    the prompt they were written by.
    """

    said: tuple[str, ...]
    imagined: tuple[str, ...] = ()
    key: str = ""


def read(store: Store, user_id: str) -> Stated | None:
    return _read(store, user_id).get(user_id)


def every(store: Store) -> dict[str, Stated]:
    """By user id, of everybody who said something."""
    return _read(store, None)


def state(store: Store, user_id: str, text: str) -> bool:
    """Keep one more statement; what was imagined from the others is stale then and goes. False, and nothing is kept,
    where profiling is off or nothing can be read in the text.
    """
    text = clean_line(text)[:LONGEST].strip()
    if not text:
        return False
    with store._db.write() as connection:
        private = sa.select(users.c.user_id).where(users.c.user_id == user_id, users.c.profiling.is_(False))
        if connection.execute(private).first():
            return False
        held = connection.execute(sa.select(tastes.c.said).where(tastes.c.user_id == user_id)).scalar()
        before = [said for said in (orjson.loads(held) if held else []) if said.casefold() != text.casefold()]
        row = {"user_id": user_id, "said": _json([*before, text][-KEPT:]), "imagined": "[]", "key": ""}
        statement = store._insert(tastes).on_conflict_do_update(
            index_elements=["user_id"], set_={"said": row["said"], "imagined": "[]", "key": ""}
        )
        connection.execute(statement, row)
    return True


def imagine(store: Store, user_id: str, said: Sequence[str], imagined: Sequence[str], key: str) -> None:
    """Keep what was imagined from `said`, unless the user has said something else since."""
    where = sa.and_(tastes.c.user_id == user_id, tastes.c.said == _json(said))
    with store._db.write() as connection:
        connection.execute(sa.update(tastes).where(where).values(imagined=_json(imagined), key=key))


def forget(store: Store, user_id: str) -> None:
    with store._db.write() as connection:
        connection.execute(sa.delete(tastes).where(tastes.c.user_id == user_id))


def _read(store: Store, user_id: str | None) -> dict[str, Stated]:
    c = tastes.c
    query = sa.select(c.user_id, c.said, c.imagined, c.key)
    with store._db.read() as connection:
        rows = connection.execute(query if user_id is None else query.where(c.user_id == user_id)).all()
    return {user: Stated(tuple(orjson.loads(said)), tuple(orjson.loads(seen)), key) for user, said, seen, key in rows}


def _json(texts: Sequence[str]) -> str:
    return orjson.dumps(list(texts)).decode()

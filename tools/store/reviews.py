"""The review queue: generated texts that a person should read before anybody else, and what that person decided."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any, Literal

import orjson
import sqlalchemy as sa
from pydantic import BaseModel

from tools.errors import InvalidInput, NotFound
from tools.store.store import Store
from tools.store.tables import reviews

Status = Literal["pending", "approved", "rejected"]
_COLUMNS = [column for column in reviews.c if column.name != "seq"]


class Decided(InvalidInput):
    """The text has been decided upon already."""


class Review(BaseModel):
    """One held text. `created` and `decided` in unix seconds; `task`: what it was written for."""

    id: str
    created: float
    user_id: str
    task: str
    text: str
    reasons: list[str]
    status: Status
    reviewer: str | None = None
    decided: float | None = None


def hold(store: Store, user_id: str, task: str, text: str, reasons: Sequence[str]) -> str:
    """Put a text into the queue; returns its id, by which its decision is found."""
    row = {"id": uuid.uuid4().hex, "created": time.time(), "user_id": user_id, "task": task, "text": text}
    with store._db.write() as connection:
        told = orjson.dumps(list(reasons)).decode()
        connection.execute(sa.insert(reviews), {**row, "reasons": told, "status": "pending"})
    return str(row["id"])


def hold_all(store: Store, user_id: str, task: str, texts: Sequence[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """`hold` for each (text, reasons); `{"held": ids}`, empty where there is none."""
    return {"held": [hold(store, user_id, task, text, reasons) for text, reasons in texts]} if texts else {}


def read(store: Store, review_id: str) -> Review:
    """Raises NotFound: no such text was held."""
    with store._db.read() as connection:
        return _one(connection, review_id)


def listed(store: Store, status: Status | None, limit: int, after: str | None = None) -> list[Review]:
    """Oldest first, at most `limit`; from behind the one called `after`.

    Raises:
        NotFound: there is none called `after`.
    """
    query = sa.select(*_COLUMNS).order_by(reviews.c.seq).limit(limit)
    if status:
        query = query.where(reviews.c.status == status)
    with store._db.read() as connection:
        if after is not None:
            _one(connection, after)
            at = sa.select(reviews.c.seq).where(reviews.c.id == after).scalar_subquery()
            query = query.where(reviews.c.seq > at)
        return [_review(row) for row in connection.execute(query).mappings()]


def decide(store: Store, review_id: str, status: Literal["approved", "rejected"], reviewer: str) -> Review:
    """Approve or reject, once.

    Raises:
        NotFound: no such text was held. Decided: somebody was faster.
    """
    pending = sa.and_(reviews.c.id == review_id, reviews.c.status == "pending")
    with store._db.write() as connection:
        held = _one(connection, review_id)
        change = {"status": status, "reviewer": reviewer, "decided": time.time()}
        if not connection.execute(sa.update(reviews).where(pending).values(change)).rowcount:
            raise Decided(f"review {review_id!r} is {held.status} already", "id")
        return _one(connection, review_id)


def forget(store: Store, user_id: str) -> None:
    with store._db.write() as connection:
        connection.execute(sa.delete(reviews).where(reviews.c.user_id == user_id))


def _one(connection: sa.Connection, review_id: str) -> Review:
    row = connection.execute(sa.select(*_COLUMNS).where(reviews.c.id == review_id)).mappings().first()
    if row is None:
        raise NotFound(f"no review {review_id!r}", "id")
    return _review(row)


def _review(row: Any) -> Review:
    return Review(**{**row, "reasons": orjson.loads(row["reasons"])})

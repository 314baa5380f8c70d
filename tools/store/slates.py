"""The latest slates each user was shown, with the evidence they rested on: they answer "why did I see this?"."""

from __future__ import annotations

import time
from typing import Any

import orjson
import sqlalchemy as sa

from tools.slate import Slate, SlateItem
from tools.store.store import Store
from tools.store.tables import slates

KEPT = 20  # slates of one user


def keep(store: Store, slate: Slate) -> None:
    """Remember a slate that is about to be shown; the user's oldest goes when there are too many."""
    shown = [item.model_dump(mode="json", exclude={"attributes", "text"}) for item in slate.items]
    row = {"user_id": slate.user_id, "shown": time.time(), "query": slate.query, "bundle": slate.bundle or ""}
    c = slates.c
    latest = sa.select(c.seq).where(c.user_id == slate.user_id).order_by(c.seq.desc()).limit(KEPT)
    with store._db.write() as connection:
        connection.execute(sa.insert(slates), row | {"items": orjson.dumps(shown).decode()})
        connection.execute(sa.delete(slates).where(c.user_id == slate.user_id, c.seq.not_in(latest)))


def last_with(store: Store, user_id: str, item_id: str) -> tuple[dict[str, Any], SlateItem] | None:
    """The latest of the user's slates that held the item: shown (unix seconds), query, bundle; and the item in it."""
    c = slates.c
    query = sa.select(c.shown, c.query, c.bundle, c["items"]).where(c.user_id == user_id).order_by(c.seq.desc())
    with store._db.read() as connection:
        for row in connection.execute(query).mappings():
            for item in orjson.loads(row["items"]):
                if item["item_id"] == item_id:
                    about = {name: row[name] for name in ("shown", "query", "bundle")}
                    return about, SlateItem.model_validate(item)
    return None

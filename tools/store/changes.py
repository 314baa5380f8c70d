"""Items put or deleted one by one since training: what a server must take in beside its bundle, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import sqlalchemy as sa

from tools.store import frames
from tools.store.records import Item
from tools.store.tables import items, live_items, meta

if TYPE_CHECKING:
    from tools.store.store import Store


class Change(NamedTuple):
    """`item` None: deleted."""

    item_id: str
    item: Item | None


def note(connection: sa.Connection, insert: Callable[[sa.Table], Any], item_id: str) -> None:
    """Remember that this item changed in the transaction that `connection` holds."""
    revision = connection.execute(sa.select(meta.c.revision)).scalar_one()
    statement = insert(live_items).on_conflict_do_update(index_elements=["item_id"], set_={"revision": revision})
    connection.execute(statement, {"item_id": item_id, "revision": revision})


def latest(store: Store) -> int:
    """Revision of the last change; 0 where there was none."""
    with store._db.read() as connection:
        return int(connection.execute(sa.select(sa.func.max(live_items.c.revision))).scalar() or 0)


def since(store: Store, revision: int) -> tuple[int, list[Change]]:
    """What changed after `revision`, each item once as it is now, in the order of the changes; and the revision."""
    columns = [items.c[name] for name in frames.ITEMS if name != "item_id"]
    query = (
        sa.select(live_items.c.revision, live_items.c.item_id, *columns)
        .select_from(live_items.outerjoin(items, items.c.item_id == live_items.c.item_id))
        .where(live_items.c.revision > revision)
        .order_by(live_items.c.revision)
    )
    with store._db.read() as connection:
        rows = connection.execute(query).mappings().all()
    return (int(rows[-1]["revision"]) if rows else revision), [_change(dict(row)) for row in rows]


def _change(row: dict[str, Any]) -> Change:
    item_id = row["item_id"]
    if row["title"] is None:
        return Change(item_id, None)
    del row["revision"]
    row["tags"], row["attributes"] = orjson.loads(row["tags"]), orjson.loads(row["attributes"])
    return Change(item_id, Item.model_construct(**row))  # checked when it came in

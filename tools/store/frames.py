"""Rows as Polars frames: the shapes that go in and out of the store in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import polars as pl

from tools.store.records import Event, Item, User

ITEMS = {
    "item_id": pl.String,
    "title": pl.String,
    "description": pl.String,
    "tags": pl.String,  # JSON list
    "url": pl.String,
    "image_url": pl.String,
    "published_at": pl.String,
    "attributes": pl.String,  # JSON object
}
USERS = {"user_id": pl.String, "attributes": pl.String}
EVENTS = {
    "user_id": pl.String,
    "item_id": pl.String,
    "timestamp": pl.Float64,
    "kind": pl.String,
    "value": pl.Float64,
    "event_id": pl.String,
    "context": pl.String,  # JSON object, keys sorted
}
HISTORY = {name: EVENTS[name] for name in ("user_id", "item_id", "timestamp", "kind", "value")}


def from_rows(rows: Sequence[tuple[Any, ...]], schema: dict[str, Any]) -> pl.DataFrame:
    """Column by column: an order of magnitude faster than row by row."""
    return pl.DataFrame([pl.Series(name, [row[n] for row in rows], schema[name]) for n, name in enumerate(schema)])


def json_text(value: Any) -> str:
    """Canonical JSON: equal values give equal text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def item_row(item: Item) -> dict[str, Any]:
    return item.model_dump() | {"tags": json_text(item.tags), "attributes": json_text(present(item.attributes))}


def user_row(user: User) -> dict[str, Any]:
    return {"user_id": user.user_id, "attributes": json_text(present(user.attributes))}


def event_row(event: Event) -> dict[str, Any]:
    return event.model_dump() | {"context": None if event.context is None else json_text(event.context)}


def present(attributes: dict[str, Any]) -> dict[str, Any]:
    """Without the missing ones."""
    return {name: value for name, value in attributes.items() if value is not None}


def item_frame(items: Iterable[Item]) -> pl.DataFrame:
    return pl.DataFrame([item_row(i) for i in items], ITEMS)


def user_frame(users: Iterable[User]) -> pl.DataFrame:
    return pl.DataFrame([user_row(u) for u in users], USERS)


def event_frame(events: Iterable[Event]) -> pl.DataFrame:
    return pl.DataFrame([event_row(e) for e in events], EVENTS)

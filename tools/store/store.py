"""The store: what Tastemaker knows about items, users and what they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from tools.errors import InvalidInput, NotFound
from tools.store import frames, tables
from tools.store.append import append
from tools.store.bulk import merge, on_conflict
from tools.store.changes import note
from tools.store.database import Database
from tools.store.records import Event, Item, Outcome, User

MAX_ATTRIBUTES = 200  # of one user
_PART = 200_000  # rows read at a time
_COUNTED = (tables.items, tables.users, tables.events, tables.conversations)
_EVENTS = [tables.events.c[name] for name in frames.EVENTS]
_HISTORY = [tables.events.c[name] for name in frames.HISTORY]


class Store:
    """Open with `Store.open(url)`. Reads may come from any thread; a write is on disk when its method returns.

    Every method raises `StoreUnavailable` when the database cannot be used now.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._insert = sqlite_insert if database.is_sqlite else pg_insert

    @classmethod
    def open(cls, url: str) -> Store:
        """`sqlite:///FILE` or `postgresql://...`; the tables are created when they are not there.

        Raises:
            InvalidInput: the URL is of neither kind.
            CorruptData: the file is no database of ours.
        """
        return cls(Database(url))

    def close(self) -> None:
        self._db.close()

    # Items

    def items(self) -> list[Item]:
        """All items, in the order they first came."""
        with self._db.read() as connection:
            return [_item(row) for row in _rows(connection, _select_items().order_by(tables.items.c.seq))]

    def item(self, item_id: str) -> Item | None:
        with self._db.read() as connection:
            found = _rows(connection, _select_items().where(tables.items.c.item_id == item_id))
        return _item(found[0]) if found else None

    def save_item(self, item: Item) -> None:
        """Add the item, or replace the one with its id; servers take it in at once (tools/overlay)."""
        row = frames.item_row(item)
        with self._db.write() as connection:
            connection.execute(on_conflict(self._insert(tables.items), "item_id", list(row)), row)
            _changed(connection)
            note(connection, self._insert, item.item_id)

    def delete_item(self, item_id: str) -> None:
        """Raises:
        NotFound: there is no such item. Its events stay: they are what users did.
        """
        with self._db.write() as connection:
            if not connection.execute(sa.delete(tables.items).where(tables.items.c.item_id == item_id)).rowcount:
                raise NotFound(f"no item {item_id!r}", "item_id")
            _changed(connection)
            note(connection, self._insert, item_id)

    # Users

    def users(self) -> list[User]:
        """All users, in the order they first came."""
        with self._db.read() as connection:
            return [_user(row) for row in _rows(connection, _select_users().order_by(tables.users.c.seq))]

    def user(self, user_id: str) -> User | None:
        with self._db.read() as connection:
            found = _rows(connection, _select_users().where(tables.users.c.user_id == user_id))
        return _user(found[0]) if found else None

    def save_user(self, user: User) -> None:
        """Add the user, or replace the one with this id."""
        with self._db.write() as connection:
            self._put_user(connection, user)

    def correct_user(self, user_id: str, attributes: dict[str, Any], profiling: bool | None = None) -> User:
        """Change some attributes (None forgets one) and maybe the profiling choice; the rest stays, whoever else writes
        at the same time. A user nobody knew is created.

        Raises:
            InvalidInput: more than `MAX_ATTRIBUTES` attributes in all.
        """
        with self._db.write() as connection:
            found = _rows(connection, _select_users().where(tables.users.c.user_id == user_id))
            old = _user(found[0]) if found else User(user_id=user_id)
            held = frames.present({**old.attributes, **attributes})
            if len(held) > MAX_ATTRIBUTES:
                raise InvalidInput(f"{len(held)} attributes; a user has at most {MAX_ATTRIBUTES}", "attributes")
            new = User(user_id=user_id, attributes=held, profiling=old.profiling if profiling is None else profiling)
            self._put_user(connection, new)
        return new

    def _put_user(self, connection: sa.Connection, user: User) -> None:
        row = frames.user_row(user) | {"profiling": user.profiling}
        connection.execute(on_conflict(self._insert(tables.users), "user_id", ["attributes", "profiling"]), row)
        _changed(connection)

    # Events

    def events(self, until: float | None = None, profiled: bool = False) -> pl.DataFrame:
        """All events strictly before `until` (unix seconds) in time order, ties in the order they came; with `profiled`
        only those of users who let their history be used.

        Columns user_id, item_id, timestamp, kind, value.
        """
        query = _before(sa.select(*_HISTORY), until).order_by(tables.events.c.seq)
        if profiled:
            private = sa.select(tables.users.c.user_id).where(tables.users.c.profiling.is_(False))
            query = query.where(tables.events.c.user_id.not_in(private))
        with self._db.read() as connection:
            return _frame(connection, query, frames.HISTORY).sort("timestamp", maintain_order=True)

    def user_events(self, user_id: str, until: float | None = None) -> pl.DataFrame:
        """The same frame for one user."""
        mine = sa.select(*_HISTORY).where(tables.events.c.user_id == user_id)
        query = _before(mine, until).order_by(tables.events.c.timestamp, tables.events.c.seq)
        with self._db.read() as connection:
            return frames.from_rows(_rows(connection, query), frames.HISTORY)

    def append(self, events: Sequence[Event]) -> list[Outcome]:
        """Store events, one outcome each, in order; users nobody knew are created.

        With an event_id an event is stored once: the same id and body again is a "duplicate", the same id with
        another body a "conflict", and both leave the stored one as it is. An item nobody knows: "unknown_item".
        """
        with self._db.write() as connection:
            outcomes = append(connection, self._insert, events)
            if "applied" in outcomes:
                _changed(connection)
        return outcomes

    def event_ids(self) -> pl.DataFrame:
        """Every event that has an id, as columns of `frames.EVENTS`."""
        query = sa.select(*_EVENTS).where(tables.events.c.event_id.is_not(None))
        with self._db.read() as connection:
            return frames.from_rows(_rows(connection, query), frames.EVENTS)

    # Everything

    def load(
        self,
        items: pl.DataFrame | None = None,
        users: pl.DataFrame | None = None,
        events: pl.DataFrame | None = None,
    ) -> int:
        """Load frames of `frames.ITEMS`, `USERS`, `EVENTS` in one transaction; returns the number of new events.

        Items and users replace those with their ids (a user's profiling choice stays). Users of events are
        created. Events with an id that the store has are left out. Loading the same again changes nothing.
        """
        with self._db.write() as connection:
            changed = 0 if items is None else self._replace(connection, tables.items, items)
            if users is not None:
                changed += self._replace(connection, tables.users, users)
            added = 0 if events is None else self._add(connection, events)
            if changed or added:
                _changed(connection)
        return added

    def _replace(self, connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> int:
        """Put in the rows that the table has not got as they are; the key is the frame's first column."""
        schema = dict(frame.schema)
        key, *others = schema
        stored = frames.from_rows(_rows(connection, sa.select(*(table.c[name] for name in schema))), schema)
        differing = frame.join(stored, on=list(schema), how="anti", nulls_equal=True, maintain_order="left")
        merge(connection, table, differing.unique(key, keep="last", maintain_order=True), key, others)
        return len(differing)

    def _add(self, connection: sa.Connection, events: pl.DataFrame) -> int:
        before = _count(connection, tables.events)
        users = events.select(pl.col("user_id").unique(maintain_order=True), attributes=pl.lit("{}"))
        merge(connection, tables.users, users, "user_id")
        merge(connection, tables.events, events, "event_id")
        return _count(connection, tables.events) - before

    def counts(self) -> dict[str, int]:
        """Rows of items, users, events and conversations."""
        with self._db.read() as connection:
            return {table.name: _count(connection, table) for table in _COUNTED}

    def fingerprint(self) -> str:
        """Names the present state of items, users and events; changes when they do, costs one row."""
        with self._db.read() as connection:
            [(store_id, revision)] = _rows(connection, sa.select(tables.meta.c.store_id, tables.meta.c.revision))
        return f"{store_id}-{revision}"

    # Conversations

    def conversation(self, conversation_id: str, user_id: str) -> list[dict[str, Any]]:
        """The messages so far; none when it has not begun.

        Raises:
            NotFound: it is another user's.
        """
        c = tables.conversations.c
        query = sa.select(c.user_id, c.messages).where(c.conversation_id == conversation_id)
        with self._db.read() as connection:
            found = _rows(connection, query)
        if not found:
            return []
        owner, messages = found[0]
        if owner != user_id:
            raise _no_conversation(conversation_id)
        return list(orjson.loads(messages))

    def save_conversation(self, conversation_id: str, user_id: str, messages: Sequence[dict[str, Any]]) -> None:
        """Replace the messages.

        Raises:
            NotFound: it is another user's.
            InvalidInput: a message is not plain JSON.
        """
        try:
            text = frames.json_text(list(messages))
        except TypeError as error:
            raise InvalidInput(f"conversation {conversation_id!r} cannot be stored: {error}", "messages") from None
        row = {"conversation_id": conversation_id, "user_id": user_id, "messages": text}
        insert = self._insert(tables.conversations)
        statement = insert.on_conflict_do_update(
            index_elements=["conversation_id"],
            set_={"messages": insert.excluded.messages},
            where=tables.conversations.c.user_id == insert.excluded.user_id,
        ).returning(tables.conversations.c.user_id)
        with self._db.write() as connection:
            if connection.execute(statement, row).first() is None:
                raise _no_conversation(conversation_id)


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[tuple[Any, ...]]:
    """Plain tuples from the driver, without SQLAlchemy's row objects: five times faster."""
    return list(connection.execute(query).cursor.fetchall())


def _frame(connection: sa.Connection, query: sa.Select[Any], schema: dict[str, Any]) -> pl.DataFrame:
    """The same as a frame, a part at a time: millions of rows as Python objects take gigabytes."""
    cursor = connection.execute(query).cursor
    parts = [frames.from_rows(rows, schema) for rows in iter(lambda: cursor.fetchmany(_PART), [])]
    return pl.concat(parts) if parts else frames.from_rows([], schema)


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _changed(connection: sa.Connection) -> None:
    connection.execute(sa.update(tables.meta).values(revision=tables.meta.c.revision + 1))


def _before(query: sa.Select[Any], until: float | None) -> sa.Select[Any]:
    return query if until is None else query.where(tables.events.c.timestamp < until)


def _select_items() -> sa.Select[Any]:
    return sa.select(*(tables.items.c[name] for name in frames.ITEMS))


def _select_users() -> sa.Select[Any]:
    return sa.select(tables.users.c.user_id, tables.users.c.attributes, tables.users.c.profiling)


def _item(row: tuple[Any, ...]) -> Item:
    fields = dict(zip(frames.ITEMS, row, strict=True))
    fields["tags"] = orjson.loads(fields["tags"])
    fields["attributes"] = orjson.loads(fields["attributes"])
    return Item.model_construct(**fields)  # checked when it came in


def _user(row: tuple[Any, ...]) -> User:
    user_id, attributes, profiling = row
    return User.model_construct(user_id=user_id, attributes=orjson.loads(attributes), profiling=bool(profiling))


def _no_conversation(conversation_id: str) -> NotFound:
    return NotFound(
        f"no conversation {conversation_id!r} of this user; leave the id out to begin one", "conversation_id"
    )

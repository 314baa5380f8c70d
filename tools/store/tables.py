"""The tables. Everything of a user's is keyed by user_id, so that it can be found and erased."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, MetaData, Table, Text, true

SCHEMA = 1  # raise when a table changes
metadata = MetaData()
_Serial = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER PRIMARY KEY counts up in SQLite

meta = Table(  # one row; its lock orders the writers, its revision names the state of the data
    "meta",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("schema", Integer, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
)

items = Table(
    "items",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("item_id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("tags", Text, nullable=False),  # JSON list
    Column("url", Text),
    Column("image_url", Text),
    Column("published_at", Text),
    Column("attributes", Text, nullable=False),  # JSON object
)

live_items = Table(  # items put or deleted one by one: a running server and a bundle trained before do not have them
    "live_items",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False, index=True),  # of `meta`, when it happened last
)

users = Table(
    "users",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("user_id", Text, nullable=False, unique=True),
    Column("attributes", Text, nullable=False),  # JSON object
    Column("profiling", Boolean, nullable=False, server_default=true()),
)

events = Table(
    "events",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("user_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("timestamp", Double, nullable=False),  # unix seconds
    Column("kind", Text, nullable=False),
    Column("value", Double),
    Column("event_id", Text, unique=True),
    Column("context", Text),  # JSON object, keys sorted
    Index("events_of_user", "user_id", "timestamp", "seq"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False, index=True),
    Column("messages", Text, nullable=False),  # JSON list
)

tastes = Table(  # what a user said they like, and what a model imagined from it by which prompt
    "tastes",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("said", Text, nullable=False),  # JSON list of texts
    Column("imagined", Text, nullable=False),  # JSON list of texts
    Column("key", Text, nullable=False),
)

slates = Table(  # the latest that each user was shown
    "slates",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("user_id", Text, nullable=False),
    Column("shown", Double, nullable=False),  # unix seconds
    Column("query", Text),
    Column("bundle", Text, nullable=False),
    Column("items", Text, nullable=False),  # JSON list, with evidence
    Index("slates_of_user", "user_id", "seq"),
)

personas = Table(  # what a model wrote about a user, and which facts it was written from
    "personas",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("text", Text, nullable=False),
)

reviews = Table(  # generated texts that wait for a person, and what was decided
    "reviews",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("created", Double, nullable=False),  # unix seconds
    Column("user_id", Text, nullable=False, index=True),
    Column("task", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON list
    Column("status", Text, nullable=False, index=True),  # pending, approved, rejected
    Column("reviewer", Text),
    Column("decided", Double),  # unix seconds
)

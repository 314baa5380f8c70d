"""Users, items, events and conversations at rest: SQLite by default, PostgreSQL by URL."""

from tools.store.records import Event, Item, Outcome, User
from tools.store.store import Store

__all__ = ["Event", "Item", "Outcome", "Store", "User"]

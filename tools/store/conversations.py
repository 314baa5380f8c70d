"""Adding to a conversation: two turns that end at the same time both stay in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from tools.errors import NotFound
from tools.store.frames import json_text
from tools.store.store import Store
from tools.store.tables import conversations


def extend(store: Store, conversation_id: str, user_id: str, new: Sequence[dict[str, Any]], keep: int) -> None:
    """Append messages, of which the last `keep` stay.

    Raises:
        NotFound: it is another user's.
    """
    c = conversations.c
    with store._db.write() as connection:  # the only writer: nothing is added between reading and writing
        query = sa.select(c.user_id, c.messages).where(c.conversation_id == conversation_id)
        found = connection.execute(query).first()
        if found and found.user_id != user_id:
            raise NotFound(f"no conversation {conversation_id!r} of this user", "conversation_id")
        held = orjson.loads(found.messages) if found else []
        text = json_text([*held, *new][-keep:])
        if found:
            connection.execute(
                sa.update(conversations).where(c.conversation_id == conversation_id).values(messages=text)
            )
        else:
            row = {"conversation_id": conversation_id, "user_id": user_id, "messages": text}
            connection.execute(sa.insert(conversations), row)

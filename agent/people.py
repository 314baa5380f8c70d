"""One user's data as a whole: the store's, the bundles' and their tokens, for every surface."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from agent import tokens
from tools import privacy
from tools.errors import NotFound
from tools.home import Home
from tools.store import Store


class Erasure(BaseModel):
    """What went: rows of the store by table, bundles written anew, tokens revoked."""

    user_id: str
    rows: dict[str, int] = Field(default_factory=dict)
    bundles: int
    tokens: int


def export(home: Home, store: Store, user_id: str) -> dict[str, Any]:
    """Everything held of the user; of their tokens, which there are.

    Raises:
        NotFound: nothing is held.
    """
    held = [token.model_dump(mode="json", include={"token_id", "created"}) for token in tokens.of_user(home, user_id)]
    try:
        return privacy.export(store, user_id) | ({"tokens": held} if held else {})
    except NotFound:
        if not held:
            raise
        return {"user_id": user_id, "tokens": held}


def erase(home: Home, store: Store, user_id: str) -> Erasure:
    """Erase the user. Once it returns no file of the home holds their id.

    Raises:
        NotFound: nothing was held of them.
        StoreUnavailable: not all of it could be done now; erase again.
    """
    revoked = tokens.forget(home, user_id)
    gone = privacy.erase(home, store, user_id)
    if not (revoked or gone.rows or gone.bundles):
        raise NotFound(f"no user {user_id!r}: nothing is held of them", "user_id")
    return Erasure(user_id=user_id, rows=gone.rows, bundles=gone.bundles, tokens=revoked)

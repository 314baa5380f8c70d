"""What a user may ask for: everything held of them, and to be erased, from the store and from every trained bundle.

What training made of many users together (how often two items go together, a segment's average) is not theirs alone
and stays until the next training, which no longer sees them.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Protocol, Self

from pydantic import BaseModel, Field

from tools import bundle
from tools.cold.model import ColdModel
from tools.errors import NotFound
from tools.home import Home
from tools.neighbors.model import NeighborModel
from tools.profile.crowd import Crowd
from tools.store import Store, people


class Erased(BaseModel):
    """What went: rows of the store by table, and how many bundles were written anew."""

    rows: dict[str, int] = Field(default_factory=dict)
    bundles: int = 0


def export(store: Store, user_id: str) -> dict[str, Any]:
    """Everything the store holds of the user, as one JSON document.

    Raises:
        NotFound: nothing is.
    """
    held = people.held(store, user_id)
    if not held:
        raise NotFound(f"no user {user_id!r}: nothing is held of them", "user_id")
    about = held.pop("users", [{}])[0]
    return {"user_id": user_id, **about, **held}


def erase(home: Home, store: Store, user_id: str) -> Erased:
    """Rows first, so that a training that ends meanwhile can see who is gone (`forget_gone`). What was interrupted is
    finished by erasing again.

    Raises:
        StoreUnavailable: see `Database.scrub`.
    """
    rows = people.remove(store, user_id)
    bundles = forget(home, {user_id})
    people.scrub(store)
    return Erased(rows=rows, bundles=bundles)


def forget(home: Home, gone: Collection[str]) -> int:
    """Take these users' rows out of every bundle; how many bundles had any."""
    return bundle.rewrite(home, lambda folder: _forget(folder, gone))


def forget_gone(home: Home, store: Store) -> None:
    """Take out of the bundles whoever the store no longer knows: erased while a training had read them already."""
    folder = bundle.current_folder(home)
    known, models = people.ids(store), (_load(kind, folder / tool) for tool, (kind, _) in _HOLDING.items())
    gone = {user_id for model in models if model for user_id in model.user_ids} - known
    if gone:
        forget(home, gone)


class _Holding(Protocol):
    """A model with rows of users."""

    @property
    def user_ids(self) -> tuple[str, ...]: ...

    def without(self, gone: Collection[str]) -> Self: ...

    def save_users(self, folder: Path) -> None: ...


_HOLDING: dict[str, tuple[Any, tuple[str, ...]]] = {  # by folder, and the files that `save_users` writes
    "neighbors": (NeighborModel, ("liked.npz", "neighbors.json")),
    "profile": (Crowd, ("crowd.npz", "crowd.json")),
    "cold": (ColdModel, ("history.npz", "attributes.json", "users.json")),
}


def _load(kind: Any, folder: Path) -> _Holding | None:
    model: _Holding | None = kind.load(folder)
    return model


def _forget(folder: Path, gone: Collection[str]) -> bool:
    changed = False
    for tool, (kind, files) in _HOLDING.items():
        model = _load(kind, folder / tool)
        if model is None or not any(user_id in gone for user_id in model.user_ids):
            continue
        for name in files:  # links to those of the bundle in use, which are not to be written into
            (folder / tool / name).unlink()
        model.without(gone).save_users(folder / tool)
        changed = True
    return changed

"""What a user may ask of whoever holds their data: all of it, and to be erased."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from agent import people
from agent.people import Erasure
from agent.surfaces.auth import GuardedRoute, Known
from agent.surfaces.described import ErasedId, UserId
from agent.surfaces.services import Given

router = APIRouter(prefix="/v1", tags=["users"], route_class=GuardedRoute)
EXPORTED: dict[str, JsonValue] = {
    "user_id": "a01",
    "attributes": {"age": 20},
    "profiling": True,
    "events": [{"item_id": "s01", "timestamp": 1700000000.0, "kind": "rate", "value": 5.0, "event_id": "e1"}],
    "conversations": [{"conversation_id": "c1", "messages": [{"role": "user", "content": "a comedy"}]}],
    "tastes": [{"said": ["slow heist films"], "imagined": []}],
    "slates": [{"shown": 1700000100.0, "query": "a comedy", "items": [{"item_id": "s02", "rank": 1}]}],
    "tokens": [{"token_id": "1f2e3d4c", "created": "2026-11-24T19:30:00Z"}],
}


class UserExport(BaseModel):
    """Everything held of one user, by kind; a kind of which nothing is held is left out."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"example": EXPORTED})
    user_id: str
    attributes: dict[str, Any] = Field(default_factory=dict)
    profiling: bool = True


class ErasedUser(Erasure):
    model_config = ConfigDict(
        json_schema_extra={"example": {"user_id": "a01", "rows": {"events": 12, "users": 1}, "bundles": 1, "tokens": 0}}
    )


@router.get("/users/{user_id:path}/export", summary="Everything held of a user")
async def get_export(user_id: UserId, caller: Known, services: Given) -> UserExport:
    user = caller.acting_as(user_id, "user_id")
    box = await services.box()
    return UserExport(**await to_thread.run_sync(people.export, box.home, box.store, user))


@router.delete(
    "/users/{user_id:path}",
    summary="Erase a user",
    description="Rows, conversations, slates and tokens are deleted, the trained bundles are written without the user, "
    "and the bytes are gone from every file when this is answered. The same id may come again, as a new user.",
)
async def delete_user(user_id: ErasedId, caller: Known, services: Given) -> ErasedUser:
    user = caller.acting_as(user_id, "user_id")
    box = await services.box()
    gone = await to_thread.run_sync(people.erase, box.home, box.store, user)
    await to_thread.run_sync(services.live.refresh)
    return ErasedUser(**gone.model_dump())

"""Why this item for this user, from the evidence of the last slate that held it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, JsonValue

from agent.surfaces.auth import GuardedRoute, Known
from agent.surfaces.services import Given
from tools.bus import Evidence
from tools.errors import NotFound
from tools.store import slates

router = APIRouter(prefix="/v1", tags=["recommendations"], route_class=GuardedRoute)
EXAMPLE: dict[str, JsonValue] = {
    "user_id": "a01",
    "item_id": "s02",
    "title": "The Clumsy Astronaut",
    "shown": "2026-11-24T19:30:00Z",
    "query": "a light comedy",
    "rank": 1,
    "score": 0.93,
    "ctr": 0.71,
    "bundle": "20261124T185239-218473397",
    "evidence": [
        {
            "kind": "neighbors",
            "text": "goes with Robot Butler, which you rated highly",
            "text_zh": "与你打了高分的《Robot Butler》相配",
            "because": "Robot Butler",
        }
    ],
}


class Explanation(BaseModel):
    """`shown`: when; `evidence` as it was then, whatever has been learned since."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    user_id: str
    item_id: str
    title: str
    shown: datetime
    query: str | None
    rank: int
    score: float
    ctr: float | None
    bundle: str
    evidence: list[Evidence]


@router.get(
    "/explain",
    summary="Why this item for this user",
    description="From the last of the user's latest 20 slates that held the item, in chat or out of it; 404 when none "
    "did. Name the user in X-User-Id, or by a user token.",
)
async def get_explain(
    item_id: Annotated[str, Query(min_length=1, max_length=256)],
    caller: Known,
    services: Given,
    user_id: str | None = None,
) -> Explanation:
    user = caller.acting_as(user_id, "user_id")
    box = await services.box()
    found = await to_thread.run_sync(slates.last_with, box.store, user, item_id)
    if found is None:
        message = f"none of the latest {slates.KEPT} slates shown to {user!r} held {item_id!r}: nothing to explain"
        raise NotFound(message, "item_id")
    about, item = found
    return Explanation(
        user_id=user,
        shown=datetime.fromtimestamp(about["shown"], UTC),
        query=about["query"],
        bundle=about["bundle"],
        **item.model_dump(include={"item_id", "title", "rank", "score", "ctr", "evidence"}),
    )

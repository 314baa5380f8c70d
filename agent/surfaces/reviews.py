"""The review queue over HTTP, for those who read held texts: a service token's business."""

from __future__ import annotations

from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from agent.surfaces.auth import GuardedRoute, Known, service_only
from agent.surfaces.described import ReviewId
from agent.surfaces.errors import Problem, Refused
from agent.surfaces.services import Given
from tools.store import reviews
from tools.store.reviews import Review, Status

MOST = 200
router = APIRouter(
    prefix="/v1/reviews", tags=["reviews"], route_class=GuardedRoute, dependencies=[Depends(service_only)]
)


class Queue(BaseModel):
    """A page of the queue, oldest first; `next` is the `after` of the page behind it, null at the end."""

    reviews: list[Review]
    next: str | None = None


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Literal["approved", "rejected"]
    reviewer: str | None = Field(default=None, min_length=1, max_length=200, description="who decided, for the record")


@router.get("", summary="Generated texts that wait for a person, or were decided")
async def get_reviews(
    services: Given,
    status: Annotated[Status | None, Query(description="only these; without it all")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    after: Annotated[str | None, Query(max_length=64, description="the `next` of the page before")] = None,
) -> Queue:
    box = await services.box()
    found = await to_thread.run_sync(reviews.listed, box.store, status, limit + 1, after)
    return Queue(reviews=found[:limit], next=found[limit - 1].id if len(found) > limit else None)


@router.post("/{review_id}", summary="Approve or reject a held text, once")
async def post_review(review_id: ReviewId, body: Decision, caller: Known, services: Given) -> Review:
    box = await services.box()
    reviewer = body.reviewer or (caller.acting_for() if caller.header_user else "service")
    try:
        return await to_thread.run_sync(reviews.decide, box.store, review_id, body.status, reviewer)
    except reviews.Decided as error:
        raise Refused(Problem(409, "invalid_request_error", "already_decided", str(error), "review_id")) from None

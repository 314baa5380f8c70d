"""Is the server alive, can it serve, and in figures how it does."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from agent.metrics import REGISTRY
from agent.surfaces import metrics
from agent.surfaces.auth import GuardedRoute, service_only
from agent.surfaces.services import Given, Services
from tools.errors import TastemakerError

router = APIRouter(tags=["health"])
FIGURES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
guarded = APIRouter(tags=["health"], route_class=GuardedRoute)


class Live(BaseModel):
    status: str = "ok"


class Ready(BaseModel):
    """`ready`: recommendations can be served. `degraded`: what is missing meanwhile, and what that means."""

    ready: bool
    degraded: list[str] = Field(default_factory=list)
    reason: str | None = None  # why it is not ready, with the remedy
    engine: str
    bundle: str | None = None
    reload_error: str | None = None
    turns: dict[str, int]


@router.get("/healthz", summary="The process answers")
async def healthz() -> Live:
    return Live()


@router.get("/readyz", summary="Recommendations can be served; 503 when not", responses={503: {"model": Ready}})
async def readyz(services: Given, response: Response) -> Ready:
    report = await _report(services)
    if not report.ready:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return report


@guarded.get(
    "/metrics", summary="Prometheus", response_class=Response, responses=FIGURES, dependencies=[Depends(service_only)]
)
async def prometheus(services: Given) -> Response:
    metrics.show(services.turns, services.learner.figures)
    services.learner.look()  # events that another process wrote are noticed by the next reading
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


async def _report(services: Services) -> Ready:
    turns = {"running": services.turns.running, "waiting": services.turns.waiting}
    engine = services.engine.state if services.engine else "off"
    report = Ready(ready=False, engine=engine, reload_error=services.live.last_error, turns=turns)
    if engine != "ready":
        report.degraded.append(f"language model {engine}: plans follow rules and texts are template sentences")
    if report.reload_error:
        report.degraded.append("the newest bundle does not load: the one before it stays in use")
    try:
        report.bundle = (await services.box()).bundle_id
    except TastemakerError as error:
        report.reason = str(error)
        return report
    report.ready = not services.turns.closing
    report.reason = None if report.ready else "the server is stopping"
    return report

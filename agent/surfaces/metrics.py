"""HTTP in figures: requests by route and status, time, turns in progress. Labels are route templates, never ids."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.metrics import REGISTRY
from agent.surfaces.limits import Turns
from tools.ctr.learner import Figures

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

REQUESTS = Counter("tastemaker_http_requests", "Requests answered", ["method", "route", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "tastemaker_http_seconds", "Time to the end of the answer", ["route"], registry=REGISTRY, buckets=_SECONDS
)
TURNS = Gauge("tastemaker_turns", "Turns in progress", ["state"], registry=REGISTRY)
LEARNED_AGE = Gauge("tastemaker_learned_age_seconds", "Since the newest event that was learned", registry=REGISTRY)
BUNDLE_AGE = Gauge("tastemaker_bundle_age_seconds", "Since the bundle in use was trained", registry=REGISTRY)
EVENTS = Gauge("tastemaker_events", "Events since training, and those not learned yet", ["which"], registry=REGISTRY)
UPDATES = Gauge("tastemaker_online_updates", "Online updates of the click model", ["outcome"], registry=REGISTRY)
LOSS = Gauge("tastemaker_online_logloss", "Log-loss of events before they were learned", ["model"], registry=REGISTRY)
DRIFT = Gauge(
    "tastemaker_popularity_drift",
    "Jensen-Shannon divergence, in bits, of how popular the items of recent events are, from training",
    registry=REGISTRY,
)


def show(turns: Turns, learned: Figures) -> None:
    """Set the gauges to the present figures; called when they are read."""
    TURNS.labels("running").set(turns.running)
    TURNS.labels("waiting").set(turns.waiting)
    LEARNED_AGE.set(time.time() - learned.newest if learned.newest else float("nan"))
    trained = datetime.fromisoformat(learned.created).timestamp() if learned.created else float("nan")
    BUNDLE_AGE.set(time.time() - trained)
    EVENTS.labels("since_training").set(learned.since_training)
    EVENTS.labels("waiting").set(learned.waiting)
    UPDATES.labels("accepted").set(learned.accepted)
    UPDATES.labels("rejected").set(learned.rejected)
    LOSS.labels("frozen").set(learned.frozen_loss)
    LOSS.labels("online").set(learned.online_loss)
    DRIFT.set(learned.drift)


@dataclass
class Measured:
    """ASGI middleware that counts and times every request."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), "closed"  # closed: the client left before an answer began

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception:
            status = "500"
            raise
        finally:
            route = getattr(scope.get("route"), "path", "none")
            REQUESTS.labels(_method(scope["method"]), route, status).inc()
            SECONDS.labels(route).observe(time.perf_counter() - start)


def _method(method: str) -> str:
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"

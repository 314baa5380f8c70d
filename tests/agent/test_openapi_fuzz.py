"""Generated requests against the whole OpenAPI description, on a trained home: benchmarks/openapi_fuzz.py in small."""

from __future__ import annotations

import asyncio

from agent.turn import Agent
from benchmarks.openapi_fuzz import TOKEN, fuzz, hold_reviews
from tests.agent.serving import serving
from tools.home import Home
from tools.toolbox import Live

RANDOM = 400
AFTER_OTHERS = {"GET /v1/explain", "POST /v1/reviews/{review_id}"}  # answer for what was shown or held: by chance here


async def test_every_answer_to_generated_requests_is_as_the_description_says(own_home: Home) -> None:
    live = Live(own_home)
    hold_reviews(live.store)
    async with serving(own_home, Agent(live, None), live, token=TOKEN) as server:
        report = await asyncio.to_thread(fuzz, server.url, RANDOM)
        described = (await server.client.get("/openapi.json")).json()["paths"]
    live.store.close()
    assert report.broken == {}
    assert report.examples > 2_000  # with the boundary values
    assert set(report.statuses) == {f"{method.upper()} {path}" for path, held in described.items() for method in held}
    assert set(report.never_accepted) <= AFTER_OTHERS

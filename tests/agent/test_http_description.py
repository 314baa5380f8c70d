"""The OpenAPI description tells of identity what the server does: which routes ask for a token, which read a user."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from agent import tokens
from agent.surfaces.page import router as page
from agent.turn import Agent
from tests.agent.serving import Running, serving
from tools.home import Home
from tools.toolbox import Live

SERVICE = "service-" + "s" * 32
OPEN = {("get", "/healthz"), ("get", "/readyz")} | {("get", route.path) for route in page.routes}  # type: ignore[attr-defined]
NAMES_A_REVIEWER = ("post", "/v1/reviews/{review_id}")  # with a service token only


@pytest_asyncio.fixture
async def running(own_home: Home, live: Live) -> Any:
    async with serving(own_home, Agent(live, None), live, token=SERVICE) as server:
        yield server


async def operations(running: Running) -> dict[tuple[str, str], dict[str, Any]]:
    paths = (await running.client.get("/openapi.json")).json()["paths"]
    return {(method, path): about for path, methods in paths.items() for method, about in methods.items()}


async def tried(running: Running, method: str, path: str, about: dict[str, Any], **headers: str) -> Any:
    """The answer to the operation's own example."""
    for given in about.get("parameters", []):
        example = {"path": "a01", "query": "s01"}.get(given["in"], "")
        path = path.replace(f"{{{given['name']}}}", example)
        if given["in"] == "query" and given["required"]:
            path += f"?{given['name']}={example}"
    content = about.get("requestBody", {}).get("content", {}).get("application/json", {})
    named = list(content.get("examples", {}).values())
    schema = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    described = (await running.client.get("/openapi.json")).json()["components"]["schemas"]
    body = named[0]["value"] if named else described.get(schema, {}).get("example", {})
    return await running.client.request(method, path, json=body if content else None, headers=headers)


async def test_exactly_the_routes_that_ask_for_a_token_say_so(running: Running) -> None:
    del running.client.headers["Authorization"]
    for (method, path), about in (await operations(running)).items():
        answer = await tried(running, method, path, about)
        guarded = (method, path) not in OPEN
        assert (answer.status_code == 401) is guarded, f"{method} {path}: {answer.status_code}"
        assert (about.get("security") == [{"HTTPBearer": []}]) is guarded, f"{method} {path}"


async def test_exactly_the_routes_that_read_a_user_from_the_header_say_so(running: Running, own_home: Home) -> None:
    told = await operations(running)
    named = {
        key for key, about in told.items() if any(given["name"] == "X-User-Id" for given in about.get("parameters", []))
    }
    _, secret = tokens.add(own_home, "user", "a01", per_minute=100_000)
    running.client.headers["Authorization"] = f"Bearer {secret}"
    read = set()
    for (method, path), about in told.items():
        answer = await tried(running, method, path, about, **{"X-User-Id": "b01"})
        if answer.status_code == 403 and answer.json()["error"].get("param") == "X-User-Id":
            read.add((method, path))
    assert len(read) == 12
    assert named == read | {NAMES_A_REVIEWER}


@pytest.mark.parametrize("user", ["u" * 257, "​"])
async def test_a_header_that_names_nobody_possible_is_refused(running: Running, user: str) -> None:
    answer = await running.post("/v1/recommend", {}, headers={"X-User-Id": user.encode()})  # type: ignore[dict-item]
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "X-User-Id")

"""Every mistake gets a clear error in OpenAI's shape, never a stack trace and never a 500."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.agent.serving import NoTools, Running, ScriptedAgent, problem, serving
from tools.errors import BundleMissing, StoreUnavailable
from tools.home import Home

JSON = {"Content-Type": "application/json"}
ROUTES = ("/v1/chat/completions", "/v1/recommend", "/v1/events")


class Untrained(NoTools):
    def current(self) -> Any:
        raise BundleMissing("nothing is trained in this home; run `tastemaker demo`")


class BrokenStore(NoTools):
    def current(self) -> Any:
        raise StoreUnavailable("the store postgresql://user:secret@host cannot be used now")


@pytest_asyncio.fixture
async def running(home: Home) -> AsyncIterator[Running]:
    async with serving(home) as server:
        yield server


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"model": ', "invalid_json"),
        (b'{"k": NaN}', "invalid_json"),
        (b'{"query": "\\ud800"}', "invalid_json"),
        (b"\xff\xfe\x00", "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b"", "missing_body"),
        (b'"text"', "invalid_body"),
        (b"17", "invalid_body"),
    ],
)
async def test_a_body_that_is_not_the_json_asked_for_is_refused(
    running: Running, path: str, body: bytes, code: str
) -> None:
    answer = await running.client.post(path, content=body, headers=JSON)
    assert (answer.status_code, problem(answer)["code"]) == (400, code)


async def test_malformed_json_is_refused_with_the_place(running: Running) -> None:
    answer = await running.client.post("/v1/recommend", content=b'{"k": 3,}', headers=JSON)
    assert "at character 7" in problem(answer)["message"]


async def test_json_sent_as_something_else_is_refused_with_the_remedy(running: Running) -> None:
    answer = await running.client.post("/v1/recommend", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400
    assert "application/json" in problem(answer)["message"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"k": 0}, "k"),
        ({"k": "many"}, "k"),
        ({"query": "x" * 8_001}, "query"),
        ({"colour": "red"}, "colour"),
        ({"filters": []}, "filters"),
        ({"exclude": ["a", 1]}, "exclude[1]"),
    ],
)
async def test_a_wrong_field_is_refused_by_name(running: Running, body: dict[str, Any], param: str) -> None:
    answer = await running.post("/v1/recommend", body)
    assert (answer.status_code, problem(answer)["param"]) == (400, param)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"user_id": "7"}, "item_id"),
        ([{"user_id": "7", "item_id": "s01"}, {"user_id": "7"}], "[1].item_id"),
        ({"item_id": "s01"}, "user_id"),
        ({"user_id": "anonymous", "item_id": "s01"}, "user_id"),
        ({"user_id": "7", "item_id": "s01", "timestamp": "yesterday"}, "timestamp"),
        ({"user_id": "7", "item_id": "s01", "timestamp": "9" * 500_000}, "timestamp"),
        ({"user_id": "7", "item_id": "s01", "value": "x"}, "value"),
        ({"user_id": "7", "item_id": "s\u202e01"}, "item_id"),
        ({"user_id": "7", "item_id": "s01", "rating": 5}, "rating"),
    ],
)
async def test_a_wrong_event_is_refused_by_place(running: Running, body: Any, param: str) -> None:
    answer = await running.post("/v1/events", body)
    assert (answer.status_code, problem(answer).get("param")) == (400, param)
    assert len(answer.content) < 2_000


async def test_too_many_events_or_none_are_refused(home: Home) -> None:
    async with serving(home, max_events=2) as running:
        for body in ([], [{"user_id": "7", "item_id": "s01"}] * 3):
            answer = await running.post("/v1/events", body)
            assert answer.status_code == 400
            assert "1 to 2 events" in problem(answer)["message"]


async def test_unknown_routes_and_methods_have_the_shape_too(running: Running) -> None:
    lost = await running.client.get("/v1/nothing")
    assert (lost.status_code, problem(lost)["code"]) == (404, "not_found")
    method = await running.client.get("/v1/recommend")
    assert (method.status_code, problem(method)["code"]) == (405, "method_not_allowed")
    assert method.headers["Allow"] == "POST"
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/none.js"):
        assert (await running.client.get(path)).status_code == 404


async def test_while_nothing_is_trained_routes_say_what_to_do(home: Home) -> None:
    async with serving(home, live=Untrained()) as running:
        answers = [
            await running.chat(),
            await running.chat(stream=True),
            await running.post("/v1/recommend", {}),
            await running.post("/v1/events", {"user_id": "7", "item_id": "s01"}),
            await running.client.get("/v1/users/7/profile"),
        ]
        for answer in answers:
            assert answer.status_code == 503
            assert "Retry-After" in answer.headers
            assert "tastemaker demo" in problem(answer)["message"]


async def test_a_store_that_does_not_answer_is_503_without_its_address(home: Home) -> None:
    async with serving(home, live=BrokenStore()) as running:
        answer = await running.post("/v1/recommend", {})
        assert (answer.status_code, problem(answer)["code"]) == (503, "store_unavailable")
        assert "secret" not in answer.text


async def test_an_unexpected_error_shows_only_the_id_it_is_logged_under(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "agent.surfaces.errors"):
        async with serving(home, ScriptedAgent(error=RuntimeError("a detail"))) as running:
            answer = await running.chat()
    found = re.search(r"under ([0-9a-f]{12})$", problem(answer)["message"])
    assert answer.status_code == 500
    assert found
    assert f"unexpected error {found[1]}" in caplog.text
    assert "a detail" not in answer.text

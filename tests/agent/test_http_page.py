"""The page, the API description and the figures: nothing from elsewhere, nothing run that is not ours."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
import pytest_asyncio

from agent.surfaces.page import STATIC
from tests.agent.serving import NoTools, Running, serving
from tools.home import Home


@pytest_asyncio.fixture
async def running(home: Home) -> AsyncIterator[Running]:
    async with serving(home) as server:
        yield server


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_a_page_may_load_and_ask_nothing_but_this_server(running: Running, path: str) -> None:
    page = await running.client.get(path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "<script>" not in page.text
    assert "style=" not in page.text
    for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert (await running.client.get(asset)).status_code == 200, asset


@pytest.mark.parametrize("file", sorted(STATIC.iterdir()), ids=lambda file: file.name)
def test_static_files_put_text_in_as_text_and_name_no_other_host(file: object) -> None:
    text = file.read_text("utf-8")  # type: ignore[attr-defined]
    for way_in in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "javascript:"):
        assert way_in not in text
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_every_word_of_the_page_exists_in_both_languages() -> None:
    english, chinese = (
        set(re.findall(r"(?m)(?:^ *|, )(\w+): \"", block))
        for block in re.findall(r"(?:en|zh): \{(.*?)\n  \}", (STATIC / "words.js").read_text("utf-8"), re.S)
    )
    assert english == chinese
    said = set(re.findall(r'data-(?:say|label)="(\w+)"', (STATIC / "page.html").read_text("utf-8")))
    for script in (file for file in STATIC.glob("*.js") if file.name != "docs.js"):
        said |= set(re.findall(r"(?:say|button|fold|section)\(\"(\w+)\"", script.read_text("utf-8")))
    assert said <= english


def test_the_whole_page_weighs_less_than_a_photograph() -> None:
    assert sum(len(gzip.compress(file.read_bytes())) for file in STATIC.iterdir()) < 200 * 1024


async def test_the_description_shows_our_error_shape_and_no_other(running: Running) -> None:
    api = (await running.client.get("/openapi.json")).json()
    assert "HTTPValidationError" not in api["components"]["schemas"]
    for path, methods in api["paths"].items():
        for about in methods.values():
            assert about["summary"], path
            shape = about["responses"]["4XX"]["content"]["application/json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/ErrorBody"}
    assert api["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


async def test_figures_count_requests_by_route_and_never_by_id(running: Running) -> None:
    await running.client.get("/v1/users/somebody-in-particular/profile")
    await running.client.get("/v1/made-up-by-a-scanner")
    await running.chat()
    figures = (await running.client.get("/metrics")).text
    assert re.search(
        r'tastemaker_http_requests_total\{method="POST",route="/v1/chat/completions",status="200"\} ', figures
    )
    assert 'tastemaker_turns{state="running"} 0.0' in figures
    assert "somebody-in-particular" not in figures
    assert "made-up-by-a-scanner" not in figures


class Reloading(NoTools):
    last_error = "bundle 2 does not load: damaged"


async def test_ready_tells_a_loading_engine_and_a_bundle_that_did_not_load(home: Home) -> None:
    async with serving(home, live=Reloading(), engine=SimpleNamespace(state="starting")) as running:
        answer = await running.client.get("/readyz")
        ready = answer.json()
        assert (answer.status_code, ready["ready"], ready["engine"]) == (200, True, "starting")
        assert ready["reload_error"] == "bundle 2 does not load: damaged"
        assert len(ready["degraded"]) == 2


async def test_not_ready_says_why_and_what_to_do(home: Home) -> None:
    from tools.toolbox import Live

    live = Live(home)
    async with serving(home, live=live) as running:
        answer = await running.client.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        assert "tastemaker" in answer.json()["reason"]
        assert (await running.client.get("/healthz")).status_code == 200
    live.store.close()

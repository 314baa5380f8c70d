"""docs/http.md: every request in it does what it says, and every route is in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI

from agent.turn import Agent
from tests.agent.serving import serving
from tools.home import Home
from tools.toolbox import Live

DOCS = Path(__file__).parents[2] / "docs"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Example(NamedTuple):
    method: str
    path: str
    body: Any
    status: int
    answer: Any


def examples() -> list[Example]:
    out: list[Example] = []
    lines = [line for block in re.findall(r"^```\n(.*?)^```", _text(), re.M | re.S) for line in block.splitlines()]
    request: list[str] = []
    for line in lines:
        if not line[:3].isdigit():
            request.append(line)
            continue
        method, path = request[0].split()
        status, _, answer = line.partition(" ")
        body = json.loads(request[1]) if len(request) > 1 else None
        out.append(Example(method, path, body, int(status), json.loads(answer) if answer else None))
        request = []
    return out


def _text() -> str:
    return (DOCS / "http.md").read_text("utf-8")


def shape(shown: Any, answer: Any, at: str = "") -> None:
    """Every field shown is there, with what it shows where that is more than a placeholder."""
    if isinstance(shown, dict):
        assert shown.keys() <= answer.keys(), at
        for name, value in shown.items():
            shape(value, answer[name], f"{at}.{name}")
    elif isinstance(shown, list):
        assert isinstance(answer, list), at
        for one, other in zip(shown, answer, strict=False):
            shape(one, other, f"{at}[]")
    elif shown not in ("", 0):
        assert shown == answer, at


async def test_every_request_in_the_document_answers_as_it_says(own_home: Home) -> None:
    live = Live(own_home)
    told = examples()
    assert len(told) > 15
    async with serving(own_home, Agent(live, None), live) as running:
        for example in told:
            sent = {} if example.body is None else {"json": example.body}
            answer = await running.client.request(example.method, example.path, **sent)
            where = f"{example.method} {example.path}: {answer.text[:300]}"
            assert answer.status_code == example.status, where
            if example.answer is not None:
                shape(example.answer, answer.json(), where)
    live.store.close()


@pytest.mark.parametrize("document", ["http.md"])
async def test_every_route_is_in_the_document(own_home: Home, document: str) -> None:
    async with serving(own_home) as running:
        app: FastAPI = running.server.config.app  # type: ignore[assignment]
        routes = [
            (method.upper(), path)
            for path, held in app.openapi()["paths"].items()
            for method in held
            if method.upper() in METHODS
        ]
    assert len(routes) > 15
    said = re.findall(rf"({'|'.join(METHODS)}) (/[^\s`]*)", (DOCS / document).read_text("utf-8"))
    for method, path in routes:
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^ ?]+", re.escape(path)) + r"(\?.*)?$"
        assert any(method == m and re.match(pattern, p) for m, p in said), f"{method} {path}"


async def test_every_answer_that_is_described_has_the_error_shape_and_new_routes_an_example(own_home: Home) -> None:
    async with serving(own_home) as running:
        described = (await running.client.get("/openapi.json")).json()
    for path, held in described["paths"].items():
        for method, route in held.items():
            assert route.get("summary"), f"{method} {path}"
            assert "4XX" in route["responses"], f"{method} {path}"
    schemas = described["components"]["schemas"]
    for name in ("ItemBody", "ShownItem", "ScoreBody", "ScoreAnswer", "Explanation", "UserExport", "ErasedUser"):
        assert schemas[name]["example"], name

"""serve.py as a process: what it prints, whom it refuses, and how it stops."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.fake_engine import Answer, FakeEngine, Hang
from tools.home import Home

ROOT = Path(__file__).parents[2]
WAIT = 60.0
ASK = {"model": "tastemaker", "user": "a01", "messages": [{"role": "user", "content": "a light comedy"}]}


def command(home: Home, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "serve.py"), "--home", str(home.root), "--port", "0", *arguments]


def environment() -> dict[str, str]:
    return {
        k: v for k, v in os.environ.items() if not k.startswith("TASTEMAKER_LLM") and k != "TASTEMAKER_SERVICE_TOKEN"
    }


@contextmanager
def server(home: Home, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    process = subprocess.Popen(
        command(home, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        found = re.match(r"Tastemaker is at (http://127\.0\.0\.1:\d+/)", process.stdout.readline())
        assert found, process.communicate()[1]
        with httpx.Client(base_url=found[1], timeout=WAIT, trust_env=False) as client:
            yield process, client
    finally:
        process.kill()
        process.communicate()


def finished(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    run = [*command(home, *arguments)]
    return subprocess.run(run, capture_output=True, text=True, timeout=WAIT, cwd=ROOT, env=environment(), check=False)


def test_it_serves_without_a_model_says_a_sample_and_gives_the_home_back(own_home: Home) -> None:
    with server(own_home, "--no-llm", "--sample", "a01", "a light comedy") as (process, client):
        assert process.stdout is not None
        assert "No token is configured" in process.stdout.readline()
        assert client.get("/healthz").status_code == 200
        answer = client.post("/v1/chat/completions", json=ASK).json()
        assert answer["tastemaker"]["degraded"] is True
        lines = iter(process.stdout.readline, "")
        assert any("User a01: a light comedy" in line for line in lines)
        assert any(re.search(r"\*\*1\. .+\*\*", line) for line in lines)
        second = finished(own_home, "--no-llm")
        assert second.returncode == 1
        assert f"{own_home.root} is in use by the server (process {process.pid})" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT) == 0
        with own_home.owned("the test"):
            pass


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--host", "0.0.0.0"), "no token is configured"),
        (("--port", "70000"), "--port 70000"),
        (("--port", "many"), "invalid int"),
    ],
)
def test_bad_usage_is_refused_with_the_remedy(home: Home, arguments: tuple[str, ...], reason: str) -> None:
    refused = finished(home, "--no-llm", *arguments)
    assert refused.returncode == 2
    assert reason in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_port_in_use_is_named_with_the_remedy(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = finished(home, "--no-llm", "--port", port)
    assert refused.returncode == 1
    assert f"port {port}" in refused.stderr
    assert "--port" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_untrained_home_is_served_with_the_remedy(home: Home) -> None:
    with server(home, "--no-llm") as (process, client):
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert "tastemaker" in client.post("/v1/chat/completions", json=ASK).json()["error"]["message"]
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT) == 0


def test_an_attached_engine_plans_and_a_stop_ends_an_open_stream(own_home: Home, fake_engine: FakeEngine) -> None:
    silent = Hang()
    fake_engine.script(Answer("{}"), Answer("{}"))
    with server(own_home, "--llm-url", fake_engine.base_url, "--grace", "0.1") as (process, client):
        while client.get("/readyz").json()["engine"] != "ready":
            assert process.poll() is None
        assert client.post("/v1/chat/completions", json=ASK).status_code == 200
        assert len(fake_engine.requests) >= 1
        fake_engine.respond = lambda request: silent
        with client.stream("POST", "/v1/chat/completions", json={**ASK, "stream": True}) as response:
            lines = response.iter_lines()
            assert "assistant" in next(lines)
            assert silent.hanging.wait(WAIT)
            process.send_signal(signal.SIGTERM)
            last = [line for line in lines if line.startswith("data: ")][-2:]
        assert "shutting_down" in last[0]
        assert last[1] == "data: [DONE]"
        assert process.wait(WAIT) == 0

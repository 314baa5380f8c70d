"""The engine: attached or started, watched, and gone without a trace when it is stopped or its owner dies."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from agent.engine import Engine
from agent.engine_child import free_port
from agent.engine_settings import Command, phase, vllm_command
from tests.engine_fixture import RealEngine, alive
from tools.errors import TastemakerError

PRETEND = Path(__file__).with_name("pretend_vllm.py")
Launch = Callable[[str], Engine]


@pytest.fixture
async def launch(tmp_path: Path) -> AsyncIterator[Launch]:
    """Starts the stand-in with a behaviour; whatever a test leaves running is stopped."""
    engines: list[Engine] = []

    def start(behaviour: str) -> Engine:
        port = free_port()
        command = Command((sys.executable, str(PRETEND), str(port), behaviour), {})
        engine = Engine.launch(
            tmp_path, name="tiny", log=tmp_path / "engine.log", command=command, port=port, grace=0.5
        )
        engines.append(engine)
        return engine

    yield start
    for engine in engines:
        await engine.stop()


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An OpenAI-compatible server that lists models: its URL, and the names, which a test may change."""
    names = ["first", "second"]

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"object": "list", "data": [{"id": name} for name in names]}).encode()
            self.send_response(200 if self.path == "/v1/models" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}", names
        running.shutdown()


def workers(folder: Path) -> list[psutil.Process]:
    """Processes that the stand-in started and that still live."""
    pids = [int(line) for line in (folder / "pids").read_text().split()]
    return [process for pid in pids if (process := alive(pid))]


async def until(engine: Engine, state: str) -> None:
    async with asyncio.timeout(60):
        while engine.state != state:  # noqa: ASYNC110 - the state is public, the event behind it is not
            await asyncio.sleep(0.01)


async def test_an_attached_engine_is_asked_for_its_model(server: tuple[str, list[str]]) -> None:
    engine = Engine.attach(server[0])
    await engine.start()
    await engine.ready()
    assert (engine.state, engine.model, engine.base_url) == ("ready", "first", f"{server[0]}/v1")
    await engine.stop()
    assert engine.state == "stopped"


async def test_attaching_to_a_model_that_is_not_served_names_those_that_are(server: tuple[str, list[str]]) -> None:
    engine = Engine.attach(f"{server[0]}/v1/", model="third")
    await engine.start()
    with pytest.raises(TastemakerError, match="serves first, second, not 'third'"):
        await engine.ready()
    await engine.stop()


async def test_an_engine_that_does_not_answer_is_an_error_only_for_who_waits_for_it() -> None:
    engine = Engine.attach(f"http://127.0.0.1:{free_port()}")
    await engine.start()
    with pytest.raises(TastemakerError, match=r"No engine answers at http://127.*--llm-url.*--no-llm"):
        await engine.ready()
    assert engine.state == "failed"
    await engine.stop()


async def test_an_attached_engine_that_comes_up_later_becomes_ready(server: tuple[str, list[str]]) -> None:
    url, names = server
    served = names.copy()
    names.clear()
    engine = Engine.attach(url)
    await engine.start()
    with pytest.raises(TastemakerError, match="serves no model"):
        await engine.ready()
    names.extend(served)
    await until(engine, "ready")
    assert engine.model == "first"
    await engine.stop()


async def test_a_launched_engine_reports_its_progress_becomes_ready_and_leaves_no_process(
    launch: Launch, tmp_path: Path
) -> None:
    engine = launch("serves")
    told: list[str] = []
    await engine.start()
    await engine.ready(told.append)
    assert engine.state == "ready"
    assert told
    assert workers(tmp_path)
    await engine.stop()
    assert engine.state == "stopped"
    assert workers(tmp_path) == []


async def test_a_command_that_dies_at_once_is_reported_with_its_last_words(launch: Launch, tmp_path: Path) -> None:
    engine = launch("dies")
    await engine.start()
    with pytest.raises(
        TastemakerError, match=r"(?s)ended while it was starting.*no memory for the KV cache.*--llm-url"
    ):
        await engine.ready()
    assert engine.state == "failed"
    await engine.stop()
    assert workers(tmp_path) == []


async def test_a_log_that_cannot_be_written_is_an_error_and_not_an_endless_wait(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    engine = Engine.launch(tmp_path, name="x", log=tmp_path / "file" / "engine.log", command=Command(("true",), {}))
    await engine.start()
    with pytest.raises(TastemakerError, match=r"cannot be started.*file"):
        await engine.ready()
    await engine.stop()


async def test_a_command_that_ignores_term_is_killed_with_its_children(launch: Launch, tmp_path: Path) -> None:
    engine = launch("ignores-term")
    await engine.start()
    await engine.ready()
    started = workers(tmp_path)
    await engine.stop()
    assert started
    assert workers(tmp_path) == []


async def test_an_engine_that_crashes_fails_and_is_started_again(launch: Launch, tmp_path: Path) -> None:
    engine = launch("serves")
    await engine.start()
    await engine.ready()
    (worker,) = workers(tmp_path)
    server = worker.parent()
    assert server
    server.send_signal(signal.SIGKILL)
    await until(engine, "failed")
    assert "died" in str(engine.error)
    await until(engine, "ready")
    (again,) = workers(tmp_path)
    assert again.pid != worker.pid


async def test_an_engine_that_says_it_is_unhealthy_is_replaced(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.engine.WATCH_S", 0.05)
    engine = launch("serves")
    await engine.start()
    await engine.ready()
    async with httpx.AsyncClient() as client:
        await client.get(engine.base_url.removesuffix("v1") + "sicken")
    await until(engine, "failed")
    await until(engine, "ready")


def test_an_engine_does_not_outlive_a_process_that_is_killed(tmp_path: Path) -> None:
    port = free_port()
    owner = f"""
import asyncio, sys
from pathlib import Path
from agent.engine import Engine
from agent.engine_settings import Command

async def main():
    command = Command((sys.executable, {str(PRETEND)!r}, "{port}", "ignores-term"), {{}})
    engine = Engine.launch(Path("."), name="tiny", log=Path("engine.log").resolve(), command=command, port={port})
    await engine.start()
    await engine.ready()
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", owner], cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        (worker,) = workers(tmp_path)
        family = [worker, *worker.parents()[:2]]  # the worker, the server, the leash
        process.kill()
    psutil.wait_procs(family, timeout=10)
    assert [one for one in family if alive(one.pid)] == []


def test_vllm_is_started_on_loopback_with_a_bounded_queue_and_reports_to_nobody(tmp_path: Path) -> None:
    command = vllm_command(tmp_path, "tiny", 8123, ("--tool-call-parser", "hermes"))
    line = " ".join(command.argv)
    assert "--host 127.0.0.1 --port 8123" in line
    assert "--enable-auto-tool-choice" in line
    assert command.env["VLLM_NO_USAGE_STATS"] == command.env["HF_HUB_OFFLINE"] == "1"


def test_the_phase_of_a_start_is_read_from_the_last_mark_in_the_log() -> None:
    log = "INFO Initializing a V1 LLM engine (v0.32.0)\nINFO Starting to load model /x\nLoading: 0%\n"
    assert phase(log) == "loading weights"
    assert phase("Loading: 50%") is None


@pytest.mark.engine
@pytest.mark.timeout(900)
async def test_the_real_model_answers_within_a_schema(real_engine: RealEngine) -> None:
    schema = {
        "type": "object",
        "properties": {"tool": {"enum": ["search", "profile"]}, "query": {"type": "string", "maxLength": 40}},
        "required": ["tool", "query"],
        "additionalProperties": False,
    }
    body = {
        "model": real_engine.model,
        "messages": [{"role": "user", "content": "Plan a search for light science fiction comedies. Answer as JSON."}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "plan", "schema": schema}},
        "max_tokens": 80,
        "temperature": 0,
    }
    async with httpx.AsyncClient(timeout=300) as client:
        answer = (await client.post(f"{real_engine.base_url}/chat/completions", json=body)).json()
    plan = json.loads(answer["choices"][0]["message"]["content"])
    assert plan["tool"] == "search"
    assert set(plan) == {"tool", "query"}

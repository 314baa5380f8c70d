"""The real engine for a whole test session: vLLM with the real small model, started once.

TASTEMAKER_TEST_LLM_URL names a server that runs already and is used instead. Tests that take `real_engine` are skipped,
with the reason printed, only where the weights cannot be had.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest

from agent.engine import Engine
from agent.engine_status import status_line
from tools.errors import CorruptData, TastemakerError


@dataclass(frozen=True)
class RealEngine:
    base_url: str
    model: str


@pytest.fixture(scope="session")
def real_engine(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[RealEngine]:
    """The engine, ready. It is watched by an event loop in a thread, so that tests on any loop may use it."""
    url = os.environ.get("TASTEMAKER_TEST_LLM_URL")
    before = psutil.Process().children(recursive=True)
    engine = Engine.attach(url) if url else launched(tmp_path_factory)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="real-engine", daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result()

    capture = request.config.pluginmanager.getplugin("capturemanager")
    try:
        with capture.global_and_fixture_disabled(), status_line("real engine") as tell:
            run(engine.start())
            run(engine.ready(tell))
        assert engine.model
        family = [one for one in psutil.Process().children(recursive=True) if one not in before]
        yield RealEngine(engine.base_url, engine.model)
    finally:
        run(engine.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    assert url or len(family) >= 3, "the leash, the API server and its engine were expected"
    assert [one for one in family if alive(one.pid)] == [], "the engine left processes behind"


def alive(pid: int) -> psutil.Process | None:
    """The process, unless it is gone or only waits to be reaped by a parent that is not us."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def launched(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """vLLM with this machine's default model, not yet started; skips the test where there are no weights."""
    from tools.weights import ensure_llm

    try:
        spec, folder = ensure_llm()
    except CorruptData:
        raise  # weights that are not the publisher's are no reason to skip
    except TastemakerError as error:
        pytest.skip(f"no weights for a real engine: {error}")
    return Engine.launch(folder, name=spec.name, log=tmp_path_factory.mktemp("engine") / "engine.log", extra=spec.serve)

"""The server's engine from its weights to its end, beside a server that answers meanwhile."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from agent.engine import Engine, Progress
from agent.llm import LLM
from agent.turn import Agent
from tools.errors import TastemakerError
from tools.home import Home

T = TypeVar("T")
log = logging.getLogger(__name__)


class EngineRoom:
    """Attaches the engine at `url`, or fetches a model and starts one. The agent gets its LLM as soon as there is one;
    until then, and whenever the engine is gone, its replies are degraded.
    """

    def __init__(
        self, agent: Agent, home: Home, url: str | None, model: str | None, api_key: str | None = None
    ) -> None:
        self._agent, self._home, self._url, self._model, self._api_key = agent, home, url, model, api_key
        self._engine: Engine | None = None
        self._error: str | None = None

    @property
    def state(self) -> str:
        """fetching, starting, ready, failed or stopped."""
        if self._error:
            return "failed"
        return self._engine.state if self._engine else "fetching"

    async def open(self, progress: Progress) -> None:
        """Bring the engine up. What stands in the way is logged, with the remedy; nothing is raised."""
        try:
            self._engine = Engine.attach(self._url, self._model, self._api_key) if self._url else await self._launch()
            await self._engine.start()
            self._agent.llm = LLM(
                self._engine.base_url,
                self._engine.model,
                api_key=self._api_key or "none",
                ready=lambda: self.state == "ready",
            )
            await self._engine.ready(progress)
        except TastemakerError as error:
            self._error = None if self._engine else str(error)  # an engine that is there may still come (back)
            log.error("no language model; replies are degraded: %s", error)

    async def close(self) -> None:
        """Let go of the engine; a child is gone when this returns."""
        if self._agent.llm is not None:
            await self._agent.llm.aclose()
        if self._engine is not None:
            await self._engine.stop()

    async def _launch(self) -> Engine:
        name, folder, flags = await _apart(lambda: weights(self._model))
        return Engine.launch(folder, name=name, log=self._home.root / "engine.log", extra=flags)


def weights(model: str | None) -> tuple[str, Path, tuple[str, ...]]:
    """Name, folder and flags of the model to serve: the one named, or the best for this machine.

    Raises:
        NotFound, CorruptData, TastemakerError: as `tools.weights.ensure`.
    """
    from tools.weights import ensure, ensure_llm, models

    if model is None:
        spec, folder = ensure_llm()
        return spec.name, folder, spec.serve
    known = {spec.name: spec.serve for spec in models()}
    return Path(model).name, ensure(model), known.get(model, ())


async def _apart(work: Callable[[], T]) -> T:
    """Do blocking work in a thread that does not hold up the end of the process: a download may take minutes."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # handed to whoever waits
            failures.append(error)
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="fetching-weights", daemon=True).start()
    await done.wait()
    if failures:
        raise failures[0]
    return results[0]

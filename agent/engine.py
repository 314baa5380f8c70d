"""The engine: an OpenAI-compatible server that is attached by URL, or vLLM started as a child of this process.

    engine = Engine.launch(folder, name="qwen2.5-coder-0.5b", log=home.root / "engine.log")
    await engine.start()     # returns at once; the server loads meanwhile
    await engine.ready()     # waits, or raises with the reason and the remedy
    await engine.stop()

It knows nothing of prompts or turns: whoever talks to the model asks for `base_url`, `model` and `state`.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import httpx

from agent.engine_child import KILL_AFTER_S, Child, free_port, last_words
from agent.engine_settings import Command, phase, vllm_command
from tools.errors import TastemakerError

State = Literal["starting", "ready", "failed", "stopped"]
Progress = Callable[[str], None]

POLL_S = 0.25  # while it loads: a quarter of a second is what start-up may lose to us
WATCH_S = 2.0  # once it is up; the end of a child is seen at once
PROBE_S = 3.0
START_LIMIT_S = 900.0
RESTARTS, WINDOW_S = 3, 600.0  # after a crash: at most so many restarts in so long
REMEDY = (
    "If memory ran out, free some or take a smaller model; if the port was taken, start again. "
    "Any OpenAI-compatible server can be attached with --llm-url, and --no-llm goes without."
)
SICK = 3  # answers in a row that say "unhealthy" before a child is taken for dead


class Engine:
    """One engine. Make it with `attach` or `launch`; it belongs to the event loop that starts it."""

    def __init__(self, base_url: str, model: str | None, api_key: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self.model = model
        self.state: State = "stopped"
        self.phase = ""
        self.error: str | None = None
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._settled = asyncio.Event()
        self._settled.set()
        self._watch: asyncio.Task[None] | None = None

    @staticmethod
    def attach(url: str, model: str | None = None, api_key: str | None = None) -> Engine:
        """The server at `url` (with or without `/v1`); without `model`, the first one it lists."""
        url = url.rstrip("/")
        return Attached(url if url.endswith("/v1") else f"{url}/v1", model, api_key)

    @staticmethod
    def launch(
        model_path: Path,
        *,
        name: str,
        log: Path,
        extra: Sequence[str] = (),
        command: Command | None = None,
        port: int | None = None,
        grace: float = KILL_AFTER_S,
    ) -> Engine:
        """vLLM serving a model folder as `name`, its output in `log`; `extra` are the model's own flags.

        `command` replaces vLLM's command line; it must serve on `port`. `grace`: seconds from TERM to KILL.
        """
        port = port or free_port()
        return Launched(command or vllm_command(model_path, name, port, extra), name, log, port, grace)

    async def start(self) -> None:
        """Begin; `state` and `ready` tell how it goes. Safe to call twice."""
        if self._watch is None:
            self._set("starting")
            self._watch = asyncio.create_task(self._guarded(), name="engine")

    async def ready(self, progress: Progress | None = None) -> None:
        """Wait until it answers, telling `progress` the time and the phase four times a second.

        Raises:
            TastemakerError: it cannot be reached or does not start; the message says why and what to do.
        """
        began = time.monotonic()
        while not self._settled.is_set():
            if progress:
                progress(f"{time.monotonic() - began:.0f} s, {self.phase or 'starting'}")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), POLL_S)
        if self.state != "ready":
            raise TastemakerError(self.error or f"The engine at {self.base_url} was stopped.")

    async def stop(self) -> None:
        """Let go of it; a child and all its processes are gone when this returns. Safe to call twice."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        self._set("stopped")

    async def _guarded(self) -> None:
        """Who waits for `ready` must hear of whatever ends the watch."""
        try:
            await self._run()
        except OSError as error:
            self._set("failed", f"The engine cannot be started: {error}.")

    async def _run(self) -> None:
        raise NotImplementedError

    def _set(self, state: State, error: str | None = None) -> None:
        self.state, self.error = state, error
        if state == "starting":
            self._settled.clear()
        else:
            self._settled.set()

    async def _models(self, client: httpx.AsyncClient) -> list[str]:
        """Names of the models it serves; httpx.HTTPError or ValueError where it is no OpenAI-compatible server."""
        answer = await client.get(f"{self.base_url}/models", headers=self._headers)
        answer.raise_for_status()
        try:
            return [str(entry["id"]) for entry in answer.json()["data"]]
        except (KeyError, TypeError) as error:
            raise ValueError(f"it does not list models: {error!r}") from None


class Attached(Engine):
    """Someone else's server: asked again and again, because it may come and go."""

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=PROBE_S) as client:
            while True:
                error = await self._probe(client)
                self._set("failed" if error else "ready", error)
                await asyncio.sleep(WATCH_S)

    async def _probe(self, client: httpx.AsyncClient) -> str | None:
        remedy = "Start it, correct --llm-url and --llm-model, or go without (--no-llm)."
        try:
            served = await self._models(client)
        except httpx.ReadTimeout:  # connected and busy: that is not gone
            return None if self.state == "ready" else f"The engine at {self.base_url} is too slow to answer. {remedy}"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return f"No engine answers at {self.base_url}: {error or type(error).__name__}. {remedy}"
        if not served or (self.model and self.model not in served):
            return (
                f"The engine at {self.base_url} serves {', '.join(served) or 'no model'}, not {self.model!r}. {remedy}"
            )
        self.model = self.model or served[0]
        return None


class Launched(Engine):
    """A child of ours: started, watched, started again when it crashes, stopped with everything it started."""

    def __init__(self, command: Command, name: str, log: Path, port: int, grace: float) -> None:
        super().__init__(f"http://127.0.0.1:{port}/v1", name)
        self.log = log
        self._command = command
        self._grace = grace
        self._health = f"http://127.0.0.1:{port}/health"
        self._child: Child | None = None

    async def stop(self) -> None:
        await super().stop()
        if self._child:  # again: the first attempt may have been the one that was cut short
            await self._child.stop(self._grace)

    async def _run(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        crashes: deque[float] = deque(maxlen=RESTARTS)
        async with httpx.AsyncClient(timeout=PROBE_S, trust_env=False) as client:
            while await self._live(client) or crashes:  # one that never came up is not worth another try
                if len(crashes) == RESTARTS and time.monotonic() - crashes[0] < WINDOW_S:
                    self._fail(f"crashed {RESTARTS + 1} times in {WINDOW_S / 60:.0f} minutes and is left alone")
                    return
                crashes.append(time.monotonic())
                await asyncio.sleep(2.0 ** len(crashes) / 2)
                self._set("starting")

    async def _live(self, client: httpx.AsyncClient) -> bool:
        """One life of the child, from start to end; whether it was ever ready."""
        child = self._child = await Child.start(self._command, self.log)
        try:
            if not await self._load(child, client):
                return False
            self._set("ready")
            await self._serve(child, client)
            self._fail("died and is being started again")
            return True
        finally:
            await child.stop(self._grace)

    async def _load(self, child: Child, client: httpx.AsyncClient) -> bool:
        limit = time.monotonic() + START_LIMIT_S
        while child.running and time.monotonic() < limit:
            self.phase = phase(child.news()) or self.phase
            if await self._healthy(client):
                return True
            await asyncio.wait({child.exit}, timeout=POLL_S)
        self._fail(f"was not up within {START_LIMIT_S:.0f} s" if child.running else "ended while it was starting")
        return False

    async def _serve(self, child: Child, client: httpx.AsyncClient) -> None:
        """Returns when the child has ended, or says that it will not serve any more."""
        sick = 0
        while child.running and sick < SICK:
            await asyncio.wait({child.exit}, timeout=WATCH_S)
            sick = sick + 1 if await self._healthy(client) is False else 0

    async def _healthy(self, client: httpx.AsyncClient) -> bool | None:
        """None when it does not say: not listening yet, or too busy to answer."""
        try:
            return (await client.get(self._health)).is_success
        except httpx.HTTPError:
            return None

    def _fail(self, how: str) -> None:
        self._set("failed", f"The engine {how}. The end of {self.log}:\n{last_words(self.log)}\n{REMEDY}")

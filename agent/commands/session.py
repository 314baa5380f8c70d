"""An agent made ready for a command: its engine started or attached, its tools opened meanwhile; and one turn shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from agent.commands.options import Engines
from agent.commands.output import note, say, waiting
from tools.errors import TastemakerError
from tools.home import Home

if TYPE_CHECKING:
    from agent.engine import Engine, Progress
    from agent.reply import Reply, TurnRequest
    from agent.turn import Agent
    from tools.toolbox import Live


@asynccontextmanager
async def ready(home: Home, engines: Engines) -> AsyncIterator[Agent]:
    """An agent whose engine is up. When the engine cannot be had the reason is told, and replies are degraded.

    Raises:
        BundleMissing: nothing is trained; no engine is started then.
    """
    from tools import bundle

    bundle.current_folder(home)
    async with AsyncExitStack() as stack:
        engine = await _begin(home, engines, stack)
        with waiting("Opening the tools") as status:
            live, _ = await asyncio.gather(
                to_thread.run_sync(_open, home), _up(engine, lambda text: status.update(f"Starting the engine: {text}"))
            )
        stack.callback(live.store.close)
        yield await _agent(live, engine, stack)


async def speak(agent: Agent, request: TurnRequest, quiet: bool) -> Reply:
    """Run one turn; its words go to stdout as they come, unless `quiet`, and what it took to stderr."""
    from agent.reply import Done, TextDelta

    started, reply = time.perf_counter(), None
    async with aclosing(agent.run(request)) as events:
        async for event in events:
            if isinstance(event, TextDelta) and not quiet:
                say(event.text, end="")
            elif isinstance(event, Done):
                reply = event.reply
    assert reply is not None, "a turn ends with Done"
    if not quiet:
        say("")
    if not agent.live.current().view(request.user_id).known:
        note(f"Nothing is known of user {request.user_id!r}: a cold-start answer, from what everybody likes.")
    note(_took(reply, time.perf_counter() - started))
    return reply


def _took(reply: Reply, seconds: float) -> str:
    tools = ", ".join(entry.tool for entry in reply.trace if entry.step == "act" and entry.tool)
    usage = reply.usage
    calls = "1 call" if usage.llm_calls == 1 else f"{usage.llm_calls} calls"
    parts = [tools or "no tools", f"{usage.prompt_tokens} + {usage.completion_tokens} tokens in {calls}"]
    parts.append(f"{seconds:.1f} s")
    if reply.degraded:
        parts.append("degraded: " + next((e.error or "" for e in reply.trace if e.step == "degraded"), ""))
    return " | ".join(parts)


async def _begin(home: Home, engines: Engines, stack: AsyncExitStack) -> Engine | None:
    """The engine, beginning to load; None when none is wanted or none can be started."""
    if engines.off:
        return None
    from agent.engine import Engine

    try:
        if engines.url:
            engine = Engine.attach(engines.url, engines.model)
        else:
            name, folder, extra = await to_thread.run_sync(_weights, engines.model)
            engine = Engine.launch(folder, name=name, log=home.root / "engine.log", extra=extra)
            note(f"Starting {name}; its log is {home.root / 'engine.log'}")
    except TastemakerError as error:
        note(f"No engine: {error}")
        return None
    stack.push_async_callback(engine.stop)
    await engine.start()
    return engine


def _weights(model: str | None) -> tuple[str, Path, tuple[str, ...]]:
    """Name, folder and flags of the model to serve: the one named, or the best for this machine."""
    from tools.weights import ensure, ensure_llm, models

    if model is None:
        spec, folder = ensure_llm()
        return spec.name, folder, spec.serve
    known = {spec.name: spec.serve for spec in models()}
    return Path(model).name, ensure(model), known.get(model, ())


async def _up(engine: Engine | None, progress: Progress) -> None:
    if engine is not None:
        try:
            await engine.ready(progress)
        except TastemakerError as error:
            note(str(error))


def _open(home: Home) -> Live:
    from tools.toolbox import Live

    live = Live(home)
    try:
        live.current()
    except BaseException:
        live.store.close()
        raise
    return live


async def _agent(live: Live, engine: Engine | None, stack: AsyncExitStack) -> Agent:
    from agent.llm import LLM
    from agent.turn import Agent

    llm = None
    if engine is not None:
        llm = LLM(engine.base_url, engine.model, ready=lambda: engine.state == "ready")
        stack.push_async_callback(llm.aclose)
    agent = Agent(live, llm)
    await agent.warm()
    return agent

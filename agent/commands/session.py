"""An agent made ready for a command: its engine started or attached, its tools opened meanwhile; and one turn shown."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import CancelScope

from agent.commands.options import Engines
from agent.commands.output import note, say, waiting
from tools.environment import LLM_API_KEY
from tools.home import Home

if TYPE_CHECKING:
    from agent.reply import Reply, TurnRequest
    from agent.turn import Agent


@asynccontextmanager
async def ready(home: Home, engines: Engines) -> AsyncIterator[Agent]:
    """An agent with its tools open and its engine up, the two made ready side by side. When there can be no engine
    the reason is told, and replies are degraded.

    Raises:
        BundleMissing: nothing is trained; no engine is started then.
        NotFound: the model to start is neither a known name nor a model folder.
    """
    from tools import bundle

    bundle.current_folder(home)
    if engines.model and not (engines.url or engines.off):
        _check_model(engines.model)
    with waiting("Opening the tools"):
        from agent.engine_status import status_line
        from agent.surfaces.engine_room import EngineRoom
        from agent.turn import Agent
        from tools.toolbox import Live
    live = Live(home)
    agent = Agent(live, None)
    room = None if engines.off else EngineRoom(agent, home, engines.url, engines.model, os.environ.get(LLM_API_KEY))
    try:
        with status_line("Starting the engine") if room else waiting("Opening the tools") as progress:
            opening = asyncio.create_task(room.open(progress) if room else asyncio.sleep(0))
            try:
                await agent.warm()
                await opening
            finally:
                opening.cancel()
        yield agent
    finally:
        if room:
            with CancelScope(shield=True):  # an interrupt may not leave an engine behind
                await room.close()
        live.store.close()


async def speak(agent: Agent, request: TurnRequest, quiet: bool) -> Reply:
    """Run one turn; its words go to stdout as they come, unless `quiet`, and what it took to stderr."""
    from agent.reply import Done, TextDelta

    started, reply, end = time.perf_counter(), None, ""
    async with aclosing(agent.run(request)) as events:
        async for event in events:
            if isinstance(event, TextDelta) and not quiet:
                say(event.text, end="")
                end = event.text[-1:]
            elif isinstance(event, Done):
                reply = event.reply
    assert reply is not None, "a turn ends with Done"
    if not quiet and end != "\n":
        say("")
    if not agent.live.current().view(request.user_id).known:
        note(f"Nothing is known of user {request.user_id!r}: a cold-start answer.")
    note(_took(reply, time.perf_counter() - started))
    return reply


def _check_model(name: str) -> None:
    from tools.weights import ensure, model

    if "/" in name or Path(name).expanduser().is_dir():
        ensure(name)  # a folder of the user's own, which is only looked at
    else:
        model(name)


def _took(reply: Reply, seconds: float) -> str:
    tools = ", ".join(entry.tool for entry in reply.trace if entry.step == "act" and entry.tool)
    usage = reply.usage
    calls = "1 call" if usage.llm_calls == 1 else f"{usage.llm_calls} calls"
    parts = [tools or "no tools", f"{usage.prompt_tokens} + {usage.completion_tokens} tokens in {calls}"]
    parts.append(f"{seconds:.1f} s")
    if reply.degraded:
        parts.append("degraded: " + next((e.error or "" for e in reply.trace if e.step == "degraded"), ""))
    return " | ".join(parts)

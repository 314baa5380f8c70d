"""What `evaluate prompts`, `tasks` and `simulate` share: the agent opened over a copy of the store, the conversations
had and logged, the report written and shown.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from agent.commands.options import Engines, trained
from agent.commands.output import emit, note, say, table
from agent.commands.turns import Mode
from tools.environment import SERVICE_TOKEN
from tools.home import Home

if TYPE_CHECKING:
    from agent.evaluate.converse import Talk
    from agent.evaluate.log import Log
    from agent.evaluate.talk import Speaker
    from agent.evaluate.truth import Truth
    from agent.turn import Agent


@dataclass(frozen=True)
class Running:
    """Where and how conversations are had."""

    home: Home
    engines: Engines
    mode: Mode
    k: int
    out: Path | None
    resume: bool
    agent_url: str | None = None


def running(
    home: Path,
    llm_url: str | None,
    llm_model: str | None,
    no_llm: bool,
    mode: Mode,
    k: int,
    out: Path | None,
    resume: bool,
    agent_url: str | None,
) -> Running:
    if resume and out is None:
        raise typer.BadParameter("--resume needs the --out of the run to go on with", param_hint="--resume")
    return Running(trained(home), Engines.read(llm_url, llm_model, no_llm), mode, k, out, resume, agent_url)


@dataclass(frozen=True)
class Opened:
    """The agent to talk to, what its replies are held against, what makes it forget, and what it runs on."""

    speaker: Speaker
    truth: Truth
    reset: Callable[[], None]
    about: dict[str, Any]
    agent: Agent | None = None  # of this process


@asynccontextmanager
async def opened(where: Running) -> AsyncIterator[Opened]:
    from agent.commands.session import ready
    from agent.evaluate.scratch import Scratch
    from agent.evaluate.talk import Endpoint, InProcess
    from agent.evaluate.truth import Truth
    from tools import bundle

    about: dict[str, Any] = {"mode": where.mode.value, "k": where.k, "bundle": bundle.current_id(where.home)}
    if where.agent_url:
        truth = Truth.read(where.home)
        speaker = Endpoint(where.agent_url, where.mode.value, os.environ.get(SERVICE_TOKEN))
        yield Opened(speaker, truth, lambda: None, about | {"agent": where.agent_url})
        truth.store.close()
        return
    with where.home.owned("tastemaker evaluate"):
        async with ready(where.home, where.engines) as agent:
            scratch = Scratch(agent.live.current())
            agent.live = scratch
            about["model"] = (where.engines.model or "the engine's") if agent.llm else "none: rules and evidence"
            try:
                speaking = InProcess(agent, where.mode.value, where.k)
                yield Opened(speaking, Truth.of(scratch.original), scratch.reset, about, agent)
            finally:
                scratch.close()


async def talked(talks: Sequence[Talk], where_to: Opened, where: Running, about: dict[str, Any]) -> Log:
    from agent.evaluate.converse import run
    from agent.evaluate.log import Log

    folder = where.out or Path(tempfile.mkdtemp(prefix="tastemaker-evaluate-"))
    log = Log(folder, about, where.resume)
    await run(talks, where_to.speaker, log, where_to.reset)
    return log


def told(about: dict[str, Any]) -> dict[str, Any]:
    import prompts as texts

    measured = datetime.now(UTC).isoformat(timespec="seconds")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    labels = {name: texts.load(name).label for name in texts.names()}
    return about | {"measured": measured, "machine": machine, "prompts": labels}


def tell(report: dict[str, Any], log: Log, where: Running, as_json: bool) -> None:
    from agent.evaluate.page import tables, write
    from agent.evaluate.plots import draw
    from tools.evaluate.plots import MISSING

    files = [log.path]
    if where.out:
        pictures = draw(report, [record for talk in log.talks.values() for record in talk])
        if not pictures:
            note(MISSING)
        files += write(report, where.out, report["kind"], pictures)
    if as_json:
        emit(report | {"files": [str(file) for file in files]})
        return
    for place, rows in tables(report):
        say(f"\n{place}")
        shown = [(name, f"{row['mean']:.3f}", f"{row['low']:.3f} to {row['high']:.3f}", row["n"]) for name, row in rows]
        table(("", "mean", "95% interval", "n"), shown, numbers=("mean", "95% interval", "n"))
    say(f"{len(report['failures'])} failures; {report['turns']} turns, {report['cost']['errors']} without a reply")
    for file in files:
        say(str(file))

"""`evaluate prompts`, `tasks` and `simulated`: how well the agent converses, measured on logged conversations."""

from __future__ import annotations

import asyncio
import hashlib
import os
import platform
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands.options import (
    HERE,
    Engines,
    HomeOption,
    JsonOption,
    ModelOption,
    NoLlmOption,
    UrlOption,
    trained,
)
from agent.commands.output import emit, note, say, table
from agent.commands.turns import CountOption, Mode, ModeOption
from tools.home import Home

if TYPE_CHECKING:
    from agent.evaluate.converse import Talk
    from agent.evaluate.log import Log
    from agent.evaluate.suite import Case
    from agent.evaluate.talk import Speaker
    from agent.evaluate.truth import Truth

SERVICE_TOKEN = "TASTEMAKER_SERVICE_TOKEN"  # noqa: S105 -- the variable that the server reads too


class Split(StrEnum):
    dev = "dev"
    test = "test"


SuiteOption = Annotated[list[Path], typer.Option("--suite", help="YAML file of cases; repeatable.", metavar="FILE")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Only so many cases, spread over the suite.")]
TrialsOption = Annotated[int, typer.Option("--trials", min=1, help="Conversations of each case, for pass^k.")]
SplitOption = Annotated[Split | None, typer.Option("--split", help="Only the cases of this half.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Folder of the raw log, the JSON report and the page.")
]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with the log in --out.")]
AgentUrlOption = Annotated[
    str | None, typer.Option("--agent-url", help="Talk to a running server of this home (http://HOST:PORT/v1) instead.")
]


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


def prompts(
    suite: SuiteOption,
    mode: ModeOption = Mode.plan,
    limit: LimitOption = None,
    trials: TrialsOption = 1,
    split: SplitOption = None,
    k: CountOption = 4,
    out: OutOption = None,
    resume: ResumeOption = False,
    agent_url: AgentUrlOption = None,
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    no_llm: NoLlmOption = False,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Suites of prompts: every expectation with its interval, plans, grounding, cost; failures are listed."""
    from agent.evaluate.converse import Reader, Talk
    from agent.evaluate.grade import check_suite
    from agent.evaluate.report import suite_report

    where = _running(home, llm_url, llm_model, no_llm, mode, k, out, resume, agent_url)
    cases = _cases(suite, split, limit)
    name = ", ".join(path.stem for path in suite)
    texts = hashlib.sha256("".join(case.model_dump_json() for case in cases).encode()).hexdigest()[:12]
    talks = [Talk(case.id, trial, case.user, Reader(case)) for case in cases for trial in range(trials)]

    async def run() -> tuple[dict[str, Any], Log]:
        async with _opened(where) as (speaker, truth, reset, about):
            check_suite(cases, truth)
            about |= {"name": name, "suite": texts, "split": split and split.value}
            log = await _talked(talks, speaker, reset, where, about)
            return {"kind": "prompts", "about": _told(about), **suite_report(cases, log.talks, truth)}, log

    _tell(*asyncio.run(run()), where, as_json)


def tasks(
    world: Annotated[str, typer.Option(help="games (to develop against) or hotels (to test with).")] = "games",
    seed: Annotated[int, typer.Option(help="Of the catalogue and the tasks.")] = 0,
    mode: ModeOption = Mode.plan,
    limit: LimitOption = None,
    trials: TrialsOption = 1,
    k: CountOption = 4,
    out: OutOption = None,
    resume: ResumeOption = False,
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    no_llm: NoLlmOption = False,
    as_json: JsonOption = False,
) -> None:
    """Tasks with a scripted user over a catalogue made for it: requirements told little by little or only when asked."""
    from agent.evaluate.converse import Talk
    from agent.evaluate.scripted import Scripted
    from agent.evaluate.task_report import task_report
    from agent.evaluate.worlds.make import WORLDS, home, make

    if world not in WORLDS:
        raise typer.BadParameter(f"{world!r}: there are {', '.join(WORLDS)}", param_hint="--world")
    folder = out or Path(tempfile.mkdtemp(prefix="tastemaker-evaluate-"))
    place = home(WORLDS[world], seed, folder / "home")
    where = _running(place.root, llm_url, llm_model, no_llm, mode, k, folder, resume, None)
    material = make(WORLDS[world], seed)
    chosen = spread_out(material.tasks, limit)
    talks = [
        Talk(task.id, trial, task.user, Scripted(task, material, trial)) for task in chosen for trial in range(trials)
    ]

    async def run() -> tuple[dict[str, Any], Log]:
        async with _opened(where) as (speaker, truth, reset, about):
            about |= {"name": world, "seed": seed, "tasks": len(chosen)}
            log = await _talked(talks, speaker, reset, where, about)
            return {"kind": "tasks", "about": _told(about), **task_report(material, log.talks, truth)}, log

    _tell(*asyncio.run(run()), where, as_json)


def _cases(files: Sequence[Path], split: Split | None, limit: int | None) -> list[Case]:
    from agent.evaluate.suite import load
    from tools.errors import InvalidInput

    cases = [
        case.model_copy(update={"tags": (*case.tags, f"suite:{path.stem}")})
        for path in files
        for case in load(path, split and split.value)
    ]
    if len({case.id for case in cases}) < len(cases):
        raise InvalidInput("two of the suites have a case of the same id", "suite")
    return spread_out(cases, limit)


def spread_out(cases: list[Any], limit: int | None) -> list[Any]:
    """`limit` of them, evenly over the list, which is ordered by intent."""
    if limit is None or limit >= len(cases):
        return cases
    return [cases[n * len(cases) // limit] for n in range(limit)]


def _running(
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


@asynccontextmanager
async def _opened(
    where: Running,
) -> AsyncIterator[tuple[Speaker, Truth, Callable[[], None], dict[str, Any]]]:
    """The agent to talk to, what its replies are held against, what makes it forget, and what it runs on."""
    from agent.commands.session import ready
    from agent.evaluate.scratch import Scratch
    from agent.evaluate.talk import Endpoint, InProcess
    from agent.evaluate.truth import Truth
    from tools import bundle

    about: dict[str, Any] = {"mode": where.mode.value, "k": where.k, "bundle": bundle.current_id(where.home)}
    if where.agent_url:
        about |= {"agent": where.agent_url, "model": "the server's"}
        truth = Truth.read(where.home)
        yield Endpoint(where.agent_url, where.mode.value, os.environ.get(SERVICE_TOKEN)), truth, lambda: None, about
        truth.store.close()
        return
    with where.home.owned("tastemaker evaluate"):
        async with ready(where.home, where.engines) as agent:
            scratch = Scratch(agent.live.current())
            agent.live = scratch
            about["model"] = (agent.llm._model or "first served") if agent.llm else "none: rules and evidence"
            try:
                speaker = InProcess(agent, where.mode.value, where.k)
                yield speaker, Truth.of(scratch.original), scratch.reset, about
            finally:
                scratch.close()


async def _talked(
    talks: Sequence[Talk], speaker: Speaker, reset: Callable[[], None], where: Running, about: dict[str, Any]
) -> Log:
    from agent.evaluate.converse import run
    from agent.evaluate.log import Log

    folder = where.out or Path(tempfile.mkdtemp(prefix="tastemaker-evaluate-"))
    log = Log(folder, about, where.resume)
    await run(talks, speaker, log, reset)
    return log


def _told(about: dict[str, Any]) -> dict[str, Any]:
    import prompts as texts

    measured = datetime.now(UTC).isoformat(timespec="seconds")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    labels = {name: texts.load(name).label for name in texts.names()}
    return about | {"measured": measured, "machine": machine, "prompts": labels}


def _tell(report: dict[str, Any], log: Log, where: Running, as_json: bool) -> None:
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
        if not place.startswith("by_tag") or place.endswith("passed"):
            say(f"\n{place}")
            shown = [(name, f"{row['mean']:.3f}", f"{row['low']:.3f} to {row['high']:.3f}", row["n"]) for name, row in rows]
            table(("", "mean", "95% interval", "n"), shown, numbers=("mean", "95% interval", "n"))
    say(f"{len(report['failures'])} failures; {report['turns']} turns, {report['cost']['errors']} without a reply")
    for file in files:
        say(str(file))


COMMANDS = (prompts, tasks)

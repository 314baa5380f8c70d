"""`evaluate prompts`, `tasks` and `simulated`: how well the agent converses, measured on logged conversations."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands import talking
from agent.commands.options import HERE, HomeOption, JsonOption, ModelOption, NoLlmOption, UrlOption, trained
from agent.commands.turns import CountOption, Mode, ModeOption

if TYPE_CHECKING:
    from agent.evaluate.log import Log
    from agent.evaluate.suite import Case


class Split(StrEnum):
    dev = "dev"
    test = "test"


SuiteOption = Annotated[list[Path], typer.Option("--suite", help="YAML file of cases; repeatable.", metavar="FILE")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Only so many cases, spread over the suite.")]
TrialsOption = Annotated[int, typer.Option("--trials", min=1, help="Conversations of each case, for pass^k.")]
SplitOption = Annotated[Split | None, typer.Option("--split", help="Only the cases of this half.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder of the raw log, the JSON report and the page.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with the log in --out.")]
AgentUrlOption = Annotated[
    str | None, typer.Option("--agent-url", help="Talk to a running server of this home (http://HOST:PORT/v1) instead.")
]


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

    where = talking.running(home, llm_url, llm_model, no_llm, mode, k, out, resume, agent_url)
    cases = _cases(suite, split, limit)
    name = ", ".join(path.stem for path in suite)
    texts = hashlib.sha256("".join(case.model_dump_json() for case in cases).encode()).hexdigest()[:12]
    talks = [Talk(case.id, trial, case.user, Reader(case)) for case in cases for trial in range(trials)]

    async def run() -> tuple[dict[str, Any], Log]:
        async with talking.opened(where) as opened:
            check_suite(cases, opened.truth)
            about = opened.about | {"name": name, "suite": texts, "split": split and split.value}
            log = await talking.talked(talks, opened, where, about)
            return {
                "kind": "prompts",
                "about": talking.told(about),
                **suite_report(cases, log.talks, opened.truth),
            }, log

    talking.tell(*asyncio.run(run()), where, as_json)


def tasks(
    world: Annotated[str, typer.Option(help="games, hotels, flats, bikes or events.")] = "games",
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
    """Tasks with a scripted user over a made-up catalogue: requirements told little by little, or only when asked."""
    from agent.evaluate.converse import Talk
    from agent.evaluate.scripted import Scripted
    from agent.evaluate.task_report import task_report
    from agent.evaluate.worlds.make import WORLDS, home, make

    if world not in WORLDS:
        raise typer.BadParameter(f"{world!r}: there are {', '.join(WORLDS)}", param_hint="--world")
    folder = out or Path(tempfile.mkdtemp(prefix="tastemaker-evaluate-"))
    place = home(WORLDS[world], seed, folder / "home")
    where = talking.running(place.root, llm_url, llm_model, no_llm, mode, k, folder, resume, None)
    material = make(WORLDS[world], seed)
    chosen = spread_out(material.tasks, limit)
    talks = [
        Talk(task.id, trial, task.user, Scripted(task, material, trial)) for task in chosen for trial in range(trials)
    ]

    async def run() -> tuple[dict[str, Any], Log]:
        async with talking.opened(where) as opened:
            texts = [(t.id, t.user, [w.predicates for w in t.wants], sorted(t.answers)) for t in chosen]
            told = hashlib.sha256(repr(texts).encode()).hexdigest()[:12]
            about = opened.about | {"name": world, "seed": seed, "tasks": told}
            log = await talking.talked(talks, opened, where, about)
            return {
                "kind": "tasks",
                "about": talking.told(about),
                **task_report(material, log.talks, opened.truth),
            }, log

    talking.tell(*asyncio.run(run()), where, as_json)


def simulate(
    users: Annotated[int, typer.Option("--users", min=2, help="Users whose last liked item is hidden.")] = 40,
    seed: Annotated[int, typer.Option(help="Of the users drawn and of their words.")] = 0,
    mode: ModeOption = Mode.plan,
    limit: LimitOption = None,
    trials: TrialsOption = 1,
    out: OutOption = None,
    resume: ResumeOption = False,
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    no_llm: NoLlmOption = False,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """A simulated user with an item in mind, from the home's own histories: is it among five within five replies? The
    tools are trained without it; a run in which its title or id is said or prompted fails.
    """
    from agent.evaluate import hidden
    from agent.evaluate.converse import Talk
    from agent.evaluate.simulated import SHOWN, Simulated
    from agent.evaluate.truth import Truth

    folder, source = out or Path(tempfile.mkdtemp(prefix="tastemaker-evaluate-")), trained(home)
    known = Truth.read(source)
    targets = hidden.draw(known, users, seed)
    place = hidden.home_without(known, targets, source, folder / "home")
    known.store.close()
    where = talking.running(place.root, llm_url, llm_model, no_llm, mode, SHOWN, folder, resume, None)
    chosen = spread_out(targets, limit)
    talks = [
        Talk(hidden.name_of(target), trial, target.user, Simulated(target, known.domain, trial))
        for target in chosen
        for trial in range(trials)
    ]

    async def run() -> tuple[dict[str, Any], Log]:
        async with talking.opened(where) as opened:
            assert opened.agent is not None
            watched = hidden.Watched(opened.speaker, targets)
            if opened.agent.llm:
                opened.agent.llm.watch(watched.hook)
            slates = hidden.plain(opened.agent.live.current(), chosen)
            about = opened.about | {"name": f"{len(targets)} users", "seed": seed}
            log = await talking.talked(talks, replace(opened, speaker=watched), where, about)
            report = hidden.simulated_report(chosen, log.talks, slates, opened.truth)
            return {"kind": "simulated", "about": talking.told(about), **report}, log

    talking.tell(*asyncio.run(run()), where, as_json)


def _cases(files: Sequence[Path], split: Split | None, limit: int | None) -> list[Case]:
    from agent.evaluate.suite import load
    from tools.errors import InvalidInput

    cases = [
        case.model_copy(update={"tags": (*case.tags, f"suite:{path.stem}")})
        for path in files
        for case in load(path, "dev" if split is Split.dev else "test" if split else None)
    ]
    if len({case.id for case in cases}) < len(cases):
        raise InvalidInput("two of the suites have a case of the same id", "suite")
    return spread_out(cases, limit)


def spread_out(cases: list[Any], limit: int | None) -> list[Any]:
    """`limit` of them, evenly over the list, which is ordered by intent."""
    if limit is None or limit >= len(cases):
        return cases
    return [cases[n * len(cases) // limit] for n in range(limit)]


COMMANDS = (prompts, tasks, simulate)

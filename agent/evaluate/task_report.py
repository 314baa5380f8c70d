"""The report of tasks with a scripted user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.evaluate.log import Record, Talks
from agent.evaluate.report import Report, failure, measured
from agent.evaluate.scripted import Judge
from agent.evaluate.statistics import pass_hat, rate, spread
from agent.evaluate.truth import Truth
from agent.evaluate.worlds.make import Material, Task


@dataclass(frozen=True)
class Judged:
    task: Task
    trial: int
    talk: Sequence[Record]
    fault: str

    @property
    def tags(self) -> list[str]:
        changes = ["changes their mind"] if self.task.changes else []
        traps = ["seen or not to be had" if self.task.traps else "no traps"]
        return [f"kind:{self.task.kind}", f"language:{self.task.language}", *changes, *traps]


def task_report(material: Material, talks: Talks, truth: Truth, seed: int = 0) -> Report:
    """`passed`: pass^k; `stated`: items on all slates that keep what was told by then, and are unseen and to be had;
    `asked`: of the requirements told only when asked, those that were.
    """
    judge, by_id = Judge(material), {task.id: task for task in material.tasks}
    done = [
        Judged(by_id[name], n, talk, judge.fault(by_id[name], talk))
        for (name, n), talk in talks.items()
        if name in by_id
    ]
    records = [record for each in done for record in each.talk]
    kept = [(each, record, fault) for each in done for record in each.talk for fault in judge.kept(each.task, record)]
    tags = sorted({tag for each in done for tag in each.tags})
    return {
        "cases": len({each.task.id for each in done}),
        "trials": max((each.trial + 1 for each in done), default=0),
        "passed": _passed(done, seed),
        "stated": {
            "items that keep what was told": rate([(e.task.id, float(not fault)) for e, _, fault in kept], seed)
        },
        "asked": {"hidden requirements asked for": rate(_asked(done), seed)},
        "turns a conversation": spread([len(each.talk) for each in done]),
        "by_tag": {tag: {"passed": _passed([each for each in done if tag in each.tags], seed)} for tag in tags},
        **measured(records, truth, seed),
        "failures": [
            *(failure(each.talk[-1], {"task": each.fault}, each.tags) for each in done if each.fault),
            *(failure(record, {"stated": fault}, each.tags) for each, record, fault in kept if fault),
        ],
    }


def _passed(done: Sequence[Judged], seed: int) -> Report:
    trials: dict[str, list[bool]] = {}
    for each in done:
        trials.setdefault(each.task.id, []).append(not each.fault)
    return pass_hat(trials, seed)


def _asked(done: Sequence[Judged]) -> list[tuple[str, float]]:
    return [
        (each.task.id, float(trait in each.talk[-1].about["told"]))
        for each in done
        for trait in sorted(each.task.hidden)
    ]

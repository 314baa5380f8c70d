"""A suite as an Inspect task (inspect_ai). See README.md beside it; without inspect_ai it can be imported, not run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from agent.evaluate.log import Record
from agent.evaluate.remote import have, judge
from agent.evaluate.suite import Case, load

try:
    from inspect_ai import Task, task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser
    from inspect_ai.scorer import Score, mean, scorer, stderr
    from inspect_ai.solver import solver
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True

URL = "http://127.0.0.1:8000/v1"


def samples(suite: str, split: str | None = None) -> list[dict[str, Any]]:
    """What each Inspect sample is made of."""
    cases = load(Path(suite), split)  # type: ignore[arg-type]
    return [
        {"id": case.id, "input": case.turns[0].say, "target": "", "metadata": {"case": case.model_dump(mode="json")}}
        for case in cases
    ]


if INSTALLED:

    @solver
    def conversation(url: str, mode: str) -> Any:
        async def solve(state: Any, _generate: Any) -> Any:
            case = Case.model_validate(state.metadata["case"])
            talk = await have(case, url, mode, os.environ.get("TASTEMAKER_SERVICE_TOKEN"))  # type: ignore[arg-type]
            state.metadata["talk"] = [record.model_dump(mode="json") for record in talk]
            state.messages = []
            for record in talk:
                state.messages += [
                    ChatMessageUser(content=record.words),
                    ChatMessageAssistant(content=record.heard.text),
                ]
            state.output.completion = talk[-1].heard.text
            return state

        return solve

    @scorer(metrics=[mean(), stderr()])
    def expectations() -> Any:
        async def score(state: Any, _target: Any) -> Any:
            case = Case.model_validate(state.metadata["case"])
            talk = [Record.model_validate(record) for record in state.metadata["talk"]]
            share, reasons = judge(case, talk, Path(os.environ.get("TASTEMAKER_HOME", "var")))
            return Score(value=float(share == 1.0), explanation=reasons, answer=talk[-1].heard.text)

        return score

    @task
    def tastemaker(suite: str, split: str | None = None, url: str = URL, mode: str = "plan") -> Any:
        dataset = MemoryDataset([Sample(**sample) for sample in samples(suite, split)])
        return Task(dataset=dataset, solver=conversation(url, mode), scorer=expectations())

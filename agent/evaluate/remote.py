"""Cases of a suite for other frameworks (examples/evaluation): had with a running server, and judged as ours are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agent.evaluate.converse import Reader, Talk, converse
from agent.evaluate.grade import grade
from agent.evaluate.log import Record
from agent.evaluate.suite import Case
from agent.evaluate.talk import Endpoint
from agent.evaluate.truth import Truth
from agent.reply import Mode
from tools.home import Home


async def have(case: Case, url: str, mode: Mode = "plan", token: str | None = None) -> list[Record]:
    """The whole conversation, over the OpenAI endpoint at `url`."""
    return await converse(Talk(case.id, 0, case.user, Reader(case)), Endpoint(url, mode, token))


def judge(case: Case, talk: Sequence[Record], home: Path) -> tuple[float, str]:
    """Share of the expectations that hold, and the reasons of those that do not."""
    truth = Truth.read(Home.at(home))
    try:
        found = [check for _, checks in grade(case, talk, truth) for check in checks]
    finally:
        truth.store.close()
    failed = [f"{check.name}: {check.reason}" for check in found if not check.passed]
    return (1 - len(failed) / len(found) if found else 1.0), "; ".join(failed)

"""Conversations between a user's side and the agent, one after the other, logged, with a bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from agent.evaluate.log import Log, Record
from agent.evaluate.suite import Case
from agent.evaluate.talk import Heard, Speaker
from agent.reply import Message


class UserSide(Protocol):
    """Who talks to the agent. `say` gives the next words, None when there is nothing more to say; `about` is logged."""

    def say(self, heard: Sequence[Heard]) -> str | None: ...

    @property
    def about(self) -> dict[str, Any]: ...


@dataclass
class Reader:
    """Says a case's turns as they are written, whatever the agent replies."""

    case: Case

    def say(self, heard: Sequence[Heard]) -> str | None:
        return self.case.turns[len(heard)].say if len(heard) < len(self.case.turns) else None

    @property
    def about(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Talk:
    """One conversation to be had."""

    case: str
    trial: int
    user: str
    side: UserSide


async def run(talks: Sequence[Talk], speaker: Speaker, log: Log, reset: Callable[[], None]) -> None:
    """Have those that the log does not hold yet. `reset` is called before each: nothing of the others is known."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("evaluate", total=len(talks))
        for talk in talks:
            if (talk.case, talk.trial) not in log.talks:
                progress.update(task, description=talk.case[:40])
                reset()
                log.add(await converse(talk, speaker))
            progress.advance(task)


async def converse(talk: Talk, speaker: Speaker) -> list[Record]:
    """Until the user's side has no more to say, or there is no reply."""
    messages: list[Message] = []
    records: list[Record] = []
    heard: list[Heard] = []
    while not (heard and heard[-1].error) and (words := talk.side.say(heard)) is not None:
        messages.append(Message(role="user", content=words))
        heard.append(await speaker.reply(talk.user, messages))
        records.append(
            Record(
                case=talk.case,
                trial=talk.trial,
                turn=len(heard) - 1,
                user=talk.user,
                messages=list(messages),
                heard=heard[-1],
                about=dict(talk.side.about),
            )
        )
        messages.append(Message(role="assistant", content=heard[-1].text))
    records[-1].last = True
    records[-1].about = dict(talk.side.about)
    return records

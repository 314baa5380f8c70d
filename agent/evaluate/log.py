"""The raw log of an evaluation: one JSON line a turn, written as it ends. Reports are made from it, and a run that was
cut off goes on from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from agent.evaluate.talk import Heard
from agent.reply import Message
from tools.errors import InvalidInput

FILE = "turns.jsonl"


class Record(BaseModel):
    """One turn: `messages` as they were sent, the user's words last; `last` ends the conversation. `about` is what the
    user's side knew of itself, for whoever reads the log.
    """

    case: str
    trial: int = 0
    turn: int
    user: str
    messages: list[Message]
    heard: Heard
    last: bool = False
    about: dict[str, Any] = {}

    @property
    def words(self) -> str:
        return self.messages[-1].content


Talks = dict[tuple[str, int], list[Record]]  # (case, trial) -> its turns in order


class Log:
    """`settings` head the file: what was run, under what. A log of other settings is not gone on with."""

    def __init__(self, folder: Path, settings: dict[str, Any], resume: bool) -> None:
        """Raises InvalidInput: there is a log already, without `resume`, or of other settings."""
        self.path = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        self.talks: Talks = {}
        if self.path.exists() and not resume:
            raise InvalidInput(f"{self.path} is there already: give --resume to go on with it, or another --out", "out")
        if self.path.exists():
            held, self.talks = read(self.path)
            differing = [name for name in settings if held.get(name) != settings[name]]
            if differing:
                raise InvalidInput(
                    f"{self.path} was run with other {', '.join(differing)}; give another --out", differing[0]
                )
        self._rewrite(settings)

    def add(self, talk: Iterable[Record]) -> None:
        """A whole conversation, on disk when this returns."""
        turns = list(talk)
        self.talks[turns[0].case, turns[0].trial] = turns
        with self.path.open("ab") as file:
            file.writelines(_line(turn) for turn in turns)

    def _rewrite(self, settings: dict[str, Any]) -> None:
        """Without what a cut-off run left half."""
        aside = self.path.with_suffix(".tmp")
        whole = [orjson.dumps({"settings": settings}) + b"\n"]
        aside.write_bytes(b"".join([*whole, *(_line(turn) for talk in self.talks.values() for turn in talk)]))
        aside.replace(self.path)


def read(path: Path) -> tuple[dict[str, Any], Talks]:
    """The settings and the whole conversations of a log.

    Raises:
        InvalidInput: the file is no log.
    """
    lines = path.read_bytes().splitlines()
    talks: Talks = {}
    try:
        settings = orjson.loads(lines[0])["settings"]
        for line in lines[1:]:
            record = Record.model_validate_json(line)
            talks.setdefault((record.case, record.trial), []).append(record)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        if not talks or line is not lines[-1]:  # only the last line can have been cut off
            raise InvalidInput(f"{path}: not a log of an evaluation: {error!r:.200}", "out") from None
    return settings, {key: talk for key, talk in talks.items() if talk[-1].last}


def _line(record: Record) -> bytes:
    return record.model_dump_json().encode() + b"\n"

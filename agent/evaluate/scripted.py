"""A user who follows a script: says what they need a little at a time, answers what they are asked, tells some of it
only then, and takes the first item that has everything.

No language model: what they hear is a question when a sentence ends in a question mark, and about a trait when it has
one of the trait's words, or the attribute's own name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.evaluate.log import Record
from agent.evaluate.operators import broken
from agent.evaluate.talk import Heard
from agent.evaluate.worlds.make import Material, Task
from agent.evaluate.worlds.traits import Row, Want
from tools.domain import Language

MOST_TURNS = 10
PATIENCE = 2  # times that the user says only that it does not fit
_SENTENCE = re.compile(r"[^.!?。！？\n]*[?？]")

Lines = Mapping[Language, Sequence[str]]
_NEXT: Lines = {
    "en": ("Thanks. I also need this: {v}", "And one more thing. {v}"),
    "zh": ("谢谢，我还有一个要求：{v}", "另外，{v}"),
}
_NOT_QUITE: Lines = {
    "en": ("Not quite, there is more: {v}", "Thanks, but not that one. {v}"),
    "zh": ("还不太对，{v}", "谢谢，不过这个不行。{v}"),
}
_CHANGED: Lines = {
    "en": ("Actually, I have to change that. {v}", "Sorry, I was wrong before. {v}"),
    "zh": ("其实我得改一下：{v}", "抱歉，刚才说错了。{v}"),
}
_NO_PREFERENCE: Lines = {
    "en": ("No preference there.", "That does not matter to me."),
    "zh": ("这个无所谓。", "这方面没有要求。"),
}
_NOT_IT: Lines = {
    "en": (
        "That does not work for me. Is there anything you want to know?",
        "Still not it. Ask me if you need to know more.",
    ),
    "zh": ("这个不合适。你还想了解什么吗？", "还是不对，需要了解什么就问我。"),
}


class Scripted:
    """One conversation about one task; `seed` chooses the wording and nothing else."""

    def __init__(self, task: Task, material: Material, seed: int) -> None:
        self.task, self.material = task, material
        self._rng = random.Random(f"{task.id} {seed}")  # noqa: S311 -- to be repeated
        self._told: list[str] = []
        self._loose = {task.changes} if task.changes else set()
        self._asked: list[str] = []
        self._patience = PATIENCE

    @property
    def about(self) -> dict[str, Any]:
        """What has been told by now; `loose`: of that, what will be taken back."""
        loose = [trait for trait in self._told if trait in self._loose]
        return {"told": list(self._told), "loose": loose, "asked": list(self._asked)}

    def say(self, heard: Sequence[Heard]) -> str | None:
        if not heard:
            return f"{self._line(self.material.world.opening)} {self._tell(self._open()[:1])}".strip()
        if len(heard) >= MOST_TURNS:
            return None
        asked = set(self._questions(heard[-1].text))
        self._asked += sorted(asked)
        answers = [want for want in self._left() if want.trait in asked]
        if answers:
            return self._tell(answers)
        more = self._more(heard[-1])
        if more is None:
            return self._judge(heard[-1])
        return f"{self._line(_NO_PREFERENCE)} {more}" if asked - set(self._told) else more

    def _more(self, heard: Heard) -> str | None:
        """What is told without being asked: the next requirement, or what was said wrong. An item that will do is never
        called wrong.
        """
        if coming := self._open():
            wrong = heard.slate and heard.slate[0]["item_id"] not in self.task.answers
            lines = _NOT_QUITE if wrong and self._rng.random() < 1 / 2 else _NEXT
            return self._line(lines).format(v=self._tell(coming[:1]))
        if self._loose:
            [want] = [want for want in self.task.wants if want.trait in self._loose]
            self._loose = set()
            return self._line(_CHANGED).format(v=want.say(self.task.language, self._rng))
        return None

    def _judge(self, heard: Heard) -> str | None:
        """Content, or out of patience: None."""
        if not self.task.answers:
            content = heard.abstained and not heard.slate
        else:
            content = bool(heard.slate) and heard.slate[0]["item_id"] in self.task.answers
        if content or not self._patience:
            return None
        self._patience -= 1
        return self._line(_NOT_IT)

    def _left(self) -> list[Want]:
        return [want for want in self.task.wants if want.trait not in self._told]

    def _open(self) -> list[Want]:
        return [want for want in self._left() if want.trait not in self.task.hidden]

    def _tell(self, wants: Sequence[Want]) -> str:
        said = []
        for want in wants:
            self._told.append(want.trait)
            loose = want.looser if want.trait in self._loose else None
            said.append((loose or want).say(self.task.language, self._rng))
        return " ".join(said)

    def _questions(self, text: str) -> Iterator[str]:
        """The traits that the reply asks about."""
        asked = " ".join(_SENTENCE.findall(text))
        for trait in self.material.world.traits:
            named = "|".join(name.replace("_", "[ _]") for name in trait.attributes)
            if re.search(f"{trait.asked[self.task.language]}|{named}", asked, re.IGNORECASE):
                yield trait.name

    def _line(self, lines: Lines) -> str:
        return self._rng.choice(lines[self.task.language])


class Judge:
    """What came of a conversation about a task. Success is decided on the item that stands first at the end."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self._items = {item["item_id"]: item for item in material.items}
        self._users = {user["user_id"]: user for user in material.users}
        self._seen: dict[str, set[str]] = {}
        for event in material.events:
            self._seen.setdefault(event["user_id"], set()).add(event["item_id"])

    def fault(self, task: Task, talk: Sequence[Record]) -> str:
        """Why it failed; "" for a success."""
        last = talk[-1].heard
        if last.error:
            return f"no reply: {last.error}"
        if not task.answers:
            return "" if last.abstained and not last.slate else f"recommended {self._title(last)} where nothing will do"
        if not last.slate:
            return f"recommended nothing, {len(task.answers)} items will do{self._unasked(task, talk)}"
        first = last.slate[0]["item_id"]
        if first in task.answers:
            return ""
        wants = list(task.wants)
        return f"{self._title(last)}: {'; '.join(self._broken(task, first, wants))}{self._unasked(task, talk)}"

    def kept(self, task: Task, record: Record) -> list[str]:
        """Of every item on a slate, what it breaks of the requirements told by then; "" for an item that keeps all."""
        told = [self._current(want, record) for want in task.wants if want.trait in record.about["told"]]
        return ["; ".join(self._broken(task, item_id, told)) for item_id in record.heard.shown]

    def _current(self, want: Want, record: Record) -> Want:
        return want.looser if want.trait in record.about["loose"] and want.looser else want

    def _broken(self, task: Task, item_id: str, wants: Sequence[Want]) -> list[str]:
        item: Row = self._items.get(item_id, {})
        wrong = [why for want in wants for why in broken(item, want.predicates)]
        if item_id in self._seen[task.user]:
            wrong.append("seen before")
        if not item or not self.material.available(item, self._users[task.user]):
            wrong.append("not to be had where the user is")
        return wrong

    def _unasked(self, task: Task, talk: Sequence[Record]) -> str:
        untold = [want.trait for want in task.wants if want.trait not in talk[-1].about["told"]]
        return f" (never asked about: {', '.join(untold)})" if untold else ""

    def _title(self, heard: Heard) -> str:
        return repr(heard.slate[0]["title"]) if heard.slate else "nothing, and was not marked as abstaining"

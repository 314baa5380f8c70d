"""What every way of generating a text is given, how it asks the model for lines, and what it hands back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import prompts
from agent.check import Checker, Cut
from agent.examples import compact
from agent.llm import LLM, Deadline, LLMUnavailable, salt_for
from agent.plan import add
from agent.reply import Usage
from agent.schema import read_texts
from tools.domain import Language

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

LINES = "lines"


@dataclass(frozen=True)
class Order:
    llm: LLM | None
    box: Toolbox
    checker: Checker
    user: str
    deadline: Deadline
    language: Language
    length: Literal["short", "medium", "long"]
    tone: str


@dataclass
class Work:
    """A text on its way."""

    text: str = ""
    degraded: bool = False
    untranslated: int = 0
    cuts: list[Cut] = field(default_factory=list)
    prompt: str | None = None
    usage: Usage = field(default_factory=Usage)

    async def lines(
        self, order: Order, system: str, example: dict[str, Any], request: str, count: tuple[int, int], limit: int
    ) -> list[str]:
        """The model's lines, `count` of them (least, most), each of about `limit` characters, empty where one ran
        on; none when what it wrote is no such list.

        Raises:
            LLMUnavailable: no engine answered.
        """
        if order.llm is None:
            raise LLMUnavailable("loading", "there is no language model")
        messages = [
            {"role": "system", "content": system},
            {"role": "user", "content": example["request"]},
            {"role": "assistant", "content": compact({LINES: example["lines"]})},
            {"role": "user", "content": request},
        ]
        answer = await order.llm.complete(
            messages,
            schema=_schema(count),
            max_tokens=min(16 + count[1] * max(24, limit // (2 if order.language == "en" else 1)), 1024),
            deadline=order.deadline,
            salt=salt_for(order.user),
        )
        self.usage = add(self.usage, answer.usage)
        lines = [line.strip() for line in read_texts(answer.text, LINES)[: count[1]]]
        return [line if len(line) <= 2 * limit else "" for line in lines]


def _schema(count: tuple[int, int]) -> dict[str, Any]:
    """No lengths: a grammar that counts characters takes the engine seconds to compile."""
    held = {"type": "array", "items": {"type": "string"}, "minItems": count[0], "maxItems": count[1]}
    return {"type": "object", "properties": {LINES: held}, "required": [LINES], "additionalProperties": False}


@cache
def examples(name: str) -> dict[str, Any]:
    """The worked examples of one prompt."""
    held: dict[str, Any] = json.loads((prompts.FOLDER / f"{name}_examples.json").read_text(encoding="utf-8"))
    return held

"""Texts to order: summarise, translate, compose. One entry, `Generator.run`, for HTTP, the command line and dialogue.

The model writes lines held to a schema; code puts in titles, years and prices, holds every line to its facts, and
screens the whole before anybody reads it (agent/risk.py). Without an engine nothing is summarised or translated;
a composition is then made of the catalogue's facts and says so (`degraded`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from anyio import to_thread
from pydantic import BaseModel, Field

from agent import metrics, phrases, risk
from agent.check import Checker, Cut
from agent.compose import Kind, compose
from agent.language import detect
from agent.llm import LLM, Deadline, LLMUnavailable
from agent.order import Order, Work
from agent.reply import Usage
from agent.summarize import summarize
from agent.translate import translate
from agent.untrusted import sanitize
from tools.domain import Language
from tools.errors import InvalidInput
from tools.profile.describe import describe
from tools.store import reviews

if TYPE_CHECKING:
    from tools.store import Item
    from tools.toolbox import Toolbox

Task = Literal["summarize", "translate", "compose"]
Length = Literal["short", "medium", "long"]
MAX_TEXT = 20_000  # characters of a text to summarise or translate
MAX_TONE = 60


class Held(BaseModel):
    """A text that waits for a person; `/v1/reviews` has it."""

    id: str
    status: Literal["pending"] = "pending"
    reasons: list[str]


class Generated(BaseModel):
    """`text` is what may be shown; for a held text, that it is held. `cut`: what the check took out."""

    task: Task
    kind: Kind | None = None
    item_id: str | None = None
    language: Language
    text: str
    degraded: bool = False
    untranslated: int = 0  # sentences left as they were, because no translation of them kept their numbers and names
    cut: list[dict[str, str]] = Field(default_factory=list)
    review: Held | None = None
    prompt: str | None = None
    usage: Usage = Field(default_factory=Usage)


@dataclass(frozen=True)
class Generator:
    """Cheap to make; `llm` None means that there is no engine."""

    llm: LLM | None
    box: Toolbox
    checker: Checker | None = field(default=None)

    async def run(
        self,
        task: Task,
        *,
        user: str,
        deadline: Deadline,
        item_id: str | None = None,
        text: str | None = None,
        kind: Kind | None = None,
        language: Language | None = None,
        length: Length = "medium",
        tone: str | None = None,
    ) -> Generated:
        """Raises:
        InvalidInput: nothing to work on, or too much. NotFound: no such item.
        LLMUnavailable: no engine answered, and the task cannot be done without one.
        """
        item, about = (None, None) if item_id is None else self._item(item_id)
        source = _source(task, about, text)
        target = language or _language(task, source)
        checker = self.checker
        if checker is None:
            checker = await to_thread.run_sync(Checker.of, self.box.catalogue)
        said = sanitize(tone or self.box.domain.tone, MAX_TONE)
        order = Order(self.llm, self.box, checker, user, deadline, target, length, said)
        if task == "compose":
            assert item is not None, "_source saw to it"
            profile = await to_thread.run_sync(self._profile, user)
            work = await compose(order, item, kind or "blurb", profile)
        else:
            work = await (summarize if task == "summarize" else translate)(order, source, item)
        made = Generated(
            task=task,
            kind=(kind or "blurb") if task == "compose" else None,
            item_id=item_id,
            language=target,
            text=work.text,
            degraded=work.degraded,
            untranslated=work.untranslated,
            cut=[_cut(cut) for cut in work.cuts],
            prompt=work.prompt,
            usage=work.usage,
        )
        metrics.CUTS.inc(len(work.cuts))
        return await to_thread.run_sync(self._screened, made, user)

    def _item(self, item_id: str) -> tuple[Item, str]:
        """The item, and the item in words."""
        catalogue = self.box.catalogue
        index = catalogue.index(item_id)
        return catalogue.items[index], catalogue.text(index)

    def _profile(self, user: str) -> object:
        view = self.box.view(user)
        return describe(self.box.profile, view, self.box.neighbors) if view.known else None

    def _screened(self, made: Generated, user: str) -> Generated:
        """The text, or that a person has to read it first."""
        reasons = risk.screen(made.text, self.box.domain.policy.risky)
        if not reasons:
            return made
        name = f"generate/{made.task}" + (f"/{made.kind}" if made.kind else "")
        review = Held(id=reviews.hold(self.box.store, user, name, made.text, reasons), reasons=_kinds(reasons))
        words = phrases.held(review.id, made.language)
        return made.model_copy(update={"text": words, "review": review, "cut": []})


def _source(task: Task, about: str | None, text: str | None) -> str:
    """The text to work on; `about`: the item in words."""
    if text is not None and about is not None:
        raise InvalidInput("give item_id or text, not both", "text")
    if task == "compose" and about is None:
        raise InvalidInput("compose writes about an item of the catalogue: give its item_id", "item_id")
    source = (about or text or "").strip()
    if not source:
        raise InvalidInput(f"there is nothing to {task}: give a text, or the item_id of an item", "text")
    if len(source) > MAX_TEXT and text is not None:
        raise InvalidInput(f"{len(source):,} characters; at most {MAX_TEXT:,} at once", "text")
    return source[:MAX_TEXT]


def _language(task: Task, source: str) -> Language:
    """Compositions are English unless asked otherwise; a translation goes into the other language."""
    if task == "compose":
        return "en"
    own = detect(source)
    return own if task == "summarize" else "en" if own == "zh" else "zh"


def _cut(cut: Cut) -> dict[str, str]:
    return {"sentence": sanitize(cut.sentence, 200), "reason": cut.reason[:200]}


def _kinds(reasons: list[str]) -> list[str]:
    """The kinds of reasons, without the words they rest on, which are as risky as the text."""
    return sorted({reason.split(":")[0] for reason in reasons})


__all__ = ["Generated", "Generator", "Held", "Kind", "LLMUnavailable", "Length", "Task", "Work"]

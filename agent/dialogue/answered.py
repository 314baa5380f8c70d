"""Messages that are answered without a slate and, but for small talk and texts, without a model."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from anyio import to_thread

from agent.desk import Turn
from agent.dialogue import facts, sayings
from agent.llm import Deadline, LLMUnavailable
from agent.plan import add
from agent.reply import TurnEvent, Usage
from tools.domain import Language
from tools.toolbox import Toolbox

BY_CODE = ("compare", "explain", "look_up")
TEXTS = ("summarize", "translate", "compose")


class Generated(Protocol):
    text: str
    degraded: bool
    usage: Usage


class Generator(Protocol):
    """What writes texts to order: `agent.generate.Generator`."""

    async def run(
        self,
        task: Any,
        *,
        user: str,
        deadline: Deadline,
        item_id: str | None = None,
        text: str | None = None,
        kind: Any = None,
        language: Language | None = None,
    ) -> Generated: ...


Texts = Callable[[Toolbox], Generator]


async def answered(turn: Turn, texts: Texts | None) -> AsyncIterator[TurnEvent]:
    """The answer to an act that wants no slate."""
    act, since = turn.state.act, time.perf_counter()
    if act.kind in TEXTS:
        text = await _written(turn, texts)
    elif act.kind == "start_over":
        text = sayings.STARTED[turn.language]
    elif act.kind in BY_CODE:
        text = await to_thread.run_sync(facts.answer, turn.desk.box, turn.state, turn.user)
    else:
        chosen = [item for item, verdict in turn.state.now.items() if verdict == "chosen"]
        titles = [sayings.bold(turn.desk.box.catalogue.titles[item]) for item in chosen]
        text = sayings.ENJOY[turn.language].format(titles=sayings.joined(titles, turn.language))
    yield turn.trace("answer", since, act=act.kind)
    yield turn.say(text)


async def _written(turn: Turn, texts: Texts | None) -> str:
    """A text to order about one item, or of the reader's own text."""
    act, box = turn.state.act, turn.desk.box
    item = next(iter([*act.items, *turn.state.slate[:1]]), None)
    if texts is None:
        return sayings.NO_WRITER[turn.language]
    if item is None and not act.text:
        return sayings.WHICH[turn.language]
    about = None if act.text else box.catalogue.ids[item if item is not None else 0]
    language = None if act.kind == "translate" else turn.language
    try:
        made = await texts(box).run(
            act.kind,
            user=turn.request.user_id,
            deadline=turn.deadline,
            item_id=about,
            text=act.text or None,
            kind=act.copy or None,
            language=language,
        )
    except LLMUnavailable as fault:
        turn.degrade(fault)
        return sayings.NO_WRITER[turn.language]
    turn.reply.usage = add(turn.reply.usage, made.usage)
    turn.reply.degraded = turn.reply.degraded or made.degraded
    return made.text


def opening(turn: Turn) -> str:
    """What a reply with a slate begins with: what was noted, what holds no more, and what could not be respected."""
    box, state = turn.desk.box, turn.state
    told = {box.catalogue.titles[item]: verdict for item, verdict in state.now.items()}
    said = [sayings.noted(told, state.language), sayings.dropped(state.dropped, box.domain, state.language)]
    said += [sayings.LACKS[state.language][what] for what in state.lacks]
    return "".join(f"{sentence}\n\n" for sentence in said if sentence)

"""Messages that are answered without a slate and, but for small talk and texts, without a model."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Protocol

from anyio import to_thread

from agent.desk import Turn
from agent.dialogue import facts, sayings
from agent.reply import TurnEvent

BY_CODE = ("compare", "explain", "look_up")
TEXTS = ("summarize", "translate", "compose")


class Texts(Protocol):
    """What writes texts to order for a turn: yields what is to be shown."""

    def write(self, turn: Turn) -> AsyncIterator[TurnEvent]: ...


async def answered(turn: Turn, texts: Texts | None) -> AsyncIterator[TurnEvent]:
    """The answer to an act that wants no slate; nothing for those that do, and for small talk."""
    act, since = turn.state.act, time.perf_counter()
    if act.kind in TEXTS:
        if texts is not None:
            async for event in texts.write(turn):
                yield event
            return
        text = sayings.NO_WRITER[turn.language]
    elif act.kind == "start_over":
        text = sayings.STARTED[turn.language]
    elif act.kind in BY_CODE:
        text = await to_thread.run_sync(facts.answer, turn.desk.box, turn.state, turn.user)
    elif chosen := [item for item, verdict in turn.state.now.items() if verdict == "chosen"]:
        titles = [sayings.bold(turn.desk.box.catalogue.titles[item]) for item in chosen]
        text = sayings.ENJOY[turn.language].format(titles=sayings.joined(titles, turn.language))
    else:
        return
    yield turn.trace("answer", since, act=act.kind)
    yield turn.say(text)


def opening(turn: Turn) -> str:
    """What a reply with a slate begins with: what was noted, and what holds no more."""
    box, state = turn.desk.box, turn.state
    told = {box.catalogue.titles[item]: verdict for item, verdict in state.now.items()}
    said = [sayings.noted(told, state.language), sayings.dropped(state.dropped, box.domain, state.language)]
    return "".join(f"{sentence}\n\n" for sentence in said if sentence)

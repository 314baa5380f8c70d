"""Act and rank under all that the conversation holds: constraints, items like those named, wishes, what is not wanted
again; and the question that would help most.
"""

from __future__ import annotations

import time
from typing import Any

from agent.desk import Turn
from agent.dialogue import question
from agent.notes import call_notes
from agent.reply import Progress
from tools import registry
from tools.catalogue import Catalogue, Filters
from tools.intent import Soft
from tools.rank.blend import rank
from tools.rank.like import put_like
from tools.rank.rules import allowed, open_turn
from tools.slate import Slate, SlateItem

WIDER = 3  # times as many are ranked where wishes choose among them


def find(turn: Turn, calls: list[dict[str, Any]], filters: Filters) -> tuple[Slate, str, list[Progress]]:
    """The slate, the question to end with, and what happened. Off the event loop."""
    box, state, excluded = turn.desk.box, turn.state, turn.excluded
    context = open_turn(box, turn.user, filters, excluded, turn.language)
    if state.like:
        calls = [_unnamed(call) for call in calls]
    results = registry.execute(calls, context)
    events = [turn.trace("act", time.perf_counter(), **call_notes(result)) for result in results]
    since = time.perf_counter()
    if state.like:
        put_like(context, state.like)
    k = turn.k * WIDER if state.soft else turn.k
    slate = rank(context, filters, k, exclude=excluded, query=turn.words)
    slate.items = wished(slate.items, state.soft, box.catalogue)[: turn.k]
    found = len(context.bus.items())
    events.append(turn.trace("rank", since, candidates=found, constraints=filters))
    eligible = allowed(box, turn.user, excluded) & box.catalogue.mask(filters)
    return slate, question.after(box, turn.desk.listener.topics, state, turn.user, eligible), events


def wished(items: list[SlateItem], soft: list[Soft], catalogue: Catalogue) -> list[SlateItem]:
    """Those that meet more of the wishes first, else in their order."""
    if not soft:
        return items
    masks = [catalogue.mask({wish.field: {wish.operator: wish.value}}) for wish in soft]
    met = {item.item_id: sum(bool(mask[catalogue.index(item.item_id)]) for mask in masks) for item in items}
    ordered = sorted(items, key=lambda item: -met[item.item_id])
    return [item.model_copy(update={"rank": n}) for n, item in enumerate(ordered, 1)]


def _unnamed(call: dict[str, Any]) -> dict[str, Any]:
    """Without a title that the model names: the items to follow are known."""
    return {**call, "args": {name: value for name, value in call["args"].items() if name != "like"}}

"""A turn in react mode: the model calls the tools freely; the slate is what they found, ranked under the same rules."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from anyio import to_thread

import prompts
from agent import phrases
from agent.constraints import reconcile
from agent.desk import Turn
from agent.examples import SEARCH
from agent.llm import LLM
from agent.notes import call_notes
from agent.react import react
from agent.reply import TurnEvent
from agent.write import NAMES, Writing
from tools import registry
from tools.catalogue import Catalogue, Filters
from tools.filters import parse
from tools.rank.blend import rank
from tools.rank.rules import open_turn
from tools.registry import ToolResult

Written = Callable[[Turn, float, Writing, str], AsyncIterator[TurnEvent]]


async def react_turn(turn: Turn, llm: LLM, written: Written) -> AsyncGenerator[TurnEvent, None]:
    """`written` traces what was written and checked."""
    box, domain, read, since = turn.desk.box, turn.desk.box.domain, turn.read, time.perf_counter()
    context = open_turn(box, turn.user, read.filters, turn.excluded, turn.language)
    prompt = prompts.load("react")
    system = prompt.render(items=domain.items.en, item=domain.item.en, language=NAMES[turn.language])
    result = await react(llm, context, turn.request.messages, system, turn.deadline)
    turn.reply.usage = result.usage
    yield turn.trace("react", since, prompt=prompt.label, truncated=result.truncated)
    if result.fault:
        yield turn.degrade(result.fault)
    if not result.calls and result.text and not read.filters:  # constraints stated: something is wanted
        checked = turn.desk.writer.checker.small_talk(result.text)
        yield turn.say(checked.text or phrases.small_talk(domain, turn.language))
        return
    if not result.calls:
        rules = turn.desk.planner.by_rules(read)
        result.calls = await to_thread.run_sync(registry.execute, rules.calls, context)
    for call in result.calls:
        yield turn.trace("act", time.perf_counter(), **call_notes(call))
    held = reconcile(_searched(result.calls, box.catalogue), read.filters, turn.words, box.catalogue, domain)
    since = time.perf_counter()
    slate = await to_thread.run_sync(rank, context, held.filters, turn.k, turn.excluded, turn.words)
    found = len(context.bus.items())
    yield turn.trace("rank", since, candidates=found, constraints=held.filters, dropped=held.dropped)
    turn.reply.slate, turn.reply.abstained = slate.items, slate.abstained
    if not slate.items:
        yield turn.say(phrases.abstention(slate, domain, turn.language))
        return
    since, out = time.perf_counter(), Writing()
    yield turn.say(turn.desk.writer.own_words(result.text, slate, turn.language, out))
    async for event in written(turn, since, out, prompt.label):
        yield event


def _searched(calls: list[ToolResult], catalogue: Catalogue) -> Filters:
    """The constraints of the searches that ran; they were valid, or the call would have failed."""
    filters: Filters = {}
    for call in calls:
        if call.name == SEARCH and not call.error:
            filters |= parse(call.arguments.get("filters") or {}, catalogue)
    return filters

"""The turn: plan, act, rank, write, check. The one entry for every surface; docs/turn.md draws it.

The model chooses tools and words. Identity, constraints, policy and facts are code's: the user comes with the request,
the constraints from the user's words, the slate from the ranking, titles from the catalogue. Without an engine the
same turn runs on rules and evidence, and says so.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

from anyio import to_thread

import prompts
from agent import memory, metrics, phrases
from agent.check import Checker
from agent.constraints import reconcile
from agent.examples import SEARCH
from agent.language import detect
from agent.llm import LLM, Deadline, LLMUnavailable, salt_for
from agent.notes import call_notes, check_notes, plan_notes
from agent.plan import Planner, add
from agent.reply import Done, Progress, Reply, TextDelta, TraceEntry, TurnEvent, TurnRequest
from agent.write import NAMES, Writer, Writing
from tools import registry
from tools.catalogue import Catalogue, Filters
from tools.domain import Language
from tools.errors import InvalidInput
from tools.filters import parse
from tools.intent import Intent
from tools.rank.blend import rank
from tools.rank.rules import open_turn
from tools.registry import ToolResult
from tools.slate import Slate
from tools.toolbox import Toolbox
from tools.user import UserView


class Tools(Protocol):
    """What a turn needs of `tools.toolbox.Live`."""

    def current(self) -> Toolbox: ...


@dataclass(frozen=True)
class TurnSettings:
    """`deadline` seconds for everything the model does in one turn."""

    deadline: float = 90.0


class _Desk:
    """What is made once per bundle: the planner's prompt, the checker's vocabulary, the writer."""

    def __init__(self, box: Toolbox) -> None:
        self.box = box
        self.planner = Planner(box)
        self.writer = Writer(box.domain, Checker(box.catalogue, box.domain))


@dataclass
class _Turn:
    """One turn on its way; the trace and the reply are filled step by step."""

    request: TurnRequest
    desk: _Desk
    conversation: memory.Conversation
    read: Intent
    language: Language
    user: UserView
    deadline: Deadline
    reply: Reply
    text: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return self.conversation.words

    @property
    def salt(self) -> str:
        return salt_for(self.request.user_id)

    def trace(self, step: Any, since: float, **more: Any) -> Progress:
        entry = TraceEntry(step=step, ms=round((time.perf_counter() - since) * 1000, 3), **more)
        self.reply.trace.append(entry)
        return Progress(entry=entry)

    def say(self, text: str) -> TextDelta:
        self.text.append(text)
        return TextDelta(text=text)

    def degrade(self, fault: LLMUnavailable | None) -> Progress:
        """Mark the reply: from here on rules and evidence speak."""
        self.reply.degraded = True
        reason = f"{fault.reason}: {fault}" if fault else "no language model"
        metrics.DEGRADED.labels(fault.reason if fault else "none").inc()
        return self.trace("degraded", time.perf_counter(), error=reason[:300])


class Agent:
    """Runs turns. `llm` None means that no engine is wanted: every reply is then marked degraded."""

    def __init__(self, live: Tools, llm: LLM | None, settings: TurnSettings | None = None) -> None:
        self.live = live
        self.llm = llm
        self.settings = settings or TurnSettings()
        self._desk: _Desk | None = None

    async def reply(self, request: TurnRequest) -> Reply:
        """The turn without its stream."""
        async with aclosing(self.run(request)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.reply
        raise AssertionError("a turn ends with Done")

    async def run(self, request: TurnRequest) -> AsyncGenerator[TurnEvent, None]:
        """The events of one turn; the last one is `Done`.

        Raises:
            BundleMissing: nothing is trained. InvalidInput: no words from the user, or a conversation of another user.
        """
        started = time.perf_counter()
        turn = await to_thread.run_sync(self._open, request)
        steps = self._react(turn) if request.mode == "react" else self._plan(turn)
        async with aclosing(steps):
            async for event in steps:
                yield event
        turn.reply.text = "".join(turn.text).strip()
        await to_thread.run_sync(memory.remember, turn.desk.box, request, turn.conversation, turn.reply)
        await to_thread.run_sync(memory.keep_taste, turn.desk.box, turn.user, turn.words)
        metrics.TURN_SECONDS.labels(request.mode).observe(time.perf_counter() - started)
        yield Done(reply=turn.reply)

    async def compose_slate(self, slate: Slate, words: str, language: Language) -> str:
        """Words for a slate that was ranked without a turn; sets each item's `text`. Never raises for the engine: what
        it does not write, the evidence says.
        """
        desk = await to_thread.run_sync(self._current)
        if not slate.items:
            return phrases.abstention(slate, desk.box.domain, language)
        deadline, salt = Deadline(self.settings.deadline), salt_for(slate.user_id)
        pieces = desk.writer.slate(self.llm, words, slate, language, deadline, salt, Writing())
        async with aclosing(pieces):
            return "".join([piece async for piece in pieces]).strip()

    async def warm(self) -> None:
        """Prepare what the first turn would wait for: prompts, vocabulary, encoder."""
        desk = await to_thread.run_sync(self._current)
        await to_thread.run_sync(desk.box.search.encoder.encode, ["warm"])

    def _current(self) -> _Desk:
        box = self.live.current()
        if self._desk is None or self._desk.box is not box:
            self._desk = _Desk(box)
        return self._desk

    def _open(self, request: TurnRequest) -> _Turn:
        desk = self._current()
        conversation = memory.recall(desk.box, request)
        if not conversation.words.strip():
            raise InvalidInput("the last message must be the user's and say something", "messages")
        language = detect(conversation.words)
        return _Turn(
            request=request,
            desk=desk,
            conversation=conversation,
            read=memory.read(desk.box, conversation),
            language=language,
            user=desk.box.view(request.user_id),
            deadline=Deadline(self.settings.deadline),
            reply=Reply(text="", language=language, conversation_id=request.conversation_id),
        )

    async def _plan(self, turn: _Turn) -> AsyncGenerator[TurnEvent, None]:
        """Plan mode: two calls to the model, tools between them."""
        since = time.perf_counter()
        plan = await turn.desk.planner.plan(self.llm, turn.words, turn.read, turn.deadline, turn.salt)
        turn.reply.usage = plan.usage
        metrics.PLANS.labels(plan.source).inc()
        yield turn.trace("plan", since, **plan_notes(plan, turn.desk.planner))
        if plan.fault or self.llm is None:
            yield turn.degrade(plan.fault)
        if not plan.calls:
            async for event in self._chat(turn):
                yield event
            return
        slate, events = await to_thread.run_sync(_find, turn, plan.calls, plan.filters)
        for event in events:
            yield event
        async for event in self._say(turn, slate):
            yield event

    async def _say(self, turn: _Turn, slate: Slate) -> AsyncIterator[TurnEvent]:
        """Words for a slate; why there is none when there is none."""
        turn.reply.slate, turn.reply.abstained = slate.items, slate.abstained
        if not slate.items:
            yield turn.say(phrases.abstention(slate, turn.desk.box.domain, turn.language))
            return
        since, out = time.perf_counter(), Writing()
        llm = None if turn.reply.degraded else self.llm
        writer = turn.desk.writer
        pieces = writer.slate(llm, turn.words, slate, turn.language, turn.deadline, turn.salt, out)
        async with aclosing(pieces):
            async for piece in pieces:
                yield turn.say(piece)
        async for event in _written(turn, since, out, writer.prompt.label):
            yield event

    async def _chat(self, turn: _Turn) -> AsyncIterator[TurnEvent]:
        """A message that asks for no recommendation."""
        since, out, writer = time.perf_counter(), Writing(), turn.desk.writer
        text = phrases.small_talk(turn.desk.box.domain, turn.language)
        if self.llm is not None and not turn.reply.degraded:
            try:
                text = await writer.chat(self.llm, turn.words, turn.language, turn.deadline, turn.salt, out)
            except LLMUnavailable as fault:
                out.fault = fault
        yield turn.say(text)
        async for event in _written(turn, since, out, writer.chat_prompt.label):
            yield event

    async def _react(self, turn: _Turn) -> AsyncGenerator[TurnEvent, None]:
        """React mode: the model calls the tools freely; the slate is what they found, ranked under the same rules."""
        from agent.react import react

        if self.llm is None:
            async for event in self._plan(turn):
                yield event
            return
        box, domain, since = turn.desk.box, turn.desk.box.domain, time.perf_counter()
        context = open_turn(box, turn.user, turn.read.filters, turn.conversation.shown, turn.language)
        prompt = prompts.load("react")
        system = prompt.render(items=domain.items.en, item=domain.item.en, language=NAMES[turn.language])
        result = await react(self.llm, context, turn.request.messages, system, turn.deadline)
        turn.reply.usage = result.usage
        yield turn.trace("react", since, prompt=prompt.label, truncated=result.truncated)
        if result.fault:
            yield turn.degrade(result.fault)
        if not result.calls and result.text and not turn.read.filters:  # constraints stated: something is wanted
            checked = turn.desk.writer.checker.small_talk(result.text)
            yield turn.say(checked.text or phrases.small_talk(domain, turn.language))
            return
        if not result.calls:
            rules = turn.desk.planner.by_rules(turn.words, turn.read)
            result.calls = await to_thread.run_sync(registry.execute, rules.calls, context)
        for call in result.calls:
            yield turn.trace("act", time.perf_counter(), **call_notes(call))
        held = reconcile(_searched(result.calls, box.catalogue), turn.read.filters, turn.words, box.catalogue, domain)
        since = time.perf_counter()
        k, shown = turn.request.k, turn.conversation.shown
        slate = await to_thread.run_sync(rank, context, held.filters, k, shown, turn.words)
        found = len(context.bus.items())
        yield turn.trace("rank", since, candidates=found, constraints=held.filters, dropped=held.dropped)
        turn.reply.slate, turn.reply.abstained = slate.items, slate.abstained
        if not slate.items:
            yield turn.say(phrases.abstention(slate, domain, turn.language))
            return
        since, out = time.perf_counter(), Writing()
        yield turn.say(turn.desk.writer.own_words(result.text, slate, turn.language, out))
        async for event in _written(turn, since, out, prompt.label):
            yield event


def _find(turn: _Turn, calls: list[dict[str, Any]], filters: Filters) -> tuple[Slate, list[Progress]]:
    """Act and rank; off the event loop."""
    box = turn.desk.box
    context = open_turn(box, turn.user, filters, turn.conversation.shown, turn.language)
    results = registry.execute(calls, context)
    events = [turn.trace("act", time.perf_counter(), **call_notes(result)) for result in results]
    since = time.perf_counter()
    slate = rank(context, filters, turn.request.k, exclude=turn.conversation.shown, query=turn.words)
    events.append(turn.trace("rank", since, candidates=len(context.bus.items()), constraints=filters))
    return slate, events


async def _written(turn: _Turn, since: float, out: Writing, prompt: str) -> AsyncIterator[TurnEvent]:
    turn.reply.usage = add(turn.reply.usage, out.usage)
    notes = {"prompt": prompt, "finish_reason": out.finish_reason, "first_token_ms": out.first_token_ms}
    yield turn.trace("write", since, **notes)
    if out.fault:
        yield turn.degrade(out.fault)
    metrics.CUTS.inc(len(out.cuts))
    yield turn.trace("check", time.perf_counter(), **check_notes(out))


def _searched(calls: list[ToolResult], catalogue: Catalogue) -> Filters:
    """The constraints of the searches that ran; they were valid, or the call would have failed."""
    filters: Filters = {}
    for call in calls:
        if call.name == SEARCH and not call.error:
            filters |= parse(call.arguments.get("filters") or {}, catalogue)
    return filters

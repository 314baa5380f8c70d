"""The turn: plan, act, rank, write, check. The one entry for every surface; docs/turn.md draws it.

The model chooses tools and words. Identity, constraints, policy and facts are code's: the user comes with the request,
the constraints from the user's words, the slate from the ranking, titles from the catalogue. Without an engine the
same turn runs on rules and evidence, and says so.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from anyio import to_thread

from agent import memory, metrics, phrases
from agent.acts import thanks
from agent.brief import Style
from agent.desk import Desk, Turn
from agent.dialogue import feedback
from agent.dialogue.answered import BY_CODE, TEXTS, Texts, answered, opening
from agent.dialogue.find import find
from agent.generate import Generator
from agent.llm import LLM, Deadline, LLMUnavailable, salt_for
from agent.notes import check_notes, plan_notes
from agent.plan import Plan, add
from agent.reply import Done, Reply, TurnEvent, TurnRequest
from agent.write import Writing
from tools.domain import Language
from tools.errors import InvalidInput
from tools.rank.rules import TOLD_AGE
from tools.slate import Slate
from tools.store import reviews
from tools.toolbox import Toolbox
from tools.user import UserView


class Tools(Protocol):
    """What a turn needs of `tools.toolbox.Live`."""

    def current(self) -> Toolbox: ...


@dataclass(frozen=True)
class TurnSettings:
    """`deadline` seconds for everything the model does in one turn."""

    deadline: float = 90.0


class Agent:
    """Runs turns. `llm` None means that no engine is wanted: every reply is then marked degraded."""

    def __init__(
        self, live: Tools, llm: LLM | None, settings: TurnSettings | None = None, texts: Texts | None = None
    ) -> None:
        self.live = live
        self.llm = llm
        self.settings = settings or TurnSettings()
        self.texts = texts or self._generator
        self._desk: Desk | None = None

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
        steps = self._react(turn) if request.mode == "react" else self._converse(turn)
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

    def _generator(self, box: Toolbox) -> Generator:
        return Generator(self.llm, box, self._desk.writer.checker if self._desk else None)

    def _current(self) -> Desk:
        box = self.live.current()
        if self._desk is None or self._desk.box is not box:
            self._desk = Desk(box)
        return self._desk

    def _open(self, request: TurnRequest) -> Turn:
        """What is said of items is recorded before the user is looked at, so that it counts at once."""
        desk = self._current()
        conversation = memory.recall(desk.box, desk.listener, request)
        state = conversation.state
        if not state.words.strip():
            raise InvalidInput("the last message must be the user's and say something", "messages")
        feedback.record(desk.box, request, state, conversation.turn)
        reply = Reply(text="", language=state.language, conversation_id=request.conversation_id, act=state.act.kind)
        user = _grown(desk.box.view(request.user_id), state.age)
        turn = Turn(request, desk, conversation, user, Deadline(self.settings.deadline), reply)
        turn.reply.constraints = turn.constraints(state.filters)
        return turn

    async def _converse(self, turn: Turn) -> AsyncGenerator[TurnEvent, None]:
        """What code can answer, it answers; the rest is a recommendation or small talk."""
        act = turn.state.act
        chosen = "chosen" in turn.state.now.values()
        if act.kind in (*BY_CODE, *TEXTS, "start_over") or chosen:
            async for event in answered(turn, self.texts):
                yield event
            return
        async for event in self._plan(turn):
            yield event

    async def _plan(self, turn: Turn) -> AsyncGenerator[TurnEvent, None]:
        """Two calls to the model at most, tools between them."""
        since, planner = time.perf_counter(), turn.desk.planner
        plan = await self._planned(turn)
        turn.reply.usage = plan.usage
        metrics.PLANS.labels(plan.source).inc()
        yield turn.trace("plan", since, act=turn.state.act.kind, **plan_notes(plan, planner))
        if plan.fault or self.llm is None:
            yield turn.degrade(plan.fault)
        if not plan.calls:
            async for event in self._chat(turn):
                yield event
            return
        turn.reply.constraints = turn.constraints(plan.filters)
        if said := opening(turn):
            yield turn.say(said)
        slate, ask, events = await to_thread.run_sync(find, turn, plan.calls, plan.filters)
        for event in events:
            yield event
        async for event in self._say(turn, slate, closing=not ask):
            yield event
        if ask:
            yield turn.say(f"\n\n{ask}" if slate.items else f" {ask}")

    async def _planned(self, turn: Turn) -> Plan:
        """The model is asked where it can know better: what is asked for anew, and whether anything is at all."""
        act, planner, read = turn.state.act, turn.desk.planner, turn.read
        if act.kind == "small_talk" or (act.kind == "out_of_scope" and (act.sure or self.llm is None)):
            return planner.nothing(read)
        if act.kind in ("refine", "feedback", "similar"):
            return planner.by_code(read)
        return await planner.plan(self.llm, turn.words, read, turn.deadline, turn.salt, wanted=turn.state.own)

    async def _say(self, turn: Turn, slate: Slate, closing: bool) -> AsyncIterator[TurnEvent]:
        """Words for a slate; why there is none when there is none."""
        turn.reply.slate, turn.reply.abstained = slate.items, slate.abstained
        if not slate.items:
            yield turn.say(phrases.abstention(slate, turn.desk.box.domain, turn.language))
            return
        since, out = time.perf_counter(), Writing()
        llm = None if turn.reply.degraded else self.llm
        writer, told = turn.desk.writer, turn.state.manner
        style = Style(told.length or turn.request.length, told.tone or turn.request.tone)
        pieces = writer.slate(llm, turn.words, slate, turn.language, turn.deadline, turn.salt, out, style, closing)
        async with aclosing(pieces):
            async for piece in pieces:
                yield turn.say(piece)
        async for event in _written(turn, since, out, writer.prompt.label):
            yield event

    async def _chat(self, turn: Turn) -> AsyncIterator[TurnEvent]:
        """A message that asks for no recommendation."""
        since, out, writer = time.perf_counter(), Writing(), turn.desk.writer
        kind = "thanks" if thanks(turn.words) else turn.state.act.kind
        text = phrases.small_talk(turn.desk.box.domain, turn.language, kind)
        declined = turn.state.act.kind == "out_of_scope" and turn.state.act.sure  # nothing for a model to read
        if self.llm is not None and not turn.reply.degraded and not declined:
            try:
                text = await writer.chat(self.llm, turn.words, turn.language, turn.deadline, turn.salt, out)
            except LLMUnavailable as fault:
                out.fault = fault
        yield turn.say(text)
        async for event in _written(turn, since, out, writer.chat_prompt.label):
            yield event

    async def _react(self, turn: Turn) -> AsyncGenerator[TurnEvent, None]:
        from agent.react_turn import react_turn

        declined = turn.state.act.kind == "out_of_scope" and turn.state.act.sure
        steps = self._plan(turn) if self.llm is None or declined else react_turn(turn, self.llm, _written)
        async for event in steps:
            yield event


def _grown(user: UserView, age: float | None) -> UserView:
    """The user with the age they gave in this conversation; a known age stands."""
    return user if age is None else replace(user, attributes={**user.attributes, TOLD_AGE: age})


async def _written(turn: Turn, since: float, out: Writing, prompt: str) -> AsyncIterator[TurnEvent]:
    turn.reply.usage = add(turn.reply.usage, out.usage)
    notes = {"prompt": prompt, "finish_reason": out.finish_reason, "first_token_ms": out.first_token_ms}
    yield turn.trace("write", since, **notes)
    if out.fault:
        yield turn.degrade(out.fault)
    metrics.CUTS.inc(len(out.cuts))
    held = await to_thread.run_sync(reviews.hold_all, turn.desk.box.store, turn.request.user_id, "turn", out.held)
    yield turn.trace("check", time.perf_counter(), **check_notes(out), **held)

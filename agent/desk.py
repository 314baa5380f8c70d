"""What a turn works with: the parts made once per bundle, and the turn itself, filled step by step."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from agent import metrics, phrases
from agent.check import Checker
from agent.dialogue.state import Listener, State
from agent.llm import Deadline, LLMUnavailable, salt_for
from agent.memory import Conversation
from agent.plan import Planner
from agent.reply import Constraint, Progress, Reply, TextDelta, TraceEntry, TurnRequest
from agent.write import Writer
from tools.catalogue import Filters
from tools.domain import Language
from tools.intent import Intent
from tools.toolbox import Toolbox
from tools.user import UserView


class Desk:
    """The planner's prompt, the checker's vocabulary, the writer, the reader of conversations."""

    def __init__(self, box: Toolbox) -> None:
        self.box = box
        self.planner = Planner(box)
        self.writer = Writer(box.domain, Checker(box.catalogue, box.domain))
        self.listener = Listener(box.catalogue, box.domain)


@dataclass
class Turn:
    """One turn on its way; the trace and the reply are filled step by step."""

    request: TurnRequest
    desk: Desk
    conversation: Conversation
    user: UserView
    deadline: Deadline
    reply: Reply
    text: list[str] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.conversation.state

    @property
    def words(self) -> str:
        return self.state.words

    @property
    def language(self) -> Language:
        return self.state.language

    @property
    def read(self) -> Intent:
        """The constraints in force, and what to search for."""
        state = self.state
        return Intent(query=state.topic or state.words, filters=state.filters, soft=state.soft, removed=state.lifted)

    @property
    def k(self) -> int:
        """How many items: as many as were asked for, within the policy."""
        return max(1, min(self.state.k or self.request.k, self.desk.box.domain.policy.max_items))

    @property
    def excluded(self) -> list[str]:
        ids = self.desk.box.catalogue.ids
        return [ids[n] for n in self.state.excluded]

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

    def constraints(self, filters: Filters) -> list[Constraint]:
        """Those in force, for the reader to see and take away."""
        domain = self.desk.box.domain
        return [
            Constraint(
                id=f"{name} {operator}",
                field=name,
                operator=operator,
                value=value,
                text=phrases.constraint(name, operator, value, domain, self.language),
            )
            for name, bounds in filters.items()
            for operator, value in bounds.items()
        ]

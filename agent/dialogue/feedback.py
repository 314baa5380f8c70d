"""What someone says of an item becomes an event, once, so that it counts from this very reply on."""

from __future__ import annotations

import hashlib
import time

from agent.acts import Verdict
from agent.dialogue.state import State
from agent.reply import TurnRequest
from tools.domain import Domain, Rule
from tools.store import Event
from tools.toolbox import Toolbox


def record(box: Toolbox, request: TurnRequest, state: State, turn: int) -> None:
    """The last message's verdicts as events of the user; `turn`: how many messages the user has sent. Nothing of a user
    who switched profiling off.
    """
    told = {item: verdict for item, verdict in state.now.items() if verdict != "chosen"}
    user = box.store.user(request.user_id) if told else None
    if not told or (user and not user.profiling):
        return
    key = _key(request, turn)
    events = [_event(box, request.user_id, item, verdict, key) for item, verdict in told.items()]
    box.store.append(events)


def _key(request: TurnRequest, turn: int) -> str:
    """Names the turn: the same request again is the same turn."""
    conversation = request.conversation_id or "\n".join(m.content for m in request.messages[:-1])
    parts = (request.user_id, conversation, str(turn), request.messages[-1].content)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def _event(box: Toolbox, user_id: str, item: int, verdict: Verdict, key: str) -> Event:
    kind, value = as_event(box.domain, verdict)
    return Event(
        user_id=user_id,
        item_id=box.catalogue.ids[item],
        timestamp=time.time(),
        kind=kind,
        value=value,
        event_id=f"said-{key}-{item}",
        context={"source": "conversation"},
    )


def as_event(domain: Domain, verdict: Verdict) -> tuple[str, float | None]:
    """The kind and value of event that the domain reads as the verdict; of one that it reads as neither for what was
    only seen.
    """
    feedback = domain.feedback
    positive, negative = ([Rule.parse(rule) for rule in rules] for rules in (feedback.positive, feedback.negative))
    if verdict == "seen":
        judged = {rule.kind for rule in (*positive, *negative)}
        return ("view" if "view" not in judged else "seen"), None
    plain = "like" if verdict == "liked" else "dislike"
    rules = positive if verdict == "liked" else negative
    rule = next((r for r in rules if r.kind == plain), rules[0] if rules else Rule(kind=plain))
    step = {">": 1.0, "<": -1.0}.get(rule.op or "", 0.0)
    return rule.kind, None if rule.value is None else rule.value + step

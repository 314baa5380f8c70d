"""What a conversation holds: its messages, from the request or from the store, read into one state (agent/dialogue).

OpenAI's messages are the conversation; with a conversation id the earlier ones are kept in the store. Both are read
again each turn, so both give the same state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from agent.dialogue.state import Listener, Said, State
from agent.reply import Message, Reply, TurnRequest
from agent.stated import taste
from agent.untrusted import sanitize
from tools.catalogue import Filters
from tools.store import conversations, tastes
from tools.toolbox import Toolbox
from tools.user import UserView

KEPT = 400  # messages of a conversation that are stored, and read
LONGEST, MOST = 8_000, 100_000  # characters that are read of a message, and of all of them
_SIGNS = re.compile(r"(\W{20})\W+")  # a long row says no more than a short one, and patterns take its square in time


@dataclass
class Conversation:
    """`new`: the messages that the store does not hold yet; `turn`: how many the user has sent in all."""

    state: State
    new: list[Message]
    turn: int


def recall(box: Toolbox, listener: Listener, request: TurnRequest) -> Conversation:
    """Raises NotFound: the conversation belongs to another user."""
    stored = box.store.conversation(request.conversation_id, request.user_id) if request.conversation_id else []
    new = request.messages[-1:] if stored else request.messages
    said = _read([*map(_said, stored), *(Said(m.role, m.content) for m in new)][-KEPT:])
    if said:
        said[-1] = replace(said[-1], removed=tuple(request.remove_constraints))
    return Conversation(listener.listen(said), new, sum(message.role == "user" for message in said))


def _read(said: list[Said]) -> list[Said]:
    """Of each message its beginning, of all of them the latest, and of signs in a row the first: a turn reads all of it
    with patterns, so this is what the turn costs at most.
    """
    kept: list[Said] = []
    left = MOST
    for one in reversed(said):
        words = _SIGNS.sub(r"\1", one.content[: min(LONGEST, left)])
        left -= len(words)
        if words.strip():
            kept.append(replace(one, content=words))
    return kept[::-1]


def remember(box: Toolbox, request: TurnRequest, conversation: Conversation, reply: Reply) -> None:
    if not request.conversation_id:
        return
    said: list[dict[str, Any]] = [
        {"role": m.role, "content": m.content} for m in conversation.new if m.role != "system"
    ]
    said[-1]["removed"] = list(request.remove_constraints)
    answered: dict[str, Any] = {
        "role": "assistant",
        "content": reply.text,
        "shown": [item.item_id for item in reply.slate],
    }
    if planned := _planned(conversation.state, reply):
        answered["planned"] = planned
    conversations.extend(box.store, request.conversation_id, request.user_id, [*said, answered], KEPT)


def keep_taste(box: Toolbox, user: UserView, words: str) -> None:
    """What a newcomer says they like is kept for the slates to come, if they let a profile be kept; of a user whose
    likes are known, nothing is.
    """
    said = taste(words) if user.profiling and box.cold.share(user) > 0 else None
    if said:
        tastes.state(box.store, user.user_id, sanitize(said, tastes.LONGEST))


def _said(message: dict[str, Any]) -> Said:
    shown = tuple(message["shown"]) if "shown" in message else None
    removed, planned = tuple(message.get("removed", ())), message.get("planned", {})
    return Said(message["role"], message["content"], shown, removed, planned)


def _planned(state: State, reply: Reply) -> Filters:
    """Of the constraints that the reply went by, those that only the model read."""
    out: Filters = {}
    for told in reply.constraints:
        if state.filters.get(told.field, {}).get(told.operator) != told.value:
            out.setdefault(told.field, {})[told.operator] = told.value
    return out

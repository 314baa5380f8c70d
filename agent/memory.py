"""What a conversation holds: the messages, the constraints its words put in force, and the items already shown.

OpenAI's messages are the conversation; with a conversation id the earlier ones are kept in the store. Constraints are
read again from the reader's words each turn, so both ways give the same state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.reply import Reply, TurnRequest
from agent.stated import taste
from agent.untrusted import sanitize
from tools.catalogue import Filters
from tools.intent import Intent, understand
from tools.store import tastes
from tools.toolbox import Toolbox
from tools.user import UserView

KEPT = 40  # messages of a stored conversation
READ = 10  # of the reader's messages that can hold constraints in force


@dataclass
class Conversation:
    """`said`: the reader's messages, oldest first; `shown`: ids of items on earlier slates."""

    said: list[str]
    shown: list[str] = field(default_factory=list)
    stored: list[dict[str, Any]] = field(default_factory=list)

    @property
    def words(self) -> str:
        return self.said[-1] if self.said else ""


def recall(box: Toolbox, request: TurnRequest) -> Conversation:
    """Raises NotFound: the conversation belongs to another user."""
    stored = box.store.conversation(request.conversation_id, request.user_id) if request.conversation_id else []
    said = [m["content"] for m in stored if m["role"] == "user"]
    said += [m.content for m in request.messages if m.role == "user"]
    shown = [item_id for m in stored for item_id in m.get("shown", ())]
    return Conversation(said, shown, stored)


def remember(box: Toolbox, request: TurnRequest, conversation: Conversation, reply: Reply) -> None:
    if not request.conversation_id:
        return
    new: list[dict[str, Any]] = [
        {"role": "user", "content": conversation.words},
        {"role": "assistant", "content": reply.text, "shown": [item.item_id for item in reply.slate]},
    ]
    kept = [*conversation.stored, *new][-KEPT:]
    box.store.save_conversation(request.conversation_id, request.user_id, kept)


def keep_taste(box: Toolbox, user: UserView, words: str) -> None:
    """What a newcomer says they like is kept for the slates to come, if they let a profile be kept; of a user whose
    likes are known, nothing is.
    """
    said = taste(words) if user.profiling and box.cold.share(user) > 0 else None
    if said:
        tastes.state(box.store, user.user_id, sanitize(said, tastes.LONGEST))


def read(box: Toolbox, conversation: Conversation) -> Intent:
    """The last message, with the constraints of earlier ones still in force: on each field the later word wins."""
    intents = [understand(words, box.catalogue, box.domain) for words in conversation.said[-READ:]]
    filters: Filters = {}
    for intent in intents:
        filters |= intent.filters
    return Intent(query=intents[-1].query if intents else "", filters=filters)

"""A conversation with the agent as a client has it: messages go along with each request, or an id stands for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agent.llm import LLM
from agent.reply import Message, Reply, TurnRequest
from agent.turn import Agent
from tools.toolbox import Toolbox


class Fixed:
    """A toolbox that never changes."""

    def __init__(self, box: Toolbox) -> None:
        self.box = box

    def current(self) -> Toolbox:
        return self.box


@dataclass
class Talk:
    """`kept`: the conversation id under which the server remembers; without one the client sends everything back."""

    box: Toolbox
    user: str
    llm: LLM | None = None
    kept: str | None = None
    k: int = 4
    texts: Any = None
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.agent = Agent(Fixed(self.box), self.llm, texts=self.texts)

    async def say(self, *words: str, **more: Any) -> Reply:
        """Say them one after the other; the last reply."""
        for said in words:
            self.messages.append(Message(role="user", content=said))
            sent = self.messages[-1:] if self.kept else self.messages
            request = TurnRequest(user_id=self.user, messages=sent, k=self.k, conversation_id=self.kept, **more)
            reply = await self.agent.reply(request)
            self.messages.append(Message(role="assistant", content=reply.text))
        return reply


def ids(reply: Reply) -> list[str]:
    return [item.item_id for item in reply.slate]


def values(reply: Reply, name: str) -> list[Any]:
    return [item.attributes.get(name) for item in reply.slate]


def force(reply: Reply) -> dict[str, Any]:
    """The constraints in force, by id."""
    return {constraint.id: constraint.value for constraint in reply.constraints}

"""What a client of the Responses API may send, read into one turn. As in chat_request.py, a parameter that would change
the answer's meaning is refused by name, and the rest is taken and has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StrictBool, Tag

from agent.reply import Message, Mode, TurnRequest
from agent.surfaces.auth import Caller
from agent.surfaces.chat_request import MODELS, ROLES, Content, Metadata, unknown_model, wishes
from agent.surfaces.errors import Refused, invalid
from agent.surfaces.settings import MAX_QUERY

TEXTS = ("input_text", "output_text", "text", "refusal")
_REFUSED = {
    "tools": "the agent's tools are its own; leave it out",
    "background": "answers are given while you wait",
    "conversation": "continue with previous_response_id",
    "prompt": "stored prompts are not supported",
    "include": "nothing more can be included; the evidence is in the `tastemaker` object",
}


class Entry(BaseModel):
    """A message of the input. Entries of other types (calls, reasoning) are another server's business: left out."""

    model_config = ConfigDict(extra="allow")
    type: str = "message"
    role: str | None = None
    content: Content | None = None

    def words(self, at: str) -> str:
        if not isinstance(self.content, list):
            return self.content or ""
        for n, piece in enumerate(self.content):
            if piece.type not in TEXTS:
                param = f"{at}[{n}].type"
                message = f"{param}: {piece.type!r} is not supported; send input_text"
                raise Refused(invalid(message, param, "unsupported_value"))
        return "\n".join(piece.text for piece in self.content)


def _shape(given: Any) -> str:
    return "=entries" if isinstance(given, list) else "=text"


Input = Annotated[
    Annotated[str, Tag("=text")] | Annotated[list[Entry], Field(min_length=1), Tag("=entries")], Discriminator(_shape)
]


@dataclass(frozen=True)
class Asked:
    """One turn, and the messages before it."""

    user: str
    mode: Mode
    system: list[Message]
    before: list[Message]
    words: Message
    wishes: dict[str, Any]

    def turn(self, said: Iterable[dict[str, Any]], conversation_id: str | None = None) -> TurnRequest:
        earlier = [Message.model_validate(message) for message in said]
        messages = [*self.system, *earlier, self.words]
        return TurnRequest(
            user_id=self.user,
            messages=messages,
            mode=self.mode,
            conversation_id=conversation_id,
            **self.wishes,
        )


class ResponsesRequest(BaseModel):
    """OpenAI's request for a response, as far as it means something here."""

    model_config = ConfigDict(extra="allow")
    model: str = Field(description="tastemaker (plans, then acts) or tastemaker-react (a tool loop)")
    input: Input = Field(description="the user's words, or messages of which the last is the user's")
    instructions: str | None = None
    previous_response_id: Annotated[str, Field(pattern=r"^resp_[0-9a-f]{32}$")] | None = None
    stream: StrictBool | None = False
    store: StrictBool | None = Field(default=True, description="keep what was said, to continue from it")
    user: str | None = Field(default=None, description="the user to recommend for; X-User-Id says the same")
    metadata: Metadata | None = None

    @property
    def stored(self) -> bool:
        return self.store is not False

    def asked(self, caller: Caller) -> Asked:
        """
        Raises:
            Refused: an unknown model, a parameter that cannot be honoured, no words of the user, or too many.
        """
        if self.model not in MODELS:
            raise Refused(unknown_model(self.model))
        self._refuse_unsupported()
        user = caller.acting_for(self.user or None, "user")
        *before, words = self._messages()
        system = [m for m in before if m.role == "system"]
        if self.instructions:
            system.insert(0, Message(role="system", content=self.instructions))
        said = [message for message in before if message.role != "system"]
        return Asked(user, MODELS[self.model], system, said, words, wishes(self.metadata))

    def _messages(self) -> list[Message]:
        """What was said, the last of it the user's."""
        if isinstance(self.input, str):
            heard = [("input", Message(role="user", content=self.input))]
        else:
            heard = [
                (f"input[{n}].content", Message(role=ROLES[entry.role], content=entry.words(f"input[{n}].content")))
                for n, entry in enumerate(self.input)
                if entry.type == "message" and entry.role in ROLES
            ]
        at, last = heard[-1] if heard else ("input", Message(role="system", content=""))
        if last.role != "user":
            raise Refused(invalid("input: the last message must be the user's", "input"))
        if not last.content.strip():
            raise Refused(invalid(f"{at}: the user's message is empty", at, "empty_message"))
        if len(last.content) > MAX_QUERY:
            message = f"{at}: {len(last.content):,} characters; at most {MAX_QUERY:,}"
            raise Refused(invalid(message, at, "string_too_long"))
        return [message for _, message in heard if message.content.strip()]

    def _refuse_unsupported(self) -> None:
        extra = self.model_extra or {}
        for name, reason in _REFUSED.items():
            if extra.get(name):
                raise Refused(invalid(f"{name}: {reason}", name, "unsupported_parameter"))
        wanted = extra.get("text")
        form = wanted.get("format") if isinstance(wanted, dict) else None
        if isinstance(form, dict) and form.get("type") not in (None, "text"):
            message = "text: answers are text; the slate is in the `tastemaker` object"
            raise Refused(invalid(message, "text", "unsupported_parameter"))

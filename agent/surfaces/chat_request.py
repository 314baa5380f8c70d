"""What a chat client may send, read into one turn. Parameters that would change the answer's meaning are refused by
name; the rest of OpenAI's parameters (temperature, seed, max_tokens, ...) are taken and have no effect.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StrictBool, StrictInt, Tag

from agent.reply import Message, Mode, TurnRequest
from agent.surfaces.auth import Caller
from agent.surfaces.errors import Problem, Refused, invalid
from agent.surfaces.settings import MAX_QUERY
from agent.surfaces.webui import background

MODELS: dict[str, Mode] = {"tastemaker": "plan", "tastemaker-react": "react"}
ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}  # a tool's or function's message is another server's business and is left out


class Part(BaseModel):
    """One part of a message; only text is understood."""

    model_config = ConfigDict(extra="allow")
    type: str
    text: str = ""


def _shape(content: Any) -> str:
    return "=parts" if isinstance(content, list) else "=text"


Content = Annotated[Annotated[str, Tag("=text")] | Annotated[list[Part], Tag("=parts")], Discriminator(_shape)]


class ChatMessage(BaseModel):
    model_config = ConfigDict(extra="allow")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Content | None = None

    def words(self, at: str) -> str:
        """The text of the message, found at `at` in the request.

        Raises:
            Refused: 400 for a part that is not text.
        """
        if not isinstance(self.content, list):
            return self.content or ""
        for n, part in enumerate(self.content):
            if part.type not in ("text", "refusal"):
                param = f"{at}[{n}].type"
                raise Refused(
                    invalid(f"{param}: {part.type!r} is not supported; send text", param, "unsupported_value")
                )
        return "\n".join(part.text for part in self.content)


Name = Annotated[str, Field(max_length=200)]


def _listed(given: Any) -> str:
    return "=list" if isinstance(given, list) else "=text"


Removed = Annotated[
    Annotated[list[Name], Field(max_length=50), Tag("=list")] | Annotated[str, Field(max_length=2000), Tag("=text")],
    Discriminator(_listed),
]


class StreamOptions(BaseModel):
    include_usage: StrictBool = False


class Metadata(BaseModel):
    """`conversation_id` makes the server remember the conversation; `remove_constraints` takes away constraints in
    force before the message is read: their ids or fields, in a list or with commas between. `tone` ("dry and brief")
    and `length` say how the words should be. Other keys are the client's own.
    """

    model_config = ConfigDict(extra="allow")
    conversation_id: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w.:-]+$")] | None = None
    remove_constraints: Removed | None = None
    tone: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\w ,，、'-]+$")] | None = None
    length: Literal["short", "medium", "long"] = "medium"

    @property
    def removed(self) -> list[str]:
        told = self.remove_constraints or []
        names = told.split(",") if isinstance(told, str) else told
        return [name.strip() for name in names if name.strip()]


def wishes(metadata: Metadata | None) -> dict[str, Any]:
    """What of it is about the turn itself, as fields of a `TurnRequest`, whatever protocol it came by."""
    told = metadata or Metadata()
    return {"remove_constraints": told.removed, "tone": told.tone, "length": told.length}


class ChatRequest(BaseModel):
    """OpenAI's chat completion request, as far as it means something here."""

    model_config = ConfigDict(extra="allow")
    model: str = Field(description="tastemaker (plans, then acts) or tastemaker-react (a tool loop)")
    messages: list[ChatMessage] = Field(min_length=1, description="the conversation; the last message is the user's")
    stream: StrictBool | None = False
    stream_options: StreamOptions | None = None
    user: str | None = Field(default=None, description="the user to recommend for; X-User-Id says the same")
    metadata: Metadata | None = None
    n: StrictInt | None = Field(default=1, description="1 is all there is")

    @property
    def streamed(self) -> bool:
        return bool(self.stream)

    @property
    def include_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    def turn(self, caller: Caller) -> TurnRequest:
        """The turn asked for, for the user that the caller may act for.

        Raises:
            Refused: an unknown model, a parameter that cannot be honoured, no words of the user, or too many.
        """
        if self.model not in MODELS:
            raise Refused(unknown_model(self.model))
        self._refuse_unsupported()
        user = caller.acting_for(self.user or None, "user")
        return TurnRequest(
            user_id=user,
            messages=self._conversation(),
            mode=MODELS[self.model],
            conversation_id=self.metadata.conversation_id if self.metadata else None,
            **wishes(self.metadata),
        )

    def _conversation(self) -> list[Message]:
        heard = [
            (f"messages[{n}].content", ROLES[message.role], message.words(f"messages[{n}].content"))
            for n, message in enumerate(self.messages)
            if message.role in ROLES
        ]
        at, role, words = heard[-1] if heard else ("messages", None, "")
        if role != "user":
            raise Refused(invalid("messages: the last message must be the user's", "messages"))
        if not words.strip():
            raise Refused(invalid(f"{at}: the user's message is empty", at, "empty_message"))
        if len(words) > MAX_QUERY and background(words) is None:
            raise Refused(invalid(f"{at}: {len(words):,} characters; at most {MAX_QUERY:,}", at, "string_too_long"))
        return [Message(role=role, content=words) for _, role, words in heard if words.strip()]

    def _refuse_unsupported(self) -> None:
        extra = self.model_extra or {}
        if self.n not in (None, 1):
            raise Refused(_unsupported("n", "one answer at a time; leave n out or 1"))
        for name, reason in _MEANINGFUL.items():
            if extra.get(name):
                raise Refused(_unsupported(name, reason))
        if extra.get("tool_choice") not in (None, "none", "auto"):
            raise Refused(_unsupported("tool_choice", "the agent's tools are its own; leave it out"))
        if _kind(extra.get("response_format")) not in (None, "text"):
            raise Refused(_unsupported("response_format", "answers are text; the slate is in the `tastemaker` object"))
        if extra.get("modalities") not in (None, ["text"]):
            raise Refused(_unsupported("modalities", "only text"))


_MEANINGFUL = {
    "tools": "the agent's tools are its own; leave it out",
    "functions": "the agent's tools are its own; leave it out",
    "function_call": "the agent's tools are its own; leave it out",
    "logprobs": "log probabilities are not given",
    "top_logprobs": "log probabilities are not given",
    "logit_bias": "tokens cannot be biased",
    "stop": "stop sequences are not supported",
    "audio": "only text",
    "web_search_options": "there is no web search",
}


def unknown_model(name: str) -> Problem:
    known = " and ".join(MODELS)
    return Problem(
        404, "not_found_error", "model_not_found", f"there is no model {name[:64]!r}; {known} exist", "model"
    )


def _unsupported(param: str, reason: str) -> Problem:
    return invalid(f"{param}: {reason}", param, "unsupported_parameter")


def _kind(value: Any) -> Any:
    return value.get("type") if isinstance(value, dict) else value

"""The turn's input and output: what every surface hands in and gets back."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.domain import Language
from tools.slate import SlateItem

Mode = Literal["plan", "react"]


class Message(BaseModel):
    model_config = ConfigDict(extra="ignore")
    role: Literal["system", "user", "assistant"]
    content: str


class TurnRequest(BaseModel):
    """`messages` is the whole conversation, the last one the user's; `user_id` comes from the authenticated caller."""

    user_id: str
    messages: list[Message]
    mode: Mode = "plan"
    k: int = Field(default=4, ge=1, le=50)
    conversation_id: str | None = None
    remove_constraints: list[str] = Field(default_factory=list)  # `Constraint.id`s, or fields, that hold no more
    tone: str | None = None  # instead of the domain's own
    length: Literal["short", "medium", "long"] = "medium"


class TraceEntry(BaseModel):
    model_config = ConfigDict(extra="allow")  # prompt version, what the check cut, and the like
    step: Literal["plan", "answer", "act", "rank", "write", "check", "react", "degraded"]
    tool: str | None = None
    arguments: dict[str, Any] | None = None
    candidates: int | None = None
    ms: float
    error: str | None = None


class Usage(BaseModel):
    llm_calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


class Constraint(BaseModel):
    """One constraint in force, in words too; `id` takes it away (`TurnRequest.remove_constraints`)."""

    id: str
    field: str
    operator: str
    value: Any
    text: str


class Reply(BaseModel):
    """`constraints` are those of the conversation after this turn's message; `act` is what that was taken for."""

    text: str
    slate: list[SlateItem] = Field(default_factory=list)
    trace: list[TraceEntry] = Field(default_factory=list)
    degraded: bool = False
    abstained: bool = False
    language: Language = "en"
    conversation_id: str | None = None
    act: str | None = None
    constraints: list[Constraint] = Field(default_factory=list)
    usage: Usage = Field(default_factory=Usage)


class Progress(BaseModel):
    """A step has ended; surfaces may show it while the words are still to come."""

    entry: TraceEntry


class TextDelta(BaseModel):
    """Checked words, ready to be shown."""

    text: str


class Done(BaseModel):
    reply: Reply


TurnEvent = Progress | TextDelta | Done

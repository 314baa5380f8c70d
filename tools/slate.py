"""What a recommendation is: ranked items with evidence, or nothing and the constraint to relax."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from tools.bus import Evidence


class SlateItem(BaseModel):
    rank: int
    item_id: str
    title: str
    score: float
    ctr: float | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)
    evidence: list[Evidence] = Field(default_factory=list)
    text: str | None = None
    sponsored: bool = False  # someone pays for it, which must be said wherever it is shown


class Relaxation(BaseModel):
    """Dropping this one constraint would leave `items` items; `together`: dropping all the entries so marked would."""

    field: str
    operator: str
    value: Any
    items: int
    together: bool = False


Barrier = Literal["seen", "excluded", "availability", "age"]


class Slate(BaseModel):
    """Ranked items. `abstained` means that nothing satisfies `constraints`; `relax` is then sorted, best first, and
    `held_back` counts the items that meet all of them and that one rule alone keeps from this user.
    """

    user_id: str
    query: str | None = None
    items: list[SlateItem] = Field(default_factory=list)
    constraints: dict[str, dict[str, Any]] = Field(default_factory=dict)
    abstained: bool = False
    relax: list[Relaxation] = Field(default_factory=list)
    held_back: dict[Barrier, int] = Field(default_factory=dict)
    cold_start: bool = False
    bundle: str | None = None

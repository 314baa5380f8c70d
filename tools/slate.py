"""What a recommendation is: ranked items with evidence, or nothing and the constraint to relax."""

from __future__ import annotations

from typing import Any

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


class Relaxation(BaseModel):
    """Dropping this one constraint would leave `items` items; `together`: dropping all the entries so marked would."""

    field: str
    operator: str
    value: Any
    items: int
    together: bool = False


class Slate(BaseModel):
    """Ranked items. `abstained` means that nothing satisfies `constraints`; `relax` is then sorted, best first."""

    user_id: str
    query: str | None = None
    items: list[SlateItem] = Field(default_factory=list)
    constraints: dict[str, dict[str, Any]] = Field(default_factory=dict)
    abstained: bool = False
    relax: list[Relaxation] = Field(default_factory=list)
    cold_start: bool = False
    bundle: str | None = None

"""What came of an ingest: how much was loaded, and which rows were not and why."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Reject(BaseModel):
    """`row` is 1 for the first data row; `column` is empty where the whole row is at fault."""

    file: str
    row: int
    column: str
    reason: str


class IngestReport(BaseModel):
    """Rows loaded. Events that the store had already are `known_events`, not `events`."""

    items: int = 0
    users: int = 0
    events: int = 0
    known_events: int = 0
    types: dict[str, str] = Field(default_factory=dict)  # attribute of items -> number, boolean, string, list or date
    rejects: list[Reject] = Field(default_factory=list)

"""One item, one user, one event: the models at the edge of the store."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from tools.store.text import MAX_TEXT, checked_id, clean, clean_line

Outcome = Literal["applied", "duplicate", "conflict", "unknown_item"]
EXACT = 2.0**53  # beyond it sums of squares overflow sooner or later, and integers are no longer themselves
EARLIEST, LATEST = -62_135_596_800.0, 253_402_300_799.0  # years 1 to 9999: anything else is not unix seconds


def unix_seconds(value: Any) -> float:
    """Unix seconds from a number or an ISO 8601 string; a time without a zone is UTC.

    Raises:
        ValueError: neither, or outside the years 1 to 9999.
    """
    seconds = _parse_time(value)
    if not EARLIEST <= seconds <= LATEST:  # also refuses NaN
        raise ValueError(f"{value!r} is not a time in unix seconds; divide milliseconds by 1000")
    return seconds


def _parse_time(value: Any) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        with suppress(ValueError):
            return float(value)
        with suppress(ValueError):
            moment = datetime.fromisoformat(str(value).strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    raise ValueError(f"{value!r} is neither unix seconds nor an ISO 8601 time")


def _finite(value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    if value is not None and abs(value) > EXACT:
        raise ValueError(f"{value!r} is beyond ±2^53, the numbers that can be kept exactly")
    return value


def _jsonable(value: dict[str, Any]) -> dict[str, Any]:
    try:
        orjson.dumps(value)
    except TypeError as error:
        raise ValueError(f"not plain JSON: {error}") from None
    return value


Id = Annotated[str, AfterValidator(checked_id)]
Line = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(clean_line)]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(clean)]
Time = Annotated[float, BeforeValidator(unix_seconds)]
Number = Annotated[float, AfterValidator(_finite)]


Context = Annotated[dict[str, Any], AfterValidator(_jsonable)]


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


class Item(Record):
    """`attributes` holds numbers, booleans, strings, ISO dates and lists of strings; a missing one is left out."""

    item_id: Id
    title: Line
    description: Text | None = None
    tags: list[Line] = Field(default_factory=list)
    url: str | None = None
    image_url: str | None = None
    published_at: str | None = None  # ISO 8601
    attributes: dict[str, Any] = Field(default_factory=dict)

    @field_validator("title")
    @classmethod
    def _titled(cls, title: str) -> str:
        if not title:
            raise ValueError("a title may not be empty")
        return title


class User(Record):
    """`profiling` False: nothing of this user's history may shape what they see."""

    user_id: Id
    attributes: dict[str, Any] = Field(default_factory=dict)
    profiling: bool = True


class Event(Record):
    """Something a user did with an item. `timestamp` is unix seconds; ISO 8601 is accepted."""

    user_id: Id
    item_id: Id
    timestamp: Time
    kind: Id = "view"
    value: Number | None = None
    event_id: Id | None = None
    context: Context | None = None

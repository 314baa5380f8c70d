"""One item as a client sends it, checked as a file of them is, and against the fields that the catalogue has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tools.columns import Kind, date_span
from tools.errors import InvalidInput
from tools.ingest.check import MAX_TAG
from tools.store.records import EXACT, Item, unix_seconds
from tools.store.store import MAX_ATTRIBUTES
from tools.store.text import MAX_TEXT, checked_id, clean, clean_line

if TYPE_CHECKING:
    from tools.catalogue import Catalogue

MAX_LISTED = 1_000  # texts of one list
NAMED = ("title", "description", "tags", "url", "image_url", "published_at")


def read_item(item_id: str, sent: Mapping[str, Any], catalogue: Catalogue) -> Item:
    """An item from its named fields and attributes, all on one level; null is missing.

    Raises:
        InvalidInput: names the field, and says what the catalogue holds there.
    """
    try:
        item_id = checked_id(item_id)
    except ValueError as error:
        raise InvalidInput(f"item_id: {error}", "item_id") from None
    if sent.get("item_id", item_id) != item_id:
        raise InvalidInput(f"item_id: the address names {item_id!r}; leave it out of the body", "item_id")
    held = {name: value for name, value in sent.items() if value is not None and name != "item_id"}
    others = [name for name in held if name not in NAMED]
    if len(others) > MAX_ATTRIBUTES:
        raise InvalidInput(f"{len(others)} attributes; an item has at most {MAX_ATTRIBUTES}", "attributes")
    values = {name: _attribute(name, held[name], catalogue) for name in others}
    title = _text("title", held.get("title", ""))
    if not title:
        raise InvalidInput("title: is missing", "title")
    return Item(
        item_id=item_id,
        title=title,
        description=_text("description", held.get("description", ""), lines=True) or None,
        tags=_texts("tags", held.get("tags", [])),
        url=_text("url", held.get("url", "")) or None,
        image_url=_text("image_url", held.get("image_url", "")) or None,
        published_at=_published(held.get("published_at")),
        attributes={name: value for name, value in values.items() if value not in ("", [])},
    )


def _attribute(name: str, value: Any, catalogue: Catalogue) -> Any:
    try:
        checked_id(name)
    except ValueError as error:
        raise InvalidInput(f"the name of an attribute: {error}", name[:80]) from None
    spec, policy = catalogue.fields.get(name), catalogue.domain.policy
    ruled: dict[str | None, Kind] = {
        policy.availability: "boolean",
        policy.sponsored: "boolean",
        policy.age_gate: "number",
    }
    kind: Kind | None = spec.kind if spec else ruled.get(name)
    if name in catalogue.domain.attributes.people or (kind is None and isinstance(value, list)):
        kind = "list"
    match kind:
        case "number":
            return _number(name, value)
        case "boolean":
            if not isinstance(value, bool):
                raise _wrong(name, value, "true or false")
            return value
        case "date":
            return _date(name, value)
        case "list":
            return _texts(name, value)
        case "string":
            return _text(name, value, lines=True)
    if isinstance(value, bool):
        return value
    return _number(name, value) if isinstance(value, int | float) else _text(name, value, lines=True)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(name, value, "a number")
    if abs(value) > EXACT:
        raise _wrong(name, value, "a number that can be kept exactly")
    return value


def _date(name: str, value: Any) -> Any:
    try:
        date_span(value)
    except (ValueError, OverflowError):
        raise _wrong(name, value, "a date in ISO 8601") from None
    return value


def _text(name: str, value: Any, lines: bool = False) -> str:
    if not isinstance(value, str):
        raise _wrong(name, value, "a text")
    if len(value) > MAX_TEXT:
        raise InvalidInput(f"{name}: {len(value):,} characters, at most {MAX_TEXT:,} are kept", name)
    return clean(value) if lines else clean_line(value)


def _texts(name: str, value: Any) -> list[str]:
    """Each once, in the order sent; `a|b` is a list too, as in a file."""
    listed = value.split("|") if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise _wrong(name, value, "a list of texts")
    if len(listed) > MAX_LISTED:
        raise InvalidInput(f"{name}: {len(listed):,} texts, at most {MAX_LISTED:,} are kept", name)
    cleaned = [clean_line(text) for text in listed]
    if any(len(text) > MAX_TAG for text in cleaned):
        raise InvalidInput(f"{name}: holds a name of more than {MAX_TAG} characters", name)
    return [text for text in dict.fromkeys(cleaned) if text]


def _published(value: Any) -> str | None:
    """A day as it is written, anything else as a moment in UTC."""
    if value is None or value == "":
        return None
    try:
        seconds = unix_seconds(value)
        text = str(value).strip()
        if len(text) == len("2000-01-01") and "-" in text[1:]:
            return text
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        raise _wrong("published_at", value, "unix seconds or an ISO 8601 time") from None


def _wrong(name: str, value: Any, wanted: str) -> InvalidInput:
    return InvalidInput(f"{name}: {repr(value)[:80]} is not {wanted}", name)

"""JSON schemas as a small model's grammar: pydantic's, less what only people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import BaseModel

_FOR_PEOPLE = ("title", "description", "default", "examples")


def tool_calls(models: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """A schema whose optional keys are tools and whose values are their arguments; `{}` calls nothing."""
    definitions: dict[str, Any] = {}
    properties = {}
    for name, model in models.items():
        schema = model.model_json_schema(by_alias=True)
        definitions |= {key: _lean(value) for key, value in schema.pop("$defs", {}).items()}
        properties[name] = _lean(schema)
    return {"type": "object", "properties": properties, "additionalProperties": False, "$defs": definitions}


def texts(name: str, count: tuple[int, int], length: tuple[int, int]) -> dict[str, Any]:
    """A schema of one list `name` of so many strings, each of so many characters."""
    item = {"type": "string", "minLength": length[0], "maxLength": length[1]}
    held = {"type": "array", "items": item, "minItems": count[0], "maxItems": count[1]}
    return {"type": "object", "properties": {name: held}, "required": [name], "additionalProperties": False}


def read_texts(answer: str, name: str) -> list[str]:
    """The strings of an answer to `texts`; none when it is not what was asked for."""
    try:
        written = orjson.loads(answer)[name]
    except (orjson.JSONDecodeError, TypeError, KeyError):
        return []
    return [text for text in written if isinstance(text, str)] if isinstance(written, list) else []


def _lean(node: Any) -> Any:
    """Without titles and defaults, and with absent instead of null: generated tokens are what a turn costs."""
    if isinstance(node, list):
        return [_lean(part) for part in node]
    if not isinstance(node, dict):
        return node
    options = [option for option in node.get("anyOf", []) if option.get("type") != "null"]
    if len(options) == 1:
        node = {key: value for key, value in node.items() if key != "anyOf"} | options[0]
    lean = {key: _lean(value) for key, value in node.items() if key not in _FOR_PEOPLE and key != "properties"}
    if "properties" in node:  # a property may be called `title`
        lean["properties"] = {name: _lean(value) for name, value in node["properties"].items()}
    return lean

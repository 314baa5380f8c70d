"""The few examples shown before a request, written for the catalogue at hand: its facets, a number, a title.

`prompts/plan_examples.json` holds them with places to fill; an example whose places the catalogue cannot fill is left
out. They are the same for every user and turn, so the engine's prefix cache holds them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from string import Template
from typing import Any

import numpy as np

import prompts
from tools.catalogue import Catalogue, Filters
from tools.domain import Domain

SEARCH = "vector_search"


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def request(words: str, read: Filters, catalogue: Catalogue) -> str:
    """The user's message as the planner sees it: the words, and the constraints that code read in them.

    Fields stand in the catalogue's order, which is the grammar's: a model that copies them in another order would find
    the way back closed.
    """
    ordered = {name: said for name in catalogue.fields if (said := _plannable(read.get(name, {}), catalogue, name))}
    return f"{words}\n(read: {compact(ordered)})"


def _plannable(bounds: dict[str, Any], catalogue: Catalogue, name: str) -> dict[str, Any]:
    """Without years listed one by one: the grammar has no word for them, and code adds them anyway."""
    listed = catalogue.fields[name].kind in ("number", "date")
    return {op: value for op, value in bounds.items() if not (listed and isinstance(value, list))}


def plan_examples(catalogue: Catalogue, domain: Domain, names: Sequence[str]) -> list[dict[str, str]]:
    """Chat messages, user and assistant in turn. `names`: the tools in the order of the schema."""
    places = _places(catalogue, domain)
    messages = []
    for example in json.loads((prompts.FOLDER / "plan_examples.json").read_text(encoding="utf-8")):
        try:
            say, read, plan = (_fill(example[key], places) for key in ("say", "read", "plan"))
        except KeyError:
            continue
        if read and SEARCH in plan:
            plan[SEARCH]["filters"] = {name: read[name] for name in catalogue.fields if name in read}
        ordered = {name: plan[name] for name in names if name in plan}
        messages.append({"role": "user", "content": request(say, read, catalogue)})
        messages.append({"role": "assistant", "content": compact(ordered)})
    return messages


def _places(catalogue: Catalogue, domain: Domain) -> dict[str, Any]:
    """What the catalogue offers to fill in: three common values of its first facet, a number field, a title."""
    places: dict[str, Any] = {"item_en": domain.item.en, "item_en_plural": domain.items.en, "item_zh": domain.items.zh}
    title = next(filter(None, catalogue.titles), None)  # a deleted item has none
    if title:
        places["title"] = title
    number = next((spec for spec in catalogue.fields.values() if spec.kind == "number" and spec.integral), None)
    if number:
        places |= {"number": number.name, "y": int(np.nanmedian(catalogue.numbers(number.name)))}
    facet = next((s for s in catalogue.fields.values() if s.facet and len(s.values) >= 3 and not s.people), None)
    if facet:
        counts = np.asarray(catalogue.matrix(facet.name).sum(axis=0)).ravel()
        common = [facet.values[i] for i in np.argsort(-counts, kind="stable")[:3]]
        places |= {"facet": facet.name, **dict(zip("ABC", common, strict=True))}
        for letter, value in zip("abc", common, strict=True):
            places |= {f"{letter}_en": value.lower(), f"{letter}_zh": domain.alias(facet.name, value, "zh")}
    return places


def _fill(node: Any, places: dict[str, Any]) -> Any:
    """Places filled in nested JSON; a string that is one place keeps the type of what fills it.

    Raises:
        KeyError: a place that this catalogue cannot fill.
    """
    if isinstance(node, dict):
        return {_fill(key, places): _fill(value, places) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(part, places) for part in node]
    if node.startswith("$") and node[1:].isidentifier():
        return places[node[1:]]
    return Template(node).substitute(places)

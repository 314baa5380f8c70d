"""Hard constraints come from the reader's words, whatever the model says.

A small model invents filters and forgets some. So each filter value it plans is kept only when the words bear it out,
and what the rules read in the words with certainty is added. Every difference is recorded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tools.catalogue import Catalogue, FieldSpec, Filters
from tools.domain import Domain

_HAN = re.compile(r"[\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Reconciled:
    filters: Filters
    dropped: list[str] = field(default_factory=list)  # the model planned it, the words do not say it
    added: list[str] = field(default_factory=list)  # the words say it, the model forgot it


def reconcile(planned: Filters, read: Filters, words: str, catalogue: Catalogue, domain: Domain) -> Reconciled:
    """`planned`: the model's filters, already parsed; `read`: what the rules found in `words`."""
    kept: Filters = {}
    dropped = []
    for name, bounds in planned.items():
        for operator, value in bounds.items():
            supported = _supported(name, operator, value, read, words, catalogue, domain)
            if supported is None:
                dropped.append(f"{name} {operator} {value}")
            else:
                kept.setdefault(name, {})[operator] = supported
    added = _complete(kept, read)
    return Reconciled(kept, dropped, added)


def _supported(
    name: str, operator: str, value: Any, read: Filters, words: str, catalogue: Catalogue, domain: Domain
) -> Any | None:
    """The part of `value` that the words bear out; None when nothing is left, or when the rules read it otherwise."""
    spec = catalogue.fields[name]
    if spec.kind in ("number", "date"):
        if name in read:  # the rules read this field: their operator and figure win
            return value if read[name].get(operator) == value else None
        return value if _spoken_number(value, words) else None
    if spec.kind == "boolean":
        return value if name.casefold().replace("_", " ") in words.casefold() else None
    values = value if isinstance(value, list) else [value]
    if operator in ("contains", "contains_any", "==", "in") and _denied(name, read):
        values = [v for v in values if v not in _denied(name, read)]
    if operator in ("not_contains", "!="):  # a wish read as a refusal would hide what was asked for
        values = [v for v in values if v in _denied(name, read)]
    values = [v for v in values if _spoken(str(v), spec, words, domain)]
    return values if values and isinstance(value, list) else (values[0] if values else None)


def _denied(name: str, read: Filters) -> list[Any]:
    denied = read.get(name, {}).get("not_contains", read.get(name, {}).get("!=", []))
    return denied if isinstance(denied, list) else [denied]


def _spoken(value: str, spec: FieldSpec, words: str, domain: Domain) -> bool:
    """The value, one of its aliases, or (for a person) the last name stands in the words. A person written in another
    script cannot be compared: then being catalogued is enough.
    """
    said = words.casefold()
    names = [value, *domain.aliases.get(spec.name, {}).get(value, ())]
    if any(re.search(_as_word(n.casefold()), said) for n in names):
        return True
    if not spec.people:
        return False
    last = value.casefold().split()[-1]
    return bool(re.search(_as_word(last), said)) or (bool(_HAN.search(words)) and value in spec.values)


def _as_word(name: str) -> str:
    """A word with its plural, with `-` and space alike; Chinese names anywhere."""
    if not name.isascii():
        return re.escape(name)
    return r"(?<!\w)" + re.sub(r"(\\ |\\-)", r"[ -]?", re.escape(name)) + r"(?:s|es)?(?!\w)"


def _spoken_number(value: Any, words: str) -> bool:
    figures = {str(value), f"{value:g}"} if isinstance(value, int | float) else {str(value)[:4]}
    return bool(figures & set(_NUMBER.findall(words)))


def _complete(kept: Filters, read: Filters) -> list[str]:
    """Merge what the rules read into `kept`; list what was new."""
    added = []
    for name, bounds in read.items():
        for operator, value in bounds.items():
            merged = _union(kept.get(name, {}).get(operator), value)
            if merged != kept.get(name, {}).get(operator):
                added.append(f"{name} {operator} {value}")
                kept.setdefault(name, {})[operator] = merged
    return added


def _union(old: Any, new: Any) -> Any:
    if old is None or not isinstance(new, list):
        return new
    olds = old if isinstance(old, list) else [old]
    return olds + [v for v in new if v not in olds]

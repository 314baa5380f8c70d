"""Constraints told one after another: what a later word adds to, narrows, replaces or lifts of what was in force.

under 20, then over 5      both hold
under 20, then under 30    the later
comedy, then with songs    both hold, as far as an item can be both
no horror, then horror     the later
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tools.catalogue import Catalogue, FieldSpec, Filters
from tools.columns import fold

SHORT = 3  # words of a fragment
SINGLE = 1.05  # values an item has in a field, from which a second one wished for stands beside the first
_SIDES = {"<": "below", "<=": "below", ">": "above", ">=": "above"}
_POSITIVE = ("contains", "contains_any", "in", "==")
_INSTEAD = re.compile(
    r"\b(?:actually|instead|rather(?! than)|changed? my mind|make (?:it|that)|on second thought|no,"
    r"|scratch that|forget)\b"
    r"|改[成为看要]|换[成个]|还是.{0,12}吧|不如|其实|算了|改主意|不要了",
    re.IGNORECASE,
)
_FRESH = re.compile(
    r"\b(?:recommend|suggest|find|show|give)\b|\bnow (?:i|a|an|some|for)\b|推荐|现在(?:想|要|来)|给我", re.IGNORECASE
)
_TOO = re.compile(
    r"\b(?:also|too|as well|and|plus|additionally|still|both|but|with|must|should|has to|needs? to|needs?)\b"
    r"|也|还(?!是)|并且|而且|同时|另外|但|再|得|必须|需要",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\b(?:also|too|as well|additionally|besides|plus)\b|也|还(?!是)|另外|同时|而且", re.IGNORECASE)
_CANCEL = re.compile(
    r"^\W*(?:ok(?:ay)?|well|then|and|but|please|no)?[\s,]*(?:drop|forget(?: about)?|remove|never ?mind|ignore"
    r"|lift|leave out)\b"
    r"|\b(?:does(?:n['’]?t| not) (?:have|need) to be|need not be|no longer(?! than))\b|去掉|取消|删掉|不限|不用.{0,8}了"
    r"|不一定要?|不必",
    re.IGNORECASE,
)


class Part(NamedTuple):
    """One constraint."""

    field: str
    operator: str
    value: Any


class Merged(NamedTuple):
    """`filters` in force; `dropped`: what held before and does not any more."""

    filters: Filters
    dropped: list[Part]


def instead(words: str) -> bool:
    """Whether what is said takes the place of what was said before in the same field."""
    corrected = bool(_INSTEAD.search(words)) and not _ALSO.search(words)
    return corrected or (bool(_FRESH.search(words)) and not _TOO.search(words))


def fragment(words: str) -> bool:
    """Whether it is a bare name of something, as in a change of mind: "horror", "恐怖片"."""
    return len(re.findall(r"[a-z0-9'’-]+|[\u3400-\u9fff]{1,2}", words.casefold())) <= SHORT and not _TOO.search(words)


def cancels(words: str) -> bool:
    """Whether what is named is not to hold any more: "drop the dice", "forget Jackie Chan"."""
    return bool(_CANCEL.search(words))


def allowed(held: Filters, values: dict[str, list[str]]) -> Merged:
    """Without refusals of what may be now; where one of some is wanted, it is one more."""
    out: Filters = {}
    dropped: list[Part] = []
    for field, bounds in held.items():
        free = values.get(field, [])
        for operator, value in bounds.items():
            if operator in ("not_contains", "!="):
                left, gone = [v for v in _listed(value) if v not in free], [v for v in _listed(value) if v in free]
                dropped += [Part(field, operator, gone)] if gone else []
            else:
                left = [*_listed(value), *free] if operator in ("in", "contains_any") else _listed(value)
            if left:
                out.setdefault(field, {})[operator] = list(dict.fromkeys(left)) if isinstance(value, list) else value
    return Merged(out, dropped)


def cancelled(held: Filters, named: Filters, words: str) -> tuple[Merged, Filters]:
    """Without what is named to hold no more, and what of `named` is still a wish."""
    values = {v for bounds in named.values() for value in bounds.values() for v in _listed(value)}
    values |= {v for b in held.values() for value in b.values() for v in _listed(value) if _stands(v, words)}
    out: Filters = {}
    dropped: list[Part] = []
    for field, bounds in held.items():
        for operator, value in bounds.items():
            gone = [v for v in _listed(value) if v in values]
            left = [v for v in _listed(value) if v not in gone]
            if left:
                out.setdefault(field, {})[operator] = left if isinstance(value, list) else value
            if gone:
                dropped.append(Part(field, operator, gone))
    settled = {v for part in dropped for v in part.value}
    wished = {field: {op: v for op, v in bounds.items() if _wished(v, settled)} for field, bounds in named.items()}
    return Merged(out, dropped), {field: bounds for field, bounds in wished.items() if bounds}


def _stands(value: Any, words: str) -> bool:
    return isinstance(value, str) and fold(value) in fold(words)


def _wished(value: Any, settled: set[Any]) -> bool:
    """Numbers stay wishes; a name that was just cancelled is none."""
    values = _listed(value)
    return not isinstance(values[0], str) or settled.isdisjoint(values)


def without(held: Filters, names: Sequence[str]) -> Merged:
    """Without the constraints on some fields; `field operator` names one of them."""
    out: Filters = {}
    dropped = []
    for field, bounds in held.items():
        for operator, value in bounds.items():
            if field in names or f"{field} {operator}" in names:
                dropped.append(Part(field, operator, value))
            else:
                out.setdefault(field, {})[operator] = value
    return Merged(out, dropped)


def merge(held: Filters, new: Filters, catalogue: Catalogue, replace: bool = False, either: bool = False) -> Merged:
    """`replace`: what is new takes the place of the old in its fields; `either`: it does where no item can be both."""
    out = {field: dict(bounds) for field, bounds in held.items()}
    dropped = []
    for field, bounds in new.items():
        spec, old = catalogue.fields[field], out.get(field, {})
        join = _names if spec.kind in ("string", "list") else _numbers
        joined = join(spec, old, bounds, catalogue, replace)
        if either and not catalogue.mask({field: joined}).any():
            joined = join(spec, old, bounds, catalogue, True)
        dropped += [Part(field, op, value) for op, value in _loosened(field, old, joined, catalogue)]
        out[field] = joined
    return Merged({field: bounds for field, bounds in out.items() if bounds}, dropped)


def _loosened(field: str, old: dict[str, Any], joined: dict[str, Any], catalogue: Catalogue) -> list[tuple[str, Any]]:
    """What held before and now need not: some item that is allowed now was not before."""
    now = catalogue.mask({field: joined})
    parts = [
        (op, v)
        for op, value in old.items()
        for v in (value if isinstance(value, list) and op in ("contains", "not_contains") else [value])
    ]
    return [(op, v) for op, v in parts if (now & ~catalogue.mask({field: {op: v}})).any()]


def _numbers(
    spec: FieldSpec, old: dict[str, Any], new: dict[str, Any], catalogue: Catalogue, _replace: bool
) -> dict[str, Any]:
    """Bounds of the other side stay, unless nothing lies between."""
    if spec.kind == "boolean" or {"==", "in"} & new.keys():
        return dict(new)
    sides = {_SIDES.get(op, op) for op in new}
    kept = {op: v for op, v in old.items() if op not in ("==", "in") and _SIDES.get(op, op) not in sides}
    if "!=" in old and "!=" in new:
        new = {**new, "!=": list(dict.fromkeys([*_listed(old["!="]), *_listed(new["!="])]))}
    if set(new) == {"!="} and {"==", "in"} & old.keys():
        kept = dict(old)
    both = {**kept, **new}
    return both if catalogue.mask({spec.name: both}).any() else dict(new)


def _names(
    spec: FieldSpec, old: dict[str, Any], new: dict[str, Any], catalogue: Catalogue, replace: bool
) -> dict[str, Any]:
    refused = [v for op in ("not_contains", "!=") for v in _listed(new.get(op))]
    wanted = [v for op in _POSITIVE for v in _listed(new.get(op))]
    out: dict[str, Any] = {}
    if not wanted:
        out = {op: [v for v in _listed(old[op]) if v not in refused] for op in _POSITIVE if op in old}
    elif replace or _single(spec, catalogue):
        both = [v for v in wanted if v in _listed(old.get("in"))]
        out = {op: new[op] for op in _POSITIVE if op in new}
        if both and not replace and set(out) == {"in"}:
            out["in"] = both
    else:
        out = {op: new.get(op, old.get(op)) for op in _POSITIVE if op in new or op in old}
        if "contains" in out:
            told = [*_listed(old.get("contains")), *_listed(new.get("contains"))]
            out["contains"] = [v for v in dict.fromkeys(told) if v not in refused]
    for op in ("not_contains", "!="):
        left = [v for v in _listed(old.get(op)) if v not in wanted]
        out[op] = list(dict.fromkeys([*left, *_listed(new.get(op))]))
    return {op: value for op, value in out.items() if value not in ([], None)}


def _single(spec: FieldSpec, catalogue: Catalogue) -> bool:
    """Whether an item has at most one value there, as a rule."""
    if spec.kind == "string":
        return True
    sizes = np.asarray(catalogue.matrix(spec.name).sum(axis=1)).ravel()
    return bool(sizes[sizes > 0].mean() <= SINGLE) if (sizes > 0).any() else True


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]

"""Filters: constraints on item fields. Read from a request, described to a model, and relaxed when nothing is left.

    {"tags": {"contains": ["Comedy", "Sci-Fi"]}, "year": {">=": 1985}}

`Catalogue.mask` applies them; this file decides what a valid one is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model
from pydantic_core import core_schema
from typing_extensions import TypeAliasType

from tools.catalogue import Catalogue, FieldSpec, Filters
from tools.columns import Kind, Mask, date_span, fold
from tools.errors import InvalidInput, NotFound
from tools.slate import Relaxation

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in")
MEMBERSHIP = ("==", "!=", "contains", "contains_any", "not_contains", "in")
OPERATORS: dict[Kind, tuple[str, ...]] = {
    "number": COMPARISONS,
    "date": COMPARISONS,
    "boolean": ("==", "!="),
    "string": MEMBERSHIP,
    "list": MEMBERSHIP,
}
MAX_VALUES, MAX_TEXT, MAX_ENUM = 50, 200, 500
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NAME = Annotated[str, StringConstraints(min_length=1, max_length=60)]  # a small model may never close a free string
_SEVERAL = ("contains", "contains_any", "not_contains", "in")
_LISTS = (*_SEVERAL, "!=")  # `!=` with a list: none of these


def parse(raw: Mapping[str, Any], catalogue: Catalogue) -> Filters:
    """Valid filters in the catalogue's spelling: case, accents and the domain's aliases are resolved.

    A bare value is short for `==` (`contains` on a list). A facet is a closed vocabulary, so an unknown value is an
    error; an unknown name of a person is kept and matches nothing.

    Raises:
        NotFound: no such field, or no such value of a facet. InvalidInput: an operator or value that does not fit.
            The message names what is wrong and lists near ones; `param` is `filters.FIELD.OPERATOR`.
    """
    if not isinstance(raw, Mapping):
        raise InvalidInput(f"filters must be an object of fields, not {type(raw).__name__}", "filters")
    out: Filters = {}
    for name, constraint in raw.items():
        if constraint is None:
            continue
        spec = _spec(str(name), catalogue)
        if not isinstance(constraint, Mapping):
            constraint = {"contains" if spec.kind == "list" else "in" if _is_list(constraint) else "==": constraint}
        read = {op: _operand(spec, op, value, catalogue) for op, value in constraint.items() if value is not None}
        if read:
            out[spec.name] = read
    return out


def _spec(name: str, catalogue: Catalogue) -> FieldSpec:
    if name not in catalogue.fields:
        raise NotFound(
            f"no field {name[:MAX_TEXT]!r} to filter on{_near(name, catalogue.fields)}", f"filters.{name[:80]}"
        )
    return catalogue.fields[name]


def _operand(spec: FieldSpec, operator: str, value: Any, catalogue: Catalogue) -> Any:
    param = f"filters.{spec.name}.{str(operator)[:20]}"
    if operator not in OPERATORS[spec.kind]:
        allowed = ", ".join(OPERATORS[spec.kind])
        raise InvalidInput(
            f"operator {str(operator)[:20]!r} does not fit {spec.name!r} ({spec.kind}): use {allowed}", param
        )
    if _is_list(value):
        if not 0 < len(value) <= MAX_VALUES or (operator not in _LISTS and spec.kind != "list"):
            raise InvalidInput(f"{spec.name} {operator}: give {_how_many(operator)}", param)
        return list(dict.fromkeys(_value(spec, operator, v, catalogue, param) for v in value))
    read = _value(spec, operator, value, catalogue, param)
    return [read] if operator in _SEVERAL and (spec.kind == "list" or operator != "contains") else read


def _value(spec: FieldSpec, operator: str, value: Any, catalogue: Catalogue, param: str) -> Any:
    try:
        if spec.kind == "number":
            return _number(value)
        if spec.kind == "boolean":
            return value if isinstance(value, bool) else _TRUTH[str(value).strip().casefold()]
        if spec.kind == "date":
            date_span(value)
            return value
    except (ValueError, KeyError, TypeError, OverflowError):
        raise InvalidInput(f"{spec.name} {operator}: {str(value)[:80]!r} is not a {spec.kind}", param) from None
    if not isinstance(value, (str, int, float)) or not 0 < len(str(value).strip()) <= MAX_TEXT:
        raise InvalidInput(f"{spec.name} {operator}: give a text of 1 to {MAX_TEXT} characters", param)
    text = str(value).strip()
    return _spelled(spec, operator, text, catalogue, param)


def _number(value: Any) -> float | int:
    if isinstance(value, bool):
        raise ValueError(value)
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(value)
    return int(number) if number.is_integer() else number


def _spelled(spec: FieldSpec, operator: str, text: str, catalogue: Catalogue, param: str) -> str:
    found = resolve(spec.name, text, catalogue)
    if found is not None:
        return found
    partial = spec.kind == "string" and "contains" in operator
    if spec.facet and not partial:
        raise NotFound(f"{spec.name} {operator}: no value {text[:80]!r}{_near(text, spec.values)}", param)
    return text


def resolve(field: str, text: str, catalogue: Catalogue) -> str | None:
    """The catalogued spelling of a string or list value, by name or by an alias of the domain file."""
    found = catalogue.find(field, text)
    if found is not None:
        return found
    wanted = fold(text)
    aliases = catalogue.domain.aliases.get(field, {})
    named = (value for value, names in aliases.items() if wanted in map(fold, (value, *names)))
    return next((catalogue.find(field, value) or value for value in named), None)


def _near(text: str, names: Iterable[str]) -> str:
    """Near spellings, or the first few when none is near."""
    known = {fold(name): name for name in names}
    close = get_close_matches(fold(text[:MAX_TEXT]), known, n=3, cutoff=0.6)
    return (
        f": near ones are {', '.join(known[c] for c in close)}"
        if close
        else f": there are {', '.join([*known.values()][:12])}"
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple, set))


def _how_many(operator: str) -> str:
    return f"1 to {MAX_VALUES} values" if operator in _LISTS else "one value"


# What a model is shown: the operators worth their tokens, one small object a field.


def model(catalogue: Catalogue) -> type[BaseModel]:
    """A pydantic model of filters; `model_dump(by_alias=True, exclude_none=True)` gives what `parse` takes.

    Facets are enums (grammars of over 500 values compile slowly, so a larger facet is free text), people free names.
    Other strings are left out: a model gets them wrong more often than a user needs them.
    """
    fields: dict[str, Any] = {}
    for n, spec in enumerate(catalogue.fields.values()):
        if shape := _shape(spec):  # behind an alias, because an attribute may be called anything
            about = Field(default=None, alias=spec.name, description=_describe(spec))
            fields[f"field{n}"] = (_constraint(spec, shape), about)
    return create_model("Filters", __config__=_config(), **fields)


def argument(catalogue: Catalogue) -> Any:
    """The type of a tool's `filters` argument: shown to a model as `model`, checked by `parse`, held as `Filters`. So
    the schema is small, and every valid filter is taken.
    """
    shown = model(catalogue)

    def read(raw: Any) -> Filters:
        try:
            return parse(raw, catalogue)
        except InvalidInput as error:
            raise ValueError(str(error)) from error

    class Argument:
        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
            return core_schema.no_info_plain_validator_function(read)

        @classmethod
        def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
            return handler(shown.__pydantic_core_schema__)

    return Annotated[dict[str, Any], Argument]


def _shape(spec: FieldSpec) -> dict[str, Any]:
    """Operator -> type."""
    number: Any = int if spec.integral else float
    if spec.kind == "number":
        return dict.fromkeys(("==", "<", "<=", ">", ">="), number)
    if spec.kind == "date":
        return dict.fromkeys(("<", ">="), str)
    if spec.kind == "boolean":
        return {"==": bool}
    if not spec.facet and not spec.people:
        return {}
    closed = spec.facet and 0 < len(spec.values) < MAX_ENUM
    value: Any = TypeAliasType(_camel(spec.name), Literal[spec.values]) if closed else _NAME
    operators = ("contains", "contains_any", "not_contains") if spec.kind == "list" or not closed else ("in", "!=")
    return {op: value if op == "!=" else list[value] for op in operators}


def _constraint(spec: FieldSpec, shape: dict[str, Any]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for n, (operator, kind) in enumerate(shape.items()):
        limits: dict[str, Any] = {"min_length": 1, "max_length": 4} if getattr(kind, "__origin__", None) is list else {}
        fields[f"op{n}"] = (kind, Field(default=None, alias=operator, **limits))
    return create_model(f"{_camel(spec.name)}Filter", __config__=_config(), **fields)


def _describe(spec: FieldSpec) -> str | None:
    if spec.kind == "number":
        return f"{spec.minimum:g} to {spec.maximum:g}"
    if spec.kind == "date":
        return "YYYY-MM-DD"
    return "names" if spec.people else None


def _camel(name: str) -> str:
    return name.title().replace("_", "")


def _config() -> ConfigDict:
    def lean(schema: dict[str, Any]) -> None:
        """Titles and null defaults cost prompt tokens and say nothing."""
        for part in (schema, *schema.get("properties", {}).values()):
            part.pop("title", None)
            part.pop("default", None)

    return ConfigDict(extra="forbid", json_schema_extra=lean)


# When nothing is left.


def relaxations(filters: Filters, catalogue: Catalogue, allowed: Mask) -> list[Relaxation]:
    """Which single constraint to drop, best first, and how many of the `allowed` items that would leave.

    Each value of a `contains` or `not_contains` is a constraint of its own. When no single one helps, the smallest set
    that does is given, each entry marked `together` with the count left when all of them are dropped. Empty when there
    are no filters or nothing is allowed at all.
    """
    parts = list(_parts(filters))
    if not parts or not allowed.any():
        return []
    broken = np.array([~catalogue.mask({f: {op: v}}) for f, op, v in parts])[:, allowed]
    total = broken.sum(axis=0)
    fewest = int(total.min())
    if fewest <= 1:
        left = ((total - broken) == 0).sum(axis=1)
        ranked = sorted(zip(parts, left.tolist(), strict=True), key=lambda pair: -pair[1])
        return [_relaxation(part, items) for part, items in ranked if items]
    sets, counts = np.unique(broken[:, total == fewest], axis=1, return_counts=True)
    best = int(counts.argmax())
    return [_relaxation(parts[n], int(counts[best]), True) for n in np.flatnonzero(sets[:, best])]


def _relaxation(part: tuple[str, str, Any], items: int, together: bool = False) -> Relaxation:
    field, operator, value = part
    return Relaxation(field=field, operator=operator, value=value, items=items, together=together)


def _parts(filters: Filters) -> Iterator[tuple[str, str, Any]]:
    for field, constraint in filters.items():
        for operator, value in constraint.items():
            split = _is_list(value) and operator in ("contains", "not_contains")
            yield from ((field, operator, v) for v in (value if split else [value]))

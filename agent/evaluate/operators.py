"""Whether an item satisfies a predicate: the yardstick's own reading of the operators, apart from the product's.

    satisfies({"tags": ["Comedy"], "year": 1990}, {"tags": {"contains": "Comedy"}, "year": {">=": 1985}})

An attribute that is missing satisfies only `!=` and `not_contains`. Text is compared without regard to case.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "contains", "contains_any", "not_contains", "in"]
Predicates = Mapping[str, Mapping[Operator, Any]]
NEGATED = ("!=", "not_contains")


def satisfies(item: Mapping[str, Any], wanted: Predicates) -> bool:
    return not any(broken(item, wanted))


def broken(item: Mapping[str, Any], wanted: Predicates) -> Iterator[str]:
    """Each predicate that the item fails, with what the item has."""
    for field, bounds in wanted.items():
        for name, value in bounds.items():
            if not holds(item.get(field), name, value):
                yield f"{field} {name} {value}: is {item.get(field)!r}"


def holds(have: Any, name: Operator, value: Any) -> bool:
    """One operator. On a list, `contains` wants all of several values, `contains_any` and `in` one of them, `==` with
    one value that the list holds it and with a list that it holds exactly these; on text `contains` is a substring.
    """
    if have is None or have == "" or have == []:
        return name in NEGATED
    return _OPERATORS[name](have, value)


def _listed(value: Any) -> list[Any]:
    return [_fold(v) for v in value] if isinstance(value, list | tuple) else [_fold(value)]


def _fold(value: Any) -> Any:
    return value.casefold().strip() if isinstance(value, str) else value


def _number(value: Any) -> Any:
    """A number where it is written as one, so that "1985" and 1985 are the same; dates compare as text."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def _equal(have: Any, value: Any) -> bool:
    if isinstance(have, list):
        return set(_listed(have)) == set(_listed(value)) if isinstance(value, list) else _fold(value) in _listed(have)
    return any(_fold(have) == v or _number(have) == _number(v) for v in _listed(value))


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(have: Any, value: Any) -> bool:
        left, right = _number(have), _number(value)
        return type(left) is type(right) and test(left, right)

    return compare


def _contains(have: Any, value: Any) -> bool:
    return all(_within(have, v) for v in _listed(value))


def _contains_any(have: Any, value: Any) -> bool:
    return any(_within(have, v) for v in _listed(value))


def _within(have: Any, value: Any) -> bool:
    return value in _listed(have) if isinstance(have, list) else str(value) in str(have).casefold()


def _in(have: Any, value: Any) -> bool:
    return bool(set(_listed(have)) & set(_listed(value))) if isinstance(have, list) else _equal(have, value)


_OPERATORS: dict[Operator, Callable[[Any, Any], bool]] = {
    "==": _equal,
    "!=": lambda have, value: not _in(have, value),
    "<": _compare(operator.lt),
    "<=": _compare(operator.le),
    ">": _compare(operator.gt),
    ">=": _compare(operator.ge),
    "contains": _contains,
    "contains_any": _contains_any,
    "not_contains": lambda have, value: not _contains_any(have, value),
    "in": _in,
}

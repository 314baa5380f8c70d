"""The yardstick's operators, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from agent.evaluate.operators import Operator, broken, holds, satisfies

TAGS = ["Comedy", "Sci-Fi"]


@pytest.mark.parametrize(
    ("have", "operator", "value", "truth"),
    [
        (1990, "==", 1990, True),
        (1990, "==", "1990", True),
        (1990, "==", 1991, False),
        ("PG", "==", "pg", True),
        (TAGS, "==", "comedy", True),
        (TAGS, "==", ["Sci-Fi", "Comedy"], True),
        (TAGS, "==", ["Comedy"], False),
        (True, "==", True, True),
        (False, "==", True, False),
        (1990, "!=", [1990, 1991], False),
        (1992, "!=", [1990, 1991], True),
        (None, "!=", 1990, True),
        (1984, "<", 1985, True),
        (1985, "<", 1985, False),
        (1985, "<=", 1985, True),
        (1985, ">", 1985, False),
        (1985.5, ">", 1985, True),
        (1985, ">=", 1985, True),
        (None, ">=", 1985, False),
        ("unknown", ">=", 1985, False),
        ("2021-05-02", ">=", "2021-01-01", True),
        (TAGS, "contains", "comedy", True),
        (TAGS, "contains", ["Comedy", "Sci-Fi"], True),
        (TAGS, "contains", ["Comedy", "War"], False),
        ("The Big Sleep", "contains", "big", True),
        ([], "contains", "Comedy", False),
        (TAGS, "contains_any", ["War", "Comedy"], True),
        (TAGS, "contains_any", ["War"], False),
        (TAGS, "not_contains", "War", True),
        (TAGS, "not_contains", ["War", "Comedy"], False),
        (None, "not_contains", "War", True),
        ("PG", "in", ["G", "PG"], True),
        ("R", "in", ["G", "PG"], False),
        (TAGS, "in", ["War", "Comedy"], True),
        (None, "in", ["War"], False),
    ],
)
def test_an_operator_holds_or_not(have: Any, operator: Operator, value: Any, truth: bool) -> None:
    assert holds(have, operator, value) is truth


def test_every_broken_predicate_is_named_with_what_the_item_has() -> None:
    item = {"tags": TAGS, "year": 1980}
    assert satisfies(item, {"tags": {"contains": "Comedy"}, "year": {"<": 1985}})
    assert list(broken(item, {"tags": {"contains": "War"}, "year": {">=": 1985, "<": 1999}})) == [
        "tags contains War: is ['Comedy', 'Sci-Fi']",
        "year >= 1985: is 1980",
    ]

"""The model calls tools by name; what goes wrong comes back as text it can act on, and never as another user's data."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from tools import registry
from tools.context import Context
from tools.rank.rules import open_turn
from tools.toolbox import Toolbox

ALL = ["profile_lookup", "vector_search", "cf_neighbors", "ctr_score"]
PERSONAL = [{"name": name, "args": {}} for name in ("ctr_score", "cf_neighbors", "profile_lookup")]


@pytest.fixture
def turn(box: Toolbox) -> Context:
    return open_turn(box, box.view("a01"), {})


def keys(schema: Any) -> set[str]:
    """Every property name in a JSON schema."""
    if isinstance(schema, dict):
        return set(schema.get("properties", {})).union(*map(keys, schema.values()))
    return set().union(*map(keys, schema)) if isinstance(schema, list) else set()


def test_the_four_tools_are_described_for_a_model(box: Toolbox) -> None:
    specs = registry.specs(box)
    assert sorted(specs) == sorted(ALL)
    assert all(description.strip() for description, _ in specs.values())


def test_no_tool_has_an_argument_that_names_a_user_or_a_place(box: Toolbox) -> None:
    found = set().union(*(keys(arguments.model_json_schema()) for _, arguments in registry.specs(box).values()))
    assert found
    assert not [k for k in found if any(w in k.lower() for w in ("user", "tenant", "path", "url", "sql"))]


def test_results_stand_in_the_order_of_the_calls_and_ctr_scores_what_the_others_found(turn: Context) -> None:
    results = registry.execute(PERSONAL, turn)
    assert [r.name for r in results] == [c["name"] for c in PERSONAL]
    assert all(r.error is None and r.observation for r in results)
    assert results[0].candidates >= results[1].candidates > 0
    assert {"ctr", "neighbors"} <= set(turn.bus.sources)


def test_a_langchain_tool_call_is_accepted_and_its_id_comes_back(turn: Context) -> None:
    call = {"name": "cf_neighbors", "args": {}, "id": "call_7", "type": "tool_call"}
    assert registry.execute([call], turn)[0].id == "call_7"


def test_an_unknown_tool_is_an_error_that_lists_the_tools(turn: Context) -> None:
    (result,) = registry.execute([{"name": "drop_tables", "args": {}}], turn)
    assert result.error is not None
    assert all(name in result.error for name in ALL)


@pytest.mark.parametrize(
    "args",
    [
        {"user_id": "b01"},
        {"query": "comedy", "user": "b01"},
        {"query": "comedy", "filters": {"user_id": {"==": "b01"}}},
        {"query": "comedy", "filters": {"tags": {"contains": ["Comedy"], "user_id": "b01"}}},
    ],
)
@pytest.mark.parametrize("name", ALL)
def test_a_call_that_names_a_user_is_refused_and_logged(
    turn: Context, caplog: pytest.LogCaptureFixture, name: str, args: dict[str, Any]
) -> None:
    with caplog.at_level(logging.WARNING, "tools.registry"):
        (result,) = registry.execute([{"name": name, "args": args}], turn)
    assert result.error is not None
    assert "user" in result.error
    assert result.candidates == 0
    assert "user" in caplog.text
    assert turn.bus.sources == ["popularity"]


@pytest.mark.parametrize("args", [None, [], "text", 7, {"query": None}, {"query": {"deep": []}}, {"method": 3}])
@pytest.mark.parametrize("name", ALL)
def test_arguments_of_any_shape_never_end_the_turn(turn: Context, name: str, args: Any) -> None:
    (result,) = registry.execute([{"name": name, "args": args}], turn)
    assert result.observation
    assert "internal error" not in result.observation


def test_a_wrong_argument_is_named_with_the_value_and_what_to_do(turn: Context) -> None:
    (result,) = registry.execute([{"name": "cf_neighbors", "args": {"colour": "red"}}], turn)
    assert result.error is not None
    assert "colour" in result.error
    assert "'red'" in result.error


def test_one_tool_failing_leaves_the_others(turn: Context, caplog: pytest.LogCaptureFixture) -> None:
    broken = replace(turn, box=replace(turn.box, neighbors=None))  # type: ignore[arg-type]
    neighbors, profile = registry.execute(PERSONAL[1:], broken)
    assert neighbors.error is not None
    assert "internal error" in neighbors.error
    assert "NoneType" not in neighbors.observation
    assert "Traceback" in caplog.text
    assert profile.error is None


def test_bound_tools_run_for_the_user_of_the_turn(turn: Context) -> None:
    tools = {tool.name: tool for tool in registry.bind(turn)}
    assert sorted(tools) == sorted(ALL)
    text = tools["cf_neighbors"].invoke({})
    assert text == registry.execute([{"name": "cf_neighbors", "args": {}}], turn)[0].observation
    assert "neighbors" in turn.bus.sources


def test_a_bound_tool_answers_a_forbidden_argument_with_text(turn: Context) -> None:
    tools = {tool.name: tool for tool in registry.bind(turn)}
    assert "user_id" in tools["cf_neighbors"].invoke({"user_id": "b01"})
    assert turn.bus.sources == ["popularity"]


def test_the_schema_a_model_sees_is_the_same_bound_and_described(turn: Context) -> None:
    for tool in registry.bind(turn):
        description, arguments = registry.specs(turn.box)[tool.name]
        assert tool.description == description
        assert tool.args_schema is arguments

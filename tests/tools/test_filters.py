"""Filters: what is valid, what a model is shown, and what to relax."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError, create_model

from tests import world
from tools import filters
from tools.catalogue import Catalogue
from tools.errors import InvalidInput, NotFound
from tools.store import Item


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.build(world.ITEMS, world.domain())


def everything(catalogue: Catalogue) -> np.ndarray:
    return np.ones(len(catalogue), bool)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"tags": {"contains": "comedy"}}, {"tags": {"contains": ["Comedy"]}}),
        ({"tags": {"contains": ["科幻", "sci fi", "FUNNY"]}}, {"tags": {"contains": ["Sci-Fi", "Comedy"]}}),
        ({"tags": "喜剧"}, {"tags": {"contains": ["Comedy"]}}),
        ({"year": 1985}, {"year": {"==": 1985}}),
        ({"year": {">=": "1985", "<": 1990.0}}, {"year": {">=": 1985, "<": 1990}}),
        ({"year": [1985, 1986]}, {"year": {"in": [1985, 1986]}}),
        ({"available": "true"}, {"available": {"==": True}}),
        ({"director": {"contains": "ADA QUILL"}}, {"director": {"contains": ["Ada Quill"]}}),
        ({"cast": {"contains": "Jackie Chan"}}, {"cast": {"contains": ["Jackie Chan"]}}),
        ({"year": None, "tags": {"contains": None}}, {}),
        ({}, {}),
    ],
)
def test_filters_come_back_in_the_catalogues_spelling(raw: Any, expected: Any, catalogue: Catalogue) -> None:
    assert filters.parse(raw, catalogue) == expected
    assert filters.parse(expected, catalogue) == expected


@pytest.mark.parametrize(
    ("raw", "says", "param"),
    [
        ({"tag": {"contains": "Comedy"}}, r"no field 'tag'.*near ones are tags", "filters.tag"),
        ({"tags": {"contains": "Comdy"}}, r"'Comdy': near ones are Comedy", "filters.tags.contains"),
        ({"tags": {"contains": ["Comedy", "qqq"]}}, r"'qqq': there are Comedy", "filters.tags.contains"),
        ({"tags": {"has": "Comedy"}}, r"operator 'has'.*contains_any", "filters.tags.has"),
        ({"year": {"contains": 3}}, r"operator 'contains' does not fit 'year'", "filters.year.contains"),
        ({"year": {">=": "new"}}, r"'new' is not a number", "filters.year.>="),
        ({"year": {">=": float("nan")}}, r"'nan' is not a number", "filters.year.>="),
        ({"year": {">=": True}}, r"'True' is not a number", "filters.year.>="),
        ({"year": {">=": [1, 2]}}, r"give one value", "filters.year.>="),
        ({"year": {"in": []}}, r"1 to 50 values", "filters.year.in"),
        ({"available": {"==": "perhaps"}}, r"'perhaps' is not a boolean", "filters.available.=="),
        ({"tags": {"contains": [{}]}}, r"give a text", "filters.tags.contains"),
        ({"cast": {"contains": "x" * 1000}}, r"1 to 200 characters", "filters.cast.contains"),
        ([1], r"must be an object", "filters"),
    ],
)
def test_what_is_wrong_is_named_and_near_ones_offered(raw: Any, says: str, param: str, catalogue: Catalogue) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        filters.parse(raw, catalogue)
    assert caught.value.param == param


def test_a_value_that_only_the_aliases_know_matches_nothing_and_is_no_error() -> None:
    catalogue = Catalogue.build([i for i in world.ITEMS if "Western" not in i.tags], world.domain())
    wanted = filters.parse({"tags": {"contains": "西部片"}}, catalogue)
    assert wanted == {"tags": {"contains": ["Western"]}}
    assert not catalogue.mask(wanted).any()


def test_an_unknown_field_is_a_not_found(catalogue: Catalogue) -> None:
    with pytest.raises(NotFound):
        filters.parse({"nope": 1}, catalogue)


def test_a_model_is_shown_facets_as_enums_and_no_more_than_it_needs(catalogue: Catalogue) -> None:
    schema = filters.model(catalogue).model_json_schema()
    assert schema["$defs"]["Tags"]["enum"] == ["Comedy", "Drama", "Horror", "Musical", "Romance", "Sci-Fi", "Western"]
    assert set(schema["properties"]) == {"tags", "country", "year", "director", "cast", "runtime", "available"}
    assert set(schema["$defs"]["YearFilter"]["properties"]) == {"==", "<", "<=", ">", ">="}
    assert "title" not in json.dumps(schema)
    assert len(json.dumps(schema)) < 3000


def test_a_facet_too_large_for_a_grammar_is_free_text() -> None:
    items = [Item(item_id=str(n), title="x", tags=[f"tag {n}"]) for n in range(600)]
    schema = filters.model(Catalogue.build(items, world.domain())).model_json_schema()
    assert "enum" not in json.dumps(schema)


def test_what_a_model_writes_goes_round(catalogue: Catalogue) -> None:
    said = {"tags": {"contains": ["Comedy"], "not_contains": ["Horror"]}, "year": {">=": 1985}}
    read = filters.model(catalogue).model_validate(said)
    assert filters.parse(read.model_dump(by_alias=True, exclude_none=True), catalogue) == said


@pytest.mark.parametrize("said", [{"tags": {"contains": ["Nope"]}}, {"user_id": "7"}, {"year": {"between": 1}}])
def test_a_model_cannot_say_what_there_is_not(said: Any, catalogue: Catalogue) -> None:
    with pytest.raises(ValidationError):
        filters.model(catalogue).model_validate(said)


@pytest.mark.parametrize("name", ["json", "copy", "release date", "_private", "class", "model_config"])
def test_an_attribute_may_be_called_anything(name: str) -> None:
    catalogue = Catalogue.build([Item(item_id="1", title="x", attributes={name: 3})], world.domain())
    read = filters.model(catalogue).model_validate({name: {"<": 4}})
    assert read.model_dump(by_alias=True, exclude_none=True) == {name: {"<": 4}}


def test_an_argument_takes_every_operator_and_shows_the_small_schema(catalogue: Catalogue) -> None:
    tool = create_model("T", filters=(filters.argument(catalogue), {}))
    assert tool.model_validate({"filters": {"tags": {"!=": "恐怖"}}}).filters == {"tags": {"!=": "Horror"}}
    assert tool.model_json_schema()["$defs"]["Tags"] == filters.model(catalogue).model_json_schema()["$defs"]["Tags"]
    with pytest.raises(ValidationError, match="near ones are Comedy"):
        tool.model_validate({"filters": {"tags": {"contains": "Comdy"}}})


def relaxed(catalogue: Catalogue, raw: Any, allowed: Any = None) -> list[tuple[str, str, Any, int, bool]]:
    allowed = everything(catalogue) if allowed is None else allowed
    found = filters.relaxations(filters.parse(raw, catalogue), catalogue, allowed)
    return [(r.field, r.operator, r.value, r.items, r.together) for r in found]


def test_the_constraint_whose_loss_leaves_most_comes_first(catalogue: Catalogue) -> None:
    wanted = {"tags": {"contains": ["Comedy", "Sci-Fi"]}, "year": {">=": 1985}, "cast": {"contains": "Jackie Chan"}}
    assert relaxed(catalogue, wanted) == [("cast", "contains", "Jackie Chan", 13, False)]
    either = {"tags": {"contains": ["Western"]}, "year": {"<": 1953, ">=": 1953}}
    assert relaxed(catalogue, either) == [("year", "<", 1953, 1, False), ("year", ">=", 1953, 2, False)][::-1]


def test_each_value_of_a_list_is_a_constraint_of_its_own(catalogue: Catalogue) -> None:
    assert relaxed(catalogue, {"tags": {"contains": ["Musical", "Western"]}}) == [
        ("tags", "contains", "Musical", 3, False),
        ("tags", "contains", "Western", 2, False),
    ]


def test_when_no_single_one_helps_the_smallest_set_is_told(catalogue: Catalogue) -> None:
    wanted = {"tags": {"contains": ["Musical", "Western"]}, "year": {"==": 1951}, "cast": {"contains": "Jackie Chan"}}
    assert relaxed(catalogue, wanted) == [
        ("tags", "contains", "Musical", 1, True),
        ("cast", "contains", "Jackie Chan", 1, True),
    ]


def test_only_allowed_items_count(catalogue: Catalogue) -> None:
    allowed = ~catalogue.mask({"tags": {"contains": "Western"}})
    assert relaxed(catalogue, {"tags": {"contains": ["Musical", "Western"]}}, allowed) == [
        ("tags", "contains", "Western", 2, False)
    ]
    assert relaxed(catalogue, {"tags": {"contains": "Western"}}, np.zeros(len(catalogue), bool)) == []


@pytest.mark.parametrize("seed", range(30))
def test_what_is_promised_is_what_dropping_leaves(seed: int, catalogue: Catalogue) -> None:
    rng = np.random.default_rng(seed)
    tags = rng.choice(list(catalogue.fields["tags"].values), 2, replace=False).tolist()
    wanted = {"tags": {"contains": tags}, "year": {">=": int(rng.integers(1940, 2010))}, "runtime": {"<": 100}}
    allowed = rng.random(len(catalogue)) < 0.7
    parts = [("tags", "contains", t) for t in tags] + [("year", ">=", wanted["year"][">="]), ("runtime", "<", 100)]
    found = filters.relaxations(wanted, catalogue, allowed)
    gone = [{(r.field, r.operator, r.value) for r in found}] if found[0].together else [
        {(r.field, r.operator, r.value)} for r in found
    ]  # fmt: skip
    for dropped, relaxation in zip(gone, found, strict=False):
        kept = allowed.copy()
        for field, operator, value in parts:
            if (field, operator, value) not in dropped:
                kept &= catalogue.mask({field: {operator: value}})
        assert kept.sum() == relaxation.items > 0

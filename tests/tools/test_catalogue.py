"""The catalogue: fields, operators, text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import world
from tools.catalogue import Catalogue
from tools.columns import date_span, fold
from tools.domain import Domain, Policy
from tools.errors import NotFound
from tools.store import Item


def shelf(**columns: list[Any]) -> Catalogue:
    """Items 0..n-1 with these attributes; `tags` and `published_at` go where an item has them."""
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    items = [
        Item(
            item_id=str(n),
            title=row.pop("title", f"Item {n}"),
            tags=row.pop("tags", []),
            published_at=row.pop("published_at", None),
            attributes={k: v for k, v in row.items() if v is not None},
        )
        for n, row in enumerate(rows)
    ]
    return Catalogue.build(items, world.domain())


def chosen(catalogue: Catalogue, **filters: dict[str, Any]) -> list[int]:
    return np.flatnonzero(catalogue.mask(filters)).tolist()


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("==", 1990, [1]),
        ("!=", 1990, [0, 2, 3]),
        ("<", 1990, [0]),
        ("<=", 1990, [0, 1]),
        (">", 1990, [2]),
        (">=", 1990, [1, 2]),
        ("in", [1980, 2000], [0, 2]),
    ],
)
def test_a_missing_number_satisfies_only_unequal(operator: str, value: Any, expected: list[int]) -> None:
    assert chosen(shelf(year=[1980, 1990, 2000, None]), year={operator: value}) == expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("contains", "a", [0, 1]),
        ("contains", ["a", "b"], [1]),
        ("contains_any", ["a", "c"], [0, 1, 2]),
        ("in", ["c"], [2]),
        ("not_contains", "a", [2, 3]),
        ("not_contains", ["a", "c"], [3]),
        ("==", "a", [0, 1]),
        ("==", ["b", "a"], [1]),
        ("!=", ["a"], [1, 2, 3]),
        ("contains", "unknown", []),
        ("not_contains", "unknown", [0, 1, 2, 3]),
    ],
)
def test_an_empty_list_satisfies_only_what_denies(operator: str, value: Any, expected: list[int]) -> None:
    assert chosen(shelf(tags=[["a"], ["a", "b"], ["c"], []]), tags={operator: value}) == expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("==", "jean-pierre jeunet", [0]),
        ("==", "Jeunet", []),
        ("contains", "JEUNET", [0]),
        ("contains", "jean pierre", [0]),
        ("contains", "almodovar", [1]),
        ("contains_any", ["Jeunet", "Pedro"], [0, 1]),
        ("not_contains", "Pedro", [0, 2]),
        ("in", ["Pedro Almodóvar"], [1]),
        ("!=", "Pedro Almodóvar", [0, 2]),
    ],
)
def test_a_string_contains_a_part_and_equals_a_whole(operator: str, value: Any, expected: list[int]) -> None:
    catalogue = shelf(director=["Jean-Pierre Jeunet", "Pedro Almodóvar", None])
    assert chosen(catalogue, director={operator: value}) == expected


def test_a_boolean_that_is_missing_is_neither_true_nor_false() -> None:
    catalogue = shelf(adult=[True, False, None])
    assert chosen(catalogue, adult={"==": False}) == [1]
    assert chosen(catalogue, adult={"!=": True}) == [1, 2]


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        (">=", "2020", [1, 2]),
        (">", "2020", [2]),
        ("<=", "2020", [0, 1]),
        ("==", "2020-05", [1]),
        ("==", "2020-05-17", [1]),
        ("<", "2020-05-17T12:00:00+00:00", [0]),
    ],
)
def test_a_date_is_as_long_as_it_is_precise(operator: str, value: Any, expected: list[int]) -> None:
    catalogue = shelf(published_at=["2019-12-31T23:59:59", "2020-05-17T12:00:00", "2021-01-01", None])
    assert catalogue.fields["published_at"].kind == "date"
    assert chosen(catalogue, published_at={operator: value}) == expected


def test_constraints_on_several_fields_all_hold() -> None:
    catalogue = shelf(tags=[["a"], ["a"], ["b"]], year=[1980, 1990, 1990])
    assert chosen(catalogue, tags={"contains": "a"}, year={">=": 1985, "<": 1995}) == [1]
    assert chosen(catalogue) == [0, 1, 2]


def test_a_missing_end_of_a_range_that_has_its_other_end_bounds_nothing() -> None:
    held = shelf(min_age=[None, 8, None, 3], max_age=[12, None, None, 5], players_min=[2, None, 1, 1])
    assert chosen(held, min_age={"<=": 6}, max_age={">=": 6}) == [0]
    assert chosen(held, min_age={"<=": 9}, max_age={">=": 9}) == [0, 1]
    assert chosen(held, min_age={">=": 3}) == [1, 3]
    assert chosen(held, max_age={"<=": 12}) == [0, 3]
    assert chosen(held, players_min={"<=": 2}) == [0, 2, 3]  # there is no `players_max`


def test_the_end_that_gates_an_age_must_be_given() -> None:
    domain = world.domain().model_copy(update={"policy": Policy(age_gate="min_age")})
    items = [Item(item_id="a", title="Lego", attributes={"max_age": 12})]
    items.append(Item(item_id="b", title="Slime", attributes={"min_age": 5, "max_age": 12}))
    assert np.flatnonzero(Catalogue.build(items, domain).mask({"min_age": {"<=": 6}})).tolist() == [1]


def test_a_filter_on_an_unknown_field_names_the_fields_there_are() -> None:
    with pytest.raises(NotFound, match=r"'yaer'.*tags, year"):
        shelf(tags=[["a"]], year=[1990]).mask({"yaer": {"==": 1}})


def test_kinds_are_read_from_the_values() -> None:
    catalogue = shelf(
        n=[1, 2.5],
        whole=[3.0, 4],
        flag=[True, False],
        word=["x", "y"],
        many=[["p", "q"], None],
        day=["2020-01-01", None],
    )
    kinds = {name: spec.kind for name, spec in catalogue.fields.items()}
    assert kinds == {
        "n": "number", "whole": "number", "flag": "boolean", "word": "string", "many": "list", "day": "date",
    }  # fmt: skip
    assert (catalogue.fields["whole"].integral, catalogue.fields["n"].integral) == (True, False)
    assert (catalogue.fields["n"].minimum, catalogue.fields["n"].maximum) == (1.0, 2.5)
    assert catalogue.fields["many"].values == ("p", "q")


def test_spellings_that_differ_in_case_are_one_value() -> None:
    catalogue = shelf(tags=[["Noir"], ["noir", "NOIR"]])
    assert catalogue.fields["tags"].values == ("Noir",)
    assert chosen(catalogue, tags={"contains": "nOiR"}) == [0, 1]


def test_values_that_differ_in_a_symbol_stay_apart() -> None:
    catalogue = shelf(tags=[["C"], ["C++"], ["C#"]])
    assert [chosen(catalogue, tags={"contains": t}) for t in ("c", "c++", "C#")] == [[0], [1], [2]]


def test_the_matrix_has_a_column_for_each_value() -> None:
    catalogue = shelf(tags=[["b"], ["a", "b"], []])
    assert catalogue.fields["tags"].values == ("a", "b")
    assert catalogue.matrix("tags").toarray().tolist() == [[0, 1], [1, 1], [0, 0]]


def test_numbers_are_nan_where_missing() -> None:
    np.testing.assert_array_equal(shelf(year=[1990, None]).numbers("year"), [1990, np.nan])


def test_text_leaves_out_sentences_with_nothing_to_say() -> None:
    template = "{title} ({year}). {tags}. Directed by {director}. {description}"
    values = world.domain().model_dump()
    values["attributes"]["text_template"] = template
    items = [
        Item(
            item_id="1", title="Alien", tags=["Horror", "Sci-Fi"], attributes={"year": 1979.0, "director": "R. Scott"}
        ),
        Item(item_id="2", title="Mr. Bean", description="Funny."),
    ]
    catalogue = Catalogue.build(items, Domain.model_validate(values))
    assert catalogue.text(0) == "Alien (1979). Horror, Sci-Fi. Directed by R. Scott."
    assert catalogue.text(1) == "Mr. Bean. Funny."


def test_attributes_leave_out_what_is_missing() -> None:
    assert shelf(tags=[["a"]], year=[float("nan")], note=[""], n=[0], f=[False]).attributes(0) == {
        "tags": ["a"], "n": 0, "f": False,
    }  # fmt: skip


def test_an_item_is_found_by_id_and_an_unknown_id_is_named() -> None:
    catalogue = shelf(year=[1, 2])
    assert (catalogue.index("1"), len(catalogue)) == (1, 2)
    with pytest.raises(NotFound, match="'nope'"):
        catalogue.index("nope")


def test_a_catalogue_may_be_empty() -> None:
    catalogue = Catalogue.build([], world.domain())
    assert (len(catalogue), catalogue.fields, catalogue.mask({}).tolist()) == (0, {}, [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Amélie", "AMELIE!"),
        ("Jean-Pierre", "jean pierre"),
        ("Children's", "childrens"),
        ("ＡＢＣ", "abc"),
        ("!!!", "!!!"),
    ],
)
def test_names_are_alike_whatever_their_case_accents_width_and_punctuation(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize("text", ["", "soon", "20-1-1", "2020-13", "2020-02-30"])
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
        date_span(text)


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_names_fold_the_same_beside_letters_of_another_alphabet(text: str) -> None:
    assert fold(f"{text} é 喜").split() == [*(fold(text).split() if any(map(str.isalnum, text)) else []), "e", "喜"]

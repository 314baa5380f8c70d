"""Recommending without a model: the right items for both camps, in words or filters, for one user or all."""

from __future__ import annotations

from typing import Any

import pytest

from tests import world
from tools.errors import InvalidInput, NotFound
from tools.recommend import batch, recommend
from tools.store import Event
from tools.toolbox import Toolbox


def ids(slate: Any) -> list[str]:
    return [item.item_id for item in slate.items]


@pytest.mark.parametrize("n", range(12))
@pytest.mark.parametrize(("camp", "own"), [(world.CAMP_A, world.SPACE), (world.CAMP_B, world.PERIOD)])
def test_each_camp_is_shown_what_its_like_minded_liked(
    box: Toolbox, camp: tuple[str, ...], own: tuple[str, ...], n: int
) -> None:
    assert set(ids(recommend(box, camp[n], k=2))) == {own[n], own[(n + 1) % 12]}


def test_reasons_come_from_several_tools_and_ctr_is_a_chance(box: Toolbox) -> None:
    slate = recommend(box, "a01", k=2)
    assert len({reason.kind for item in slate.items for reason in item.evidence}) >= 2
    assert all(item.ctr is not None and 0 < item.ctr < 1 for item in slate.items)
    assert not slate.cold_start
    assert slate.bundle == box.bundle_id


def test_constraints_are_read_from_the_words(box: Toolbox) -> None:
    slate = recommend(box, "b01", "a sci-fi comedy, nothing from before 1985")
    assert slate.items
    assert all({"Comedy", "Sci-Fi"} <= set(item.attributes["tags"]) for item in slate.items)
    assert all(item.attributes["year"] >= 1985 for item in slate.items)
    assert slate.query == "a sci-fi comedy, nothing from before 1985"


def test_the_same_constraints_are_read_from_chinese(box: Toolbox) -> None:
    asked = recommend(box, "b01", "想看一部科幻喜剧，1985年以后的", language="zh")
    assert asked.items
    assert asked.constraints == recommend(box, "b01", "a sci-fi comedy, from 1985 on").constraints


def test_filters_are_added_to_the_words_and_win(box: Toolbox) -> None:
    slate = recommend(box, "b01", "comedies since 1985", filters={"year": {">=": 1990, "<=": 1992}})
    assert slate.constraints["year"] == {">=": 1990, "<=": 1992}
    assert "tags" in slate.constraints
    assert slate.items


@pytest.mark.parametrize("user", ["newcomer", "a01", "b07"])
def test_words_that_name_no_attribute_lead_whatever_the_user_usually_likes(box: Toolbox, user: str) -> None:
    assert set(ids(recommend(box, user, "cowboys and outlaws in a frontier town", k=3))) == set(world.WESTERNS)


def test_among_items_that_fit_the_words_taste_decides(box: Toolbox) -> None:
    assert set(ids(recommend(box, "a05", "a light comedy", k=2))) == {"s05", "s06"}


@pytest.mark.parametrize("query", [None, "", "  \n\t "])
def test_a_blank_query_is_no_query(box: Toolbox, query: str | None) -> None:
    slate = recommend(box, "a01", query)
    assert slate.query is None
    assert slate == recommend(box, "a01")


def test_a_very_long_query_is_answered(box: Toolbox) -> None:
    assert recommend(box, "a01", "space " * 50_000, k=1).items


def test_nothing_that_fits_abstains_with_the_constraint_to_drop(box: Toolbox) -> None:
    slate = recommend(box, "a01", "a western from 1990 or later")
    assert slate.abstained
    assert slate.items == []
    assert {r.field for r in slate.relax} == {"tags", "year"}


@pytest.mark.parametrize("user", ["newcomer", "who-is-this", "optout", "", "💥" * 1000])
def test_a_user_without_history_gets_popular_items_and_says_so(box: Toolbox, user: str) -> None:
    slate = recommend(box, user, k=5)
    assert slate.cold_start
    assert len(slate.items) == 5
    assert all(reason.kind == "popularity" for item in slate.items for reason in item.evidence)


def test_two_users_with_profiling_off_or_unknown_get_the_same_slate(box: Toolbox) -> None:
    first, second = recommend(box, "optout", "comedy"), recommend(box, "stranger", "comedy")
    assert ids(first) == ids(second)


@pytest.mark.parametrize("k", [0, -1, 51, 10_000])
def test_k_out_of_bounds_is_named(box: Toolbox, k: int) -> None:
    for ask in (lambda: recommend(box, "a01", k=k), lambda: list(batch(box, ["a01"], k))):
        with pytest.raises(InvalidInput, match="from 1 to 50") as refused:
            ask()
        assert refused.value.param == "k"


def test_an_unknown_filter_field_is_named(box: Toolbox) -> None:
    with pytest.raises(NotFound, match="colour"):
        recommend(box, "a01", filters={"colour": {"==": "red"}})


def test_recommending_twice_gives_the_same(box: Toolbox) -> None:
    assert recommend(box, "a03", "light comedy") == recommend(box, "a03", "light comedy")


def test_a_fresh_event_counts_at_once(own_box: Toolbox) -> None:
    before = ids(recommend(own_box, "newcomer", k=5))
    own_box.store.append([Event(user_id="newcomer", item_id=i, timestamp=world.NOW, kind="rate", value=5)
                          for i in world.PERIOD[:3]])  # fmt: skip
    after = recommend(own_box, "newcomer", k=5)
    assert not after.cold_start
    assert not set(world.PERIOD[:3]) & set(ids(after))
    assert set(ids(after)) <= {*world.PERIOD, "noyear"}
    assert before != ids(after)


def test_a_batch_gives_each_user_in_order_the_items_of_their_camp(box: Toolbox) -> None:
    users = ["b05", "a01", "stranger", "newcomer"]
    got = dict(batch(box, users, 2))
    assert list(got) == users
    assert {item for item, _ in got["b05"]} == {"p05", "p06"}
    assert {item for item, _ in got["a01"]} == {"s01", "s02"}
    assert got["stranger"] == got["newcomer"]


def test_a_batch_keeps_the_rules_for_everyone(box: Toolbox) -> None:
    for user, items in batch(box, [u.user_id for u in world.USERS], 50):
        shown = [box.catalogue.index(item) for item, _ in items]
        assert not set(shown) & set(box.view(user).seen.tolist())
        assert box.catalogue.index("gone") not in shown
        scores = [score for _, score in items]
        assert scores == sorted(scores, reverse=True)


def test_a_batch_gives_what_each_user_would_be_shown_alone(box: Toolbox) -> None:
    for user, items in batch(box, ["stranger", *(u.user_id for u in world.USERS)], 8):
        assert items == [(item.item_id, item.score) for item in recommend(box, user, k=8).items]


def test_someone_who_has_seen_everything_gets_an_empty_slate(own_box: Toolbox) -> None:
    own_box.store.append([Event(user_id="a01", item_id=i.item_id, timestamp=world.NOW) for i in world.ITEMS])
    assert recommend(own_box, "a01").abstained
    assert list(batch(own_box, ["a01"], 5)) == [("a01", [])]

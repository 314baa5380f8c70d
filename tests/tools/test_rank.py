"""Whatever the tools found, the slate keeps the rules: constraints, policy, seen items, a reason for every item."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import world
from tools.bus import Candidates, Evidence
from tools.context import Context
from tools.domain import Blend, Policy
from tools.rank.blend import contrasted, rank, ranked
from tools.rank.rules import allowed, open_turn
from tools.toolbox import Toolbox

TAGS = ["Comedy", "Sci-Fi", "Drama", "Romance", "Western", "Horror", "Musical"]
USERS = [user.user_id for user in world.USERS]


def put_everything(context: Context) -> None:
    """A source that offers every item, allowed or not, the last one first."""
    items = np.arange(len(context.box.catalogue), dtype=np.int32)
    because = [Evidence(kind="search", text="it was there", text_zh="它在那里")]
    context.bus.put(Candidates("search", items, items.astype(np.float32), lambda _: because))


def with_policy(box: Toolbox, **policy: Any) -> Toolbox:
    return replace(box, domain=box.domain.model_copy(update={"policy": Policy(**policy)}))


filters = st.dictionaries(
    st.sampled_from(["tags", "year", "runtime"]),
    st.none(),
    max_size=3,
).flatmap(
    lambda chosen: st.fixed_dictionaries(
        {
            name: st.dictionaries(
                st.sampled_from(["contains", "contains_any", "not_contains"]),
                st.lists(st.sampled_from(TAGS), min_size=1, max_size=2),
                min_size=1,
                max_size=2,
            )
            if name == "tags"
            else st.dictionaries(st.sampled_from([">=", "<=", "!="]), st.integers(50, 2005), min_size=1, max_size=2)
            for name in chosen
        }
    )
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filters=filters, user=st.sampled_from(USERS), k=st.integers(1, 50), full=st.booleans())
def test_every_item_of_every_slate_keeps_every_rule(
    box: Toolbox, filters: dict[str, Any], user: str, k: int, full: bool
) -> None:
    view = box.view(user)
    context = open_turn(box, view, filters)
    if full:
        put_everything(context)
    slate = rank(context, filters, k)
    possible = box.catalogue.mask(filters) & allowed(box, view)
    shown = [box.catalogue.index(item.item_id) for item in slate.items]
    assert possible[shown].all()
    assert len(set(shown)) == len(shown) == min(k, possible.sum())
    assert not set(shown) & set(view.seen.tolist())
    assert "gone" not in [item.item_id for item in slate.items]
    assert all(item.evidence for item in slate.items)
    assert slate.abstained is (not possible.any())
    assert [item.rank for item in slate.items] == list(range(1, len(shown) + 1))
    scores = [item.score for item in slate.items]
    assert scores == sorted(scores, reverse=True)


def test_three_matches_are_shown_even_when_no_tool_found_them(box: Toolbox) -> None:
    western = {"tags": {"contains": ["Western"]}}
    slate = rank(open_turn(box, box.view("a01"), western), western, 5)
    assert {item.item_id for item in slate.items} == set(world.WESTERNS)
    assert {reason.kind for item in slate.items for reason in item.evidence} == {"popularity"}


def test_when_nothing_is_left_it_abstains_and_names_what_to_relax(box: Toolbox) -> None:
    impossible = {"tags": {"contains": ["Western"]}, "year": {">=": 1990}}
    slate = rank(open_turn(box, box.view("a01"), impossible), impossible, 5)
    assert slate.abstained
    assert slate.items == []
    assert slate.constraints == impossible
    best = slate.relax[0]
    assert (best.field, best.operator) == ("tags", "contains")
    left = {"year": {">=": 1990}}
    assert best.items == (box.catalogue.mask(left) & allowed(box, box.view("a01"))).sum()


def test_someone_who_has_seen_every_western_is_offered_none(box: Toolbox) -> None:
    western = {"tags": {"contains": ["Western"]}}
    assert rank(open_turn(box, box.view("western"), western), western, 5).abstained


def test_a_bus_full_of_forbidden_items_changes_nothing(box: Toolbox) -> None:
    context = open_turn(box, box.view("a01"), {})
    context.eligible[:] = True  # a tool or caller that got it wrong
    put_everything(context)
    shown = {item.item_id for item in rank(context, {}, 50).items}
    assert "gone" not in shown
    assert not shown & {box.catalogue.ids[i] for i in box.view("a01").seen}


def test_excluded_items_are_left_out_and_unknown_ones_ignored(box: Toolbox) -> None:
    first = rank(open_turn(box, box.view("a01"), {}), {}, 3).items[0].item_id
    again = rank(open_turn(box, box.view("a01"), {}, [first, "no-such-item"]), {}, 50, [first, "no-such-item"])
    assert first not in [item.item_id for item in again.items]


def test_seen_items_may_come_back_where_the_policy_says_so(box: Toolbox) -> None:
    again = with_policy(box, hide_seen=False, availability="available")
    assert rank(open_turn(again, again.view("western"), {}), {"tags": {"contains": ["Western"]}}, 3).items


def test_banned_values_are_never_shown(box: Toolbox) -> None:
    strict = with_policy(box, banned={"tags": ("Horror",), "director": ("Mallory Grey",)})
    context = open_turn(strict, strict.view("newcomer"), {})
    put_everything(context)
    slate = rank(context, {}, 50)
    assert len(slate.items) == len(world.ITEMS) - 4
    assert not any("Horror" in item.attributes["tags"] or item.item_id == "hostile" for item in slate.items)


@pytest.mark.parametrize("age", [100, "100", None, "unknown", -1])
def test_gated_items_are_shown_only_to_those_known_to_be_old_enough(box: Toolbox, age: Any) -> None:
    """The runtime plays the age limit."""
    gated = with_policy(box, age_gate="runtime")
    context = open_turn(gated, replace(gated.view("nobody"), attributes={"age": age}), {})
    put_everything(context)
    limits = [item.attributes["runtime"] for item in rank(context, {}, 50).items]
    assert all(limit <= 100 for limit in limits)
    assert bool(limits) is (age in (100, "100"))


@pytest.mark.parametrize(("search", "first"), [(0.01, "s01"), (5.0, "w1")])
def test_words_and_taste_are_blended_by_the_domains_weights(box: Toolbox, search: float, first: str) -> None:
    weighed = replace(box, domain=box.domain.model_copy(update={"blend": Blend(search=search, taste=1.0)}))
    context = open_turn(weighed, weighed.view("a01"), {})
    taste, words = (np.array([weighed.catalogue.index(item)], np.int32) for item in ("s01", "w1"))
    for source, items in (("neighbors", taste), ("search", np.sort(np.concatenate([taste, words])))):
        scores = np.where(items == words, 0.9, 0.1).astype(np.float32)
        context.bus.put(Candidates(source, items, scores, lambda _: []))  # type: ignore[arg-type]
    assert rank(context, {}, 1).items[0].item_id == first


def test_ranks_are_between_zero_and_one_with_ties_at_their_mean() -> None:
    assert ranked(np.array([5, 5, 7, np.nan], np.float32)).tolist() == pytest.approx([0.5, 0.5, 1, 0])
    assert ranked(np.array([np.nan], np.float32)).tolist() == [0]


def test_cosines_keep_their_distances() -> None:
    assert contrasted(np.array([0.7, 0.2, 0.3, np.nan], np.float32)).tolist() == pytest.approx([1, 0, 0.2, 0])
    assert contrasted(np.array([0.5, 0.5, 0.55], np.float32)).tolist() == pytest.approx([0, 0, 0.2])
    assert contrasted(np.array([np.nan], np.float32)).tolist() == [0]


def test_equal_scores_stand_in_catalogue_order(box: Toolbox) -> None:
    context = open_turn(box, box.view("newcomer"), {})
    shown = [item.item_id for item in rank(context, {"tags": {"contains": ["Horror"]}}, 3).items]
    assert shown == ["h1", "h2", "h3"]


def test_a_user_without_history_is_a_cold_start(box: Toolbox) -> None:
    for user, cold in (("newcomer", True), ("nobody", True), ("optout", True), ("a01", False)):
        assert rank(open_turn(box, box.view(user), {}), {}, 1).cold_start is cold


def test_a_slate_is_plain_json_with_the_catalogues_attributes(box: Toolbox) -> None:
    slate = rank(open_turn(box, box.view("newcomer"), {}), {}, 50)
    for item in slate.items:
        assert item.attributes == box.catalogue.attributes(box.catalogue.index(item.item_id))
    assert type(slate).model_validate_json(slate.model_dump_json()) == slate

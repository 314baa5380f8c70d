"""The mix of a slate: relevance alone where nothing else is asked, near the user's taste, with promised shares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from tests import world
from tools.domain import Floor, Mix
from tools.errors import InvalidInput
from tools.rank.blend import tails
from tools.rank.mix import Kinds, Share, choose
from tools.rank.top import highest
from tools.recommend import batch, recommend
from tools.toolbox import Toolbox
from tools.user import UserView

USERS = ["stranger", *(user.user_id for user in world.USERS)]
NONE = -np.inf


def mixed(box: Toolbox, **knobs: Any) -> Toolbox:
    return replace(box, domain=box.domain.model_copy(update={"mix": Mix(**knobs)}))


def scores(*rows: list[float]) -> Any:
    return np.array(rows, np.float32)


def items(n: int, rows: int = 1) -> Any:
    return np.tile(np.arange(n, dtype=np.int32), (rows, 1))


def kinds(of: list[int], taste: list[float], weight: float) -> Kinds:
    """Item n is of kind `of[n]` alone."""
    table = np.eye(len(taste), dtype=np.float32)[of]
    return Kinds(sp.csr_matrix(table), np.array([taste], np.float32), weight)


def test_without_knobs_the_best_scores_make_the_slate_ties_in_catalogue_order() -> None:
    assert choose(scores([1, 3, 3, NONE, 2]), items(5), 3).tolist() == [[1, 2, 4]]


def test_of_items_that_no_reader_could_tell_apart_one_is_shown() -> None:
    same = np.array([0, 1, 1, 3, 1], np.int32)
    assert choose(scores([2, 3, 4, 1, 5]), items(5), 4, same=same).tolist() == [[4, 0, 3, -1]]


def test_what_is_not_to_be_shown_never_is_even_to_fill_up() -> None:
    assert choose(scores([NONE, 1, NONE], [NONE, NONE, NONE]), items(3, 2), 3).tolist() == [[1, -1, -1], [-1, -1, -1]]


def test_a_slate_of_one_kind_gives_way_to_what_else_the_user_likes() -> None:
    of, relevance = [0, 0, 0, 0, 1], scores([1.0, 0.95, 0.9, 0.85, 0.8])
    assert choose(relevance, items(5), 2, kinds(of, [0.5, 0.5], 0.5)).tolist() == [[0, 4]]
    assert choose(relevance, items(5), 2, kinds(of, [1.0, 0.0], 0.5)).tolist() == [[0, 1]]


def test_someone_who_liked_nothing_yet_is_shown_the_most_relevant() -> None:
    assert choose(scores([1, 2, 3]), items(3), 2, kinds([0, 0, 1], [0.0, 0.0], 0.9)).tolist() == [[2, 1]]


def test_a_promised_share_is_kept_by_the_best_of_its_group_from_however_far_down() -> None:
    relevance = scores(np.arange(200, 0, -1).tolist())
    group = np.full((1, 200), NONE, np.float32)
    group[0, [150, 180]] = [1.0, 2.0]
    shown = choose(relevance, items(200), 10, promised=[Share(0.1, group)])
    assert shown.tolist() == [[0, 1, 2, 3, 4, 5, 6, 7, 8, 180]]


def test_a_share_that_too_few_items_could_keep_is_kept_as_far_as_they_go() -> None:
    group = np.where(np.arange(20) == 19, 1.0, NONE).astype(np.float32)[None]
    shown = choose(scores(np.arange(20, 0, -1).tolist()), items(20), 4, promised=[Share(1.0, group)])
    assert shown.tolist() == [[0, 1, 2, 19]]


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30), st.integers(1, 35), st.integers(0, 2**30))
def test_the_highest_are_those_of_a_stable_sort(values: list[int], n: int, seed: int) -> None:
    row = np.array(values, np.float32)
    among = np.random.default_rng(seed).random(len(row)) < 0.7
    order = np.argsort(-np.where(among, row, NONE), kind="stable")
    want = sorted(i for i in order[:n].tolist() if among[i])
    assert np.flatnonzero(highest(row, among, n)).tolist() == want


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"long_tail": 0.0, "calibration": 0.0},
        {"long_tail": 0.9, "calibration": 0.6},
        {"exploration": 0.4},
        {"floors": (Floor(attribute="tags", values=("Western", "Horror"), share=0.5),)},
    ],
)
def test_a_batch_gives_what_each_user_would_be_shown_alone_whatever_the_mix(
    box: Toolbox, knobs: dict[str, Any]
) -> None:
    it = mixed(box, **knobs)
    for user, shown in batch(it, USERS, 8):
        assert shown == [(item.item_id, item.score) for item in recommend(it, user, k=8).items]


def test_exploration_gives_its_share_to_items_that_hardly_anyone_tried_and_says_so(box: Toolbox) -> None:
    slate = recommend(mixed(box, exploration=0.5), "a01", k=4)
    told = [item for item in slate.items if any(reason.kind == "exploration" for reason in item.evidence)]
    new = {box.catalogue.ids[n] for n in box.content.new}
    assert told
    assert {item.item_id for item in told} <= new
    scores = [item.score for item in slate.items]
    assert scores == sorted(scores, reverse=True)


def test_words_are_not_explored_past(box: Toolbox) -> None:
    asked = "cowboys and outlaws in a frontier town"
    assert recommend(mixed(box, exploration=0.5), "a01", asked, k=3) == recommend(mixed(box), "a01", asked, k=3)


def test_a_floor_is_kept_for_every_user_and_never_breaks_a_rule(box: Toolbox) -> None:
    it = mixed(box, floors=(Floor(attribute="tags", values=("Western",), share=0.25),))
    for user in USERS:
        slate, seen = recommend(it, user, k=4), {box.catalogue.ids[n] for n in box.view(user).seen}
        assert any("Western" in item.attributes["tags"] for item in slate.items) or seen >= set(world.WESTERNS)
        assert not {item.item_id for item in slate.items} & seen


def test_a_floor_on_an_attribute_that_the_catalogue_lacks_is_named(box: Toolbox) -> None:
    it = mixed(box, floors=(Floor(attribute="colour", values=("red",), share=0.25),))
    with pytest.raises(InvalidInput, match=r"floors.*colour"):
        recommend(it, "a01")


def test_the_long_tail_knob_moves_slates_to_what_fewer_liked(box: Toolbox) -> None:
    def liked(long_tail: float) -> float:
        shown = [item for _, items in batch(mixed(box, long_tail=long_tail), USERS[1:], 4) for item, _ in items]
        return float(np.mean([box.popularity.liked[box.catalogue.index(item)] for item in shown]))

    assert liked(2.0) < liked(0.0)


def test_what_many_like_gives_way_the_less_the_less_is_known_of_a_user() -> None:
    tried = [UserView("one", {}, np.arange(n, dtype=np.int32), np.zeros(n), np.ones(n)) for n in (0, 3, 6, 40)]
    none, few, some, many = tails(tried)
    assert none == 0.0
    assert few < some < many


def test_of_what_fits_the_words_what_many_like_is_no_worse_for_that(box: Toolbox) -> None:
    plain, tailed = (recommend(mixed(box, long_tail=of), "a01", "a comedy", k=8) for of in (0.0, 2.0))
    assert ids(plain) == ids(tailed)
    assert ids(recommend(mixed(box, long_tail=0.0), "a01", k=8)) != ids(
        recommend(mixed(box, long_tail=2.0), "a01", k=8)
    )


def ids(slate: Any) -> list[str]:
    return [item.item_id for item in slate.items]

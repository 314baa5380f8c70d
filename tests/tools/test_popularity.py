"""Popularity counts users, damps small samples, prefers the recent, and says only true figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tools import recommender_contract as contract
from tests.tools.recommender_contract import CATALOGUE, DOMAIN, EVENTS, Check, Recommender, indices
from tools.interactions import Interactions
from tools.popularity import Popularity

CASE = Recommender(Popularity.fit, lambda model, _: model.scores, Popularity.load)
DAY = 86_400.0


def events(*rows: tuple[int, int, float, float]) -> Interactions:
    """(user, item, day, weight) in time order, over three items."""
    user, item, day, weight = (np.array(column) for column in zip(*rows, strict=True))
    names = tuple(map(str, range(user.max() + 1)))
    return Interactions(names, 3, user.astype("i4"), item.astype("i4"), day * DAY, weight.astype("f4"))


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_contract_of_a_recommender(check: Check, tmp_path: Path) -> None:
    check(CASE, tmp_path)


def test_the_figures_in_its_reason_are_those_of_the_events() -> None:
    reason = Popularity.fit(EVENTS, DOMAIN.liked).explain(CATALOGUE.index("s01"))[0]
    of_item = EVENTS.item == CATALOGUE.index("s01")
    liked = len(set(EVENTS.user[of_item & (EVENTS.weight > 0)].tolist()))
    users = len(set(EVENTS.user[of_item].tolist()))
    assert reason.text == f"rated highly by {liked} of the {users} users who tried it"
    assert reason.text_zh == f"{users} 位接触过的用户中有 {liked} 位打了高分"
    assert 0 < liked < users


def test_an_item_that_nobody_tried_is_called_new_in_both_languages() -> None:
    reason = Popularity.fit(EVENTS).explain(CATALOGUE.index("hostile"))[0]
    assert "nobody has tried it" in reason.text
    assert "还没有人" in reason.text_zh


def test_an_item_that_nobody_liked_is_not_said_to_be_liked() -> None:
    reason = Popularity.fit(events((0, 0, 0, -1.0), (1, 0, 1, 0.0), (0, 1, 2, 1.0))).explain(0)[0]
    assert reason.text == "tried by 2 users so far"


def test_one_user_counts_once_however_often_they_come_back() -> None:
    once = events((0, 0, 5, 1.0), (1, 1, 5, 1.0))
    often = events((0, 0, 1, 1.0), (0, 0, 2, 1.0), (0, 0, 5, 1.0), (1, 1, 5, 1.0))
    assert np.array_equal(Popularity.fit(often).scores, Popularity.fit(once).scores)


def test_what_was_liked_lately_counts_more_than_what_was_liked_long_ago() -> None:
    scores = Popularity.fit(events((0, 0, 0, 1.0), (1, 1, 400, 1.0)), half_life_days=100).scores
    assert scores[0] == pytest.approx(scores[1] / 16)


def test_three_of_three_is_not_better_approved_than_ninety_five_of_a_hundred() -> None:
    few = [(user, 0, 0, 1.0) for user in range(3)]
    many = [(user, 1, 0, 1.0 if user < 95 else -1.0) for user in range(100)]
    disliked = [(user, 2, 0, -1.0) for user in range(50)]
    approval = Popularity.fit(events(*few, *many, *disliked)).approval
    assert approval[1] > approval[0] > approval[2]


def test_an_item_that_more_users_like_is_more_popular() -> None:
    scores = Popularity.fit(EVENTS).scores
    s13, zh1, hostile = scores[indices("s13", "zh1", "hostile")]
    assert s13 > zh1 > hostile == 0


def test_it_reads_with_the_words_of_the_domain_after_loading(tmp_path: Path) -> None:
    model = replace(Popularity.fit(EVENTS), words=DOMAIN.liked)
    model.save(tmp_path)
    assert Popularity.load(tmp_path).explain(0) == model.explain(0)


def test_where_everyone_who_tried_an_item_liked_it_no_share_is_given() -> None:
    popularity = Popularity.fit(events((0, 0, 1, 1.0), (1, 0, 2, 1.0), (0, 1, 3, 1.0)), DOMAIN.liked)
    assert popularity.explain(0)[0].text == "rated highly by all 2 users who tried it"
    assert popularity.explain(1)[0].text == "rated highly by 1 of the 1 users who tried it"

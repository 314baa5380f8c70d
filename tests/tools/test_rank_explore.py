"""Exploration: new items for those whose likes speak for them, under the rules of the turn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests import world
from tools.context import Context
from tools.rank.explore import put_new
from tools.rank.rules import open_turn
from tools.search.content import NEW
from tools.store import Event
from tools.toolbox import Toolbox

UNTRIED = {*world.WESTERNS, "h1", "h2", "h3", "m1", "m2", "hostile"}  # by more than one


def explored(context: Context, n: int = 20) -> list[str]:
    """Ids of what exploration put on the bus, best first."""
    put_new(context, n)
    items = np.arange(len(context.box.catalogue), dtype=np.int32)
    scores = context.bus.scores("exploration", items)
    held = items[~np.isnan(scores)]
    return [context.box.catalogue.ids[i] for i in held[np.argsort(-scores[held], kind="stable")]]


def test_only_items_that_few_have_tried_count_as_new(box: Toolbox) -> None:
    assert {box.catalogue.ids[i] for i in box.content.new} == UNTRIED
    assert (box.content.tried[box.content.new] < NEW).all()


@pytest.mark.parametrize("user", ["a01", "b01", "bridge"])
def test_new_items_come_best_first_and_as_many_as_wanted(box: Toolbox, user: str) -> None:
    found = explored(open_turn(box, box.view(user), {}))
    assert found
    assert set(found) <= UNTRIED
    scores = box.content.scores(box.view(user), np.array([box.catalogue.index(i) for i in found], np.int32))
    assert (scores > 0).all()
    assert (np.diff(scores) <= 0).all()
    assert explored(open_turn(box, box.view(user), {}), 2) == found[:2]


def test_a_space_comedy_nobody_tried_is_new_for_those_who_like_them(box: Toolbox) -> None:
    assert explored(open_turn(box, box.view("a01"), {}), 1) == ["hostile"]
    assert explored(open_turn(box, box.view("b01"), {}), 1) != ["hostile"]


def test_every_new_item_has_a_reason_from_the_users_own_likes(box: Toolbox) -> None:
    context = open_turn(box, box.view("a01"), {})
    liked = {box.catalogue.titles[i] for i in context.user.liked}
    for item_id in explored(context):
        reasons: list[Any] = [r for r in context.bus.evidence(box.catalogue.index(item_id)) if r.kind == "exploration"]
        [reason] = reasons
        assert reason.because
        assert set(reason.because) <= liked
        assert "which you rated highly" in reason.text
        assert "打了高分" in reason.text_zh


def test_what_the_rules_of_the_turn_forbid_is_not_explored(box: Toolbox) -> None:
    context = open_turn(box, box.view("a01"), {"tags": {"contains": "Horror"}}, exclude=["h1"])
    assert set(explored(context)) <= {"h2", "h3"}
    context = open_turn(box, box.view("a01"), {})
    context.eligible[:] = False
    assert explored(context) == []


@pytest.mark.parametrize("user", ["newcomer", "who-is-this", "optout", "critic", "quiet"])
def test_a_user_without_likes_explores_nothing(box: Toolbox, user: str) -> None:
    assert explored(open_turn(box, box.view(user), {})) == []


def test_a_fresh_like_counts_at_once(own_box: Toolbox) -> None:
    own_box.store.append([Event(user_id="newcomer", item_id=i, timestamp=world.NOW, kind="like") for i in world.SPACE])
    assert explored(open_turn(own_box, own_box.view("newcomer"), {}), 1) == ["hostile"]

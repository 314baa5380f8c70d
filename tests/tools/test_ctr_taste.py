"""Taste is followed exactly, from what preceded and nothing else, and says what the grades say."""

from __future__ import annotations

import numpy as np
import pytest

from tests import world
from tools.catalogue import Catalogue
from tools.ctr.features import Features
from tools.ctr.rows import Bench, training_rows
from tools.ctr.taste import WINDOWS, Leaning, Taste
from tools.domain import Domain, Feedback
from tools.histories import Histories
from tools.interactions import Interactions
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.store.frames import event_frame
from tools.user import UserView

DOMAIN = world.domain()
CATALOGUE = Catalogue.build(world.ITEMS, DOMAIN)
EVENTS = Interactions.from_events(event_frame(world.EVENTS), CATALOGUE, DOMAIN.feedback)
FEATURES = Features.build(
    CATALOGUE, ProfileModel.fit(CATALOGUE, EVENTS, DOMAIN).item_vectors, prior=0.6, half_life_days=60.0
)
TASTE = Taste.fit(EVENTS.user, EVENTS.item, EVENTS.grade, FEATURES.content)


def leaning(taste: Taste, user: UserView, items: np.ndarray) -> Leaning:
    return taste.of_users(Histories.of([user]), np.zeros(len(items), int), items)


def items(*ids: str) -> np.ndarray:
    return np.array([CATALOGUE.index(i) for i in ids], np.int32)


def rated(*grades: tuple[str, float]) -> UserView:
    n = len(grades)
    given = np.array([grade for _, grade in grades], np.float32)
    return UserView("new", {}, items(*(i for i, _ in grades)), np.arange(n, dtype=float), np.sign(given), grades=given)


def test_a_newcomers_few_grades_say_which_camp_they_are_of() -> None:
    rng = np.random.default_rng(0)
    user, item = np.repeat(np.arange(300), 20).astype(np.int32), rng.integers(0, 40, 6000).astype(np.int32)
    grade = np.where(user % 2 == item % 2, 1.5, -0.5) + rng.normal(0, 0.5, 6000)
    taste = Taste.fit(user, item, grade.astype(np.float32), np.zeros((40, 1), np.float32))
    given = np.array([1.5, 1.0, -1.0, 2.0], np.float32)
    newcomer = UserView("new", {}, np.array([0, 2, 5, 8], np.int32), np.arange(4.0), np.sign(given), grades=given)
    match = leaning(taste, newcomer, np.arange(40, dtype=np.int32)).match
    assert match[::2].min() > 0.2 > -0.2 > match[1::2].max()


def test_a_generous_user_has_a_higher_level_than_a_strict_one_of_the_same_items() -> None:
    some = ("s01", "s02", "p01", "p02")
    generous, strict = (leaning(TASTE, rated(*((i, g) for i in some)), items("w1")).level[0] for g in (2.0, -1.0))
    assert generous > 0 > strict


def test_nobody_in_particular_has_no_leaning() -> None:
    nobody = leaning(TASTE, UserView("nobody"), items("s01", "p01"))
    assert not nobody.match.any()
    assert not nobody.level.any()
    assert not nobody.drift.any()


@pytest.mark.parametrize("events", [1, 40, 200])
def test_following_a_user_event_by_event_ends_at_the_ridge_solution(events: int) -> None:
    rng = np.random.default_rng(events)
    item, grade = rng.integers(0, len(CATALOGUE), events), rng.choice([-1.0, 0.0, 1.0, 2.0], events)
    user = UserView("x", {}, item.astype(np.int32), np.arange(events) * 1.0, np.sign(grade).astype("f4"), grades=grade)
    v = TASTE.vectors[item]
    ridge = v.T @ v / TASTE.noise + np.eye(v.shape[1])
    expected = np.linalg.solve(ridge, v.T @ (grade - TASTE.base[item]) / TASTE.noise)
    every = np.arange(len(CATALOGUE), dtype=np.int32)
    now = leaning(TASTE, user, every)
    np.testing.assert_allclose(now.level, TASTE.centre @ expected, atol=1e-6)
    np.testing.assert_allclose(now.match + now.level, TASTE.vectors @ expected, atol=1e-6)


def test_a_run_of_disappointments_is_a_downward_drift_and_the_latest_show_first() -> None:
    before = [(i, 2.0) for i in ("s01", "s02", "s03", "s04", "s05", "s06")]
    steady = leaning(TASTE, rated(*before, ("s07", 2.0), ("s08", 2.0)), items("s09")).drift[0]
    soured = leaning(TASTE, rated(*before, ("s07", -1.0), ("s08", -1.0)), items("s09")).drift[0]
    assert len(steady) == len(WINDOWS)
    assert (soured < steady).all()
    assert soured[0] == soured.min()


def test_a_training_rows_own_outcome_does_not_reach_its_features() -> None:
    rows = training_rows(EVENTS, Popularity.fit(EVENTS).scores)
    last = int(np.flatnonzero(rows.user == EVENTS.user_ids.index("a05"))[-1])
    flipped = EVENTS.take(np.arange(len(EVENTS.item)))
    flipped.grade[last], flipped.weight[last] = -flipped.grade[last], -flipped.weight[last]
    tables = []
    for events in (EVENTS, flipped):
        again = training_rows(events, Popularity.fit(events).scores)
        batch = Bench.lay(FEATURES, events, again).batch(len(again))
        tables.append(batch.table[last])
    assert EVENTS.grade[last] != flipped.grade[last]
    np.testing.assert_array_equal(tables[0], tables[1])


def test_a_value_between_a_negative_and_a_positive_bound_is_graded_in_steps() -> None:
    feedback = Domain.load("movies").feedback
    values = np.array([1, 2, 3, 3.5, 4, 5, np.nan, np.nan])
    kinds = np.array(["rate"] * 6 + ["like", "view"])
    np.testing.assert_allclose(feedback.grade(kinds, values), [-1, -1, 0, 0.5, 1, 2, 1, 0])


def test_without_bounds_on_both_sides_the_grade_is_the_preference() -> None:
    feedback = Feedback(positive=("rate >= 4", "buy"), negative=("return",), weights={"buy": 2.0})
    kinds, values = np.array(["rate", "rate", "buy", "return"]), np.array([5.0, 1.0, 3.0, 3.0])
    np.testing.assert_array_equal(feedback.grade(kinds, values), feedback.preference(kinds, values))


def test_grades_that_do_not_fit_the_events_are_refused() -> None:
    with pytest.raises(ValueError, match="2 grades for 3 events: cut events with `take`"):
        Interactions(("u",), 1, *(np.zeros(3, t) for t in ("i4", "i4", "f8", "f4")), np.ones(2, np.float32))

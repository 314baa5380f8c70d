"""Behaviour is counted in windows that end at the user's own latest event; what changed and when they come is told."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from tests.tools import recommender_contract as contract
from tests.tools.recommender_contract import CATALOGUE, DOMAIN, EVENTS, indices, view
from tests.world import DAY, PERIOD, SPACE, START
from tools.profile import tool
from tools.profile.behaviour import rhythm
from tools.profile.describe import describe
from tools.profile.model import ProfileModel
from tools.profile.records import Window
from tools.user import UserView

MODEL = ProfileModel.fit(CATALOGUE, EVENTS, DOMAIN)
context = partial(contract.context, profile=MODEL)
MONDAY = 4 * DAY  # 1970-01-05


def user(*events: tuple[str, float, float]) -> UserView:
    """From (item, day, weight), oldest first."""
    ids, days, weights = zip(*events, strict=True)
    return UserView("x", items=indices(*ids), times=START + np.array(days) * DAY, weights=np.array(weights, np.float32))


def windows(who: UserView) -> dict[str, Window]:
    return {window.span: window for window in describe(MODEL, who).statistics.windows}


BUSY = user(
    ("s01", 0, 1), ("s02", 1, -1), ("p01", 50, 1), ("p02", 95, 1), ("p03", 96, 0), ("s03", 118, -1), ("p04", 120, 1)
)  # fmt: skip


@pytest.mark.parametrize(
    ("span", "events", "liked", "disliked"),
    [("7 days", 2, 1, 1), ("30 days", 4, 2, 1), ("90 days", 5, 3, 1), ("all time", 7, 4, 2)],
)
def test_a_window_holds_what_happened_in_the_days_up_to_the_latest_event(
    span: str, events: int, liked: int, disliked: int
) -> None:
    found = windows(BUSY)[span]
    assert (found.events, found.liked, found.disliked) == (events, liked, disliked)
    assert found.approval == pytest.approx(liked / (liked + disliked), abs=1e-3)


def test_the_decayed_window_counts_each_event_by_its_age() -> None:
    two = user(("s01", 0, 1), ("p01", 60, 1), ("p02", 60, -1))  # the world's half-life is 60 days
    found = windows(two)["decayed"]
    assert (found.events, found.liked, found.disliked) == (2.5, 1.5, 1)
    assert found.approval == pytest.approx(0.6)
    shares = {s.value: s.share for s in found.facets}
    assert shares["Drama"] == pytest.approx(2 / 3, abs=1e-3)
    assert shares["Comedy"] == pytest.approx(1 / 3, abs=1e-3)


def test_facet_shares_are_of_the_items_liked_in_the_window_commonest_first() -> None:
    recent = windows(BUSY)["30 days"].facets
    assert {s.value: s.share for s in recent} == {"Drama": 1.0, "Romance": 1.0, "UK": 1.0}
    ever = windows(BUSY)["all time"].facets
    assert {s.value: s.share for s in ever}["Sci-Fi"] == 0.25
    assert [s.share for s in ever] == sorted((s.share for s in ever), reverse=True)


def test_a_window_that_would_repeat_the_wider_one_is_left_out() -> None:
    assert list(windows(user(("s01", 0, 1), ("s02", 0.1, 1)))) == ["all time"]
    assert list(windows(user(("s01", 0, 1), ("s02", 40, 1)))) == ["30 days", "decayed", "all time"]


def test_a_window_without_a_verdict_has_no_approval() -> None:
    found = windows(user(("s01", 0, 0), ("s02", 1, 0)))["all time"]
    assert (found.events, found.approval, found.facets) == (2, None, [])


def test_what_rose_and_what_fell_is_named() -> None:
    interests = describe(MODEL, view("bridge")).interests
    assert {"Drama", "Romance"} <= {d.value for d in interests.rising}
    assert {"Comedy", "Sci-Fi"} <= {d.value for d in interests.falling}
    assert all(d.now > d.before for d in interests.rising)
    assert all(d.now < d.before for d in interests.falling)
    said = tool.run(tool.Arguments(), context(view("bridge")))
    assert "Lately more: Drama" in said or "Lately more: Romance" in said or "Lately more: UK" in said
    assert "Lately less: " in said


def test_nothing_rose_where_all_was_liked_at_once() -> None:
    once = UserView("x", items=indices(*SPACE[:6], *PERIOD[:6]), times=np.full(12, START), weights=np.ones(12, "f4"))
    interests = describe(MODEL, once).interests
    assert interests.long
    assert not interests.rising
    assert not interests.falling


def test_the_observation_tells_the_last_month_only_where_there_was_more() -> None:
    said = tool.run(tool.Arguments(aspects=["statistics"]), context(BUSY))
    assert "7 events on 7 days: 4 liked, 2 disliked; in their last 30 days 2 liked, 1 disliked." in said
    short = user(("s01", 0, 1), ("s02", 1, 1))
    assert "30 days" not in tool.run(tool.Arguments(aspects=["statistics"]), context(short))


def test_weekends_and_evenings_are_told_when_they_are_a_habit() -> None:
    saturdays = MONDAY + DAY * (5 + 7 * np.arange(12)) + 20 * 3600
    found = rhythm(saturdays)
    assert found is not None
    assert (found.days, found.weekend, found.part, found.part_share) == (12, 1.0, "evening", 1.0)
    who = UserView("x", items=indices(*SPACE[:12]), times=saturdays, weights=np.ones(12, np.float32))
    said = tool.run(tool.Arguments(aspects=["statistics"]), context(who))
    assert "mostly active at weekends in the evening" in said


def test_workdays_are_told_too() -> None:
    workdays = MONDAY + DAY * np.array([7 * week + day for week in range(3) for day in range(5)]) + 3600 * 9.0
    found = rhythm(workdays)
    assert found is not None
    assert (found.weekend, found.part) == (0.0, "morning")


def test_no_rhythm_is_read_into_few_days_or_into_any_hour() -> None:
    assert rhythm(MONDAY + DAY * np.arange(9) * 7 + 20 * 3600) is None
    assert rhythm(MONDAY + DAY * np.arange(28) + 6 * 3600 * (np.arange(28) % 4)) is None


def test_one_long_session_counts_once() -> None:
    evenings = MONDAY + DAY * np.arange(12.0) * 3 + 20 * 3600
    binge = MONDAY + 3 * 3600 + np.arange(500.0)
    found = rhythm(np.concatenate([evenings, binge]))
    assert found is not None
    assert found.part == "evening"

"""A user's own bias: what it reads of the history, and that a turn, a file of pairs and the learner read the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests import world
from tools.ctr.own import LATEST, USER, biases, counted
from tools.ctr.scored import scored
from tools.interactions import Interactions
from tools.store import Event
from tools.toolbox import Toolbox


def events(clicks: list[bool], times: list[float] | None = None) -> Interactions:
    """Of one user, on one item."""
    n = len(clicks)
    nobody, weight = np.zeros(n, np.int32), np.where(clicks, 1, -1).astype(np.float32)
    return Interactions(("u",), 1, nobody, nobody, np.array(times or range(n), float), weight)


def bias(clicks: list[bool], at: float, times: list[float] | None = None, user: int = 0) -> float:
    past = events(clicks, times)
    asked = np.array([user], np.int32), np.array([at])
    return float(biases(past, np.zeros(len(clicks)), np.array(clicks, bool), *asked)[0])


def test_it_is_the_surprise_of_the_events_strictly_before_pulled_to_none() -> None:
    assert bias([True] * 4, at=2) == pytest.approx(2 * 0.5 / (2 * 0.25 + 1 / USER))
    assert bias([False] * 4, at=np.inf) == -bias([True] * 4, at=np.inf) < 0
    assert bias([True, False], at=np.inf) == bias([True], at=0) == bias([True], at=np.inf, user=-1) == 0
    assert bias([True, False, False], at=1, times=[0, 1, 1]) == bias([True], at=1)


def test_only_the_latest_events_count_and_only_they_are_read() -> None:
    long = [False] * 50 + [True] * LATEST
    assert bias(long, at=np.inf) == pytest.approx(bias([True] * LATEST, at=np.inf))
    now = np.zeros(1, np.int32), np.array([np.inf])
    assert counted(events(long), *now).tolist() == list(range(50, 50 + LATEST))
    then = np.zeros(2, np.int32), np.array([3.0, 5.0])
    assert counted(events(long), *then).tolist() == [0, 1, 2, 3, 4]


@pytest.fixture
def believing(own_box: Toolbox) -> Toolbox:
    """A toolbox whose model goes by users' own biases."""
    assert own_box.ctr.online is not None
    return replace(own_box, ctr=replace(own_box.ctr, online=replace(own_box.ctr.online, weights=np.array([0, 0, 1.0]))))


def test_one_user_is_read_as_many_are(believing: Toolbox) -> None:
    log = Interactions.from_events(believing.store.events(), believing.catalogue, believing.domain.feedback)
    known = np.arange(len(log.user_ids), dtype=np.int32)
    together = believing.ctr.own_at(log, known, np.full(len(known), np.inf))
    alone = [believing.ctr.own(believing.view(user_id)) for user_id in log.user_ids]
    private = {user.user_id for user in world.USERS if not user.profiling}
    held = [user_id not in private for user_id in log.user_ids]
    assert np.allclose(together[held], np.array(alone)[held], atol=1e-5)
    assert np.ptp(together) > 0
    assert alone[log.user_ids.index("optout")] == 0


def test_an_event_that_surprises_moves_the_users_next_chances(believing: Toolbox) -> None:
    def chance(box: Toolbox) -> float:
        return scored(box, box.view("a01"), ["w1"])[0].chance

    still = replace(believing, ctr=replace(believing.ctr, online=None))
    before, frozen = chance(believing), chance(still)
    put = [
        Event(user_id="a01", item_id=i, timestamp=world.NOW + 1, kind="rate", value=1) for i in ("s13", "s14", "zh1")
    ]
    believing.store.append(put)
    ratio = chance(still) / frozen
    assert chance(believing) / before < ratio

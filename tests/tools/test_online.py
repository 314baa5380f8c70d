"""The online correction: what it learns from a stream, what its guard refuses, and how it is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from tools.ctr.drift import popularity_drift
from tools.ctr.online import BATCH, LOUDEST, Arrived, Online, after, walk
from tools.ctr.own import biases
from tools.interactions import Interactions

ITEMS = 30


def stream(n: int, seed: int = 0, trust: float = 1.0, doubted: float = 1.0, lifts: dict[int, float] | None = None):
    """`n` events of 100 users: the frozen model's log-odds are the truth's divided by `trust`, and by `doubted` too for
    users it does not know; items of `lifts` have become better or worse by so much.
    """
    draw = np.random.default_rng(seed)
    items, users = draw.integers(0, ITEMS, n), draw.integers(0, 100, n)
    logits, unknown = draw.normal(0, 1.5, n), draw.random(n) < 0.3
    lift = np.array([(lifts or {}).get(item, 0.0) for item in range(ITEMS)])
    truth = logits * trust * np.where(unknown, doubted, 1.0) + lift[items]
    return Arrived(logits, np.where(unknown, 1.0, 0.02), np.zeros(n), items, draw.random(n) < expit(truth), users)


def loss(online: Online, rows: Arrived) -> float:
    return float(online.losses(rows).mean())


def test_a_blank_correction_changes_nothing() -> None:
    rows = stream(50)
    assert np.array_equal(Online.new(ITEMS).logits(rows), rows.logits)


def test_it_learns_which_item_has_changed_and_leaves_the_others() -> None:
    learned = after(Online.new(ITEMS), stream(4000, lifts={3: -2.0, 7: 2.0}))
    assert learned.bias.argmin() == 3
    assert learned.bias.argmax() == 7
    assert np.abs(np.delete(learned.bias[:ITEMS], [3, 7])).max() < 0.6 * min(-learned.bias[3], learned.bias[7])


def test_it_learns_not_to_trust_the_model_about_people_it_does_not_know() -> None:
    learned = after(Online.new(ITEMS), stream(4000, doubted=0.3))
    assert learned.weights[1] < -0.4
    assert abs(learned.weights[0]) < 0.1
    later = stream(4000, seed=1, doubted=0.3)
    assert loss(learned, later) < loss(Online.new(ITEMS), later) - 0.01


def test_of_a_stream_that_the_model_knows_already_it_makes_little() -> None:
    learned = after(Online.new(ITEMS), stream(4000))
    later = stream(4000, seed=1)
    assert loss(learned, later) < loss(Online.new(ITEMS), later) + 0.002


def test_each_part_of_a_stream_is_predicted_before_it_is_learned() -> None:
    rows, flipped = stream(1000), stream(1000)
    flipped.clicks[600:] = ~flipped.clicks[600:]
    for (at, state), (_, other) in zip(walk(Online.new(ITEMS), rows), walk(Online.new(ITEMS), flipped), strict=True):
        if at.start <= 600:
            assert np.array_equal(state.logits(rows[at]), other.logits(rows[at]))
    assert not np.array_equal(state.bias, other.bias)


LIFTS = {3: -2.0, 7: 2.0}


def poisoned(rows: Arrived, events: int, seed: int) -> Arrived:
    """The rows with `events` of a fake user, one in a hundred, among them, who calls bad what the model finds good, and
    the other way round.
    """
    draw = np.random.default_rng(seed)
    logits, who = draw.normal(0, 1.5, events), np.full(events, 1000)
    fake = Arrived(
        logits, 1 / (1 + np.arange(events)), np.zeros(events), draw.integers(0, ITEMS, events), logits < 0, who
    )
    order = draw.permutation(len(rows) + events)
    both = (np.concatenate([getattr(rows, name), getattr(fake, name)])[order] for name in rows.__dataclass_fields__)
    return Arrived(*both)


def test_an_update_from_a_batch_that_one_in_a_hundred_poisoned_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for loud in ("LOUDEST", "HEARD"):  # the guard alone: loud users are not turned down
        monkeypatch.setattr(f"tools.ctr.online.{loud}", 1e9)
    start = after(Online.new(ITEMS), stream(4000, lifts=LIFTS))
    for seed in range(10):
        batch = poisoned(stream(1000, 100 + seed, lifts=LIFTS), 1000, seed)
        held = poisoned(stream(1000, 200 + seed, lifts=LIFTS), 1000, 50 + seed)
        assert loss(start.learned(batch), stream(4000, 9, lifts=LIFTS)) > loss(start, stream(4000, 9, lifts=LIFTS))
        assert start.step(batch, held) is start


def test_a_stream_that_one_in_a_hundred_floods_leaves_chances_of_the_others_as_good() -> None:
    honest, later = stream(4000, lifts=LIFTS), stream(20_000, 1, lifts=LIFTS)
    clean, fooled = (after(Online.new(ITEMS), rows) for rows in (honest, poisoned(honest, 1000, 3)))
    assert loss(clean, later) < loss(Online.new(ITEMS), later) - 0.005
    assert loss(fooled, later) < loss(clean, later) + 0.002


def test_however_loud_the_fakes_are_they_count_as_what_one_user_may_say() -> None:
    start = Online.new(ITEMS)
    shout = Arrived(
        np.zeros(5000), np.full(5000, 0.1), np.zeros(5000), np.full(5000, 3), np.ones(5000, bool), np.zeros(5000, int)
    )
    whisper = shout[slice(0, int(LOUDEST))]
    assert start.learned(shout).bias[3] == pytest.approx(start.learned(whisper).bias[3])


def test_without_anything_held_out_nothing_is_learned() -> None:
    rows = stream(BATCH)
    start = Online.new(ITEMS)
    assert start.step(rows, rows[slice(0, 0)]) is start
    assert start.step(rows[slice(0, 0)], rows) is start


def test_an_item_that_came_after_training_teaches_the_weights_and_gets_no_bias() -> None:
    rows = stream(500, doubted=0.3)
    late = replace(rows, items=rows.items + ITEMS)
    learned = Online.new(ITEMS).learned(late)
    assert learned.weights[1] < -0.1
    assert len(learned.bias) == ITEMS + 1
    assert np.abs(learned.bias).max() < 1e-6


def test_saved_it_is_the_same(tmp_path: Path) -> None:
    learned = after(Online.new(ITEMS), stream(1000, lifts={3: -2.0}))
    learned.save(tmp_path / "online.npz")
    loaded = Online.load(tmp_path / "online.npz")
    rows = stream(100, seed=4)
    assert np.array_equal(loaded.logits(rows), learned.logits(rows))


def test_drift_tells_popular_items_from_rare_and_new_ones() -> None:
    trained = np.arange(100, dtype=float)
    draw = np.random.default_rng(0)
    same = draw.choice(100, 5000, p=trained / trained.sum())
    assert popularity_drift(trained, same) < 0.005
    rare = popularity_drift(trained, draw.integers(1, 20, 5000))
    assert rare > 0.3
    assert popularity_drift(trained, np.full(50, 100)) == pytest.approx(1.0)
    assert np.isnan(popularity_drift(trained, np.empty(0, int)))


def test_it_learns_how_far_a_users_own_surprises_go_on() -> None:
    draw = np.random.default_rng(2)
    rows = stream(6000)
    lifts = draw.normal(0, 0.7, 100)
    rows = replace(rows, clicks=draw.random(6000) < expit(rows.logits + lifts[rows.users]))
    past = Interactions(
        ("",),
        ITEMS,
        rows.users.astype(np.int32),
        rows.items.astype(np.int32),
        np.arange(6000.0),
        np.ones(6000, np.float32),
    )
    rows = replace(rows, own=biases(past, rows.logits, rows.clicks, past.user, past.time))
    assert np.corrcoef(rows.own[-2000:], lifts[rows.users[-2000:]])[0, 1] > 0.5
    learned = after(Online.new(ITEMS), rows[:4000])
    assert learned.weights[2] > 0.5
    assert loss(learned, rows[4000:]) < loss(Online.new(ITEMS), rows[4000:]) - 0.01
    assert after(Online.new(ITEMS), stream(4000)).weights[2] == 0  # nobody surprises

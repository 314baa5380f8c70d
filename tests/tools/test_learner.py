"""Online learning upon a trained home: the next score, the guard, restarts, new bundles, whom it never learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests import world
from tools import bundle, privacy
from tools.ctr import progress
from tools.ctr.learner import Learner
from tools.ctr.online import Online
from tools.ctr.scored import scored
from tools.home import Home
from tools.store import Event
from tools.toolbox import Live, Toolbox
from tools.train import train

LIKED, SHUNNED = "p13", "s13"
HONEST = tuple(f"n{n:02}" for n in range(40))


@pytest.fixture
def live(own_home: Home) -> Iterator[Live]:
    opened = Live(own_home)
    yield opened
    opened.store.close()


def events(users: tuple[str, ...], likes: str, dislikes: str, start: float = world.NOW) -> list[Event]:
    """Each user likes the one and dislikes the other."""
    return [
        Event(user_id=user, item_id=item, timestamp=start + n, kind="rate", value=value)
        for n, user in enumerate(users)
        for item, value in ((likes, 5), (dislikes, 1))
    ]


def chance(box: Toolbox, item: str, user: str = "a01") -> float:
    return scored(box, box.view(user), [item])[0].chance


def learner(live: Live) -> Learner:
    return Learner(live, batch=40, held=20)


def taught(live: Live, batch: int = 40, held: int = 20) -> Learner:
    """Some newcomers shun what its camp likes, and it was learned."""
    live.store.append(events(HONEST, LIKED, SHUNNED))
    learns = Learner(live, batch, held)
    learns.catch_up()
    return learns


def test_what_was_learned_is_in_the_next_score_and_nothing_of_the_turn_under_way_changes(live: Live) -> None:
    before = live.current()
    said = chance(before, SHUNNED)
    assert taught(live).figures.accepted > 0
    assert chance(live.current(), SHUNNED) < said
    assert chance(before, SHUNNED) == said


def test_one_by_one_and_in_a_batch_the_corrected_chances_are_the_same(live: Live) -> None:
    taught(live)
    box = live.current()
    users = [box.view(user) for user in ("a01", "b02", "newcomer")]
    items = np.array([box.positions[item] for item in (LIKED, SHUNNED, "zh1")], np.int32)
    owner = np.repeat(np.arange(3), 3)
    together = box.ctr.predict_many(users, owner, np.tile(items, 3)).reshape(3, 3)
    assert np.array_equal(together, np.array([box.ctr.predict(user, items) for user in users]))


def test_a_batch_that_later_events_contradict_is_rejected(live: Live) -> None:
    fakes = tuple(f"fake{n}" for n in range(20))
    for users, value in ((fakes, 1), (HONEST[:10], 5)):
        live.store.append(
            [
                Event(user_id=user, item_id=item, timestamp=world.NOW, kind="rate", value=value)
                for user in users
                for item in (LIKED, SHUNNED)
            ]
        )
    said = chance(live.current(), SHUNNED)
    learns = learner(live)
    learns.catch_up()
    assert (learns.figures.accepted, learns.figures.rejected) == (0, 1)
    assert chance(live.current(), SHUNNED) == said


def test_too_few_events_to_judge_by_wait(live: Live) -> None:
    live.store.append(events(HONEST[:20], LIKED, SHUNNED))
    learns = learner(live)
    learns.catch_up()
    assert (learns.figures.accepted, learns.figures.rejected, learns.figures.waiting) == (0, 0, 40)


def test_a_restart_goes_on_where_it_was(live: Live, own_home: Home) -> None:
    learns = taught(live)
    again = Live(own_home, live.store)
    assert chance(again.current(), SHUNNED) == chance(live.current(), SHUNNED)
    resumed = learner(again)
    resumed.catch_up()
    assert resumed.figures.accepted == learns.figures.accepted
    assert resumed.figures.waiting == learns.figures.waiting < 60
    opened = Toolbox.open(own_home, live.store)
    assert chance(opened, SHUNNED) == chance(live.current(), SHUNNED)


def test_a_new_bundle_forgets_what_its_training_has_seen(live: Live, own_home: Home) -> None:
    taught(live)
    train(own_home, store=live.store, progress=False)
    live.refresh()
    fresh = Toolbox.bundled(own_home, live.store)
    assert np.array_equal(live.current().ctr.online.bias, fresh.ctr.online.bias)  # type: ignore[union-attr]
    learns = learner(live)
    learns.catch_up()
    assert learns.figures.since_training == learns.figures.waiting == 0


def test_a_bundle_written_without_an_erased_user_keeps_what_was_learned(live: Live, own_home: Home) -> None:
    taught(live)
    said, name = chance(live.current(), SHUNNED), bundle.current_id(own_home)
    privacy.erase(own_home, live.store, "a02")
    assert bundle.current_id(own_home) != name
    assert chance(live.refresh(), SHUNNED) == said


def test_nothing_that_is_kept_names_a_user(live: Live, own_home: Home) -> None:
    taught(live)
    with np.load(own_home.root / progress.FILE, allow_pickle=False) as held:
        sizes = {name: held[name].size for name in held.files}
    assert max(sizes.values()) == len(live.current().catalogue) + 1
    assert set(sizes) == {"key", "seq", "newest", "accepted", "rejected", *Online.__dataclass_fields__}


def test_who_switched_profiling_off_teaches_nothing(live: Live) -> None:
    for user in HONEST:
        live.store.correct_user(user, {}, profiling=False)
    assert taught(live).figures.waiting == 0
    assert taught(live).figures.accepted + taught(live).figures.rejected == 0


def test_an_item_put_since_training_can_be_in_what_is_learned(live: Live) -> None:
    item = next(item for item in world.ITEMS if item.item_id == SHUNNED)
    live.store.save_item(item.model_copy(update={"item_id": "fresh", "title": "A Fresh One"}))
    live.refresh()
    live.store.append(events(HONEST, "fresh", SHUNNED))
    learns = learner(live)
    learns.catch_up()
    assert learns.figures.accepted > 0
    assert 0 < chance(live.current(), "fresh") < 1


def test_events_on_items_that_are_gone_teach_nothing_and_hold_nothing_up(live: Live) -> None:
    live.store.append(events(HONEST[:30], LIKED, SHUNNED))
    for item in (LIKED, SHUNNED):
        live.store.delete_item(item)
    live.refresh()
    learns = learner(live)
    learns.catch_up()
    assert (learns.figures.accepted, learns.figures.rejected, learns.figures.waiting) == (0, 1, 20)


def test_a_damaged_record_is_learned_anew(live: Live, own_home: Home) -> None:
    taught(live)
    (own_home.root / progress.FILE).write_bytes(b"PK\x03\x04 torn")
    again = Live(own_home, live.store)
    learns = learner(again)
    learns.catch_up()
    assert learns.figures.accepted > 0


def test_a_model_without_non_clicks_learns_nothing_and_says_so(live: Live) -> None:
    box = live.current()
    plain = replace(box, ctr=replace(box.ctr, online=None))
    live.store.append(events(HONEST, LIKED, SHUNNED))

    class Still:
        def current(self) -> Toolbox:
            return plain

        def teach(self, box: Toolbox, online: Online) -> None:
            raise AssertionError("nothing may be taught")

    learns = Learner(Still(), 40, 20)
    learns.catch_up()
    assert np.isnan(learns.figures.online_loss)
    assert learns.figures.since_training == 80

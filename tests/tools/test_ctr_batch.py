"""Many pairs at once: the numbers a turn would show, each from before its own moment."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from tests import world
from tools.catalogue import Catalogue
from tools.ctr.batch import score_pairs
from tools.ctr.features import ItemStats
from tools.ctr.model import CtrModel
from tools.errors import InvalidInput
from tools.interactions import Interactions
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.store import Event, Store
from tools.user import UserView

DOMAIN = world.domain()
CATALOGUE = Catalogue.build(world.ITEMS, DOMAIN)
MIDDLE = world.START + 65 * world.DAY


@pytest.fixture
def box(store: Store) -> SimpleNamespace:
    """The parts of a toolbox that scoring pairs reads, trained on the world."""
    events = Interactions.from_events(store.events(), CATALOGUE, DOMAIN.feedback)
    profile, popularity = ProfileModel.fit(CATALOGUE, events, DOMAIN), Popularity.fit(events)
    return SimpleNamespace(
        store=store,
        catalogue=CATALOGUE,
        domain=DOMAIN,
        positions={item_id: n for n, item_id in enumerate(CATALOGUE.ids)},
        ctr=CtrModel.fit(events, profile, popularity, CATALOGUE, DOMAIN),
    )


def told(box: SimpleNamespace, user_id: str, item_id: str, until: float | None = None) -> float:
    """What `predict` says with everything strictly before `until`, or now."""
    mine = Interactions.from_events(box.store.user_events(user_id, until), CATALOGUE, DOMAIN.feedback)
    user = UserView(user_id, {}, mine.item, mine.time, mine.weight, grades=mine.grade)
    item = np.array([CATALOGUE.index(item_id)], np.int32)
    then = ItemStats.of(Interactions.from_events(box.store.events(until), CATALOGUE, DOMAIN.feedback))
    return float(box.ctr.predict(user, item, then if until else None)[0])


def pairs(*rows: tuple[str, str], at: object = None) -> pl.DataFrame:
    frame = pl.DataFrame({"user_id": [u for u, _ in rows], "item_id": [i for _, i in rows]})
    return frame if at is None else frame.with_columns(timestamp=pl.lit(at))


def score(box: SimpleNamespace, frame: pl.DataFrame) -> list[float | None]:
    return score_pairs(box, frame)["ctr"].to_list()


EVERY = [(e.user_id, e.item_id, e.timestamp) for e in world.EVENTS if e.user_id != "optout"]


def test_each_pair_gets_what_the_user_would_have_been_told_at_its_moment(box) -> None:
    rows = EVERY[::9]
    frame = pl.DataFrame(rows, ["user_id", "item_id", "timestamp"], orient="row")
    expected = [told(box, *row) for row in rows]
    np.testing.assert_allclose(score(box, frame), expected, rtol=1e-3, atol=1e-5)
    assert len({round(e, 3) for e in expected}) > 5


def test_a_pair_without_a_time_gets_what_a_turn_would_say_now(box) -> None:
    rows = [("a03", "s03"), ("b05", "s09"), ("critic", "zh1")]
    box.store.append([Event(user_id="critic", item_id="p01", timestamp=world.NOW, kind="rate", value=5)])
    expected = [told(box, *row) for row in rows]
    np.testing.assert_allclose(score(box, pairs(*rows)), expected, rtol=1e-3, atol=1e-5)
    mixed = pairs(*rows).with_columns(timestamp=pl.Series([None, MIDDLE, None]))
    expected[1] = told(box, *rows[1], MIDDLE)
    np.testing.assert_allclose(score(box, mixed), expected, rtol=1e-3, atol=1e-5)


def test_events_at_or_after_the_moment_change_nothing_and_earlier_ones_do(box) -> None:
    frame = pairs(("a03", "s03"), ("newcomer", "hostile"), at=MIDDLE)
    before = score(box, frame)
    late = [
        Event(user_id="a03", item_id="s04", timestamp=MIDDLE, kind="rate", value=1),
        Event(user_id="newcomer", item_id="s04", timestamp=MIDDLE + 5, kind="rate", value=1),
        Event(user_id="b01", item_id="hostile", timestamp=MIDDLE, kind="rate", value=1),
    ]
    box.store.append(late)
    assert score(box, frame) == before
    early = [event.model_copy(update={"timestamp": MIDDLE - 5}) for event in late]
    box.store.append(early)
    after = score(box, frame)
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_rows_keep_their_order_and_their_other_columns(box) -> None:
    frame = pairs(("b01", "p01"), ("a03", "s03"), ("b01", "s01")).with_columns(note=pl.Series(["x", "y", "z"]))
    scored = score_pairs(box, frame)
    assert scored.columns == ["user_id", "item_id", "note", "ctr"]
    assert scored.drop("ctr").equals(frame)
    assert scored["ctr"].to_list()[::-1] == score(box, frame.reverse())


def test_an_unknown_user_is_scored_from_the_item_alone(box) -> None:
    unknown, newcomer = score(box, pairs(("nobody", "zh1"), ("newcomer", "zh1")))
    assert unknown == newcomer
    assert unknown == pytest.approx(told(box, "nobody", "zh1"), rel=1e-4)


def test_the_history_of_a_user_who_switched_profiling_off_is_not_read(box) -> None:
    private, unknown = score(box, pairs(("optout", "p01"), ("nobody", "p01")))
    assert private == unknown


def test_an_unknown_item_gets_no_number_and_is_counted_and_named(box, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        got = score(box, pairs(("a01", "s01"), ("a01", "mystery"), ("a02", "riddle")))
    assert got[0] is not None
    assert got[1:] == [None, None]
    assert "2 of 3 pairs" in caplog.text
    assert "'mystery' in row 2" in caplog.text


@pytest.mark.parametrize("spell", [str, lambda t: datetime.fromtimestamp(t, UTC).isoformat(), lambda t: int(t)])
def test_a_moment_may_be_spelled_in_unix_seconds_or_iso(box, spell) -> None:
    rows = [("a03", "s03"), ("b05", "s09")]
    assert score(box, pairs(*rows, at=spell(MIDDLE))) == score(box, pairs(*rows, at=MIDDLE))


def test_a_moment_may_be_a_parquet_datetime(box) -> None:
    rows = [("a03", "s03"), ("b05", "s09")]
    moment = pl.lit(datetime.fromtimestamp(MIDDLE, UTC)).cast(pl.Datetime("ns", "UTC"))
    assert score(box, pairs(*rows).with_columns(timestamp=moment)) == score(box, pairs(*rows, at=MIDDLE))


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pl.DataFrame({"user_id": ["a01"]}), "no column 'item_id', only user_id"),
        (pl.DataFrame({"user_id": ["a01", None], "item_id": ["s01", "s01"]}), "row 2: user_id is missing"),
        (pairs(("a01", "s01"), at="last week"), "row 1: timestamp 'last week' is not a time"),
        (pairs(("a01", "s01"), at=1e15), "row 1: timestamp 1000000000000000.0 is not a time"),
        (pairs(("a01", "s01"), at=float("nan")), "row 1: timestamp nan is not a time"),
    ],
)
def test_a_broken_pair_is_refused_by_row_and_column(box, frame: pl.DataFrame, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        score_pairs(box, frame)


def test_no_pairs_give_no_rows(box) -> None:
    assert score_pairs(box, pairs().cast(pl.String)).columns == ["user_id", "item_id", "ctr"]

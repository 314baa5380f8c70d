"""What a newcomer said they like: kept with consent, moves the first slates, is quoted, and fades as likes come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests import world
from tools.context import Context
from tools.rank.rules import open_turn
from tools.rank.stated import FOUND, STRENGTH, lift_of, put_stated
from tools.recommend import batch, recommend
from tools.store import Event, Store, User, tastes
from tools.store.tastes import KEPT, LONGEST, Stated
from tools.toolbox import Toolbox
from tools.user import UserView


def newcomer(*said: str, imagined: tuple[str, ...] = (), **more: Any) -> UserView:
    return UserView("newcomer", known=True, stated=Stated(said, imagined), **more)


def of(lift: Any, box: Toolbox, *ids: str) -> float:
    return float(np.mean([lift[box.catalogue.index(i)] for i in ids]))


def lifted(box: Toolbox, user: UserView) -> Any:
    lift = lift_of(box, user)
    assert lift is not None
    return lift


def put(context: Context, n: int = FOUND) -> None:
    lift = lift_of(context.box, context.user)
    assert lift is not None
    put_stated(context, lift, n)


def _context(box: Toolbox, user: UserView) -> Context:
    return Context(box=box, user=user, eligible=np.ones(len(box.catalogue), bool))


@pytest.mark.parametrize(
    ("said", "kind", "other"),
    [
        ("silly robots on a spaceship", world.SPACE, world.PERIOD),
        ("slow love stories in English country houses", world.PERIOD, world.SPACE),
        ("haunted houses and ghosts", ("h1", "h2", "h3"), world.SPACE),
        ("科幻喜剧", world.SPACE, world.PERIOD),
        ("爱情片", world.PERIOD, world.SPACE),
    ],
)
def test_what_was_said_lifts_its_kind(box: Toolbox, said: str, kind: tuple[str, ...], other: tuple[str, ...]) -> None:
    lift = lifted(box, newcomer(said))
    assert of(lift, box, *kind) > of(lift, box, *other) + 0.05


def test_named_genres_and_people_count_in_full(box: Toolbox) -> None:
    lift = lifted(box, newcomer("westerns by Wes Stone"))
    assert of(lift, box, *world.WESTERNS) > STRENGTH
    assert of(lift, box, *world.SPACE) < STRENGTH / 2


def test_imagined_items_move_the_vector(box: Toolbox) -> None:
    plain = lifted(box, newcomer("something nice"))
    moved = lifted(box, newcomer("something nice", imagined=("Cowboys and sheriffs in a dusty frontier town.",) * 3))
    west = [box.catalogue.index(i) for i in world.WESTERNS]
    assert (moved[west] - moved.mean() > plain[west] - plain.mean() + 0.02).all()


def test_a_newcomers_slate_follows_what_they_said(own_box: Toolbox) -> None:
    before = {item.item_id for item in recommend(own_box, "newcomer", k=5).items}
    assert tastes.state(own_box.store, "newcomer", "period romance dramas")
    slate = recommend(own_box, "newcomer", k=5)
    after = {item.item_id for item in slate.items}
    assert len(after & {*world.PERIOD, "noyear"}) > len(before & {*world.PERIOD, "noyear"})
    assert any("you said you like" in reason.text for item in slate.items for reason in item.evidence)
    assert slate.cold_start


def test_the_reason_quotes_the_user_where_the_item_has_all_they_named(box: Toolbox) -> None:
    context = _context(box, newcomer("silly robots on a spaceship", "horror and westerns"))
    put(context)
    [reason] = context.bus.evidence(box.catalogue.index("s04"))
    assert (reason.kind, reason.text) == ("profile", 'you said you like "silly robots on a spaceship"')
    assert reason.text_zh == "你说过喜欢“silly robots on a spaceship”"
    [reason] = context.bus.evidence(box.catalogue.index("w1"))
    assert reason.text == "Western, which you said you like"
    assert "Horror" not in reason.text
    assert reason.text_zh == "你说过喜欢西部"
    assert context.bus.evidence(box.catalogue.index("m1")) == []


def test_without_the_words_the_items_they_speak_for_score_lower(box: Toolbox) -> None:
    told, silent = (open_turn(box, u, {}) for u in (newcomer("westerns"), UserView("newcomer", known=True)))
    items = np.array([box.catalogue.index(i) for i in world.WESTERNS], np.int32)
    assert (told.bus.scores("popularity", items) > silent.bus.scores("popularity", items)).all()


def test_it_fades_as_likes_come_and_then_says_nothing(box: Toolbox) -> None:
    def after(likes: int) -> UserView:
        items = np.array([box.catalogue.index(i) for i in world.SPACE[:likes]], np.int32)
        return newcomer("westerns", items=items, times=np.arange(likes) * 1.0, weights=np.ones(likes, np.float32))

    first, few = lifted(box, after(0)), lifted(box, after(6))
    assert 0 < of(few, box, *world.WESTERNS) < of(first, box, *world.WESTERNS)
    assert lift_of(box, after(14)) is None
    assert open_turn(box, after(14), {}).bus.sources == ["popularity"]


def test_only_what_the_turn_allows_becomes_a_candidate(box: Toolbox) -> None:
    context = _context(box, newcomer("westerns"))
    context.eligible[[box.catalogue.index("w1")]] = False
    put(context, 2)
    assert {box.catalogue.ids[i] for i in context.bus.items()} == {"w2", "w3"}


def test_words_that_nobody_can_read_change_nothing(box: Toolbox) -> None:
    context = _context(box, newcomer("喵喵喵"))
    assert not lifted(box, context.user).any()


def test_nothing_is_kept_or_read_of_a_user_with_profiling_off(own_box: Toolbox) -> None:
    store = own_box.store
    assert not tastes.state(store, "optout", "westerns")
    assert tastes.read(store, "optout") is None
    tastes.state(store, "newcomer", "westerns")
    store.correct_user("newcomer", {}, profiling=False)
    assert own_box.view("newcomer").stated is None
    assert recommend(own_box, "newcomer", k=5).items == recommend(own_box, "optout", k=5).items


def test_the_last_statements_are_kept_each_once(store: Store) -> None:
    store.save_user(User(user_id="u"))
    for n in range(KEPT + 2):
        assert tastes.state(store, "u", f"kind {n}")
    tastes.state(store, "u", f"KIND {KEPT}")
    assert tastes.read(store, "u") == Stated((f"kind {KEPT - 1}", f"kind {KEPT + 1}", f"KIND {KEPT}"))
    assert tastes.every(store) == {"u": tastes.read(store, "u")}
    assert tastes.read(store, "v") is None


def test_a_statement_is_one_bounded_line_of_visible_text(store: Store) -> None:
    assert tastes.state(store, "u", "  noir\n\u200b and\tmore " + "x" * 500)
    held = tastes.read(store, "u")
    assert held is not None
    assert held.said[0].startswith("noir  and more xxx")
    assert len(held.said[0]) <= LONGEST
    assert not tastes.state(store, "u", " \n\u200b ")


def test_what_was_imagined_goes_with_the_words_it_was_imagined_from(store: Store) -> None:
    tastes.state(store, "u", "noir")
    tastes.imagine(store, "u", ["noir"], ["A detective in the rain."], "k1")
    assert tastes.read(store, "u") == Stated(("noir",), ("A detective in the rain.",), "k1")
    tastes.state(store, "u", "musicals")
    assert tastes.read(store, "u") == Stated(("noir", "musicals"))
    tastes.imagine(store, "u", ["noir"], ["Too late."], "k1")
    assert tastes.read(store, "u") == Stated(("noir", "musicals"))
    tastes.forget(store, "u")
    assert tastes.read(store, "u") is None


def test_where_every_allowed_item_is_one_they_asked_for_there_is_a_slate(own_box: Toolbox) -> None:
    tastes.state(own_box.store, "newcomer", "westerns")
    slate = recommend(own_box, "newcomer", k=5, filters={"tags": {"contains": "Western"}})
    assert {item.item_id for item in slate.items} == set(world.WESTERNS)
    assert all(item.score == item.score for item in slate.items)  # none is NaN


def test_a_batch_follows_the_words_as_a_single_slate_does(own_box: Toolbox) -> None:
    tastes.state(own_box.store, "newcomer", "period romance dramas")
    tastes.state(own_box.store, "nobody-yet", "科幻喜剧")
    users = ["quiet", "newcomer", "a01", "nobody-yet", "stranger"]
    for user, items in batch(own_box, users, 8):
        assert items == [(item.item_id, item.score) for item in recommend(own_box, user, k=8).items]


def test_a_first_like_is_still_helped_by_the_words(own_box: Toolbox) -> None:
    tastes.state(own_box.store, "newcomer", "period romance dramas")
    own_box.store.append([Event(user_id="newcomer", item_id="m1", timestamp=world.NOW, kind="like")])
    view = own_box.view("newcomer")
    assert view.stated is not None
    assert 0 < own_box.cold.share(view) < 1
    assert of(lifted(own_box, view), own_box, *world.PERIOD) > of(lifted(own_box, view), own_box, *world.SPACE)

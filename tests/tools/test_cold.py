"""Cold start: what newcomers see first, by attributes where the domain allows it, and by their first likes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import world
from tests.tools import recommender_contract as contract
from tests.tools.recommender_contract import CATALOGUE, EVENTS, NO_EVENTS, NOBODY, best
from tools.cold.model import ColdModel, attributes_of
from tools.domain import Domain
from tools.errors import InvalidInput
from tools.histories import Histories
from tools.interactions import Interactions
from tools.popularity import Popularity
from tools.rank.blend import rank
from tools.rank.rules import open_turn
from tools.recommend import batch, recommend
from tools.toolbox import Toolbox
from tools.user import UserView

DOMAIN = world.domain()
ALLOWED = DOMAIN.model_copy(
    update={
        "cold_start": Domain.model_validate(
            DOMAIN.model_dump()
            | {"cold_start": {"attributes": ["age", "gender"], "named": {"age": {"en": "age", "zh": "年龄"}}}}
        ).cold_start
    }
)
USERS = attributes_of(world.USERS)
PLAIN = ColdModel.fit(EVENTS, USERS, DOMAIN)
KNOWING = ColdModel.fit(EVENTS, USERS, ALLOWED)
POPULARITY = Popularity.fit(EVENTS, DOMAIN.liked)
YOUNG, OLD = {"age": 24}, {"age": 58}


def newcomer(attributes: dict[str, Any], *liked: str) -> UserView:
    items = contract.indices(*liked) if liked else np.empty(0, np.int32)
    return UserView("new", attributes, items, np.arange(len(items)) * 60.0, np.ones(len(items), np.float32), True)


def camp(ids: list[str]) -> set[str]:
    return {"s" if i.startswith(("s", "zh", "gone", "hostile")) else "p" for i in ids}


RECOMMENDER = contract.Recommender(
    lambda events: ColdModel.fit(events, USERS, ALLOWED), lambda model, user: model.scores(user), ColdModel.load
)
PROMISES = [
    contract.scores_are_finite_and_one_for_each_item,
    contract.a_seen_item_is_scored_like_any_other,
    contract.scoring_leaves_the_user_as_it_was,
]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda check: check.__name__)
def test_it_keeps_the_promises_of_a_recommender(promise: contract.Check, tmp_path: Path) -> None:
    promise(RECOMMENDER, tmp_path)


# Attributes


@pytest.mark.parametrize(("attributes", "expected"), [(YOUNG, "s"), (OLD, "p")])
def test_a_newcomer_is_shown_what_people_of_their_age_came_to_like(attributes: dict[str, Any], expected: str) -> None:
    assert camp(best(KNOWING.scores(newcomer(attributes)), newcomer(attributes), 6)) == {expected}


def test_attributes_that_the_domain_does_not_name_change_nothing() -> None:
    plain = PLAIN.scores(newcomer({}))
    for attributes in (YOUNG, OLD, {"gender": "F"}, {"age": 24, "gender": "M"}):
        np.testing.assert_array_equal(PLAIN.scores(newcomer(attributes)), plain)
    assert not any(word in PLAIN.kinship.to_json() for word in ("age", "gender"))


@pytest.mark.parametrize("attributes", [{}, {"age": None}, {"age": "?"}, {"age": float("nan")}, {"gender": ""}])
def test_unknown_values_leave_the_slate_of_someone_unknown(attributes: dict[str, Any]) -> None:
    np.testing.assert_array_equal(KNOWING.scores(newcomer(attributes)), KNOWING.scores(newcomer({})))


def test_attributes_speak_less_with_every_like() -> None:
    def pull(*liked: str) -> float:
        difference = KNOWING.scores(newcomer(YOUNG, *liked)) - KNOWING.scores(newcomer({}, *liked))
        return float(np.abs(difference).max())

    assert pull() > pull("p01") > pull("p01", "p02", "p03") > 0


def test_profiling_off_keeps_attributes_out_of_training_and_of_the_slate() -> None:
    hidden = replace(newcomer(YOUNG), profiling=False)
    np.testing.assert_array_equal(KNOWING.scores(hidden), KNOWING.scores(newcomer({})))
    assert "optout" not in USERS
    assert KNOWING.explain(0, hidden, POPULARITY, ALLOWED) == POPULARITY.explain(0)


# First likes


@pytest.mark.parametrize(("liked", "expected"), [("s13", "s"), ("p13", "p")])
def test_one_like_is_enough_to_tell_the_camp(liked: str, expected: str) -> None:
    user = newcomer({}, liked)
    assert camp(best(PLAIN.scores(user), user, 6)) == {expected}


def test_of_very_many_users_a_draw_tells_what_likes_say(monkeypatch: pytest.MonkeyPatch) -> None:
    user = newcomer({}, "s13")
    monkeypatch.setattr("tools.cold.model.CELLS", PLAIN.history.nnz // 2)
    fewer = ColdModel.fit(EVENTS, USERS, DOMAIN)
    scores = fewer.scores(user)
    assert not np.array_equal(scores, PLAIN.scores(user))
    assert camp(best(scores, user, 6)) == {"s"}
    np.testing.assert_allclose(fewer.scores_many([user], Histories.of([user]))[0], scores, atol=1e-5)
    np.testing.assert_array_equal(fewer.scores(NOBODY), PLAIN.scores(NOBODY))


def test_what_people_come_to_like_later_comes_before_what_they_like_first() -> None:
    """Half begin with s01 to s05, half with s06 to s10; fewer come to like p01, but they do so afterwards."""
    openers, after = contract.indices(*world.SPACE[:10]), contract.indices(*world.PERIOD[:6])
    begun = [openers[:5], openers[5:]]
    likes = [(u, i) for u in range(30) for i in (*begun[u % 2], *after[1:], *(after[:1] if u < 12 else ()))]
    user, item = np.array(likes, np.int32).T
    ids = tuple(f"u{n}" for n in range(30))
    time, liked = np.arange(len(likes), dtype=float), np.ones(len(likes), np.float32)
    events = Interactions(ids, len(CATALOGUE), user, item, time, liked)
    scores = ColdModel.fit(events).scores(NOBODY)
    assert scores[after[0]] > scores[openers].max()


def test_history_takes_over_as_it_grows() -> None:
    shares = [PLAIN.share(newcomer({}, *world.SPACE[:n])) for n in (0, 1, 5, 11, 12, 14)]
    assert shares[0] == 1
    assert sorted(shares, reverse=True) == shares
    assert shares[3] > 0 == shares[4] == shares[5]


# Reasons


def test_a_reason_counts_the_users_it_names() -> None:
    user, item = newcomer({"age": 25}), int(contract.indices("s06")[0])
    (evidence,) = KNOWING.explain(item, user, POPULARITY, ALLOWED)
    low, high = (int(word) for word in evidence.text.split("age ")[1].split(" who")[0].split(" to "))
    group = {u.user_id for u in world.USERS if u.profiling and low <= u.attributes["age"] <= high}
    on_item = [e for e in world.EVENTS if e.item_id == "s06" and e.user_id in group]
    liked = [e for e in on_item if e.value is not None and e.value >= 4]
    extra = evidence.model_dump()
    assert (extra["support"], extra["of"]) == (len(liked), len(on_item))
    assert evidence.text.startswith(
        f"rated highly by {len(liked)} of the {len(on_item)} users with age {low} to {high}"
    )
    assert evidence.text_zh == f"年龄为 {low} 到 {high} 的 {len(on_item)} 位接触过的用户中有 {len(liked)} 位打了高分"


def test_an_attribute_that_may_not_be_named_is_not() -> None:
    for user in (newcomer({"age": 25, "gender": "F"}), newcomer({"gender": "F"})):
        said = [e.text for item in range(len(CATALOGUE)) for e in KNOWING.explain(item, user, POPULARITY, ALLOWED)]
        assert not any("gender" in text or " F " in text for text in said)


def test_fewer_than_five_people_are_no_reason() -> None:
    for item in range(len(CATALOGUE)):
        for evidence in KNOWING.explain(item, newcomer({"age": 33}), POPULARITY, ALLOWED):
            assert evidence.model_dump()["support"] >= 5 or evidence == POPULARITY.explain(item)[0]


def test_a_domain_file_that_names_an_attribute_it_does_not_use_is_refused(tmp_path: Path) -> None:
    shipped = Path("tools/domains/movies.toml").read_text(encoding="utf-8")
    file = tmp_path / "movies.toml"
    file.write_text(shipped.replace('attributes = ["age", "gender", "occupation"]', "attributes = []"), "utf-8")
    with pytest.raises(InvalidInput, match="age is not among the attributes"):
        Domain.load(file)


# In the slate


def test_a_flip_of_attributes_leaves_the_slate_unchanged_where_the_domain_names_none(box: Toolbox) -> None:
    def slate(attributes: dict[str, Any]) -> list[str]:
        return [item.item_id for item in rank(open_turn(box, newcomer(attributes, "s13"), {})).items]

    assert slate({"age": 24, "gender": "M"}) == slate({"age": 58, "gender": "F"}) == slate({})


def test_the_batch_gives_a_newcomer_what_one_recommendation_gives(box: Toolbox) -> None:
    ((_, listed),) = batch(box, ["newcomer"], 5)
    assert [item_id for item_id, _ in listed] == [item.item_id for item in recommend(box, "newcomer", k=5).items]


# Saved


def test_a_saved_model_scores_and_explains_the_same(tmp_path: Path) -> None:
    KNOWING.save(tmp_path)
    again, user = ColdModel.load(tmp_path), newcomer({"age": 25, "gender": "F"}, "s13")
    np.testing.assert_array_equal(again.scores(user), KNOWING.scores(user))
    assert again.explain(3, user, POPULARITY, ALLOWED) == KNOWING.explain(3, user, POPULARITY, ALLOWED)


def test_without_any_event_everything_scores_alike() -> None:
    scores = ColdModel.fit(NO_EVENTS, {}, ALLOWED).scores(newcomer(YOUNG))
    assert np.isfinite(scores).all()
    assert len(np.unique(scores)) == 1

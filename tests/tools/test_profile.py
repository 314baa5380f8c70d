"""A profile points at what was liked, lately most, and tells only what the history holds."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from tests.tools import recommender_contract as contract
from tests.tools.recommender_contract import CATALOGUE, DOMAIN, EVENTS, NOBODY, Check, Recommender, best, indices, view
from tests.world import CAMP_A, PERIOD, SPACE
from tools.profile import tool
from tools.profile.describe import describe
from tools.profile.model import ProfileModel
from tools.profile.vectors import year_field
from tools.user import UserView

MODEL = ProfileModel.fit(CATALOGUE, EVENTS, DOMAIN)
CASE = Recommender(
    lambda events: ProfileModel.fit(CATALOGUE, events, DOMAIN),
    lambda model, user: model.score(user),
    ProfileModel.load,
)
context = partial(contract.context, profile=MODEL)


def has(item: int, attribute: str, value: str) -> bool:
    held = CATALOGUE.attributes(item).get(attribute)
    if attribute == "year":
        return held is not None and int(value[:-1]) <= held < int(value[:-1]) + 10
    return value in held if isinstance(held, list) else held == value


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_it_keeps_the_contract_of_a_recommender(check: Check, tmp_path: Path) -> None:
    check(CASE, tmp_path)


def test_item_vectors_are_unit_long() -> None:
    lengths = np.linalg.norm(MODEL.item_vectors.toarray(), axis=1)
    assert np.allclose(lengths, 1.0, atol=1e-5)
    assert MODEL.item_vectors.shape == (len(CATALOGUE), len(MODEL.features))


def test_the_year_is_found_and_becomes_decades() -> None:
    assert year_field(CATALOGUE) == "year"
    assert ("year", "1980s", "band") in MODEL.features


def test_a_score_is_the_cosine_of_the_user_and_the_item() -> None:
    user, items = view("a03"), indices("s01", "p01", "w1")
    p, c = MODEL.vector(user), MODEL.item_vectors[items].toarray()
    assert np.allclose(MODEL.score(user, items), c @ p, atol=1e-6)
    assert np.linalg.norm(p) == pytest.approx(1.0)


@pytest.mark.parametrize("user", CAMP_A)
def test_the_nearest_items_are_of_the_kind_that_was_liked(user: str) -> None:
    kind = {*SPACE, "zh1", "gone", "hostile"}
    unseen = [item for item in kind if CATALOGUE.index(item) not in view(user).seen]
    assert set(best(MODEL.score(view(user)), view(user), len(unseen))) == set(unseen)


def test_without_history_the_vector_is_zero() -> None:
    assert not MODEL.vector(NOBODY).any()


def test_dislikes_point_away() -> None:
    assert MODEL.score(view("critic"), indices("s07"))[0] < 0
    assert MODEL.score(view("critic"), indices("p01"))[0] >= 0


def test_taste_that_changed_shows_in_the_short_term_and_not_in_the_long() -> None:
    interests = describe(MODEL, view("bridge")).interests
    short = {i.value: i.weight for i in interests.short}
    long = {i.value: i.weight for i in interests.long}
    assert "Drama" in short
    assert short.get("Comedy", 0.0) < 0.01
    assert long["Comedy"] > 0.1
    now, ever = (MODEL.vector(view("bridge"), days) for days in (10.0, math.inf))
    comedy = [f.value for f in MODEL.features].index("Comedy")
    assert now[comedy] < ever[comedy]


def test_a_description_counts_what_the_history_holds() -> None:
    user = view("a01")
    profile = describe(MODEL, user)
    s = profile.statistics
    assert (s.events, s.liked, s.disliked) == (len(user.items), len(user.liked), 2)
    assert s.facets["tags"] == 2
    assert s.first is not None
    assert s.last is not None
    assert s.first < s.last
    for interest in (*profile.interests.long, *profile.interests.short):
        assert -1 <= interest.weight <= 1
        assert interest.support == sum(has(i, interest.attribute, interest.value) for i in user.liked.tolist())
        assert interest.disliked == sum(has(i, interest.attribute, interest.value) for i in user.disliked.tolist())
    assert max(i.weight for i in profile.interests.long) == 1
    assert [seen.item_id for seen in profile.history] == [CATALOGUE.ids[i] for i in user.items[::-1][:10]]


def test_a_description_of_nobody_is_empty_and_of_an_opted_out_user_holds_the_id_alone() -> None:
    assert describe(MODEL, NOBODY).statistics.events == 0
    hidden = describe(MODEL, view("optout", profiling=False, attributes={"age": 30}))
    assert hidden.model_dump(exclude_defaults=True) == {"user_id": "optout", "profiling": False}


@pytest.mark.parametrize("user", [*CAMP_A, "b01", "bridge", "western"])
def test_every_figure_in_the_evidence_is_counted_from_the_liked_history(user: str) -> None:
    turn = context(view(user))
    tool.run(tool.Arguments(), turn)
    recent = view(user).liked[-60:].tolist()
    reasons = [(item, r) for item in turn.bus.items().tolist() for r in turn.bus.evidence(item) if r.kind == "profile"]
    assert reasons
    for item, reason in reasons:
        figures = reason.model_extra or {}
        assert figures["of"] == len(recent)
        for feature in figures["features"]:
            attribute, value, support = feature["attribute"], feature["value"], feature["support"]
            assert has(item, attribute, value)
            assert support == sum(has(i, attribute, value) for i in recent) > 0
            assert f"({support} of " in reason.text
            assert f" {support} 个）" in reason.text_zh


def test_evidence_reads_as_a_clause_in_both_languages() -> None:
    turn = context(view("western", items=indices(*SPACE[:8]), times=np.arange(8.0), weights=np.ones(8, np.float32)))
    tool.run(tool.Arguments(), turn)
    reason = turn.bus.evidence(CATALOGUE.index("hostile"))[0]
    assert reason.text in (
        "you often like Sci-Fi (8 of the 8 films you rated highly) and Comedy (8 of them)",
        "you often like Comedy (8 of the 8 films you rated highly) and Sci-Fi (8 of them)",
    )
    assert reason.text_zh in (
        "你常喜欢科幻（你打了高分的 8 个电影中有 8 个）和喜剧（其中 8 个）",
        "你常喜欢喜剧（你打了高分的 8 个电影中有 8 个）和科幻（其中 8 个）",
    )


def test_evidence_counts_over_what_was_liked_last_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "RECENT", 5)
    ids = [*SPACE[:6], *PERIOD[:2], *SPACE[6:9]]
    user = UserView("x", items=indices(*ids), times=np.arange(11.0), weights=np.ones(11, np.float32))
    why = tool.explain(MODEL, user, DOMAIN)(CATALOGUE.index("hostile"))[0]
    assert "3 of the last 5 films you rated highly" in why.text
    assert "你最近打了高分的 5 个电影中有 3 个" in why.text_zh


def test_a_minor_interest_is_not_called_frequent() -> None:
    ids = [*PERIOD, "s01", "s02"]
    user = UserView("x", items=indices(*ids), times=np.arange(16.0), weights=np.ones(16, np.float32))
    why = tool.explain(MODEL, user, DOMAIN)(CATALOGUE.index("hostile"))[0]
    assert why.text.startswith("you like ")
    assert "often" not in why.text
    assert "常" not in why.text_zh


def test_only_eligible_items_become_candidates() -> None:
    turn = context(view("a01"))
    turn.eligible[indices("s01")] = False
    tool.run(tool.Arguments(), turn)
    assert turn.eligible[turn.bus.items()].all()
    assert CATALOGUE.index("s02") in turn.bus.items()


@pytest.mark.parametrize(
    ("user", "words"),
    [(NOBODY, "no history"), (UserView("optout", {"age": 30}, profiling=False), "Profiling is off")],
)
def test_without_usable_history_it_says_so_and_finds_nothing(user: UserView, words: str) -> None:
    turn = context(user)
    said = tool.run(tool.Arguments(), turn)
    assert words in said
    assert "30" not in said
    assert not turn.bus.sources


def test_sensitive_attributes_are_told_only_when_asked_for() -> None:
    turn = context(view("a01", attributes={"age": 34, "gender": "F", "zip_code": "85711", "language": "fr"}))
    usual = tool.run(tool.Arguments(), turn)
    asked = tool.run(tool.Arguments(aspects=["attributes"]), turn)
    assert "language fr" in usual
    assert not any(word in usual for word in ("age 34", "gender", "85711"))
    assert all(word in asked for word in ("age 34", "gender F", "85711"))


def test_attributes_never_reach_the_evidence_or_the_scores() -> None:
    plain, marked = view("a01"), view("a01", attributes={"age": "canary", "gender": "canary", "zip": "canary"})
    turn = context(marked)
    tool.run(tool.Arguments(aspects=["attributes"]), turn)
    assert np.array_equal(MODEL.score(plain), MODEL.score(marked))
    for item in turn.bus.items().tolist():
        assert "canary" not in "".join(reason.model_dump_json() for reason in turn.bus.evidence(item))


@pytest.mark.parametrize("aspect", ["attributes", "statistics", "interests", "history"])
def test_an_aspect_says_its_own_and_no_more(aspect: str) -> None:
    turn = context(view("a01", attributes={"occupation": "poet"}))
    said = tool.run(tool.Arguments.model_validate({"aspects": [aspect]}), turn)
    marks = {"attributes": "poet", "statistics": "events on", "interests": "Likes:", "history": "Last liked:"}
    assert [name for name, mark in marks.items() if mark in said] == [aspect]


def test_what_it_says_is_short() -> None:
    turn = context(view("a01", attributes={f"hobby{n}": "x" * 50 for n in range(20)}))
    assert len(tool.run(tool.Arguments(), turn)) <= 400


@pytest.mark.parametrize("extra", [{"user_id": "a02"}, {"aspects": ["password"]}, {"aspects": []}])
def test_its_arguments_name_no_user_and_take_nothing_unknown(extra: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        tool.arguments(CATALOGUE).model_validate(extra)

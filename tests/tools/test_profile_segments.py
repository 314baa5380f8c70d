"""Users fall into segments that are found, named and kept alike; a new user is folded in; others stay anonymous."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.tools import recommender_contract as contract
from tests.tools.recommender_contract import CATALOGUE, DOMAIN, EVENTS, NOBODY, indices, view
from tests.world import CAMP_A, CAMP_B, PERIOD, SPACE
from tools.interactions import Interactions
from tools.neighbors.model import NeighborModel
from tools.profile import clusters, tool
from tools.profile.describe import describe
from tools.profile.model import ProfileModel
from tools.profile.records import Segment
from tools.user import UserView

MODEL = ProfileModel.fit(CATALOGUE, EVENTS, DOMAIN)
NEIGHBORS = NeighborModel.fit(EVENTS)
context = partial(contract.context, profile=MODEL)


def without(events: Interactions, chosen: np.ndarray) -> Interactions:
    return events.take(~chosen)


def segment(user: UserView, model: ProfileModel = MODEL) -> Segment:
    found = describe(model, user).segment
    assert found is not None
    return found


def blobs(k: int, each: int = 60, spread: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(3)
    angles = 2 * np.pi * np.arange(k) / k
    middles = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(k)])
    return (np.repeat(middles, each, axis=0) + spread * rng.standard_normal((k * each, 3))).astype(np.float32)


@pytest.mark.parametrize("user", [*CAMP_A, *CAMP_B])
def test_each_camp_is_a_segment_named_for_what_it_likes(user: str) -> None:
    found = segment(view(user))
    assert sorted(found.label.removeprefix("classic ").removeprefix("recent ").split(" film")[0].split(" and ")) == (
        ["Comedy", "Sci-Fi"] if user in CAMP_A else ["Drama", "Romance"]
    )
    assert ("喜剧" in found.label_zh and "科幻" in found.label_zh) is (user in CAMP_A)
    assert found.label_zh.endswith("电影爱好者")
    assert found.users >= 12
    assert found.share > 0.9


def test_older_items_make_a_label_classic_and_newer_ones_recent() -> None:
    assert segment(view("a01")).label.startswith("classic ")
    assert segment(view("a01")).label_zh.startswith("经典")
    assert segment(view("b01")).label.startswith("recent ")
    assert segment(view("b01")).label_zh.startswith("近年")


def test_memberships_are_shares_largest_first() -> None:
    mixed = UserView(
        "x", items=indices(*SPACE[:6], *PERIOD[:6]), times=np.arange(12.0), weights=np.ones(12, np.float32)
    )
    for user in (mixed, view("a01")):
        shares = [s.share for s in describe(MODEL, user).memberships]
        assert shares == sorted(shares, reverse=True)
        assert 0.8 < sum(shares) <= 1.001


def test_a_user_nobody_trained_on_is_folded_in() -> None:
    fan = UserView("new", items=indices(*PERIOD[:8]), times=np.arange(8.0), weights=np.ones(8, np.float32))
    assert segment(fan).id == segment(view("b01")).id


def test_who_liked_too_little_is_told_no_segment() -> None:
    few = UserView("new", items=indices(*PERIOD[:4]), times=np.arange(4.0), weights=np.ones(4, np.float32))
    assert describe(MODEL, few).segment is None
    assert describe(MODEL, NOBODY).segment is None


def test_training_again_on_the_same_events_finds_the_same_segments() -> None:
    again = ProfileModel.fit(CATALOGUE, EVENTS, DOMAIN)
    for user in (*CAMP_A, *CAMP_B):
        assert segment(view(user), again) == segment(view(user))


def test_a_segment_keeps_its_number_when_it_is_found_first_elsewhere(tmp_path: Path) -> None:
    """The numbers of the earlier bundle are turned round; the refit follows them, not its own order."""
    assert MODEL.crowd is not None
    assert MODEL.crowd.segments is not None
    found = MODEL.crowd.segments
    turned = replace(MODEL.crowd, segments=replace(found, ids=tuple(10 + i for i in reversed(found.ids))))
    replace(MODEL, crowd=turned).save(tmp_path)
    fewer = without(EVENTS, np.arange(len(EVENTS.user)) % 17 == 0)
    after = ProfileModel.fit(CATALOGUE, fewer, DOMAIN, tmp_path)
    expected = {segment(view(u)).label.split()[1]: segment(view(u), replace(MODEL, crowd=turned)).id for u in
                ("a01", "b01")}  # fmt: skip
    assert len(set(expected.values())) == 2
    assert segment(view("a01"), after).id == segment(view("a01"), replace(MODEL, crowd=turned)).id
    assert segment(view("b01"), after).id == segment(view("b01"), replace(MODEL, crowd=turned)).id
    assert after.metrics["kept"] == 1.0


def test_a_segment_of_another_taste_gets_a_number_never_used(tmp_path: Path) -> None:
    assert MODEL.crowd is not None
    assert MODEL.crowd.segments is not None
    found = MODEL.crowd.segments
    elsewhere = replace(found, tastes=np.flip(np.roll(found.tastes, 3, axis=1), axis=1) * 0)
    replace(MODEL, crowd=replace(MODEL.crowd, segments=elsewhere)).save(tmp_path)
    after = ProfileModel.fit(CATALOGUE, EVENTS, DOMAIN, tmp_path)
    assert after.crowd is not None
    assert after.crowd.segments is not None
    assert min(after.crowd.segments.ids) > max(found.ids)
    assert after.metrics["kept"] == 0.0


def test_too_few_users_make_no_segments() -> None:
    few = without(EVENTS, EVENTS.user > 6)
    model = ProfileModel.fit(CATALOGUE, few, DOMAIN)
    assert describe(model, view("a01")).segment is None
    assert model.metrics == {}


@pytest.mark.parametrize("k", [2, 3, 5])
def test_as_many_groups_are_found_as_there_are(k: int) -> None:
    points = blobs(k)
    made = clusters.fit(points)
    assert made is not None
    assert made.metrics["segments"] == k
    assert made.metrics["stability"] > 0.95
    group = made.nearest(points)
    assert all(len(set(group[n * 60 : (n + 1) * 60])) == 1 for n in range(k))


def test_membership_is_what_the_mixture_of_scikit_learn_says() -> None:
    from sklearn.mixture import GaussianMixture

    points = blobs(3, spread=0.6)
    made = clusters.fit(points, None)
    assert made is not None
    mine = made.membership(points)
    assert np.allclose(mine.sum(axis=1), 1.0, atol=1e-5)
    precisions = made.whiten.astype(float) @ made.whiten.astype(float).transpose(0, 2, 1)
    theirs = GaussianMixture(len(made.centres), weights_init=made.shares, means_init=made.means)
    theirs.weights_, theirs.means_, theirs.covariances_ = made.shares, made.means, np.linalg.inv(precisions)
    theirs.precisions_cholesky_ = made.whiten
    assert np.allclose(mine, theirs.predict_proba(points), atol=1e-4)


def test_groups_that_are_not_there_are_not_found() -> None:
    noise = np.random.default_rng(0).standard_normal((300, 3)).astype(np.float32)
    made = clusters.fit(noise)
    assert made is None or made.metrics["stability"] >= clusters.STABLE


def test_the_number_before_is_kept_while_it_is_nearly_as_good() -> None:
    points = blobs(4, spread=0.45)
    alone = clusters.fit(points)
    assert alone is not None
    for k in (3, 4):
        start = clusters._centres(points, k)
        kept = clusters.fit(points, start)
        assert kept is not None
        assert len(kept.centres) == k
        assert np.allclose(kept.centres, start, atol=0.05)


def test_what_a_segment_likes_ranks_what_content_cannot_tell_apart() -> None:
    """s13 is liked by all of camp A, `hostile` by nobody; both are space comedies."""
    user = UserView("new", items=indices(*SPACE[:8]), times=np.arange(8.0), weights=np.ones(8, np.float32))
    appeal = MODEL.appeal(user)
    liked, unknown = indices("s13", "hostile")
    assert appeal[liked] > appeal[unknown] > 0
    assert not MODEL.appeal(view("critic"))[indices("s07")].any()


def test_popular_in_your_segment_is_counted_over_the_segment_and_named_nowhere() -> None:
    turn = context(UserView("new", items=indices(*SPACE[:8]), times=np.arange(8.0), weights=np.ones(8, np.float32)))
    tool.run(tool.Arguments(), turn)
    [reason] = [r for r in turn.bus.evidence(CATALOGUE.index("s13")) if r.kind == "popularity"]
    figures = reason.model_extra or {}
    assert figures["support"] == 12
    assert figures["of"] == segment(view("a01")).users
    assert reason.text == f"rated highly by 12 of the {figures['of']} users in your taste segment"
    assert reason.text_zh == f"与你口味同类的 {figures['of']} 位用户中有 12 位打了高分"
    assert not [r for r in turn.bus.evidence(CATALOGUE.index("hostile")) if r.kind == "popularity"]


def test_the_observation_names_the_segment() -> None:
    said = tool.run(tool.Arguments(aspects=["interests"]), context(view("a01")))
    assert f"Segment: {segment(view('a01')).label}." in said


def test_similar_users_are_counted_and_share_tastes_but_are_nobody() -> None:
    found = describe(MODEL, view("a01"), NEIGHBORS).similar
    assert found is not None
    assert found.by_history >= 11
    assert found.by_taste_too is not None
    assert 5 <= found.by_taste_too <= found.by_history
    assert {"Comedy", "Sci-Fi"} <= {share.value for share in found.shared}
    told = describe(MODEL, view("a01"), NEIGHBORS).model_dump_json()
    assert not [u for u in (*CAMP_A[1:], *CAMP_B, "bridge", "optout") if f'"{u}"' in told]


def test_nobody_and_an_opted_out_user_have_no_similar_users() -> None:
    assert describe(MODEL, NOBODY, NEIGHBORS).similar is None
    assert describe(MODEL, view("a01", profiling=False), NEIGHBORS).similar is None


def test_attributes_decide_no_segment() -> None:
    assert segment(view("a01")) == segment(view("a01", attributes={"age": 90, "gender": "X"}))


def test_what_was_saved_says_the_same(tmp_path: Path) -> None:
    MODEL.save(tmp_path)
    loaded = ProfileModel.load(tmp_path)
    for user in ("a01", "b05", "bridge"):
        assert describe(loaded, view(user), NEIGHBORS) == describe(MODEL, view(user), NEIGHBORS)
        assert np.array_equal(loaded.appeal(view(user)), MODEL.appeal(view(user)))
    assert loaded.metrics == MODEL.metrics

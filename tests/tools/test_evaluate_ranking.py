"""Offline evaluation of slates: the product is fitted on what is known and nothing else, peers under the same rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from tests import world
from tools.errors import InvalidInput
from tools.evaluate import leaveout, metrics, product, ranking
from tools.evaluate.data import Dataset
from tools.evaluate.peers import PEERS, Peer, Skipped, chosen, lists
from tools.evaluate.progress import bar
from tools.evaluate.report import Result, compared
from tools.evaluate.run import evaluate
from tools.evaluate.splits import known_before, top_n
from tools.home import Home
from tools.store import Item, Store
from tools.store.frames import event_frame, item_frame, user_frame

FAST = chosen(["popularity", "EASE"])


@pytest.fixture
def data(store: Store) -> Dataset:
    return Dataset.read(store, world.domain())


# Ours


def test_the_product_knows_the_given_events_and_no_others(data: Dataset) -> None:
    split = top_n(data.log)
    known = known_before(data.log, split.test, split.before_test)
    with product.fitted(data, known) as box:
        assert box.popularity.users.sum() == len(known)
        assert box.store.events().is_empty()
        for user, view in zip(range(5), product.views(box, data, known, np.arange(5, dtype=np.int32)), strict=False):
            mine = known[data.log.user[known] == user]
            assert view.items.tolist() == data.log.item[mine].tolist()
            assert view.user_id == data.log.user_ids[user]


def test_our_slates_leave_out_what_is_known_and_find_what_the_camp_likes(data: Dataset) -> None:
    asked = ranking.task(data, top_n(data.log), "test", seen=True)
    with product.fitted(data, asked.known) as box:
        items, scores = product.slates(box, product.views(box, data, asked.known, asked.users), 10)
    for user, slate in zip(asked.users, items, strict=True):
        seen = set(asked.hidden[user].indices.tolist())
        assert not seen & set(slate.tolist())
        assert data.catalogue.index("gone") not in slate
        user_id = data.log.user_ids[user]
        if user_id in world.CAMP_A + world.CAMP_B:
            own = ["Comedy", "Sci-Fi"] if user_id in world.CAMP_A else ["Drama", "Romance"]
            assert data.catalogue.items[slate[0]].tags == own
    assert (np.diff(scores, axis=1) <= 0).all()


def test_a_slate_from_a_few_items_holds_those_only(data: Dataset) -> None:
    everything = np.arange(len(data.log.user))
    among = np.zeros(data.log.n_items, bool)
    among[[data.catalogue.index(i) for i in ("p01", "w1", "h1")]] = True
    with product.fitted(data, everything) as box:
        views = list(product.views(box, data, everything, np.arange(3, dtype=np.int32)))
        items, scores = product.slates(box, views, 5, iter([among] * 3))
    for view, slate, score in zip(views, items, scores, strict=True):
        left = set(np.flatnonzero(among).tolist()) - set(view.seen.tolist())
        assert set(slate[slate >= 0].tolist()) == left
        assert np.isneginf(score[slate < 0]).all()


def test_leaving_a_source_out_changes_what_it_alone_would_have_said(data: Dataset) -> None:
    everything = np.arange(len(data.log.user))
    with product.fitted(data, everything) as box:
        blind = box
        for source in ("neighbors", "next", "profile", "ctr"):
            blind = product.without(blind, source)
        user = np.array([data.log.user_ids.index("a01")], np.int32)
        view = list(product.views(box, data, everything, user))
        whole, less = (product.slates(b, view, 40)[0][0] for b in (box, blind))
        popular = box.cold.scores(view[0])[less[less >= 0]]
    assert (np.diff(popular) <= 0).all()
    assert set(whole[:2].tolist()) == {data.catalogue.index("s01"), data.catalogue.index("s02")}


# Peers


def camps(users: int = 30, items: int = 24) -> sp.csr_matrix:
    """Even users like even items, odd ones odd; each has not had one item of its own kind."""
    dense = np.equal.outer(np.arange(users) % 2, np.arange(items) % 2).astype(np.float32)
    dense[np.arange(users), (np.arange(users) % items)] = 0
    return sp.csr_matrix(dense)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_peer_finds_the_item_its_users_camp_likes(peer: Peer) -> None:
    liked = camps()
    users = np.arange(liked.shape[0], dtype=np.int32)
    try:
        scorer = peer.fit(liked, 0, peer.grid[-1])
    except Skipped as why:
        pytest.skip(str(why))
    shown = lists(scorer, users, liked, liked, 5)
    assert not metrics.hits(shown, liked).any()
    if peer.name != "popularity":
        assert (shown[:, 0] == users % liked.shape[1]).mean() > 0.9


def test_the_best_items_come_first_and_equal_ones_in_catalogue_order() -> None:
    hidden = sp.csr_matrix(np.array([[0, 1, 0, 0]], np.float32))
    shown = lists(lambda users, rows: np.array([[1.0, 9.0, 2.0, 1.0]]), np.zeros(1, np.int32), hidden, hidden, 4)
    assert shown.tolist() == [[2, 0, 3, -1]]


def test_peers_are_chosen_by_a_word_of_their_name() -> None:
    assert [peer.name for peer in chosen(["als"])] == ["implicit ALS"]
    assert chosen([]) == list(PEERS)
    with pytest.raises(InvalidInput, match="popularity"):
        chosen(["nonsense"])


# Reports


def test_the_interval_is_of_the_paired_difference() -> None:
    rng = np.random.default_rng(0)
    easy = rng.random(300)
    results = [Result(product.NAME, {"m": easy + 0.01}), Result("a", {"m": easy}), Result("b", {"m": easy * 0.5})]
    report = compared(results, ["m"], 0, {"c": "not here"})
    assert report["best_peer"] == {"m": "a"}
    assert report["ours_minus"]["m"]["a"] == pytest.approx({"mean": 0.01, "low": 0.01, "high": 0.01})
    assert report["skipped"] == {"c": "not here"}


def test_a_peer_that_cannot_take_part_is_named_with_the_reason(data: Dataset) -> None:
    def absent(*_: object) -> None:
        raise Skipped("needs nothing")

    with bar(99, shown=False) as shown:
        report = ranking.top_n_report(data, True, [*FAST, Peer("absent", absent)], 0, None, shown)  # type: ignore[arg-type]
    assert report["skipped"] == {"absent": "needs nothing"}
    assert [model["name"] for model in report["models"]] == [product.NAME, *(peer.name for peer in FAST)]
    assert set(report["without"]) == {"neighbors", "next", "profile", "ctr", "popularity"}


def test_a_ranking_report_compares_ours_with_every_peer_under_each_rule(data: Dataset) -> None:
    report = evaluate(data, "ranking", ["EASE", "popularity"], progress=False)
    for part in ("top_n_seen", "top_n"):
        ndcg = {model["name"]: model["ndcg@10"] for model in report[part]["models"]}
        for peer in FAST:
            apart = report[part]["ours_minus"]["ndcg@10"][peer.name]
            assert apart["mean"] == pytest.approx(ndcg[product.NAME] - ndcg[peer.name])
            assert apart["low"] <= apart["mean"] <= apart["high"]
        assert ndcg["popularity"] < ndcg[product.NAME]
    assert "too few" in report["leave_one_out"]["not_possible"]
    assert len(report["curve"]["ndcg@10"][product.NAME]) == len(report["curve"]["shares"])
    assert report["curve"]["ndcg@10"][product.NAME][-1] == pytest.approx(report["top_n_seen"]["models"][0]["ndcg@10"])


def test_leave_one_out_finds_the_last_item_of_a_camp(home: Home) -> None:
    filler = [Item(item_id=f"x{n}", title=f"Filler {n}", tags=["Western"]) for n in range(200)]
    events = [event for event in world.EVENTS if event.item_id in world.SPACE + world.PERIOD]
    store = Store.open(home.store_url)
    store.load(item_frame([*world.ITEMS, *filler]), user_frame(world.USERS), event_frame(events))
    data = Dataset.read(store, world.domain())
    store.close()
    with bar(99, shown=False) as shown:
        report = leaveout.report(data, True, FAST, 0, None, shown)
    ours, popular, ease = report["models"]
    assert ours["sampled hr@10"] > 0.8
    assert all(model["full hr@10"] <= model["sampled hr@10"] + 1e-9 for model in (ours, popular, ease))
    assert all(model["full hr@10"] <= model["full hr@20"] <= 1 for model in (ours, popular, ease))
    assert set(report["ours_minus"]["full hr@20"]) == {peer.name for peer in FAST}
    assert report["users"] == 26  # the camps, `bridge` and `optout`, whose choice this store does not hold


def test_a_limit_evaluates_on_fewer_users_and_one_is_too_few(data: Dataset) -> None:
    asked = ranking.task(data, top_n(data.log), "test", seen=True, limit=5)
    assert len(asked.users) == asked.truth.shape[0] == 5
    with pytest.raises(InvalidInput, match="at least 2"):
        evaluate(data, "ranking", limit=1)


def test_where_every_event_is_a_like_both_rules_are_one(data: Dataset) -> None:
    liked = replace(data, log=replace(data.log, weight=np.ones_like(data.log.weight)))
    report = evaluate(liked, "ranking", ["popularity"], progress=False)
    assert "models" in report["top_n_seen"]
    assert "same" in report["top_n"]["not_possible"]


def test_peers_that_would_take_hours_on_large_data_say_so() -> None:
    large = sp.csr_matrix((30_000, 9_000), dtype=np.float32)
    for name in ("EASE", "user-kNN"):
        [peer] = chosen([name])
        with pytest.raises(Skipped, match="kept to"):
            peer.fit(large, 0, peer.grid[0])


def test_a_limit_changes_who_is_asked_and_not_how_novel_an_item_is(data: Dataset) -> None:
    few, everyone = (ranking.task(data, top_n(data.log), "test", seen=True, limit=limit) for limit in (5, None))
    same = np.tile(np.arange(10, dtype=np.int32), (5, 1))
    assert ranking.result("x", few, same).figures["novelty"] == pytest.approx(
        ranking.result("x", replace(everyone, truth=everyone.truth[:5]), same).figures["novelty"]
    )

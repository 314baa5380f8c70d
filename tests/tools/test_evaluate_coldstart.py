"""Offline evaluation of newcomers' slates and of whom slates serve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from tests import world
from tools.domain import Domain
from tools.errors import InvalidInput
from tools.evaluate import product
from tools.evaluate.coldpeers import COLD_PEERS, Cold, ColdPeer, groups
from tools.evaluate.coldstart import statement
from tools.evaluate.data import Dataset, numbered
from tools.evaluate.peers import lists
from tools.evaluate.run import evaluate
from tools.home import Home
from tools.store import Event, Item, Store, User
from tools.store.frames import event_frame, item_frame, user_frame

CAMPS = {"red": "Comedy", "blue": "Drama"}


def town(home: Home, attributes: tuple[str, ...]) -> Dataset:
    """60 users of two colours, each liking 14 of their colour's 30 films, in an order of their own."""
    rng = np.random.default_rng(0)
    items = [Item(item_id=f"{c}{n}", title=f"{c} {n}", tags=[tag]) for c, tag in CAMPS.items() for n in range(30)]
    users = [User(user_id=f"u{n}", attributes={"colour": list(CAMPS)[n % 2], "age": 20 + n % 40}) for n in range(60)]
    events = [
        Event(
            user_id=user.user_id,
            item_id=f"{user.attributes['colour']}{film}",
            timestamp=place * 1000.0 + n,
            kind="like",
        )
        for n, user in enumerate(users)
        for place, film in enumerate(rng.permutation(30)[:14].tolist())
    ]
    store = Store.open(home.store_url)
    store.load(item_frame(items), user_frame(users), event_frame(sorted(events, key=lambda e: e.timestamp)))
    base = world.domain().model_dump()
    domain = Domain.model_validate(base | {"cold_start": {"attributes": attributes}, "policy": {}})
    data = Dataset.read(store, domain)
    store.close()
    return data


def taught(data: Dataset) -> tuple[Cold, sp.csr_matrix]:
    """What is learned without the first two users, and two likes of each of them."""
    liked = sp.csr_matrix((np.ones(len(data.log.user), np.float32), (data.log.user, data.log.item)))
    others, few = liked.toarray(), np.zeros(liked.shape, np.float32)
    others[:2] = 0
    for user in range(2):
        few[user, liked[user].indices[:2]] = 1
    users = np.arange(2, liked.shape[0], dtype=np.int32)
    return Cold(data, sp.csr_matrix(others), users, groups(data)), sp.csr_matrix(few)


@pytest.mark.parametrize("peer", COLD_PEERS, ids=lambda peer: peer.name)
def test_a_peer_tells_newcomers_apart_by_what_it_may_use(peer: ColdPeer, home: Home) -> None:
    learner, known = taught(town(home, ()))
    nobody = sp.csr_matrix(known.shape, dtype=np.float32)
    scorer, users = peer.fit(learner, peer.grid[0]), np.arange(2, dtype=np.int32)
    by_likes = lists(scorer, users, known, known, 10) // 30
    strangers = lists(scorer, users, nobody, nobody, 10)
    if peer.uses_likes or "demographic" in peer.name:
        assert (by_likes == [[0], [1]]).mean() > 0.85
    alike = (strangers[0] == strangers[1]).all()
    assert alike is np.bool_("demographic" not in peer.name)


def test_a_newcomer_is_served_by_attributes_only_where_the_domain_lets_them_count(home: Home, tmp_path: Path) -> None:
    named = evaluate(town(home, ("colour",)), "coldstart", ["popularity"], progress=False)["newcomers"]
    other = Home.at(tmp_path / "other")
    blind = evaluate(town(other, ()), "coldstart", ["popularity"], progress=False)["newcomers"]
    first = "ndcg@10 knowing 0"
    assert named["without"]["attributes"][first]["adds"]["low"] > 0.05
    assert blind["without"]["attributes"][first]["adds"] == {"mean": 0, "low": 0, "high": 0}
    for report in (named, blind):
        ours = report["models"][0]
        assert ours["ndcg@10 knowing 3"] > report["models"][1]["ndcg@10 knowing 3"]
        assert report["users"] == 60


def test_a_cold_start_report_compares_the_same_newcomers(home: Home) -> None:
    report = evaluate(town(home, ("colour",)), "coldstart", ["popularity", "EASE fold"], progress=False)["newcomers"]
    names = ["popularity", "demographic popularity", "EASE fold-in", "EASE + demographic popularity"]
    assert [model["name"] for model in report["models"]] == [product.NAME, *names]
    popular = report["models"][1]
    assert popular["ndcg@10 knowing 0"] == popular["ndcg@10 knowing 5"]


def test_too_few_users_for_folds_are_told_so(store: Store) -> None:
    data = Dataset.read(store, world.domain())
    log = numbered(data.frame[:40], list(data.users), data.catalogue, data.domain)
    with pytest.raises(InvalidInput, match="cold start wants more users"):
        evaluate(replace(data, frame=data.frame[:40], log=log), "coldstart", progress=False)


def test_a_sentence_made_of_the_first_likes_helps_who_has_no_attributes_that_count(home: Home) -> None:
    data = town(home, ())
    red, blue = ([data.catalogue.index(f"{colour}{n}") for n in range(3)] for colour in ("red", "blue"))
    assert statement(data.catalogue, red) == "comedy"
    assert statement(data.catalogue, [*red, *blue]) == "comedy and drama"
    assert statement(data.catalogue, []) == "something good"
    report = evaluate(data, "coldstart", ["popularity"], progress=False)
    told = report["newcomers"]["without"]["a stated taste"]["ndcg@10 knowing 0"]
    assert told["adds"]["low"] > 0.05
    assert "60 items are too few" in report["new_items"]["not_possible"]

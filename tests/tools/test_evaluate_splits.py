"""The splits and metrics of offline evaluation: worked by hand on small logs, and held to the published figures on
MovieLens 100K.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from tests import world
from tools import movielens
from tools.domain import Domain
from tools.errors import InvalidInput, TastemakerError
from tools.evaluate import metrics, splits
from tools.evaluate.data import Dataset
from tools.home import Home
from tools.ingest import ingest
from tools.interactions import Interactions
from tools.store import Store


def log(*events: tuple[int, int, float], n_items: int = 200) -> Interactions:
    """(user, item, weight) in time order, a second apart."""
    user, item, weight = zip(*events, strict=True)
    return Interactions(
        tuple(f"u{n}" for n in range(max(user) + 1)),
        n_items,
        np.array(user, np.int32),
        np.array(item, np.int32),
        np.arange(len(events), dtype=float),
        np.array(weight, np.float32),
    )


def items(of: Interactions, rows: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(of.user[rows].tolist(), of.item[rows].tolist(), strict=True))


# Splits


def test_top_n_takes_the_last_fifth_of_each_users_positives_and_the_tenth_before_it() -> None:
    ten = [(0, n, 1.0) for n in range(10)]
    few = [(1, n, 1.0) for n in range(4)]
    low = [(0, 50, -1.0), (0, 51, 0.0)]
    made = log(*ten, *few, *low)
    split = splits.top_n(made)
    assert items(made, split.test) == [(0, 8), (0, 9)]
    assert items(made, split.validation) == [(0, 7)]
    assert items(made, split.train) == [(0, n) for n in range(7)] + [(1, n) for n in range(4)]


def test_an_item_had_twice_counts_where_it_was_first_had() -> None:
    made = log((0, 7, 1.0), (0, 8, 1.0), (0, 7, 1.0), (0, 9, 1.0), (0, 8, -1.0))
    split = splits.leave_one_out(made)
    assert items(made, split.test) == [(0, 9)]
    assert items(made, split.validation) == [(0, 8)]
    assert split.train.tolist() == [0]


def test_leave_one_out_may_count_positives_only_and_leaves_short_histories_alone() -> None:
    made = log((0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0), (0, 4, -1.0), (1, 1, 1.0), (1, 2, 1.0))
    assert items(made, splits.leave_one_out(made).test) == [(0, 4)]
    assert items(made, splits.leave_one_out(made, only_liked=True).test) == [(0, 3)]


def test_what_is_known_before_the_first_target_is_every_event_before_it_and_nothing_after() -> None:
    liked = [(0, n, 1.0) for n in range(4)]
    made = log(*liked, (0, 90, -1.0), (0, 4, 1.0), (0, 91, -1.0), (1, 5, -1.0))
    split = splits.top_n(made)
    assert items(made, split.test) == [(0, 4)]
    assert items(made, splits.known_before(made, split.test, split.before_test)) == [
        *((0, n) for n in range(4)),
        (0, 90),
        (1, 5),
    ]


def test_drawn_negatives_are_items_the_user_never_had() -> None:
    made = log(*((user, (user * 7 + n) % 120, 1.0) for user in range(3) for n in range(12)), n_items=120)
    split, users = splits.leave_one_out(made), np.arange(3, dtype=np.int32)
    drawn = splits.negatives(made, split, users)
    for part in ("validation", "test"):
        for user, row in zip(users, drawn[part], strict=True):
            assert len(set(row.tolist())) == splits.NEGATIVES
            assert not set(row.tolist()) & set(made.item[made.user == user].tolist())
    assert (drawn["test"] != drawn["validation"]).any()


def test_no_event_of_a_newcomer_is_in_training_and_the_first_five_are_never_targets() -> None:
    made = log(*((user, (user + n) % 60, 1.0 if n % 3 else -1.0) for n in range(24) for user in range(40)), n_items=60)
    folds, chosen = splits.newcomers(made)
    assert sorted(np.concatenate([fold.users for fold in folds]).tolist()) == list(range(40))
    assert not set(chosen.users.tolist()) & set(folds[0].users.tolist())
    for fold in [*folds, chosen]:
        assert not set(made.user[fold.train].tolist()) & set(fold.users.tolist())
        for user, first, target in zip(
            fold.users,
            splits.per_user(made, fold.first(5), fold.users),
            splits.per_user(made, fold.targets, fold.users),
            strict=True,
        ):
            mine = np.flatnonzero((made.user == user) & (made.weight > 0))
            assert np.concatenate([first, target]).tolist() == mine.tolist()
            assert len(first) == 5


def test_users_who_switched_profiling_off_are_not_evaluated(store: Store) -> None:
    data = Dataset.read(store, world.domain())
    assert "optout" not in data.log.user_ids
    assert len(data.frame) == len(data.log.user) == len(world.EVENTS) - 8
    ids = data.frame["user_id"].to_list()
    assert [data.log.user_ids[n] for n in data.log.user] == ids
    assert [data.catalogue.ids[n] for n in data.log.item] == data.frame["item_id"].to_list()


def test_a_home_without_events_says_what_to_do(home: Home) -> None:
    empty = Store.open(home.store_url)
    with pytest.raises(InvalidInput, match="tastemaker ingest"):
        Dataset.read(empty, world.domain())
    empty.close()


# Metrics


def truth(*rows: set[int], n_items: int = 30) -> sp.csr_matrix:
    dense = np.zeros((len(rows), n_items), np.float32)
    for n, row in enumerate(rows):
        dense[n, sorted(row)] = 1
    return sp.csr_matrix(dense)


def test_per_user_metrics_are_those_worked_by_hand() -> None:
    lists = np.array([[0, 1, 2, *range(3, 20)], [9, 8, 7, *[-1] * 17]])
    measured = metrics.per_user(lists, truth({1, 15, 25}, {20}))
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert measured["ndcg@10"] == pytest.approx([1 / np.log2(3) / ideal, 0])
    assert measured["recall@10"] == pytest.approx([1 / 3, 0])
    assert measured["recall@20"] == pytest.approx([2 / 3, 0])
    assert measured["mrr@10"] == pytest.approx([1 / 2, 0])
    assert measured["hr@10"].tolist() == [1, 0]
    assert measured["precision@10"] == pytest.approx([0.1, 0])


def test_a_missing_entry_is_never_a_hit() -> None:
    assert not metrics.hits(np.array([[-1, -1], [-1, 3]]), truth({29}, {4})).any()


def test_ties_with_a_target_count_as_if_they_fell_at_random() -> None:
    measured = metrics.of_one(np.array([0, 9, 9, 10]), np.array([0, 0, 1, 5]))
    assert measured["hr@10"] == pytest.approx([1, 1, 0.5, 0])
    assert measured["ndcg@10"] == pytest.approx([1, 1 / np.log2(11), 0.5 / np.log2(11), 0])


def test_the_same_slate_for_everybody_is_told_from_everybody_their_own() -> None:
    likes = np.arange(100)[::-1].copy()
    same = metrics.shown(np.tile(np.arange(10), (10, 1)), likes, 100)
    own = metrics.shown(np.arange(100).reshape(10, 10), likes, 100)
    assert (same["coverage"], own["coverage"]) == pytest.approx((0.1, 1.0))
    assert (same["gini"], own["gini"]) == pytest.approx((0.9, 0.0))
    assert (same["tail_share"], own["tail_share"]) == pytest.approx((0.0, 0.8))
    assert own["novelty"] > same["novelty"]


def test_an_interval_holds_a_true_difference_and_excludes_zero_only_where_there_is_one() -> None:
    rng = np.random.default_rng(1)
    noise, shift = rng.normal(0, 1, 400), rng.normal(0.3, 1, 400)
    for values, differs in ((noise - noise.mean(), False), (shift, True)):
        told = metrics.interval(values)
        assert told["low"] < told["mean"] < told["high"]
        assert (told["low"] > 0) is differs
        assert told["high"] - told["low"] == pytest.approx(2 * 1.96 * metrics.error(values), rel=0.1)
    told = metrics.gap(shift, noise)
    assert told["low"] > 0
    assert told["mean"] == pytest.approx(shift.mean() - noise.mean())


# The published protocols


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    try:
        files = movielens.fetch()
    except TastemakerError as error:  # no cache and no network
        pytest.skip(str(error))
    store, domain = Store.open(Home.at(tmp_path_factory.mktemp("films")).store_url), Domain.load("movies")
    ingest(store, domain, files.items, files.users, files.events)
    data = Dataset.read(store, domain)
    store.close()
    return data


def test_the_splits_have_the_published_sizes(films: Dataset) -> None:
    top = splits.top_n(films.log)
    assert (len(top.train), len(top.validation), len(top.test)) == (38_752, 5_548, 11_075)
    assert len(np.unique(films.log.user[top.test])) == 938
    assert [len(part) for part in (splits.by_time(films.log).train, splits.by_time(films.log).test)] == [80_000, 10_000]
    assert len(splits.leave_one_out(films.log).test) == 943
    folds, chosen = splits.newcomers(films.log)
    assert (len(folds), len(chosen.users)) == (5, 150)
    assert [len(fold.users) for fold in folds] == [180, 180, 179, 179, 179]


def test_the_drawn_users_and_items_are_those_the_peers_were_measured_with(films: Dataset) -> None:
    made = films.log
    folds, chosen = splits.newcomers(made)
    split = splits.leave_one_out(made)
    drawn = splits.negatives(made, split, np.unique(made.user[split.test]))["test"]
    assert [fold.users[:3].tolist() for fold in folds] == [[2, 6, 7], [0, 8, 12], [3, 23, 27], [4, 13, 16], [1, 5, 10]]
    assert chosen.users[:3].tolist() == [1, 5, 28]
    assert drawn[[0, -1], :3].tolist() == [[745, 1105, 1461], [962, 1019, 1065]]


def test_popularity_and_ease_have_the_published_figures(films: Dataset) -> None:
    split = splits.top_n(films.log)
    train, test = splits.matrix(films.log, split.before_test), splits.matrix(films.log, split.test)
    users = np.unique(films.log.user[split.test])
    seen = splits.matrix(films.log, splits.known_before(films.log, split.test, split.before_test))
    gram = (train.T @ train).toarray().astype(float) + 200 * np.eye(train.shape[1])
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    popular = np.broadcast_to(np.asarray(train.sum(axis=0)).ravel(), (len(users), train.shape[1]))

    def measured(scores: np.ndarray, hidden: sp.csr_matrix) -> dict[str, float]:
        open_ = np.where(hidden[users].toarray() > 0, -np.inf, scores)
        told = metrics.per_user(np.argsort(-open_, axis=1, kind="stable")[:, :20], test[users])
        return {name: round(float(values.mean()), 4) for name, values in told.items()}

    assert (measured(popular, train)["ndcg@10"], measured(popular, train)["recall@20"]) == (0.0850, 0.1173)
    ease = measured(train[users] @ weights, seen)
    assert (ease["ndcg@10"], ease["recall@20"]) == (0.2070, 0.2639)
    assert films.frame.height == 100_000

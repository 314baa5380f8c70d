"""What the sources are worth is learned from what users liked next, kept near the prior by little data, and saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tools.recommender_contract import CATALOGUE, DOMAIN, EVENTS, NO_EVENTS
from tools.catalogue import Catalogue
from tools.cold.model import SETTLED, ColdModel
from tools.interactions import Interactions
from tools.neighbors.alike import alike
from tools.neighbors.model import MEMORY, NeighborModel
from tools.neighbors.weights import Weights
from tools.rank.learn import clearly_best, learn
from tools.rank.taste import PRIOR, Choice, Columns, Taste, table
from tools.store import Item
from tools.train import Bench

SOURCES = list(PRIOR)


def choices(n: int, telling: str, seed: int = 0) -> list[Choice]:
    """Users who like next what one source says most of; the others say what comes to their mind."""
    rng = np.random.default_rng(seed)
    tables = rng.random((n, 30, len(SOURCES))).astype(np.float32)
    return [Choice(t, np.arange(30) == t[:, SOURCES.index(telling)].argmax()) for t in tables]


@pytest.mark.parametrize("telling", SOURCES)
def test_the_source_that_tells_what_is_liked_next_comes_to_weigh_most(telling: str) -> None:
    weights = Taste.fit(choices(300, telling)).weights
    assert max(weights, key=weights.__getitem__) == telling


def test_a_source_that_misleads_counts_for_nothing_but_never_against_itself() -> None:
    misled = [Choice(-c.table, c.won) for c in choices(300, "neighbors")]
    assert Taste.fit(misled).weights["neighbors"] == 0


def test_few_users_move_the_weights_little() -> None:
    def moved(n: int) -> float:
        return sum(abs(Taste.fit(choices(n, "profile")).weights[s] - PRIOR[s]) for s in PRIOR)

    assert moved(3) < moved(30) < moved(300)
    assert moved(3) < 0.15


def test_a_source_that_says_nothing_keeps_its_prior_weight() -> None:
    silent = [Choice(c.table * (np.array(SOURCES) != "ctr"), c.won) for c in choices(100, "neighbors")]
    assert Taste.fit(silent).weights["ctr"] == pytest.approx(PRIOR["ctr"])


def test_without_users_to_learn_from_the_prior_holds() -> None:
    assert learn(NO_EVENTS, CATALOGUE, DOMAIN).weights == dict(PRIOR)


def test_learning_twice_gives_the_same_weights_and_saving_keeps_them(tmp_path: Path) -> None:
    taste = learn(EVENTS, CATALOGUE, DOMAIN)
    assert taste.metrics["users"] > 10
    assert learn(EVENTS, CATALOGUE, DOMAIN) == taste
    taste.save(tmp_path)
    assert Taste.load(tmp_path) == taste


def wandering(users: int, length: int, chain: int = 10, n_items: int = len(CATALOGUE)) -> Interactions:
    """Users who go through chains of items in some order of their own: what comes next is of the chain they are in."""
    rng = np.random.default_rng(0)
    histories = []
    for _ in range(users):
        chains = rng.permutation(n_items // chain)[: length // 4 + 1]
        walked = [c * chain + rng.permutation(chain)[:4] for c in chains]
        histories.append(np.concatenate(walked)[:length])
    item = np.concatenate(histories).astype(np.int32)
    user = np.repeat(np.arange(users, dtype=np.int32), length)
    names = tuple(f"u{n}" for n in range(users))
    return Interactions(names, n_items, user, item, np.arange(len(item), dtype=float), np.ones(len(item), np.float32))


def test_a_setting_gives_way_only_to_a_clearly_better_one() -> None:
    rng = np.random.default_rng(0)
    usual, noise = rng.random(400), rng.standard_normal(400) * 0.1
    settings = {30.0: usual, 10.0: usual + noise - noise.mean() + 0.001, 3.0: usual + noise - noise.mean() + 0.05}
    assert clearly_best(settings) == 3.0
    assert clearly_best({at: settings[at] for at in (30.0, 10.0)}) == 30.0
    assert clearly_best({30.0: usual, 3.0: usual}) == 30.0


def test_where_few_items_tell_enough_history_speaks_alone_sooner() -> None:
    assert learn(wandering(300, 6), CATALOGUE, DOMAIN).settled < SETTLED


def telling(title: Callable[[int], str]) -> Catalogue:
    """More items than the users of a few likes can tell of, with nothing but titles."""
    items = [Item(item_id=str(n), title=title(n)) for n in range(600)]
    return Catalogue.build(items, DOMAIN)


def test_words_count_where_users_go_on_to_items_of_like_names_and_only_there() -> None:
    events = wandering(300, 6, chain=4, n_items=600)
    assert learn(events, telling(lambda n: f"saga{n // 4} volume"), DOMAIN).words > 0
    assert learn(events, telling(lambda n: f"name{n} volume"), DOMAIN).words == 0


def test_what_a_few_users_seem_to_tell_changes_no_setting() -> None:
    taste = learn(wandering(2, 6), CATALOGUE, DOMAIN)
    assert (taste.memory, taste.words, taste.settled) == (MEMORY, 0.0, SETTLED)


def test_the_models_keep_the_settings_they_are_given(tmp_path: Path) -> None:
    NeighborModel.fit(EVENTS, 3.0).save(tmp_path / "neighbors")
    ColdModel.fit(EVENTS, settled=5.0).save(tmp_path / "cold")
    assert NeighborModel.load(tmp_path / "neighbors").memory == 3.0
    assert ColdModel.load(tmp_path / "cold").settled == 5.0


def test_training_lets_words_count_as_they_were_found_to(tmp_path: Path) -> None:
    def trained(words: float) -> Weights:
        folder = tmp_path / str(words)
        replace(Taste.prior(), words=words).save(folder / "taste")
        Bench(DOMAIN, CATALOGUE, EVENTS, {}, folder, earlier=None, before=None).fit_and_save(
            "neighbors", lambda _: None
        )
        return NeighborModel.load(folder / "neighbors").weights

    silent, told = trained(0.0), trained(0.8)
    near = alike(CATALOGUE).toarray() > 0
    assert near.any()
    assert np.array_equal(told > silent, near)


def test_only_differences_between_a_users_candidates_count() -> None:
    columns: Columns = {"neighbors": np.array([3, 1, np.nan], np.float32), "ctr": np.array([0.9, 0.5, 0.1], np.float32)}
    scaled: Columns = {"neighbors": columns["neighbors"] * 10, "ctr": columns["ctr"]}
    everyone = np.ones(3, bool)
    assert np.allclose(table(columns, everyone), table(scaled, everyone))
    utility = Taste.prior().utility(table(columns, everyone))
    assert utility.argsort().tolist() == [2, 1, 0]


def test_a_source_taken_away_no_longer_moves_anything() -> None:
    columns: Columns = {"neighbors": np.array([3, 1], np.float32)}
    assert np.ptp(Taste.prior().without("neighbors").utility(table(columns, np.ones(2, bool)))) == 0

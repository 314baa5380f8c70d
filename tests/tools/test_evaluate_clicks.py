"""Offline evaluation of chances: point in time for everybody, ours through `score`, users resampled together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests import world
from tools.ctr.batch import score_pairs
from tools.ctr.metrics import auc
from tools.errors import InvalidInput
from tools.evaluate import clicks, clicksonline, product
from tools.evaluate.clickpeers import CLICK_PEERS, ClickPeer
from tools.evaluate.clicktable import click_table, history
from tools.evaluate.data import Dataset
from tools.evaluate.peers import Skipped, chosen
from tools.evaluate.run import evaluate
from tools.evaluate.splits import by_time
from tools.store import Store


@pytest.fixture
def data(store: Store) -> Dataset:
    return Dataset.read(store, world.domain())


def test_what_a_peer_sees_of_the_past_ends_before_the_row(data: Dataset) -> None:
    row = 150
    told = history(data, 0.5, 100)
    before = slice(0, row)
    user, item = data.log.user[row], data.log.item[row]
    mine, its = data.log.user[before] == user, data.log.item[before] == item
    liked = data.log.weight[before] > 0
    assert told[row, 0] == pytest.approx((liked[mine].sum() + 5 * 0.5) / (mine.sum() + 5))
    assert told[row, 3] == pytest.approx((liked[its].sum() + 10 * 0.5) / (its.sum() + 10))
    assert told[row, 2] == pytest.approx(np.log1p(mine.sum()))
    assert told[row, 5] == pytest.approx(np.log1p(its.sum()))


def test_a_later_event_changes_no_earlier_row(data: Dataset) -> None:
    flipped = replace(
        data.log, weight=np.where(np.arange(len(data.log.user)) >= 200, -data.log.weight, data.log.weight)
    )
    before, after = history(data, 0.5, 100), history(replace(data, log=flipped), 0.5, 100)
    assert (before[:201] == after[:201]).all()
    assert (before[201:] != after[201:]).any()


def test_the_table_holds_users_items_and_the_past(data: Dataset) -> None:
    table, rate = click_table(data, 0.5, 100)
    assert table.shape[0] == len(data.log.user)
    assert np.isfinite(table).all()
    assert (table[:, rate] == history(data, 0.5, 100)[:, 3]).all()
    genders = [data.user(n).attributes.get("gender") for n in data.log.user]
    assert any(((column == 1) == np.equal(genders, "F")).all() for column in table.T)


@pytest.mark.parametrize("peer", CLICK_PEERS, ids=lambda peer: peer.name)
def test_every_click_peer_learns_what_moves_clicks(peer: ClickPeer) -> None:
    rng = np.random.default_rng(0)
    table = rng.random((600, 4)).astype(np.float32)
    clicked = rng.random(600) < table[:, 2]
    try:
        chances = peer.fit(table[:400], clicked[:400], 2, 0, peer.grid[0])(table[400:])
    except Skipped as why:
        pytest.skip(str(why))
    assert ((chances >= 0) & (chances <= 1)).all()
    assert auc(chances, clicked[400:]) > 0.7


def test_ours_is_what_score_says_with_a_bundle_of_that_time(data: Dataset) -> None:
    split = by_time(data.log)
    test = clicks.Test(split.test, data.log.weight[split.test] > 0, data.log.user[split.test])
    chances = clicks.ours(data, split.before_test, test)
    assert chances.shape == split.test.shape
    assert ((chances > 0) & (chances < 1)).all()
    with product.fitted(data, split.before_test) as box:  # knows nothing that came later
        assert not np.allclose(chances, box.ctr.predict(box.view("newcomer"), data.log.item[split.test]))


def test_calibration_compares_the_chance_with_what_happened() -> None:
    rng = np.random.default_rng(0)
    chances = rng.random(5000)
    honest = clicks.calibration(chances, rng.random(5000) < chances)
    bold = clicks.calibration(chances, rng.random(5000) < chances / 2)
    assert sum(part["rows"] for part in honest) == 5000
    assert all(abs(part["chance"] - part["clicks"]) < 0.06 for part in honest)
    assert bold[-1]["chance"] - bold[-1]["clicks"] > 0.3


def test_one_draw_of_users_is_the_same_for_every_model() -> None:
    rng = np.random.default_rng(0)
    test = clicks.Test(np.arange(400), rng.random(400) < 0.5, rng.integers(0, 40, 400).astype(np.int32))
    chance = rng.random(400)
    drawn = clicks.resampled({"a": chance, "b": chance}, test, 0)
    assert (drawn["a"]["auc"] == drawn["b"]["auc"]).all()
    assert drawn["a"]["auc"].std() > 0
    assert len(drawn["a"]["gauc"]) == clicks.SAMPLES


def test_a_click_report_compares_ours_with_every_peer(data: Dataset) -> None:
    report = evaluate(data, "ctr", ["rate", "logistic"], progress=False)["clicks"]
    assert [model["name"] for model in report["models"]] == [product.NAME, "item click rate", "LogisticRegression"]
    for metric in ("auc", "gauc", "logloss", "ece"):
        own, *peers = (model[metric] for model in report["models"])
        told = report["ours_minus"][metric]
        assert [told[name]["mean"] for name in ("item click rate", "LogisticRegression")] == pytest.approx(
            [own - peer for peer in peers]
        )
        best = min if metric in ("logloss", "ece") else max
        assert report["best_peer"][metric] == report["models"][1 + peers.index(best(peers))]["name"]
    assert set(report["models"][1]["before_refit"]) == {"auc", "gauc", "logloss", "ece"}
    assert report["curve"]["auc"].keys() == {product.NAME, "LogisticRegression"}


def test_online_learning_is_judged_on_events_before_they_are_learned(
    data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("tools.ctr.online", "tools.evaluate.clicksonline"):
        monkeypatch.setattr(f"{module}.BATCH", 10)
        monkeypatch.setattr(f"{module}.HELD", 5)
    split = by_time(data.log)
    rows = np.concatenate([split.validation, split.test])
    with product.fitted(data, split.train, data.store) as box:
        told = clicksonline.report(box, data, rows, len(split.test), 0)
        came = clicksonline.arrived(box, data, rows)
        frozen = replace(box, ctr=replace(box.ctr, online=None))
        said = score_pairs(frozen, data.frame[rows].select("user_id", "item_id", "timestamp"))["ctr"].to_numpy()
    assert 1 / (1 + np.exp(-came.logits)) == pytest.approx(said, abs=1e-6)
    assert came.doubt.max() == 1.0
    assert [model["name"] for model in told["models"]] == [product.NAME, "frozen", "as trained"]
    losses = {model["name"]: model["logloss"] for model in told["models"]}
    change = told["ours_minus"]["logloss"]["frozen"]
    assert change["mean"] == pytest.approx(losses[product.NAME] - losses["frozen"])
    assert change["low"] < change["mean"] < change["high"]
    assert sum(told["updates"].values()) == sum(at >= 15 for at in range(0, len(rows), 10))
    assert told["updates"]["accepted"] > 0
    assert told["curve"]["gained"][-1] == pytest.approx(-change["mean"] * len(split.test))


def test_events_that_are_all_clicks_cannot_be_predicted(data: Dataset) -> None:
    liked = replace(data, log=replace(data.log, weight=np.ones_like(data.log.weight)))
    with pytest.raises(InvalidInput, match="clicks and other events"):
        evaluate(liked, "ctr", progress=False)


def test_click_peers_are_chosen_by_name() -> None:
    assert [peer.name for peer in chosen(["forest"], CLICK_PEERS)] == ["RandomForest"]

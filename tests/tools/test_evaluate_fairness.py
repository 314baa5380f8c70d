"""Offline evaluation of whom slates serve, and the files a report is written to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
import scipy.sparse as sp

from tests import world
from tools.domain import Domain
from tools.evaluate import fairness, product
from tools.evaluate.data import Dataset
from tools.evaluate.plots import draw
from tools.evaluate.report import written
from tools.evaluate.run import PROTOCOLS, evaluate
from tools.store import Store


@pytest.fixture
def data(store: Store) -> Dataset:
    return Dataset.read(store, world.domain())


def lets_count(data: Dataset, *attributes: str) -> Dataset:
    domain = Domain.model_validate(data.domain.model_dump() | {"cold_start": {"attributes": attributes}})
    return Dataset(domain, data.catalogue, data.users, data.frame, data.log, data.store)


def test_a_slate_of_the_users_own_mix_is_calibrated_and_one_of_another_is_not() -> None:
    facets = sp.csr_matrix(np.repeat(np.eye(2), 10, axis=0))
    liked = sp.csr_matrix(np.concatenate([np.ones(5), np.zeros(10), np.ones(5)])[None])
    even, one_sided = np.array([[5, 6, 10, 11]]), np.array([[5, 6, 7, 8]])
    assert fairness.divergence(liked, even, facets)[0] == pytest.approx(0, abs=1e-9)
    assert fairness.divergence(liked, one_sided, facets)[0] > 1
    assert fairness.divergence(liked, np.array([[5, 6, 7, 10]]), facets)[0] < 0.2
    assert fairness.divergence(sp.csr_matrix((1, 20)), even, facets).tolist() == [0]


def test_numbers_are_told_in_bands_and_words_as_they_are() -> None:
    assert fairness.banded("age", [20, 30, None, 70]) == ["under 25", "25 to 35", "", "55 up"]
    assert fairness.banded("gender", ["F", None, "M"]) == ["F", "", "M"]
    assert len(set(fairness.banded("income", list(range(100))))) == 4


def test_a_gap_between_groups_is_told_from_one_that_chance_makes() -> None:
    rng = np.random.default_rng(0)
    labels = np.array(list("abcd") * 50)
    noise = rng.random(200)
    apart = fairness._apart(labels, list("abcd"), noise + 0.5 * (labels == "c"), 0)
    assert (apart["best"], apart["gap"]["p"]) == ("c", 0)
    assert apart["gap"]["low"] > 0.3
    by_luck = fairness._apart(labels, list("abcd"), noise, 0)
    assert by_luck["gap"]["mean"] > 0
    assert by_luck["gap"]["p"] > 0.05


def test_other_peoples_attributes_change_nothing_unless_the_domain_lets_them_count(data: Dataset) -> None:
    def flips(of: Dataset) -> dict[str, object]:
        told: dict[str, object] = evaluate(of, "fairness", ["popularity"], progress=False)["fairness"]["flips"]
        return told

    none = flips(data)
    assert (none["attributes_that_count"], none["changed"], none["changed_as_newcomers"]) == ([], 0, 0)
    age = flips(lets_count(data, "age"))
    assert age["attributes_that_count"] == ["age"]
    assert int(str(age["changed_as_newcomers"])) > 0


def test_a_fairness_report_tells_exposure_of_ours_and_of_every_peer(data: Dataset) -> None:
    report = evaluate(data, "fairness", ["popularity", "EASE"], progress=False)["fairness"]
    ours, popular, _ = report["models"]
    assert ours["name"] == product.NAME
    assert ours["popularity_lift"] < popular["popularity_lift"]
    assert ours["calibration tags"] < popular["calibration tags"]
    assert {"coverage", "novelty", "gini", "tail_share", "calibration country"} <= set(ours)


def test_every_protocol_writes_its_report_and_its_pictures(data: Dataset, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for protocol in PROTOCOLS:
        report = evaluate(data, protocol, ["popularity", "EASE"] if protocol != "ctr" else ["logistic"], progress=False)
        read = orjson.loads(written(report, tmp_path).read_bytes())
        assert read["protocol"] == protocol
        assert read.keys() == report.keys()
        plots = draw(read, tmp_path)
        assert len(plots) >= 1
        for plot in plots:
            assert plot.read_bytes().startswith(b"\x89PNG")
            assert plot.name.startswith(f"{protocol}-")
    assert not list(tmp_path.glob("*.tmp"))

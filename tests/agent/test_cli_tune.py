"""`tastemaker tune`: what is printed where, and how it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import brands
from tests.agent.commanding import document, no_settings, refusal, run
from tools.home import Home
from tools.tune import kept

__all__ = ["no_settings"]
QUICK = ("tune", "--batch", "64", "--epochs", "1", "--lr", "1e-9")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return brands.fill(Home.at(tmp_path_factory.mktemp("shop")))


def test_a_dry_run_says_what_would_be_done(shop: Home) -> None:
    told = run(shop, "tune", "--dry-run")
    assert told.exit_code == 0, told.stderr
    assert "train 116, dev 14, test 14" in told.stdout
    assert "Nothing was changed" in told.stdout
    plan = document(run(shop, "tune", "--dry-run", "--method", "full", "--json"))
    assert plan["settings"]["method"] == "full"
    assert plan["settings"]["lr"] == 5e-5
    assert not kept.encoders(shop).exists()


def test_a_tuning_without_a_gain_says_so_and_writes_its_report(shop: Home) -> None:
    told = run(shop, *QUICK, "--log", "none")
    assert told.exit_code == 0, told.stderr
    assert "did not beat the base on dev" in told.stdout
    assert "epoch 1 of 1: together" in told.stderr
    [report] = (shop.root / "runs").rglob("report.json")
    assert [path.name for path in report.parent.iterdir()] == ["report.json"]


def test_json_is_the_report_alone(shop: Home) -> None:
    report = document(run(shop, *QUICK, "--json"))
    assert report["kept"] is False
    assert set(report["dev"]["base"]) == {"together", "words"}
    assert (shop.root / "runs" / report["run"] / "report.json").is_file()


def test_off_says_what_was_in_use(shop: Home) -> None:
    assert "No tuned encoder" in run(shop, "tune", "--off").stdout
    assert document(run(shop, "tune", "--off", "--json")) == {"off": None}


def test_what_cannot_be_done_is_refused_with_the_reason(shop: Home, tmp_path: Path) -> None:
    refusal(shop, "tune", "--lr", "0", code=2)
    refusal(shop, "tune", "--lr", "nan", code=2)
    refusal(shop, "tune", "--method", "half", code=2)
    refusal(shop, "tune", "--epochs", "0", code=2)
    assert "--resume" in refusal(shop, "tune", "--resume")["message"]
    assert "tastemaker ingest" in refusal(Home.at(tmp_path / "new"), "tune")["message"]

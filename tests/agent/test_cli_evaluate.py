"""`tastemaker evaluate`: what is printed where, what lies in the folder, and how it fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.agent.commanding import document, no_settings, refusal, run
from tools.evaluate.product import NAME
from tools.home import Home

__all__ = ["no_settings"]
QUICK = ("--against", "popularity", "--against", "EASE")


def test_ranking_prints_models_intervals_and_what_sources_add(trained_home: Home, tmp_path: Path) -> None:
    told = run(trained_home, "evaluate", "ranking", *QUICK, "--out", str(tmp_path / "new"))
    assert told.exit_code == 0, told.stderr
    for words in (NAME, "popularity", "EASE (numpy)", "ours minus", "neighbors adds to ndcg@10", "ranking.json"):
        assert words in told.stdout
    assert "too few" in told.stderr  # for leave-one-out, which needs a hundred items to draw from
    assert (tmp_path / "new" / "ranking.json").is_file()


def test_the_json_document_is_the_report_with_the_files_written(trained_home: Home, tmp_path: Path) -> None:
    report = document(
        run(trained_home, "evaluate", "ctr", "--against", "rate", "--out", str(tmp_path), "--seed", "3", "--json")
    )
    assert (report["protocol"], report["seed"]) == ("ctr", 3)
    assert str(tmp_path / "ctr.json") in report["files"]
    assert all(Path(file).is_file() for file in report["files"])


def test_coldstart_tells_what_attributes_add(trained_home: Home) -> None:
    told = run(trained_home, "evaluate", "coldstart", "--against", "popularity")
    assert told.exit_code == 0, told.stderr
    assert "attributes adds to ndcg@10 knowing 0 +0.0000 (+0.0000 to +0.0000)" in told.stdout  # none may count


def test_fairness_is_told_in_words(trained_home: Home) -> None:
    told = run(trained_home, "evaluate", "fairness", *QUICK, "--limit", "20")
    assert told.exit_code == 0, told.stderr
    assert "With somebody else's attributes 0 of 20 slates change" in told.stdout


def test_without_matplotlib_the_report_is_written_and_the_remedy_told(
    trained_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    told = run(trained_home, "evaluate", "fairness", *QUICK, "--out", str(tmp_path))
    assert told.exit_code == 0, told.stderr
    assert "tastemaker[eval]" in told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["fairness.json"]


def test_what_cannot_be_evaluated_is_refused_with_the_reason(home: Home, trained_home: Home) -> None:
    assert "tastemaker ingest" in refusal(home, "evaluate", "ranking")["message"]
    assert "popularity" in refusal(trained_home, "evaluate", "ranking", "--against", "nonsense")["message"]
    assert "at least 2" in refusal(trained_home, "evaluate", "ctr", "--limit", "1")["message"]

"""`tastemaker evaluate prompts`: conversations with the agent over the world, the log, the report and the page."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.agent.commanding import document, no_settings, refusal, run
from tests.agent.serving import Running
from tests.fake_engine import FakeEngine, Request
from tools.home import Home

__all__ = ["no_settings"]
SUITE = """
- id: comedy
  user: critic
  tags: [recommend]
  split: dev
  turns:
    - say: "A sci-fi comedy, nothing from before 1985."
      expect:
        tools: [vector_search]
        slate_all: {tags: {contains: [Comedy, Sci-Fi]}, year: {">=": 1985}}
        min_items: 1
        max_items: 4
        unseen: true
        abstain: false
        language: en
        plan: {tools: [vector_search], also: [cf_neighbors, ctr_score, profile_lookup],
               filters: {tags: {contains: [Sci-Fi, Comedy]}, year: {">": 1984}}}
        relevant: [s07, s08, s09, s10, s11, s12, s13, s14, zh1, hostile]
- id: xiju
  user: bridge
  language: zh
  tags: [recommend]
  split: test
  turns:
    - say: 想看科幻喜剧
      expect: {slate_all: {tags: {contains: Comedy}}, min_items: 1, language: zh}
- id: wrong
  user: western
  tags: [hopeless]
  split: test
  turns:
    - say: "A western, please."
      expect: {min_items: 1, abstain: false, mentions: ["<b>gold</b>"]}
"""
PLAN = json.dumps({"vector_search": {"query": "comedy", "filters": {}}, "cf_neighbors": {}})


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "world.yaml"
    path.write_text(SUITE, encoding="utf-8")
    return path


def evaluate(home: Home, suite: Path, *more: str) -> Any:
    return document(run(home, "evaluate", "prompts", "--suite", str(suite), *more, "--json"))


def engine(request: Request) -> str | None:
    if request.schema and "vector_search" in request.schema.get("properties", {}):
        return PLAN
    return None


def test_the_report_has_every_expectation_and_lists_what_failed_with_the_reason(own_home: Home, suite: Path) -> None:
    report = evaluate(own_home, suite, "--no-llm")
    assert report["cases"] == 3
    assert report["passed"]["pass^1"]["mean"] == pytest.approx(2 / 3)
    expectations = report["expectations"]
    assert {name for name, held in expectations.items() if held["mean"] == 1.0} == {
        "tools", "slate_all", "max_items", "unseen", "language", "plan",
    }  # fmt: skip
    [failed] = report["failures"]
    assert failed["case"] == "wrong"
    assert failed["reasons"] == {
        "min_items": "0 items, at least 1 expected",
        "abstain": "abstained",
        "mentions": "not said: <b>gold</b>",
    }
    assert report["by_tag"]["hopeless"]["passed"]["pass^1"]["mean"] == 0.0
    assert report["by_tag"]["language:zh"]["expectations"]["language"]["n"] == 1
    assert report["retrieval"]["hit@k"]["mean"] == report["retrieval"]["mrr"]["mean"] == 1.0
    assert report["grounding"]["turns"]["mean"] == 1.0
    assert report["cost"]["degraded"]["mean"] == 1.0


def test_what_the_model_costs_is_told(own_home: Home, suite: Path, fake_engine: FakeEngine) -> None:
    fake_engine.respond = engine
    report = evaluate(own_home, suite, "--split", "dev", "--llm-url", fake_engine.base_url)
    assert report["cases"] == 1
    assert report["plans"]["sources"] == {"model": 1}
    assert report["plans"]["valid"]["mean"] == 1.0
    cost = report["cost"]
    assert cost["llm_calls"]["mean"] == 2.0
    assert cost["completion_tokens"]["mean"] > 0
    assert cost["first_ms"]["p50"] <= cost["ms"]["p50"]
    assert cost["degraded"]["mean"] == 0.0
    assert report["about"]["prompts"]["plan"].startswith("plan@")


def test_react_is_measured_on_the_same_cases(own_home: Home, suite: Path, fake_engine: FakeEngine) -> None:
    fake_engine.respond = lambda request: "I can help with films."
    options = ("--split", "dev", "--mode", "react", "--llm-url", fake_engine.base_url)
    report = evaluate(own_home, suite, *options)
    assert report["about"]["mode"] == "react"
    assert report["expectations"]["slate_all"]["mean"] == 1.0
    assert report["plans"] == {"sources": {}, "valid": {"n": 0, "cases": 0}}


def test_every_turn_is_logged_whole_and_a_cut_off_run_goes_on(own_home: Home, suite: Path, tmp_path: Path) -> None:
    out = ("--no-llm", "--trials", "2", "--out", str(tmp_path / "out"))
    first = evaluate(own_home, suite, *out)
    log = tmp_path / "out" / "turns.jsonl"
    lines = log.read_text("utf-8").splitlines()
    turns = [json.loads(line) for line in lines[1:]]
    assert [(turn["case"], turn["trial"]) for turn in turns[:3]] == [("comedy", 0), ("comedy", 1), ("xiju", 0)]
    assert turns[2]["messages"] == [{"role": "user", "content": "想看科幻喜剧"}]
    assert {"text", "slate", "trace", "usage", "ms"} <= set(turns[0]["heard"])
    kept = json.loads(lines[1])
    kept["heard"]["text"] = "This reply was kept."
    log.write_text("\n".join([lines[0], json.dumps(kept), *lines[2:4], lines[4][:50]]), "utf-8")
    again = evaluate(own_home, suite, *out, "--resume")
    assert "This reply was kept." in log.read_text("utf-8")
    assert len(log.read_text("utf-8").splitlines()) == len(lines)
    assert again["passed"] == first["passed"]
    assert list(again["passed"]) == ["pass^1", "pass^2"]


def test_a_log_is_not_written_over_and_not_gone_on_with_under_other_settings(
    own_home: Home, suite: Path, tmp_path: Path
) -> None:
    command = ("evaluate", "prompts", "--suite", str(suite), "--no-llm", "--limit", "1")
    out = ("--out", str(tmp_path / "out"))
    assert run(own_home, *command, *out).exit_code == 0
    assert "--resume" in refusal(own_home, *command, *out)["message"]
    assert "other k" in refusal(own_home, *command, *out, "--resume", "-k", "2")["message"]
    assert "--out" in refusal(own_home, *command, "--resume", code=2)["message"]


def test_the_page_needs_no_other_file_and_is_escaped(own_home: Home, suite: Path, tmp_path: Path) -> None:
    report = evaluate(own_home, suite, "--no-llm", "--out", str(tmp_path / "out"))
    [page] = [Path(file) for file in report["files"] if file.endswith(".html")]
    html = page.read_text("utf-8")
    assert "not said: &lt;b&gt;gold&lt;/b&gt;" in html
    assert "<b>gold</b>" not in html
    assert html.count("data:image/png;base64,") >= 3
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert json.loads((page.with_suffix(".json")).read_text("utf-8"))["failures"] == report["failures"]


def test_the_home_is_left_as_it_was(own_home: Home, tmp_path: Path) -> None:
    from tools.store import Store

    path = tmp_path / "newcomer.yaml"
    path.write_text("- {id: a, user: newcomer, turns: [{say: 'I am new here. I love space comedies.'}]}", "utf-8")
    evaluate(own_home, path, "--no-llm")
    store = Store.open(own_home.store_url)
    from tools.store import tastes

    assert tastes.read(store, "newcomer") is None
    store.close()


def test_what_was_said_in_one_case_is_not_known_in_the_next(own_home: Home, tmp_path: Path) -> None:
    def slates(*says: str) -> list[list[str]]:
        path, out = tmp_path / "newcomer.yaml", tmp_path / str(len(says))
        cases = [{"id": f"c{n}", "user": "newcomer", "turns": [{"say": say}]} for n, say in enumerate(says)]
        path.write_text(json.dumps(cases), "utf-8")
        evaluate(own_home, path, "--no-llm", "--out", str(out))
        turns = [json.loads(line) for line in (out / "turns.jsonl").read_text("utf-8").splitlines()[1:]]
        return [[item["item_id"] for item in turn["heard"]["slate"]] for turn in turns]

    alone = slates("Recommend something.")
    after = slates("I am new here. I love slow romantic period dramas.", "Recommend something.")
    assert after[1] == alone[0]
    assert after[1]


async def test_a_running_server_is_evaluated_through_its_endpoint(
    running: Running, own_home: Home, suite: Path
) -> None:
    report = await asyncio.to_thread(evaluate, own_home, suite, "--agent-url", f"{running.url}v1")
    assert report["about"]["agent"] == f"{running.url}v1"
    assert report["cost"]["errors"] == 0
    assert report["expectations"]["slate_all"]["mean"] == 1.0
    assert report["expectations"]["unseen"]["mean"] == 1.0


def test_a_case_that_names_what_is_not_there_is_refused_before_anything_is_run(own_home: Home, tmp_path: Path) -> None:
    for expect, named in (("{tools: [web_search]}", "web_search"), ("{slate_all: {price: {'<': 3}}}", "price")):
        path = tmp_path / "bad.yaml"
        path.write_text(f"- {{id: a, user: critic, turns: [{{say: hello, expect: {expect}}}]}}", "utf-8")
        said = refusal(own_home, "evaluate", "prompts", "--suite", str(path), "--no-llm")["message"]
        assert "case 'a': turns.0.expect" in said
        assert named in said

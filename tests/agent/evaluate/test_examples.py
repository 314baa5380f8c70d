"""The Inspect and promptfoo files: their shape, and our half of them against our own server. Neither framework is
installed here, so no run of theirs is tested.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from agent.evaluate.remote import have, judge
from agent.evaluate.suite import Case
from tests.agent.commanding import ROOT
from tests.agent.serving import Running
from tools.home import Home

FOLDER = ROOT / "examples" / "evaluation"
CASE: dict[str, Any] = {
    "id": "two-turns",
    "user": "critic",
    "turns": [
        {"say": "A sci-fi comedy.", "expect": {"slate_all": {"tags": {"contains": "Comedy"}}, "min_items": 1}},
        {"say": "From before 1990.", "expect": {"slate_all": {"year": {"<": 1990}}, "language": "zh"}},
    ],
}


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_inspect_samples_are_the_cases_of_a_suite() -> None:
    samples = module("inspect_suite").samples(str(ROOT / "prompts" / "suites" / "movies-hand.yaml"), "dev")
    assert len(samples) >= 30
    assert all(Case.model_validate(sample["metadata"]["case"]).id == sample["id"] for sample in samples)
    assert {"id", "input", "target", "metadata"} == set(samples[0])


def test_promptfoos_file_names_functions_that_are_there() -> None:
    config = yaml.safe_load((FOLDER / "promptfooconfig.yaml").read_text("utf-8"))
    suite = module("promptfoo_suite")
    named = [config["tests"], *(a["value"] for a in config["defaultTest"]["assert"])]
    for reference in named:
        file, function = reference.removeprefix("file://").split(":")
        assert (FOLDER / file).is_file()
        assert callable(getattr(suite, function))
    assert all((FOLDER / p["id"].removeprefix("file://")).is_file() for p in config["providers"])
    assert {p["config"]["mode"] for p in config["providers"]} == {"plan", "react"}
    tests = suite.generate_tests()
    assert len(tests) >= 60
    assert all(Case.model_validate_json(test["vars"]["case"]).id == test["description"] for test in tests)


async def test_a_case_is_had_over_the_endpoint_and_judged_as_ours_are(running: Running, own_home: Home) -> None:
    case = Case.model_validate(CASE)
    talk = await have(case, f"{running.url}v1", token=None)
    assert [record.heard.error for record in talk] == [None, None]
    assert talk[0].heard.slate
    assert [m.role for m in talk[1].messages] == ["user", "assistant", "user"]
    share, reasons = judge(case, talk, own_home.root)
    assert share == pytest.approx(3 / 4)
    assert reasons == "language: the reply is marked en"


async def test_a_server_that_is_not_there_is_a_failure_with_the_reason(own_home: Home) -> None:
    case = Case.model_validate(CASE)
    talk = await have(case, "http://127.0.0.1:9/v1")
    assert len(talk) == 1
    share, reasons = judge(case, talk, Path(own_home.root))
    assert share == 0.0
    assert "ConnectError" in reasons

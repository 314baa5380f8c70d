"""Expectations on replies that the test writes: what passes, what fails and with which reason."""

from __future__ import annotations

from typing import Any

import pytest

from agent.evaluate.grade import Check, Scene, checks, written_in
from agent.evaluate.grounding import Grounding
from agent.evaluate.plans import canonical
from agent.evaluate.suite import Expect
from agent.evaluate.talk import Heard
from agent.evaluate.truth import Truth
from tools.toolbox import Toolbox


@pytest.fixture
def truth(box: Toolbox) -> Truth:
    return Truth.of(box)


def slate(truth: Truth, *ids: str) -> list[dict[str, Any]]:
    return [
        {
            "rank": n,
            "item_id": item_id,
            "title": truth.items[item_id]["title"],
            "attributes": {k: v for k, v in truth.items[item_id].items() if k not in ("item_id", "title")},
        }
        for n, item_id in enumerate(ids, 1)
    ]


def check(truth: Truth, expect: dict[str, Any], heard: Heard, *earlier: Heard, user: str = "bridge") -> Check:
    [found] = checks(Scene(Expect.model_validate(expect), heard, earlier, user, truth))
    return found


def test_what_an_earlier_slate_held_can_be_asked_about(truth: Truth) -> None:
    before = Heard(slate=slate(truth, "s05", "s06", "s07"))  # of 1985, 1986, 1987
    newer, same = Heard(slate=slate(truth, "s09")), Heard(slate=slate(truth, "s06"))
    assert check(truth, {"versus": {"year": {">": "shown"}}}, newer, before).passed
    assert check(truth, {"versus": {"year": {">": 3}}}, newer, before).passed
    assert "year 1986 is not > 1986" in check(truth, {"versus": {"year": {">": 2}}}, same, before).reason
    assert check(truth, {"fresh": True}, newer, before).passed
    assert "The Clumsy" not in check(truth, {"fresh": True}, same, before).reason
    assert not check(truth, {"fresh": True}, same, before).passed
    assert check(truth, {"absent": [1]}, same, before).passed
    assert not check(truth, {"absent": [2]}, same, before).passed
    told = Heard(text="Orbit? No: Galactic Taxi is longer.")
    assert check(truth, {"mentions_shown": [1]}, told, before).passed
    assert check(truth, {"mentions_shown": [1, 2]}, told, before).reason == "not named: Lost Luggage in Space"


def test_an_abstention_needs_the_mark_and_an_empty_slate(truth: Truth) -> None:
    assert check(truth, {"abstain": True}, Heard(abstained=True)).passed
    assert check(truth, {"abstain": True}, Heard()).reason == "did not abstain: no slate, and not marked so"
    assert check(truth, {"abstain": False}, Heard(abstained=True)).reason == "abstained"


def test_no_tool_at_all_is_what_an_empty_list_of_tools_expects(truth: Truth) -> None:
    called = Heard(trace=[{"step": "act", "tool": "vector_search", "ms": 1.0}])
    assert check(truth, {"tools": []}, Heard()).passed
    assert check(truth, {"tools": []}, called).reason == "called vector_search"
    assert check(truth, {"tools": ["ctr_score"]}, called).reason == "not called: ctr_score"


def test_an_exact_plan_has_the_tools_and_the_filters_and_no_more(truth: Truth) -> None:
    trace = [
        {"step": "act", "tool": "vector_search", "ms": 1.0},
        {"step": "act", "tool": "ctr_score", "ms": 1.0},
        {"step": "rank", "constraints": {"year": {">": 1984}, "tags": {"contains": ["Comedy"]}}, "ms": 1.0},
    ]
    exact = {
        "tools": ["vector_search"],
        "also": ["ctr_score"],
        "filters": {"tags": {"==": "comedy"}, "year": {">=": 1985}},
    }
    assert check(truth, {"plan": exact}, Heard(trace=trace)).passed
    wrong = check(truth, {"plan": {"tools": ["cf_neighbors"], "filters": {}}}, Heard(trace=trace)).reason
    for part in ("not called: cf_neighbors", "called: ctr_score", "filter too many: year >= 1985", "tags is comedy"):
        assert part in wrong


def test_filters_that_mean_the_same_are_the_same() -> None:
    assert canonical({"year": {"<": 1990}}) == canonical({"year": {"<=": 1989}})
    assert canonical({"tags": {"in": ["A"]}}) == canonical({"tags": {"contains": "a"}})
    assert canonical({"tags": {"!=": ["A", "B"]}}) == canonical({"tags": {"not_contains": ["B", "A"]}})
    assert canonical({"tags": {"contains_any": ["A", "B"]}}) != canonical({"tags": {"contains": ["A", "B"]}})
    assert canonical({"price": {"<": 19.5}}) != canonical({"price": {"<=": 18.5}})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Here are films for you: **1. 流浪小行星** (2001) — it suits you.", "en"),
        ("为你选了这些电影：**1. Orbit Blunders** (1981) — 很适合你。", "zh"),
        ("**Orbit Blunders**：导演为Ada Quill。", "zh"),
        ("这部电影 is very funny and suits your mood tonight", "both"),
        ("导演为guest rating", "both"),
        ("《Robot Butler》", None),
        ("", None),
    ],
)
def test_the_language_of_a_text_is_that_of_the_words_around_the_names(text: str, language: str | None) -> None:
    assert written_in(Heard(text=text)) == language


def test_a_question_is_heard_at_the_end_of_a_sentence_only(truth: Truth) -> None:
    assert check(truth, {"asks": True}, Heard(text="Which year?\nTell me.")).passed
    assert check(truth, {"asks": False}, Heard(text="See a?b for more.")).passed


def test_what_the_message_was_taken_for_and_what_is_in_force_can_be_expected(truth: Truth) -> None:
    heard = Heard(act="compare", constraints=[{"field": "year", "operator": ">=", "value": 1985}])
    assert check(truth, {"act": ["compare", "explain"]}, heard).passed
    assert check(truth, {"act": ["feedback"]}, heard).reason == "taken for compare, not feedback"
    assert check(truth, {"constraints": {"year": {">": 1984}}}, heard).passed
    assert check(truth, {"constraints": {}}, heard).reason == "constraint too many: year >= 1985"


def wrong_claims(truth: Truth, heard: Heard) -> set[str]:
    return {claim.kind for claim in Grounding(truth).claims(heard) if not claim.true}


def test_true_claims_stand_and_each_kind_of_wrong_one_is_found(truth: Truth) -> None:
    [item] = slate(truth, "s05")
    text = "A Sci-Fi comedy of 1985, not a drama."
    right = Heard(text=f"**1. Galactic Taxi** (1985) — {text}", slate=[{**item, "text": text}])
    assert wrong_claims(truth, right) == set()
    for change, kind in (
        ({"text": "It is from 1986."}, "number"),
        ({"text": "A drama."}, "facet"),
        ({"text": "Like “Candlelight”."}, "title"),
        ({"attributes": {**item["attributes"], "runtime": 12}}, "attribute"),
        ({"item_id": "p01"}, "item"),
    ):
        assert kind in wrong_claims(truth, right.model_copy(update={"slate": [{**item, **change}]}))
    assert wrong_claims(truth, right.model_copy(update={"text": "**1. Galactic Taxi** (1999)"})) == {"number"}
    assert "title" in wrong_claims(truth, right.model_copy(update={"text": "A film."}))

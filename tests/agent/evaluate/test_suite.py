"""Suite files: the contract's own example, what is refused, and what our suites promise."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import prompts
from agent.evaluate.suite import Case, load, matcher
from tools.errors import InvalidInput, NotFound

SUITES = sorted((prompts.FOLDER / "suites").glob("*.yaml"))
CONTRACT = """
- id: scifi-comedy
  user: "42"
  language: en
  turns:
    - say: "A light sci-fi comedy for tonight, nothing from before 1985."
      expect:
        tools: [vector_search]              # called, in any order
        slate_all: {tags: {contains: Comedy}, year: {">=": 1985}}
        min_items: 1
        max_items: 5
        unseen: true
        abstain: false
        language: en
        mentions: []                        # substrings or /regex/
        forbids: ["/password/"]
        relevant: ["168", "174"]            # item ids, scored as hit@k, mrr
"""


def suite(folder: Path, text: str) -> Path:
    path = folder / "suite.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_contracts_example_is_read_as_it_stands(tmp_path: Path) -> None:
    [case] = load(suite(tmp_path, CONTRACT))
    expect = case.turns[0].expect
    assert (case.id, case.user, case.language) == ("scifi-comedy", "42", "en")
    assert expect.slate_all == {"tags": {"contains": "Comedy"}, "year": {">=": 1985}}
    assert (expect.tools, expect.relevant) == (("vector_search",), ("168", "174"))


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        ("max_itms: 5", "max_items: 5", r"turns\.0\.expect\.max_itms"),
        ('{"=>": 1985}', '{">=": 1985}', r"turns\.0\.expect\.slate_all\.year\.=>"),
        ("min_items: one", "min_items: 1", r"turns\.0\.expect\.min_items.*'one'"),
        ("language: fr", "language: en", r"language.*'fr'"),
        ('forbids: ["/pass(word/"]', 'forbids: ["/password/"]', r"forbids\.0.*not a regular expression"),
        ("sya:", "say:", r"turns\.0\.say"),
        ("abstain: maybe", "abstain: false", r"abstain.*'maybe'"),
    ],
)
def test_a_mistake_is_named_with_file_case_and_key(tmp_path: Path, wrong: str, right: str, complaint: str) -> None:
    assert right in CONTRACT
    path = suite(tmp_path, CONTRACT.replace(right, wrong))
    with pytest.raises(InvalidInput, match=rf"suite\.yaml: case 'scifi-comedy': .*{complaint}"):
        load(path)


def test_two_cases_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="case 'scifi-comedy': id: two cases have it"):
        load(suite(tmp_path, CONTRACT + CONTRACT))


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="'min_items' stands twice"):
        load(suite(tmp_path, CONTRACT.replace("max_items: 5", "min_items: 5")))


@pytest.mark.parametrize("text", ["", "a: 1", "- [", "\t- x"])
def test_what_is_no_list_of_cases_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match=r"suite\.yaml"):
        load(suite(tmp_path, text))


def test_a_missing_file_and_an_empty_split_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"gone\.yaml"):
        load(tmp_path / "gone.yaml")
    with pytest.raises(InvalidInput, match="no case of split 'dev'"):
        load(suite(tmp_path, CONTRACT), "dev")


def test_a_pattern_is_a_substring_or_between_slashes_a_regular_expression() -> None:
    assert matcher("a.c").search("xA.Cx")
    assert not matcher("a.c").search("abc")
    assert matcher("/a.c/").search("ABC")


def every_case() -> list[Case]:
    return [case for path in SUITES for case in load(path)]


def test_our_suites_have_enough_cases_and_half_of_them_are_chinese() -> None:
    cases = every_case()
    by_hand = load(prompts.FOLDER / "suites" / "movies-hand.yaml")
    languages = Counter(case.language for case in cases)
    assert len(cases) >= 300
    assert len(by_hand) >= 60
    assert abs(languages["zh"] - languages["en"]) <= 0.05 * len(cases)
    assert sum(len(case.turns) > 1 for case in cases) >= 100
    assert len({case.id for case in cases}) == len(cases)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_every_intent_is_in_both_languages_of_both_halves(split: str) -> None:
    intents = {case.tags[0] for case in load(prompts.FOLDER / "suites" / "movies.yaml")}
    assert len(intents) >= 30
    for language in ("en", "zh"):
        there = {case.tags[0] for case in every_case() if (case.split, case.language) == (split, language)}
        assert intents <= there


def test_no_template_and_no_user_is_in_both_halves() -> None:
    for what in ("template", "user"):
        held = {split: {getattr(c, what) for c in every_case() if c.split == split} for split in ("dev", "test")}
        assert all(held.values())
        assert held["dev"] & held["test"] <= {None}, what


def test_every_case_belongs_to_a_half_and_names_a_language_of_its_reader() -> None:
    for case in every_case():
        assert case.split
        assert case.tags
        if "language" not in case.tags and "translate" not in case.tags:
            assert {turn.expect.language or case.language for turn in case.turns} == {case.language}, case.id

"""Rates, their intervals and pass^k on cases whose answers are known."""

from __future__ import annotations

import pytest

from agent.evaluate.statistics import pass_hat, rate, spread


def test_the_interval_of_a_known_rate_is_that_of_the_binomial() -> None:
    told = rate((f"c{n}", float(n < 80)) for n in range(100))
    assert told["mean"] == 0.8
    assert told["low"] == pytest.approx(0.72, abs=0.015)  # 0.8 -+ 1.96 sqrt(0.8 * 0.2 / 100) = 0.722, 0.878
    assert told["high"] == pytest.approx(0.88, abs=0.015)


def test_the_turns_of_one_case_are_drawn_together() -> None:
    """Ten cases of ten turns each, all alike within a case, are ten pieces of evidence and not a hundred."""
    clustered = rate((f"c{n // 10}", float(n < 80)) for n in range(100))
    alone = rate((f"c{n}", float(n < 80)) for n in range(100))
    assert clustered["high"] - clustered["low"] > 2 * (alone["high"] - alone["low"])
    assert (clustered["n"], clustered["cases"]) == (100, 10)


def test_what_never_fails_is_bounded_by_the_rule_of_three_and_nothing_has_no_rate() -> None:
    sure, never = (rate((f"c{n}", value) for n in range(60)) for value in (1.0, 0.0))
    assert (sure["low"], sure["high"]) == (0.95, 1.0)
    assert (never["low"], never["high"]) == (0.0, 0.05)
    assert rate([("a", 1.0)])["low"] == 0.0
    assert rate([]) == {"n": 0, "cases": 0}


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [(f"c{n}", float(n % 3 == 0)) for n in range(50)]
    assert rate(values, seed=4) == rate(values, seed=4)


def test_pass_hat_k_is_the_chance_that_k_drawn_trials_all_succeed() -> None:
    told = pass_hat({"a": [True, True, True, False], "b": [True, True, True, True]})
    assert [told[f"pass^{k}"]["mean"] for k in (1, 2, 3, 4)] == [0.875, 0.75, 0.625, 0.5]  # a: 3/4, 3/6, 1/4, 0/1


def test_pass_hat_stops_at_the_fewest_trials_of_a_case() -> None:
    assert list(pass_hat({"a": [True, False], "b": [True]})) == ["pass^1"]
    assert pass_hat({}) == {}


def test_a_spread_has_the_median_and_the_ninth_decile() -> None:
    told = spread([float(n) for n in range(101)])
    assert (told["p50"], told["p90"]) == (50.0, 90.0)
    assert spread([]) == {}

"""Prompts are files with a version."""

from __future__ import annotations

import pytest

import prompts


@pytest.mark.parametrize("name", prompts.names())
def test_every_prompt_fills_its_slots_and_leaves_none(name: str) -> None:
    prompt = prompts.load(name)
    assert "$" not in prompt.render(**dict.fromkeys(prompt.slots, "x"))


def test_a_missing_or_unknown_slot_is_refused_by_name() -> None:
    with pytest.raises(prompts.PromptError, match="items"):
        prompts.load("plan").render(tools="x", fields="y")
    with pytest.raises(prompts.PromptError, match="extra"):
        prompts.load("plan").render(items="films", tools="x", fields="y", extra="z")


def test_an_unknown_prompt_is_named() -> None:
    with pytest.raises(prompts.PromptError, match="nowhere"):
        prompts.load("nowhere")


def test_what_fills_a_slot_is_not_filled_again() -> None:
    text = prompts.load("plan").render(items="$tools", tools="T", fields="F")
    assert "$tools" in text

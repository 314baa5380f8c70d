"""Text from outside keeps its words and loses its powers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.untrusted import sanitize

TOKENS = [
    "<tool_call>",
    "</tool_call>",
    "<tool_response>",
    "< /tool_call >",
    "<TOOL_CALL>",
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<| im_start |>",
    "<｜begin▁of▁sentence｜>",
    "<think>",
    "</think>",
    "<tools>",
    "<function=rank>",
    "[INST]",
    "[/INST]",
    "[TOOL_CALLS]",
    "<<SYS>>",
    "<s>",
    "</s>",
]
PIECES = st.one_of(st.text(max_size=8), st.sampled_from([*TOKENS, "<", "|", ">", "<|", "|>", "\u200b", "\u202e", "/"]))
MARKUP = ["<|", "|>", "<｜", "｜>", "<tool", "</tool", "<think", "</think", "<s>", "</s>", "<function", "[inst]"]


def disarmed(text: str) -> bool:
    flat = "".join(text.split()).lower()
    return not any(token in flat for token in MARKUP)


@pytest.mark.parametrize("token", TOKENS)
def test_a_special_token_is_disarmed_and_its_words_stay(token: str) -> None:
    clean = sanitize(f"good {token} film", 100)
    assert token not in clean
    assert disarmed(clean)
    assert clean.startswith("good ")
    assert clean.endswith(" film")


@pytest.mark.parametrize("hidden", ["\u200b", "\u2060", "\ufeff", "\u202e", "\U000e0041", "\ufe0f", "\x00", "\u00ad"])
def test_a_token_split_by_invisible_characters_is_disarmed_too(hidden: str) -> None:
    assert disarmed(sanitize(hidden.join("<tool_call>"), 100))
    assert disarmed(sanitize(hidden.join("<|im_start|>"), 100))


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(min_value=1, max_value=60))
def test_any_text_comes_out_bounded_visible_in_one_line_and_disarmed(text: str, limit: int) -> None:
    clean = sanitize(text, limit)
    assert len(clean) <= limit
    assert clean == " ".join(clean.split())
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"} for c in clean)
    assert disarmed(clean)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = sanitize(text, 80)
    assert sanitize(once, 80) == once


@pytest.mark.parametrize(
    "text",
    ["Amélie (2001) – 4 < 5 & 6 > 5", "科幻喜剧《巴西》，1985年", "C|N>K [Director's Cut]", "👍 5/5", "a <b> tag"],
)
def test_ordinary_words_are_left_as_they_are(text: str) -> None:
    assert sanitize(text, 100) == text


def test_lines_become_one_and_a_long_text_is_cut() -> None:
    assert sanitize("one\r\n\ttwo\u2028three", 100) == "one two three"
    assert sanitize("abcdef", 4) == "abc…"
    assert len(sanitize("x" * 1_000_000, 50)) == 50

"""What counts as saying what one likes, in English and Chinese, and what does not."""

from __future__ import annotations

import pytest

from agent.stated import taste


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("I'm new; I like slow-burn noir", "slow-burn noir"),
        ("Hi, I am new here. I really love old westerns, can you recommend something?", "old westerns"),
        ("I mostly enjoy watching quiet dramas and musicals.", "quiet dramas and musicals"),
        ("I'm a big fan of Otto Grin but not today", "Otto Grin"),
        ("I’m into heist films. What should I see?", "heist films"),
        ("New here, love space comedies!", "space comedies"),
        ("My favourite genres are horror and mystery.", "horror and mystery"),
        ("I don't like horror. I like musicals", "musicals"),
        ("I like noir, what should I watch?", "noir"),
        ("我是新用户，喜欢黑色电影", "黑色电影"),
        ("我是新来的，我喜欢看慢热的悬疑片，请推荐几部", "慢热的悬疑片"),
        ("你好！我平时最爱看科幻喜剧。", "科幻喜剧"),
        ("新用户，比较喜欢西部片，但不要太老的", "西部片"),
        ("我很喜欢推理小说，有什么推荐吗？", "推理小说"),
    ],
)
def test_a_statement_of_taste_is_read(words: str, said: str) -> None:
    assert taste(words) == said


@pytest.mark.parametrize(
    "words",
    [
        "I'd like a comedy for tonight",
        "I would love a western",
        "I don't like horror",
        "I never liked musicals",
        "I like it",
        "I love that one",
        "I like the second one",
        "Do you know what I like?",
        "What films do I like?",
        "Will I like Heat?",
        "Something like The Cellar Door",
        "My friend likes noir",
        "They love horror",
        "I like",
        "I like ...",
        "a light comedy, please",
        "",
        "我想看一部喜剧",
        "我不喜欢恐怖片",
        "我不太喜欢爱情片",
        "你知道我喜欢什么吗？",
        "我喜欢这部",
        "我喜欢第二部",
        "大家都喜欢喜剧",
        "我朋友喜欢喜剧",
        "我喜欢你",
    ],
)
def test_anything_else_is_no_statement(words: str) -> None:
    assert taste(words) is None


def test_a_very_long_message_is_read_in_time() -> None:
    for text in ("I like " * 20_000, "我" * 50_000, "I " + "really " * 20_000, "我是新用户，" * 20_000):
        taste(text)

"""What requests are read as, in both languages, on catalogues of board games, products, news and films."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.reading import chinese, english
from tests.tools.reading.catalogues import read

CASES = [
    (catalogue, *case)
    for tables in (english, chinese)
    for catalogue, cases in (
        ("games", tables.GAMES),
        ("shop", tables.SHOP),
        ("news", tables.NEWS),
        ("films", tables.FILMS),
        ("cinema", tables.CINEMA),
    )
    for case in cases
]


@pytest.mark.parametrize(("catalogue", "words", "expected"), CASES)
def test_a_request_is_read_as_what_it_asks_for(catalogue: str, words: str, expected: dict[str, Any]) -> None:
    assert read(catalogue, words) == expected


@pytest.mark.parametrize("catalogue", ["games", "shop", "news", "films"])
@pytest.mark.parametrize("words", [*english.NOTHING, *chinese.NOTHING])
def test_words_without_a_limit_are_read_as_none(words: str, catalogue: str) -> None:
    assert read(catalogue, words) == {}

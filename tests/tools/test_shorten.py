"""Texts cut at a word."""

from __future__ import annotations

import textwrap

import pytest

from tools.shorten import shorten


@pytest.mark.parametrize("width", [5, 6, 20, 60])
@pytest.mark.parametrize(
    "text", ["", " a  film\tabout\nrobots ", "今晚想看一部轻松的科幻喜剧", "well-known one", "x" * 70]
)
def test_texts_are_cut_as_the_standard_library_cuts_them(text: str, width: int) -> None:
    assert shorten(text, width, placeholder="...") == textwrap.shorten(text, width, placeholder="...")

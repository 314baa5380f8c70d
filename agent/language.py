"""Which language the reader writes in. Two are first-class, and Chinese is told by its script."""

from __future__ import annotations

import re

from tools.domain import Language

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def detect(text: str) -> Language:
    """`zh` when the text has at least as many Han characters as half its Latin words, so that a Chinese request
    naming two English titles is still Chinese.
    """
    han = len(_HAN.findall(text))
    return "zh" if han and han >= len(_LATIN_WORD.findall(text)) / 2 else "en"

"""Chinese words in English, for an encoder that reads English only: the domain's aliases and a list of common wishes.

`words_zh.toml` lists what people ask for in any domain: moods, subjects, occasions. It is no translator: what it does
not know is left out, so that the encoder compares what it understands and nothing else.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from tools.domain import Domain

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_LOOSE = re.compile(r"[\s，。、！？；：“”《》（）…]+")


def readable(text: str, domain: Domain) -> str:
    """The text with Chinese words replaced by English ones, unknown ones left out; empty when nothing is left."""
    if not _HAN.search(text):
        return text
    aliases = {
        n: value for values in domain.aliases.values() for value, ns in values.items() for n in ns if _HAN.search(n)
    }
    english = {**_words(), **aliases}
    pattern = _any(tuple(english))
    said = pattern.sub(lambda found: f" {english[found[0]]} ", text)
    return _LOOSE.sub(" ", _HAN.sub(" ", said)).strip()


@lru_cache(8)
def _any(names: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the names, of those that begin alike the longest."""
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))


@cache
def _words() -> dict[str, str]:
    return tomllib.loads((Path(__file__).parent / "words_zh.toml").read_text(encoding="utf-8"))

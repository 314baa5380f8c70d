"""Characters nobody sees: what is stripped from words and refused in ids.

Titles and reviews reach a model and a page; text that a reader cannot see must not reach either.
"""

from __future__ import annotations

import re
import unicodedata

MAX_ID = 256
MAX_TEXT = 100_000

# Control characters, soft hyphen, bidi marks and overrides, zero-width, word joiners, tag characters and the variation
# selectors used to smuggle text. Both Python's `re` and Polars' regex read it.
HIDDEN = (
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e01ef]"
)
BREAKS = "[\\t\\n]"
_HIDDEN = re.compile(HIDDEN)
_BREAKS = re.compile(BREAKS)


def hidden(text: str) -> bool:
    """Whether it holds a character that a reader cannot see, tabs and newlines included."""
    return bool(_HIDDEN.search(text) or _BREAKS.search(text))


def clean(text: str) -> str:
    """NFC, without hidden characters or surrounding space; tabs and newlines stay."""
    return unicodedata.normalize("NFC", _HIDDEN.sub("", text)).strip()


def clean_line(text: str) -> str:
    """`clean`, on one line."""
    return clean(_BREAKS.sub(" ", text))


def checked_id(text: str) -> str:
    """NFC, without surrounding space.

    Raises:
        ValueError: empty, too long, or with characters nobody sees.
    """
    text = unicodedata.normalize("NFC", text).strip(" ")
    if not text:
        raise ValueError("an id may not be empty")
    if len(text) > MAX_ID:
        raise ValueError(f"an id has at most {MAX_ID} characters, this one has {len(text)}")
    if hidden(text):
        raise ValueError(f"{text!r} holds control, zero-width or direction characters; ids may not")
    return text

"""Text from outside made safe to put into a prompt: item text, profiles, the conversation, tool errors.

It stays readable, but can no longer speak the chat template's language or hide anything from a human reader.
"""

from __future__ import annotations

import re
import unicodedata

# <|im_start|> and its like in any vocabulary, and the bare tags that Qwen's and Hermes' parsers act on.
_PIPED = re.compile(r"<\s*[|｜]")
_PIPED_END = re.compile(r"[|｜]\s*>")
_TAGS = re.compile(r"<(?=\s*/?\s*(?:tool_calls?|tool_response|tools|think|function|s|INST|/?SYS)\b)", re.IGNORECASE)
_BRACKETED = re.compile(r"\[(?=\s*/?\s*(?:INST|TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS)\s*\])", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}  # controls, bidi and zero-width and tag characters, surrogates, unassigned
_FILLERS = "\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\u034f"  # letters and marks by category, blank on screen
_UNPLAIN = re.compile("[^ -~]+")  # what has to be looked at one by one
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180f]")


def sanitize(text: str, limit: int) -> str:
    """`text` in one line, NFC, at most `limit` characters (cut with an ellipsis), without special tokens.

    "<" and "[" that would open a special token become "‹" and "(", so the words around them survive.
    """
    visible = _SELECTORS.sub("", _UNPLAIN.sub(_looked_at, text[: 4 * limit + 64]))
    line = " ".join(unicodedata.normalize("NFC", visible).split())
    for pattern, harmless in ((_PIPED, "‹¦"), (_PIPED_END, "¦›"), (_TAGS, "‹"), (_BRACKETED, "(")):
        line = pattern.sub(harmless, line)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _looked_at(found: re.Match[str]) -> str:
    return "".join(map(_visible, found[0]))


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _INVISIBLE or character in _FILLERS else character


def fenced(text: str, limit: int) -> str:
    """`sanitize`d text between marks that it cannot hold itself, so that a prompt shows where the data ends."""
    line = re.sub(r"<{3,}|>{3,}", "…", sanitize(text, limit))
    return f"<<<\n{line}\n>>>"

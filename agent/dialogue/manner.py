"""How the reader wants replies to be said, told in passing: "be brief", "be funny", "说简单点"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.brief import Length
from agent.dialogue.ways import words_of

_SAID = r"(?:answers?|repl(?:y|ies)|texts?|descriptions?|words|explanations?|sentences?)"
_BE = r"\bbe (?:more |a (?:bit|little) |really |very )?"


def _told(english: str, chinese: str) -> re.Pattern[str]:
    """`chinese`: as in 说得简单一点."""
    return words_of(rf"{english}|(?:说|回[答复])(?:得|的)?(?:更|再)?(?:{chinese})(?:一?[点些]|吧|\W*$)")


_LENGTH: tuple[tuple[Length, re.Pattern[str]], ...] = (
    (
        "short",
        _told(
            rf"\b(?:be|keep it|stay) (?:more |very )?(?:brief|concise|short|terse)\b"
            rf"|\b(?:shorter|briefer|brief|concise) {_SAID}\b|\b(?:fewer words|less text|too (?:wordy|much text))\b"
            r"|长话短说|别说那么多",
            "简短|简洁|短|少",
        ),
    ),
    (
        "long",
        _told(rf"\b(?:longer|more detailed|detailed) {_SAID}\b|\bin (?:more )?detail\b", "详细|具体|长|多"),
    ),
)
_BARE = words_of(r"\W*(?:a (?:bit|little) )?(?:shorter|briefer)(?:,? please)?\W*|\W*(?:短|简短)一?[点些]\W*")
_TONE = (
    ("funny", _told(rf"{_BE}(?:funny|funnier|humorous|witty)\b|\bmake me laugh\b", "幽默|搞笑|风趣|有趣")),
    ("formal", _told(rf"{_BE}(?:formal|polite|professional|serious)\b", "正式|严肃|礼貌")),
    ("casual", _told(rf"{_BE}(?:casual|relaxed|friendly|informal)\b", "随意|轻松|亲切")),
    (
        "simple",
        _told(
            r"\b(?:in|use) (?:simple|plain|easy) (?:words?|terms|language|english)\b|\bspeak (?:plainly|simply)\b",
            "简单|通俗|易懂",
        ),
    ),
)


@dataclass(frozen=True)
class Manner:
    """None: nothing was said of it."""

    length: Length | None = None
    tone: str | None = None


def manner(words: str, held: Manner, critique: bool) -> Manner:
    """`critique`: the words compare items, so that "shorter" is of them."""
    length = next((length for length, pattern in _LENGTH if pattern.search(words)), None)
    if length is None and not critique and _BARE.fullmatch(words):
        length = "short"
    tone = next((tone for tone, pattern in _TONE if pattern.search(words)), None)
    return replace(held, length=length or held.length, tone=tone or held.tone)

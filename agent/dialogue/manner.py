"""How the reader wants replies to be said, told in passing: "be brief", "be funny", "说简单点"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.brief import Length
from agent.dialogue.ways import words_of

_SAID = r"(?:answers?|repl(?:y|ies)|texts?|descriptions?|words|explanations?|sentences?)"
_LENGTHS: tuple[tuple[Length, str], ...] = (
    (
        "short",
        rf"\b(?:be|keep it|stay) (?:more |very )?(?:brief|concise|short|terse)\b|\b(?:shorter|briefer|brief|concise) {_SAID}\b"
        rf"|\b(?:fewer words|less text|too (?:wordy|much text))\b|(?:说|讲|写|回[答复])(?:得|的)?(?:更|再)?(?:简短|简洁|短|少)|长话短说|别说那么多|少说",
    ),
    (
        "long",
        rf"\b(?:longer|more detailed|detailed) {_SAID}\b|\b(?:more|in (?:more )?) ?details?\b|\btell me more about each\b"
        rf"|(?:说|讲|写|回[答复])(?:得|的)?(?:更|再)?(?:详细|具体|长|多)",
    ),
)
_BARE = words_of(r"\W*(?:a (?:bit|little) )?(?:shorter|briefer)(?:,? please)?\W*|\W*(?:短|简短)一?[点些]\W*")
_TONES: tuple[tuple[str, str], ...] = (
    (
        "funny",
        r"\bbe (?:more |a bit |really )?(?:funny|funnier|humorous|witty)\b|\bmake me laugh\b|(?:说|讲|写)(?:得|的)?(?:幽默|搞笑|风趣|有趣)",
    ),
    (
        "formal",
        r"\bbe (?:more |a bit )?(?:formal|polite|professional|serious)\b|(?:说|讲|写)(?:得|的)?(?:正式|严肃|礼貌)",
    ),
    (
        "casual",
        r"\bbe (?:more |a bit )?(?:casual|relaxed|friendly|informal)\b|(?:说|讲|写)(?:得|的)?(?:随意|轻松|亲切)",
    ),
    (
        "simple",
        r"\b(?:in|use) (?:simple|plain|easy) (?:words?|terms|language|english)\b|\bspeak (?:plainly|simply)\b"
        r"|(?:说|讲|写)(?:得|的)?(?:更|再)?(?:简单|通俗|易懂|大白话)",
    ),
)
_LENGTH = tuple((length, words_of(pattern)) for length, pattern in _LENGTHS)
_TONE = tuple((tone, words_of(pattern)) for tone, pattern in _TONES)


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

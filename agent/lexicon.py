"""Which words of a sentence state something, and whether the facts say it too.

A sentence may state only what its grounds hold. Grammar, opinion and the business of recommending are free
(agent/lexicon.toml); every other word must be in the facts, and so must every denial that does not merely praise.
This needs no list of the ways to invent.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from agent.grounds import HAN, WORD, Grounds, is_name, stem

_HAN_RUN = re.compile(rf"[{HAN}]+")
_LONGEST = 12  # characters of a Chinese word or of a phrase taken over from the facts
_DENIES = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|hardly|barely|scarcely|rarely|seldom|lacks?|lacking"
    r"|less|few|fewer|cannot)\b|n't\b|[不没無无非未别別勿莫]|缺(?:乏|少)|很少|毫无",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Lexicon:
    english: frozenset[str]
    chinese: frozenset[str]
    measures: frozenset[str]  # of both languages; said with a figure only
    nouns: tuple[frozenset[str], ...]
    phrases: re.Pattern[str]
    denials: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    held = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))
    en, zh = held["en"], held["zh"]
    denials = "|".join(f"(?:{pattern})" for pattern in (*en["denials"], *zh["denials"]))
    return Lexicon(
        frozenset(f"{en['grammar']} {en['opinion']} {en['reading']}".split()),
        frozenset(zh["words"].split()),
        frozenset(f"{en['measures']} {zh['measures']}".split()),
        tuple(frozenset(group.split()) for group in en["nouns"]),
        re.compile("|".join(f"(?:{pattern})" for pattern in (*en["phrases"], *zh["phrases"])), re.IGNORECASE),
        re.compile(denials, re.IGNORECASE),
    )


def nouns_for(*words: str) -> frozenset[str]:
    """What an item of a catalogue may be called, by the domain's own nouns."""
    own = frozenset(part for word in words for part in word.casefold().split())
    return own.union(*(group for group in lexicon().nouns if group & own))


def strange(sentence: str, grounds: Grounds, nouns: frozenset[str]) -> str | None:
    """The first word that states something the facts do not; None when there is none. `sentence`: without the titles,
    facets and quotes in it, which are held against the facts elsewhere.
    """
    measures = lexicon().measures if any(map(str.isdigit, sentence)) else frozenset[str]()
    for word in WORD.findall(lexicon().phrases.sub(" ", sentence.replace("’", "'"))):
        if _HAN_RUN.fullmatch(word):
            if (at := _uncovered(word, grounds.han, measures)) is not None:
                return word[at : at + 4]
        elif not _known(word, grounds, nouns | measures):
            return word
    return None


def _known(word: str, grounds: Grounds, nouns: frozenset[str]) -> bool:
    low = word.casefold()
    if is_name(word) and f" {low} " in grounds.folded:
        return True

    def free(part: str) -> bool:
        return part in lexicon().english or part in nouns or stem(part) in grounds.words

    return free(low) or all(map(free, low.split("-")))


def _uncovered(run: str, facts: str, measures: frozenset[str]) -> int | None:
    """Where a Han run can no longer be cut into words of the lexicon and phrases of the facts; None when it can."""
    words, reached, furthest = lexicon().chinese, {0}, 0
    for start in range(len(run)):
        if start not in reached:
            continue
        furthest = start
        for size in range(1, min(_LONGEST, len(run) - start) + 1):
            part = run[start : start + size]
            if part in words or part in measures or (size > 1 and part in facts):
                reached.add(start + size)
    return None if len(run) in reached else furthest


def denied(sentence: str, grounds: Grounds) -> str | None:
    """The first denial that neither praises nor stands so in the facts. `sentence` as for `strange`."""
    free = [found.span() for found in lexicon().denials.finditer(sentence)]
    for found in _DENIES.finditer(sentence):
        if any(start <= found.start() < end or found.start() < end <= found.end() for start, end in free):
            continue
        after = sentence[found.start() :].casefold()
        said = " ".join(after.split()[:2]) if after[:1].isascii() else after[:3]
        if said.rstrip(" .,;!?。，；！？") not in grounds.text:
            return found[0]
    return None

"""What a message does, by rules in English and Chinese.

    read("which of the two is shorter?", ...)  ->  compare, the two items of the last slate, by runtime, less

The rules are about how people ask and not about what the items are. Where they are not `sure`, the model may still find
that the message wants nothing; what it does when something is wanted is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agent.dialogue.attributes import AVAILABILITY, DESCRIPTION, asked, compared
from agent.dialogue.references import Focus, References, places
from agent.dialogue.ways import (
    ABOUT_US,
    ASKING,
    CLAUSE,
    COMPARE,
    COPY,
    DISLIKED,
    ELSEWHERE,
    ERRAND,
    EVERY,
    FIRM,
    FOLLOW,
    FRESH,
    INDIFFERENT,
    INVITES,
    LIKED,
    NOT_YET,
    OTHERS,
    PARTS,
    PLEASANTRY,
    QUESTION,
    REFUSES,
    REQUEST,
    SEEN,
    SIMILAR,
    START_OVER,
    TAKE,
    TASKS,
    THANKS,
    THEFT,
    WHY,
    WISH,
    words_of,
)
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.intent import Intent

Kind = Literal[
    "recommend",
    "refine",
    "similar",
    "feedback",
    "compare",
    "explain",
    "look_up",
    "summarize",
    "translate",
    "compose",
    "small_talk",
    "out_of_scope",
    "start_over",
]
Verdict = Literal["liked", "disliked", "seen", "chosen"]


@dataclass(frozen=True)
class Act:
    """`items`: catalogue indices meant. `fields`: asked for, or to compare by (`more` of it wins, None: all of them).
    `verdicts`: item -> what was said of it. `others`: nothing that was shown is wanted again; `refused`: these are not.
    `invites`: we are asked to ask. `text`, `copy`: what to translate or summarise, and the kind of text to compose.
    """

    kind: Kind
    sure: bool = True
    items: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()
    more: bool | None = None
    verdicts: tuple[tuple[int, Verdict], ...] = ()
    others: bool = False
    refused: tuple[int, ...] = ()
    invites: bool = False
    text: str = ""
    copy: str = ""

    @property
    def wants(self) -> bool:
        """Whether a slate is wanted."""
        return self.kind in ("recommend", "refine", "similar", "feedback")


BRIEF = 7  # Chinese characters of "看过了"
SHORT = 4  # words of a question that points at what was shown


class Acts:
    """The reader for one catalogue."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self.catalogue, self.domain = catalogue, domain
        self.references = References(catalogue, domain.item.en)
        nouns = {domain.item.en, domain.items.en}
        self._noun = words_of(rf"\b(?:{'|'.join(map(re.escape, nouns))})\b|{re.escape(domain.item.zh)}")

    def read(self, words: str, intent: Intent, focus: Focus, answering: bool = False) -> Act:
        """`intent`: what `words` ask for; `answering`: the last reply ended with a question."""
        if THEFT.search(words):
            return Act("out_of_scope")
        if self.starts_over(words) or intent.reset:
            rest = bool(intent.filters or WISH.search(START_OVER.sub(" ", words)))
            return Act("recommend" if rest else "start_over")
        if PLEASANTRY.fullmatch(words) or (ABOUT_US.search(words) and not intent.filters):
            return Act("small_talk")
        readers = (self._task, self._why, self._compare, self._look_up, self._feedback, self._similar)
        for reader in readers:
            if act := reader(words, intent, focus):
                return act
        return self._wish(words, intent, focus, answering)

    def starts_over(self, words: str) -> bool:
        return bool(START_OVER.search(words))

    def _task(self, words: str, _: Intent, focus: Focus) -> Act | None:
        for kind, pattern in TASKS:
            if found := pattern.search(words):
                head, _mark, text = words.partition("：" if "：" in words else ":")
                text = text.strip() if pattern.search(head) else ""
                copy = next(name for name, said in COPY if said.search(found[0])) if kind == "compose" else ""
                items = [] if text else self.references.find(words, focus)
                return Act(kind, items=tuple(items), text=text, copy=copy)
        return None

    def _why(self, words: str, _: Intent, focus: Focus) -> Act | None:
        if not WHY.search(words):
            return None
        items = self.references.find(words, focus)
        if not items and re.search(r"\b(?:recommend|pick|choose|suggest|show)\w*\b|推荐|选", words, re.IGNORECASE):
            items = list(focus.slate)
        pointed = bool(focus.slate) and len(words.split()) <= SHORT
        return Act("explain", items=tuple(items)) if items or pointed else None

    def _compare(self, words: str, intent: Intent, focus: Focus) -> Act | None:
        if not (COMPARE.search(words) or ASKING.search(words)):
            return None
        named = self.references.titled(words, focus) or self.references.find(words, focus, pairs=True)
        by = compared(words, self.catalogue)
        explicit = len(named) > 1
        items = named if explicit else list(focus.slate)
        if not COMPARE.search(words) and not (explicit and by):
            return None
        clear = explicit or bool(by) or bool(re.search(r"\bcompar|\bdiffer|比较|对比|区别|差别", words, re.IGNORECASE))
        if len(items) == 1 and by and not explicit:
            return Act("look_up", items=tuple(items), fields=by[:1])
        if len(items) < 2 or not clear or (intent.filters and not explicit):
            return None
        return Act("compare", items=tuple(items), fields=(by[0],) if by else (), more=by[1] if by else None)

    def _look_up(self, words: str, intent: Intent, focus: Focus) -> Act | None:
        if not QUESTION.search(words):
            return None
        fields = asked(words, self.catalogue)
        items = self.references.find(words, focus)
        wished = WISH.search(words) and not (fields and set(fields) & {DESCRIPTION, AVAILABILITY})
        if wished and not (items and fields and not intent.filters):
            return None
        if not items and fields is not None and (tail := _tail(words)):
            near = self.references.nearest(tail)
            items = [] if near is None else [near]
        if not items or (
            fields is None and not re.search(r"\b(?:its|whose)\b|它的|这[个部款本]的", words, re.IGNORECASE)
        ):
            return None
        return Act("look_up", items=tuple(items), fields=tuple(fields or ()))

    def _feedback(self, words: str, _: Intent, focus: Focus) -> Act | None:
        verdicts = dict(self._verdicts(words, focus))
        if not verdicts:
            return None
        liked = [item for item, verdict in verdicts.items() if verdict == "liked"]
        follows = tuple(liked) if FOLLOW.search(words) else ()
        others, invites = bool(OTHERS.search(words)), bool(INVITES.search(words))
        return Act("feedback", items=follows, verdicts=tuple(verdicts.items()), others=others, invites=invites)

    def _verdicts(self, words: str, focus: Focus) -> Iterator[tuple[int, Verdict]]:
        for clause in filter(None, CLAUSE.split(words)):
            asks = clause.rstrip().endswith("吗") or words.rstrip().endswith(
                (f"{clause.strip()}?", f"{clause.strip()}？")
            )
            verdict = None if asks else _verdict(clause)
            items = self._judged(clause, verdict, focus) if verdict else []
            yield from ((item, verdict) for item in items if verdict)

    def _judged(self, clause: str, verdict: Verdict, focus: Focus) -> list[int]:
        """The items that a clause with a verdict is about."""
        if verdict == "liked" and SIMILAR.search(clause) and not re.search(r"\b(?:i|we)\b", clause, re.IGNORECASE):
            return []
        named = self.references.titled(clause, focus)
        named += [n for n in places(clause, focus.slate) if n not in named]
        if named or (verdict in ("liked", "disliked") and not FIRM.search(clause)):
            return named
        pointed = self.references.pointed(clause, focus)
        if OTHERS.search(clause) and len(pointed) == len(focus.slate):
            return []  # "none of these" passes them over, and says nothing of any one
        brief = len(clause.split()) <= SHORT and (clause.isascii() or len(clause) <= BRIEF)
        if not pointed and verdict == "seen" and brief and focus.slate:
            return [focus.slate[0] if focus.last is None else focus.last]
        return pointed

    def _similar(self, words: str, intent: Intent, focus: Focus) -> Act | None:
        items = [self.catalogue.index(i) for i in intent.like if i in self.catalogue.ids]
        items += [
            focus.slate[n - 1 if n > 0 else n]
            for n in intent.like_shown
            if -len(focus.slate) <= n <= len(focus.slate) and n
        ]
        if not items and SIMILAR.search(words):
            items = self.references.find(words, focus)
            if items and not self.references.titled(words, focus) and intent.critiques:
                items = []  # "like the second one but newer" is a wish against it, and read as such
        return Act("similar", items=tuple(items), others=bool(OTHERS.search(words))) if items else None

    def _wish(self, words: str, intent: Intent, focus: Focus, answering: bool) -> Act:
        others = bool(OTHERS.search(words))
        refused, invites = self._refused(words, focus, others), bool(INVITES.search(words))
        told = bool(intent.filters or intent.soft or intent.k)
        wished = bool(WISH.search(words) or self._noun.search(words))
        if ERRAND.search(words) and not (intent.filters or self._noun.search(words)):
            return Act("out_of_scope", sure=False)
        if others or refused or invites or intent.critiques or intent.removed or intent.allowed:
            return Act("refine", others=others, refused=refused, invites=invites)
        asks = ASKING.search(words) and not WISH.search(words) and not INDIFFERENT.search(words)
        if asks and not wished and (ELSEWHERE.search(words) or not told):
            return Act("out_of_scope", sure=False)
        if asks and not REQUEST.search(words):
            return Act("recommend", sure=False)
        if not told and not wished and thanks(words):
            return Act("small_talk")
        if FRESH.search(words) and (intent.filters or self._noun.search(words)):
            return Act("recommend")
        if focus.shown or answering:  # in the middle of a recommendation a statement is about it
            return Act("refine")
        return Act("recommend", sure=told or wished)

    def _refused(self, words: str, focus: Focus, others: bool) -> tuple[int, ...]:
        """What a message passes over: the item it points at, all of them where it says so, else what stood first."""
        said = " ".join(clause for clause in CLAUSE.split(words) if clause and REFUSES.search(clause))
        if others or not said or not focus.slate:
            return ()
        if named := self.references.titled(said, focus) or places(said, focus.slate):
            return tuple(named)
        if EVERY.search(said):
            return tuple(focus.slate)
        return (focus.slate[0] if focus.last is None or focus.last not in focus.slate else focus.last,)


def honest(words: str) -> str:
    """Without what is after our instructions, where something else is said: only the wish counts."""
    if not THEFT.search(words):
        return words
    parts = [part for part in PARTS.split(words) if re.search(r"\w", part) and not THEFT.search(part)]
    rest = " ".join(part.strip() for part in parts)
    return rest if WISH.search(rest) else words


def thanks(words: str) -> bool:
    return bool(THANKS.search(words))


def _verdict(clause: str) -> Verdict | None:
    """What is said of the items that a clause names."""
    if TAKE.search(clause):
        return "chosen"
    if WISH.search(clause) and not re.search(r"\b(?:don['’]?t|not)\b|不", clause, re.IGNORECASE):
        return None
    if DISLIKED.search(clause) and not NOT_YET.search(clause):
        return "disliked"
    if LIKED.search(clause) and re.search(
        r"\b(?:i|we|was|is|were|great|perfect|love|liked)\b|[\u3400-\u9fff]", clause, re.IGNORECASE
    ):
        return "liked"
    return "seen" if SEEN.search(clause) and not NOT_YET.search(clause) else None


def _tail(words: str) -> str:
    """What may be a title at the end of a question: after its verb."""
    found = re.search(
        r"\b(?:directed|made|wrote|writes|designed|developed|sang|sings|in|is|was|does|did|about|of|starr?ing|stars)\s+(?P<said>[^?]+?)"
        r"(?:\s+(?:about|cost|available|in stock|last|released|made|come out|long))?\s*\?*$",
        words,
        re.IGNORECASE,
    )
    return found["said"].strip() if found else ""

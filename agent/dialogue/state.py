"""What a conversation holds in force, rebuilt from its messages: the same whether they come with the request or from
the store. `Listener.listen` reads them in order; nothing that was told early is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache

from agent import phrases
from agent.acts import Act, Acts, Verdict, honest
from agent.dialogue import answers
from agent.dialogue.critiques import bounds, referred
from agent.dialogue.manner import Manner, manner
from agent.dialogue.merge import Part, allowed, cancelled, cancels, fragment, instead, merge, without
from agent.dialogue.references import Focus
from agent.dialogue.shown import Shown
from agent.dialogue.topics import Topics
from agent.language import detect
from tools.catalogue import Catalogue, Filters
from tools.domain import Domain, Language
from tools.intent import Intent, Soft, understand

MAX_QUERY = 300
_RUN = re.compile(r"(\W{20})\W+")  # rules walk over what is no word again and again: 8,000 dashes took seconds
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_ONE_AT_A_TIME = re.compile(
    r"\bone (?:at a time|by one)\b|\b(?:just|only) one\b|一个一个|一次一[个部本款]|只要一[个部本款]", re.IGNORECASE
)


@dataclass(frozen=True)
class Said:
    """One message. `shown`: ids of the slate it came with, where that is known; `removed`: constraints that the reader
    took away with it, as `merge.without` names them; `planned`: constraints that only the model read, of a reply.
    """

    role: str
    content: str
    shown: tuple[str, ...] | None = None
    removed: tuple[str, ...] = ()
    planned: Filters = field(default_factory=dict)


@dataclass
class State:
    """Items are catalogue indices. `topic`: the words to search with; `passed`: shown and not wanted again; `open`: the
    fields that the last reply asked about; `dropped` and `judged` are of the last message.
    """

    filters: Filters = field(default_factory=dict)
    soft: list[Soft] = field(default_factory=list)
    like: list[int] = field(default_factory=list)
    topic: str = ""
    k: int | None = None
    slate: list[int] = field(default_factory=list)
    shown: dict[int, None] = field(default_factory=dict)
    passed: dict[int, None] = field(default_factory=dict)
    judged: dict[int, Verdict] = field(default_factory=dict)  # over the whole conversation
    last: int | None = None  # the item last spoken of
    age: float | None = None
    language: Language = "en"
    asked: dict[str, int] = field(default_factory=dict)  # field -> how often
    open: tuple[str, ...] = ()
    gate: float = answers.ADULT  # the age that the last reply asked about, if it did
    manner: Manner = field(default_factory=Manner)
    asking: bool = False  # the last reply ended with a question
    answering: bool = False  # the last message follows a question
    indifferent: set[str] = field(default_factory=set)
    words: str = ""
    act: Act = field(default_factory=lambda: Act("small_talk"))
    own: bool = False  # the last message surely wants a slate
    before: State | None = None  # what held before a message that perhaps wants nothing
    dropped: list[Part] = field(default_factory=list)
    lifted: list[str] = field(default_factory=list)  # fields on which the last message takes a limit away
    lacks: list[str] = field(default_factory=list)  # what the last message asks for and the catalogue does not hold
    now: dict[int, Verdict] = field(default_factory=dict)

    @property
    def focus(self) -> Focus:
        return Focus(tuple(self.slate), tuple(self.shown), self.last)

    @property
    def excluded(self) -> list[int]:
        """What this conversation will not be shown again."""
        judged = [item for item, verdict in self.judged.items() if verdict != "chosen"]
        return list(dict.fromkeys([*self.passed, *judged, *self.like]))


class Listener:
    """Reads conversations over one catalogue."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self.catalogue, self.domain = catalogue, domain
        self.acts = Acts(catalogue, domain)
        self.topics = Topics(catalogue, domain)
        self._shown = Shown(catalogue)
        self._read = lru_cache(maxsize=2048)(lambda words: understand(words, catalogue, domain))

    def listen(self, messages: Sequence[Said]) -> State:
        """The state after the last message, which is the user's."""
        state = State()
        for message in messages:
            if message.role == "assistant":
                self._spoken(state, message)
            elif message.role == "user":
                self._heard(state, message)
        return state

    def _spoken(self, state: State, message: Said) -> None:
        items, named = self._shown.read(message.content)
        if state.before and not items and not phrases.abstains(message.content, self.domain):
            vars(state).update(vars(state.before))  # it was no wish, then
        if message.shown is not None:
            items = [self.catalogue.index(i) for i in message.shown if i in self._shown.known]
        if items:
            state.slate, state.last = items, items[0] if len(items) == 1 else None
            state.shown = state.shown | dict.fromkeys(items)
        elif named:
            state.last = named[0]
        state.open, state.asking, state.gate = answers.asked_in(message.content, self.topics)
        if message.planned:
            state.filters = merge(state.filters, message.planned, self.catalogue).filters
        state.asked = state.asked | {name: state.asked.get(name, 0) + 1 for name in state.open}

    def _heard(self, state: State, message: Said) -> None:
        words = honest(_RUN.sub(r"\1", message.content))
        grown = answers.age(words, state.open, state.gate)
        intent = self._read(words if grown is None else answers.ageless(words))
        state.words, state.dropped, state.now, state.own, state.lifted = words, [], {}, False, []
        if _LETTERS.search(words):
            state.language = detect(words)
        if message.removed:
            state.filters = without(state.filters, message.removed).filters
        state.lacks = intent.lacks
        act = self.acts.read(words, intent, state.focus, state.asking)
        if intent.reset or act.kind == "start_over" or self.acts.starts_over(words):
            _reset(state)
        state.age = grown or state.age
        state.manner = manner(words, state.manner, bool(intent.critiques))
        state.before = None
        state.before = None if act.sure else copy(state)
        if act.wants:
            self._want(state, act, intent)
        elif act.items:
            state.last = act.items[0]
        state.act = act
        state.answering, state.asking, state.open = state.asking, False, ()

    def _want(self, state: State, act: Act, intent: Intent) -> None:
        told = answers.bare(state.words, state.open, self.catalogue) if state.open and not intent.filters else {}
        if state.asking and answers.indifferent(state.words):
            state.indifferent = state.indifferent | set(state.open)
        self._judge(state, act)
        if state.asking and (chosen := answers.chosen(intent.allowed, state.open, self.catalogue)):
            told, intent = told | chosen, intent.model_copy(update={"allowed": {}})
        new = {**answers.company(state.words, self.catalogue), **intent.filters, **told}
        self._constrain(state, new, intent, act)
        state.own = act.sure
        state.k = 1 if _ONE_AT_A_TIME.search(state.words) else intent.k or state.k
        state.soft = [s for s in state.soft if s.field not in {w.field for w in intent.soft} | set(new)] + intent.soft
        if act.items:
            state.like = list(dict.fromkeys(act.items))
        if act.others:
            state.passed = state.passed | state.shown
        state.passed = state.passed | dict.fromkeys(act.refused)
        state.topic = _topic(state, act, intent, bool(new))
        state.last = None if act.kind != "feedback" else state.last

    def _judge(self, state: State, act: Act) -> None:
        state.now = dict(act.verdicts)
        state.judged = state.judged | state.now
        if act.kind == "similar":
            state.last = act.items[0]

    def _narrows(self, told: Filters, held: Filters) -> bool:
        """Whether a bound says more than what holds of its field: "newer" than 1979 does not where 1985 does."""
        same = {field: held.get(field, {}) for field in told}
        return bool((self.catalogue.mask(same) & ~self.catalogue.mask(told)).any())

    def _constrain(self, state: State, new: Filters, intent: Intent, act: Act) -> None:
        before = state.filters
        if intent.removed:
            dropped = without(state.filters, intent.removed)
            state.filters, state.dropped = dropped.filters, list(dropped.dropped)
        state.lifted = list(intent.removed)
        state.indifferent = state.indifferent | set(intent.removed)
        if intent.allowed:
            free = allowed(state.filters, intent.allowed)
            state.lifted += [*intent.allowed]
            state.filters, state.dropped = free.filters, [*state.dropped, *free.dropped]
        if act.kind in ("refine", "recommend") and cancels(state.words):
            free, wished = cancelled(state.filters, new, state.words)
            state.lifted += [name for name in new if name not in wished] + [part.field for part in free.dropped]
            state.filters, new = free.filters, wished
            state.dropped = [*state.dropped, *free.dropped]
        joined = merge(state.filters, new, self.catalogue, instead(state.words), fragment(state.words))
        state.filters = joined.filters
        state.dropped = [*state.dropped, *joined.dropped]
        for critique in intent.critiques:
            told = bounds(critique, state.slate, state.last, self.catalogue, before)
            if not self._narrows(told, state.filters):
                continue
            joined = merge(state.filters, told, self.catalogue)
            state.filters = joined.filters
            state.dropped += joined.dropped
            if critique.of is not None and (items := referred(critique.of, state.slate, None)):
                state.last = items[0]


def _topic(state: State, act: Act, intent: Intent, told: bool) -> str:
    """A refinement keeps searching for what it refines; what it says beyond constraints is added."""
    if act.kind == "feedback":
        return state.topic
    if act.kind in ("refine",) and state.topic:
        of_shown = act.others or act.refused or act.invites
        adds = not (told or intent.critiques or intent.removed or intent.allowed or of_shown or state.asking)
        return f"{state.topic} {intent.query}"[:MAX_QUERY] if adds and intent.query else state.topic
    return intent.query[:MAX_QUERY]


def _reset(state: State) -> None:
    """What was asked for is forgotten; what is known of the reader is not."""
    fresh = State(language=state.language, words=state.words, age=state.age, judged=state.judged, manner=state.manner)
    vars(state).update(vars(fresh))

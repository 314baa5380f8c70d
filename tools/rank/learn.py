"""What the sources are worth, learned from the site's events: each user's last likes are held out, everything is fitted
on what came before, and the weights are those that would have put the held-out likes first.

Three settings are learned with them, where the events tell clearly that another than the usual one is better: how fast
the past fades (`memory`), whether items go together whose texts are alike (`words`, usual in large catalogues
alone), and from how many items tried the history speaks alone (`settled`).

The models of a bundle are then fitted on all events; only weights and settings come from here. The chance of a click
keeps its prior weight: fitting that model twice would take longer than all the rest, and on MovieLens it moves the
order little (NDCG@10 0.1981 with, 0.1978 without, on validation). Nothing after the events that training is given can
leak in, so a bundle trained until some moment knows nothing of what followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.stats import rankdata

from tools.bus import Source
from tools.catalogue import Catalogue
from tools.cold.model import SETTLED, ColdModel, share
from tools.domain import Domain
from tools.histories import Histories
from tools.interactions import Interactions
from tools.neighbors.alike import alike
from tools.neighbors.model import MEMORY, NeighborModel
from tools.neighbors.weights import DENSE_LIMIT, reading
from tools.profile.model import ProfileModel
from tools.rank.many import CELLS
from tools.rank.taste import Choice, Floats, Taste, ndcg, table
from tools.rank.top import highest
from tools.user import UserView

HELD = 0.1  # share of a user's likes, the latest, that are held out; at least one
FEWEST = 5  # likes of a user who teaches
TEACHERS = 4000  # users at most
CANDIDATES = 100  # of each source that finds some
FINDERS: tuple[Source, ...] = ("neighbors", "next", "profile", "popularity")
MEMORIES = (MEMORY, 10.0, 3.0)  # events; the first where the others are not clearly better
WORDS = (0.0, 0.8)  # that texts say of two items, of what events say; likewise, but from the last on where items are so
# many that most have few events
SETTLEMENTS = (SETTLED, 8.0, 5.0, 3.0, 1.0)  # items tried; likewise
ENOUGH = 200  # teachers who tried less than the usual, below whom nothing is said of when history speaks alone
CLEARLY = 1.0  # standard errors of the mean difference over users
Says = dict[Source, Floats]  # of n users, (n, n_items) each
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Past:
    """The models as they would have been before the held-out likes."""

    profile: ProfileModel
    neighbors: NeighborModel
    cold: ColdModel
    alike: sp.csr_matrix

    @classmethod
    def fit(
        cls, events: Interactions, catalogue: Catalogue, domain: Domain, users: Mapping[str, Mapping[str, Any]]
    ) -> Past:
        return cls(
            ProfileModel.fit(catalogue, events, domain),
            NeighborModel.fit(events),
            ColdModel.fit(events, users, domain),
            alike(catalogue),
        )

    def remembering(self, memory: float) -> Past:
        return replace(self, neighbors=replace(self.neighbors, memory=memory))

    def reading(self, words: float) -> Past:
        """As fitted so far, without words, and with them."""
        return replace(
            self, neighbors=replace(self.neighbors, weights=reading(self.neighbors.weights, self.alike, words))
        )

    def says(self, users: Sequence[UserView]) -> Says:
        """What each source but ctr says."""
        seen = Histories.of(users)
        together, following = self.neighbors.fold_in_many(seen)
        return {
            "neighbors": together,
            "next": following,
            "profile": self.profile.appeal_many(seen),
            "popularity": self.cold.scores_many(users, seen),
        }


@dataclass(frozen=True)
class Lesson:
    """One teacher: the user before the held-out likes, and these, catalogue indices."""

    user: UserView
    liked_next: NDArray[np.int32]


def learn(
    events: Interactions,
    catalogue: Catalogue,
    domain: Domain,
    users: Mapping[str, Mapping[str, Any]] | None = None,
    seed: int = 0,
) -> Taste:
    """`users`: attributes by user id, of which only those that the domain file allows are used."""
    held = _held(events)
    teachers = np.unique(events.user[held])
    if not len(teachers):
        return Taste.prior()
    if len(teachers) > TEACHERS:
        teachers = np.sort(np.random.default_rng(seed).choice(teachers, TEACHERS, replace=False))
        held = held[np.isin(events.user[held], teachers)]
    before = _before(events, held)
    past = Past.fit(events.take(before), catalogue, domain, users or {})
    lessons = list(_lessons(events, before, held, teachers, users or {}))
    by_memory = {memory: _taught(past.remembering(memory), lessons) for memory in MEMORIES}
    memory, _ = _best(by_memory)
    past = past.remembering(memory)
    shares = WORDS if events.n_items <= DENSE_LIMIT else WORDS[::-1]
    by_words = {words: _taught(past.reading(words), lessons) if words else by_memory[memory] for words in shares}
    words, taste = _best(by_words)
    settled = _settled(taste, lessons, by_words[words])
    return replace(taste, memory=memory, words=words, settled=settled)


def _held(x: Interactions) -> Rows:
    """Rows of each user's last likes."""
    rows = np.flatnonzero(x.weight > 0)
    rows = rows[np.argsort(x.user[rows], kind="stable")]
    n = np.bincount(x.user[rows], minlength=len(x.user_ids))
    place = np.arange(len(rows)) - (np.cumsum(n) - n)[x.user[rows]]
    last = np.where(n >= FEWEST, np.maximum(1, np.round(HELD * n)), 0)
    return rows[place >= (n - last)[x.user[rows]]]


def _before(x: Interactions, held: Rows) -> Rows:
    """Rows, in time order, before the user's first held-out like; all of a user who teaches nothing."""
    first = np.full(len(x.user_ids), np.inf)
    np.minimum.at(first, x.user[held], held)
    return np.flatnonzero(np.arange(len(x.user)) < first[x.user])


def _lessons(
    x: Interactions, before: Rows, held: Rows, teachers: NDArray[np.int32], users: Mapping[str, Mapping[str, Any]]
) -> Iterator[Lesson]:
    known, next_ = (_by_user(x, rows, teachers) for rows in (before, held))
    for user, mine, likes in zip(teachers.tolist(), known, next_, strict=True):
        user_id = x.user_ids[user]
        attributes = dict(users.get(user_id, {}))
        view = UserView(user_id, attributes, x.item[mine], x.time[mine], x.weight[mine], known=True)
        yield Lesson(view, x.item[likes])


def _by_user(x: Interactions, rows: Rows, users: NDArray[np.int32]) -> list[Rows]:
    """The `rows` of each of `users` (ascending), in their order."""
    order = rows[np.argsort(x.user[rows], kind="stable")]
    start, end = (np.searchsorted(x.user[order], users, side) for side in ("left", "right"))
    return [order[a:b] for a, b in zip(start, end, strict=True)]


def _taught(past: Past, lessons: Sequence[Lesson]) -> list[Choice | None]:
    size = max(1, CELLS // max(past.neighbors.n_items, len(past.neighbors.user_ids)))
    parts = (_choices(past, lessons[start : start + size]) for start in range(0, len(lessons), size))
    return [choice for part in parts for choice in part]


def _best(taught: Mapping[float, Sequence[Choice | None]]) -> tuple[float, Taste]:
    """The setting that is clearly best, and the weights that go with it."""
    fits = {setting: Taste.fit([choice for choice in choices if choice]) for setting, choices in taught.items()}
    best = clearly_best({setting: _found(fits[setting], choices) for setting, choices in taught.items()})
    return best, fits[best]


def _choices(past: Past, lessons: Sequence[Lesson]) -> list[Choice | None]:
    """Each teacher's candidates as the ranking would have had them; None when no held-out like is among them."""
    says = past.says([lesson.user for lesson in lessons])
    unseen = np.ones((len(lessons), past.neighbors.n_items), bool)
    for n, lesson in enumerate(lessons):
        unseen[n, lesson.user.seen] = False
    found = np.zeros_like(unseen)
    for source in FINDERS:
        found |= highest(says[source], unseen, CANDIDATES)
    return [_choice(says, n, np.flatnonzero(row), lessons[n]) for n, row in enumerate(found)]


def _choice(says: Says, n: int, items: Rows, lesson: Lesson) -> Choice | None:
    won = np.isin(items, lesson.liked_next)
    if not won.any():
        return None
    return Choice(table({source: scores[n, items] for source, scores in says.items()}, np.ones(len(items), bool)), won)


def _found(taste: Taste, choices: Sequence[Choice | None]) -> NDArray[np.float64]:
    """NDCG@10 of each teacher's candidates, 0 where none is right."""
    return np.array([ndcg(taste.utility(choice.table), choice.won) if choice else 0.0 for choice in choices])


def _settled(taste: Taste, lessons: Sequence[Lesson], choices: Sequence[Choice | None]) -> float:
    """From how many items tried the history speaks alone, by the teachers whom it makes a difference to."""
    newcomer = list(taste.weights).index("popularity")
    rows = [(len(x.user.seen), choice) for x, choice in zip(lessons, choices, strict=True) if choice]
    rows = [(tried, choice) for tried, choice in rows if tried < SETTLED]
    if len(rows) < ENOUGH:
        return SETTLED
    ranks = [(tried, rankdata(c.table[:, newcomer]), rankdata(taste.utility(c.table)), c.won) for tried, c in rows]

    def judged(settled: float) -> NDArray[np.float64]:
        parts = [(share(tried, settled), new, old, won) for tried, new, old, won in ranks]
        return np.array([ndcg(part * new + (1 - part) * old, won) for part, new, old, won in parts])

    return clearly_best({settled: judged(settled) for settled in SETTLEMENTS})


def clearly_best(values: Mapping[float, NDArray[np.float64]]) -> float:
    """The setting with the best mean over users, of those clearly better than the first; the first where none is. Of
    equals the one that stands before.
    """
    usual, *others = values
    better = [usual, *(other for other in others if _clearly(values[other] - values[usual]))]
    return max(better, key=lambda setting: float(values[setting].mean()))


def _clearly(difference: NDArray[np.float64]) -> bool:
    return float(difference.mean()) > CLEARLY * float(difference.std()) / np.sqrt(len(difference))

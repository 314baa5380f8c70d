"""Popularity: how many users approved of an item, lately more than long ago. For users nobody knows, and as a prior."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.bus import Evidence
from tools.domain import Words
from tools.interactions import Interactions

FILE = "popularity.npz"
HALF_LIFE_DAYS = 180.0
DAMPING = 20.0  # imaginary users of average approval, so that 3 of 3 is not better than 95 of 100
LIKED = Words(en="liked", zh="表示喜欢")


@dataclass(frozen=True, eq=False)
class Popularity:
    """Per item, all of shape (n_items,): `liked` and `users` int32 count the users with a positive event and with any;
    `recent` float32 counts the first kind with half the weight every half-life; `approval` float32 is their damped
    share, in [0, 1].
    """

    liked: NDArray[np.int32]
    users: NDArray[np.int32]
    recent: NDArray[np.float32]
    approval: NDArray[np.float32]
    words: Words = LIKED

    @classmethod
    def fit(
        cls, interactions: Interactions, words: Words = LIKED, half_life_days: float = HALF_LIFE_DAYS
    ) -> Popularity:
        """`words`: how the domain says liked, in evidence (`Domain.liked`)."""
        liked, users = _per_item(interactions.liked()), _per_item(interactions.seen())
        average = liked.sum() / max(users.sum(), 1)
        approval = (liked + DAMPING * average) / (users + DAMPING)
        recent = _recent(interactions, half_life_days)
        return cls(liked, users, recent, approval.astype(np.float32), words)

    @property
    def scores(self) -> NDArray[np.float32]:
        """Recent approving users times the damped share that approves, shape (n_items,)."""
        return self.recent * self.approval

    def explain(self, item: int) -> list[Evidence]:
        """How many of the users who tried the item approved of it, or how many tried it."""
        liked, users = int(self.liked[item]), int(self.users[item])
        if liked == users > 1:
            text = f"{self.words.en} by all {users} users who tried it"
            text_zh = f"接触过的 {users} 位用户全都{self.words.zh}"
        elif liked:
            text = f"{self.words.en} by {liked} of the {users} users who tried it"
            text_zh = f"{users} 位接触过的用户中有 {liked} 位{self.words.zh}"
        else:
            text = f"tried by {users} users so far" if users else "new here: nobody has tried it yet"
            text_zh = f"目前有 {users} 位用户接触过" if users else "新上架，还没有人接触过"
        return [Evidence(kind="popularity", text=text, text_zh=text_zh, support=liked, of=users)]

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        words = np.array([self.words.en, self.words.zh])
        np.savez(
            folder / FILE,
            liked=self.liked,
            users=self.users,
            recent=self.recent,
            approval=self.approval,
            words=words,
        )

    @classmethod
    def load(cls, folder: Path) -> Popularity:
        with np.load(folder / FILE) as held:
            en, zh = held["words"].tolist()
            return cls(held["liked"], held["users"], held["recent"], held["approval"], Words(en=en, zh=zh))


def _per_item(matrix: object) -> NDArray[np.int32]:
    return np.asarray(matrix.sum(axis=0), np.int32).ravel()  # type: ignore[attr-defined]


def _recent(x: Interactions, half_life_days: float) -> NDArray[np.float32]:
    """Each user counts once an item, at their last positive event on it."""
    rows = np.flatnonzero(x.weight > 0)[::-1]
    _, first = np.unique(x.user[rows].astype(np.int64) * x.n_items + x.item[rows], return_index=True)
    rows = rows[first]
    age = (x.time.max(initial=0.0) - x.time[rows]) / 86_400.0
    return np.bincount(x.item[rows], np.exp2(-age / half_life_days), x.n_items).astype(np.float32)

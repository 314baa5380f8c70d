"""Rankers for users nobody has seen: popularity, by people alike too, and what is folded in from a few likes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.evaluate.data import Dataset, Ids
from tools.evaluate.peers import Config, Scores, ease_weights, implicit_fit

AGE_BANDS = (18, 25, 35, 45, 56)  # years, those of MovieLens 1M
BANDS = 6  # of any other number, equally many users each
MOST_GROUPS = 50  # values of an attribute, above which it tells people apart instead of together
EVEN = 1e-9  # of popularity: only breaks ties


@dataclass(frozen=True)
class Cold:
    """What a peer learns from: `liked` (n_users, n_items) of the training users, `taught`; and who everybody is."""

    data: Dataset
    liked: sp.csr_matrix
    taught: Ids
    groups: Sequence[NDArray[np.int64]]  # of each attribute, which group each user is in

    @cached_property
    def likes(self) -> NDArray[np.float64]:
        return np.asarray(self.liked.sum(axis=0), float).ravel()


Scorer = Callable[[Ids, sp.csr_matrix], Scores]  # unseen users, their few likes (n_users, n_items)


@dataclass(frozen=True)
class ColdPeer:
    name: str
    fit: Callable[[Cold, Config], Scorer]
    grid: Sequence[Config] = ({},)
    uses_likes: bool = True


def groups(data: Dataset) -> list[NDArray[np.int64]]:
    """A group number per user for each attribute that has groups, and for the two coarsest together."""
    attributes = [data.user(n).attributes for n in range(len(data.log.user_ids))]
    names = sorted({name for held in attributes for name in held})
    single = [_group(name, [held.get(name) for held in attributes]) for name in names]
    kept = sorted((g for g in single if len(np.unique(g)) <= MOST_GROUPS), key=lambda g: int(g.max()))
    return [*kept, kept[0] * (kept[1].max() + 1) + kept[1]] if len(kept) > 1 else kept


def _group(name: str, values: list[Any]) -> NDArray[np.int64]:
    if all(isinstance(value, int | float) for value in values if value is not None):
        numbers = np.array([np.nan if value is None else value for value in values], float)
        edges = AGE_BANDS if name == "age" else np.nanquantile(numbers, np.arange(1, BANDS) / BANDS)
        return np.digitize(numbers, edges)
    return np.unique([str(value) for value in values], return_inverse=True)[1]


def _popularity(cold: Cold, _: Config) -> Scorer:
    return lambda users, _rows: np.tile(cold.likes, (len(users), 1))


def _alike(cold: Cold, config: Config) -> Scorer:
    """The share of each of the user's groups that liked the item, drawn towards the share of all, summed."""
    shrink, base = config["shrink"], cold.likes / len(cold.taught)

    def scores(users: Ids, _rows: sp.csr_matrix) -> Scores:
        out = np.zeros((len(users), len(base)))
        for group in cold.groups:
            for value in np.unique(group[users]):
                members = cold.taught[group[cold.taught] == value]
                liked = np.asarray(cold.liked[members].sum(axis=0)).ravel()
                out[group[users] == value] += (liked + shrink * base) / (len(members) + shrink)
        return out if cold.groups else np.tile(base, (len(users), 1))

    return scores


def _item_knn(cold: Cold, config: Config) -> Scorer:
    near = implicit_fit("TFIDFRecommender", cold.liked, 0, config)
    return lambda users, rows: near(users, rows) + EVEN * cold.likes


def _ease(cold: Cold, config: Config) -> Scorer:
    fitted = ease_weights(cold.liked, config["l2"])
    return lambda _users, rows: _scaled(rows @ fitted) + EVEN * cold.likes / max(cold.likes.max(), 1)


def _ease_alike(cold: Cold, config: Config) -> Scorer:
    folded, alike = _ease(cold, config), _alike(cold, {"shrink": 10})
    return lambda users, rows: _scaled(folded(users, rows)) + config["alike"] * _scaled(alike(users, rows))


def _everything(cold: Cold, config: Config) -> Scorer:
    """Item-kNN, content and people alike, each scaled to a maximum of 1."""
    from tools.profile.vectors import content_vectors

    near, alike = implicit_fit("TFIDFRecommender", cold.liked, 0, {"K": 200}), _alike(cold, {"shrink": 30})
    vectors = content_vectors(cold.data.catalogue)[0]

    def scores(users: Ids, rows: sp.csr_matrix) -> Scores:
        content = ((rows @ vectors) @ vectors.T).toarray()
        parts = (near(users, rows), config["content"] * _scaled(content), config["alike"] * _scaled(alike(users, rows)))
        return _scaled(parts[0]) + parts[1] + parts[2]

    return scores


def _scaled(scores: Scores) -> Scores:
    return scores / np.maximum(scores.max(axis=1, keepdims=True), 1e-12)


def _grid(**values: Sequence[Any]) -> list[Config]:
    return [dict(zip(values, held, strict=True)) for held in itertools.product(*values.values())]


COLD_PEERS = (
    ColdPeer("popularity", _popularity, uses_likes=False),
    ColdPeer("demographic popularity", _alike, _grid(shrink=[10, 30, 100, 300]), uses_likes=False),
    ColdPeer("item-kNN fold-in (implicit TF-IDF)", _item_knn, _grid(K=[50, 200, 500])),
    ColdPeer("EASE fold-in", _ease, _grid(l2=[300, 3000, 30_000, 100_000])),
    ColdPeer("EASE + demographic popularity", _ease_alike, _grid(l2=[300, 30_000], alike=[0.3, 1.0, 3.0])),
    ColdPeer("item-kNN + content + demographic", _everything, _grid(content=[0.0, 0.3], alike=[0.3, 1.0, 2.0])),
)

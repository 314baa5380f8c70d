"""Rankers of other libraries, each fitted on who liked what and asked for dense scores; those not installed say so.

Their settings are chosen on validation within a grid, as the published figures were.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.evaluate.data import Ids
from tools.rank.many import gathered
from tools.rank.top import highest

Scores = NDArray[np.floating]
Scorer = Callable[[Ids, sp.csr_matrix], Scores]  # users, their rows of liked items -> (n_users, n_items)
Config = dict[str, Any]

DENSE_LIMIT = 8_000  # items: EASE inverts a dense matrix of their square, SLIM fits a regression for each
USER_LIMIT = 20_000  # brute-force neighbours compare every user with every other
BLOCK = 1_000_000  # ids * items scored at once, at least


class Skipped(Exception):
    """Why a peer takes no part."""


@dataclass(frozen=True)
class Peer:
    name: str
    fit: Callable[[sp.csr_matrix, int, Config], Scorer]
    grid: Sequence[Config] = field(default=({},))


def _grid(**values: Sequence[Any]) -> list[Config]:
    return [dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values())]


def _popularity(x: sp.csr_matrix, _: int, __: Config) -> Scorer:
    likes = np.asarray(x.sum(axis=0)).ravel()
    return lambda users, _rows: np.broadcast_to(likes, (len(users), len(likes)))


def _user_knn(x: sp.csr_matrix, _: int, config: Config) -> Scorer:
    """scikit-learn's cosine neighbours over users, summed by similarity."""
    from sklearn.neighbors import NearestNeighbors

    if x.shape[0] > USER_LIMIT:
        raise Skipped(f"compares {x.shape[0]:,} users with each other; kept to {USER_LIMIT:,} users")
    k = min(config["k"], x.shape[0] - 1)
    near = NearestNeighbors(n_neighbors=k + 1, metric="cosine", algorithm="brute").fit(x)

    def scores(users: Ids, rows: sp.csr_matrix) -> Scores:
        away, which = near.kneighbors(rows)
        weight = np.maximum(1 - away, 0) ** config["power"]
        weight[which == users[:, None]] = 0  # nobody is their own neighbour
        indptr = np.arange(0, which.size + 1, which.shape[1])
        graph = sp.csr_matrix((weight.ravel(), which.ravel(), indptr), (len(users), x.shape[0]))
        return (graph @ x).toarray()

    return scores


def _ease(x: sp.csr_matrix, _: int, config: Config) -> Scorer:
    weights = ease_weights(x, config["l2"])
    return lambda _users, rows: rows @ weights


def ease_weights(x: sp.csr_matrix, l2: float) -> NDArray[np.float64]:
    """Item-to-item weights (n_items, n_items) of Steck (2019), in float64. Raises Skipped: too many items."""
    if x.shape[1] > DENSE_LIMIT:
        raise Skipped(f"inverts a dense {x.shape[1]:,} x {x.shape[1]:,} matrix; kept to {DENSE_LIMIT:,} items")
    inverse = np.linalg.inv((x.T @ x).toarray().astype(float) + l2 * np.eye(x.shape[1]))
    weights: NDArray[np.float64] = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def implicit_fit(kind: str, x: sp.csr_matrix, seed: int, config: Config) -> Scorer:
    """A model of the library implicit: "als", "bpr", or the name of a class of its nearest neighbours. Raises
    Skipped.
    """
    try:
        import implicit
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise Skipped("needs implicit: pip install implicit") from None
    with threadpool_limits(1, "blas"), quiet():  # it says how long its own conversions took, and warns of BLAS threads
        if kind == "als":
            made = implicit.als.AlternatingLeastSquares(random_state=seed, iterations=20, use_gpu=False, **config)
        elif kind == "bpr":  # with more than one thread it is not reproducible
            made = implicit.bpr.BayesianPersonalizedRanking(
                random_state=seed, iterations=100, num_threads=1, use_gpu=False, **config
            )
        else:
            made = getattr(implicit.nearest_neighbours, kind)(**config)
        made.fit(x, show_progress=False)
    if kind in ("als", "bpr"):
        return lambda users, _rows: made.user_factors[users] @ made.item_factors.T
    return lambda _users, rows: (rows @ made.similarity).toarray()


def _implicit(kind: str) -> Callable[[sp.csr_matrix, int, Config], Scorer]:
    return lambda x, seed, config: implicit_fit(kind, x, seed, config)


def _slim(x: sp.csr_matrix, _: int, config: Config) -> Scorer:
    try:
        from skrecsys.recommendation import SLIMElasticNet
    except ImportError:
        raise Skipped("needs skrecsys: pip install skrecsys") from None
    if x.shape[1] > DENSE_LIMIT:
        raise Skipped(f"fits {x.shape[1]:,} regressions; kept to {DENSE_LIMIT:,} items")
    made = SLIMElasticNet(**config)
    with quiet():  # a few columns stop at its own limit of iterations, as they did for the published figures
        made.fit(np.column_stack(x.nonzero()))
    items, known = np.asarray(made.item_ids_, int), np.asarray(made.user_ids_, int)

    def scores(users: Ids, _rows: sp.csr_matrix) -> Scores:
        out = np.full((len(users), x.shape[1]), -np.inf)
        out[:, items] = made._score_users(np.searchsorted(known, users), np.arange(len(items)))
        return out

    return scores


@contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


PEERS = (
    Peer("popularity", _popularity),
    Peer("implicit ItemKNN cosine", _implicit("CosineRecommender"), _grid(K=[10, 20, 50, 100, 200])),
    Peer("implicit ItemKNN TF-IDF", _implicit("TFIDFRecommender"), _grid(K=[10, 20, 50, 100, 200, 500])),
    Peer("implicit ItemKNN BM25", _implicit("BM25Recommender"), _grid(K=[20, 100, 500], B=[0.2, 0.75])),
    Peer(
        "implicit ALS",
        _implicit("als"),
        [
            {"factors": f, "regularization": r, "alpha": a}
            for f, r, a in (
                (32, 0.1, 1),
                (32, 10, 5),
                (64, 10, 5),
                (64, 30, 10),
                (64, 100, 10),
                (128, 100, 10),
                (128, 1, 20),
                (256, 3, 20),
            )
        ],
    ),
    Peer("implicit BPR", _implicit("bpr"), _grid(factors=[64, 128], learning_rate=[0.05], regularization=[0.01, 0.05])),
    Peer("user-kNN (scikit-learn cosine)", _user_knn, _grid(k=[50, 80, 120, 200], power=[1.0, 2.0])),
    Peer("EASE (numpy)", _ease, _grid(l2=[100, 200, 300, 500, 1000])),
    Peer("skrecsys SLIM", _slim, _grid(alpha=[0.003, 0.03, 0.3], l1_ratio=[0.01, 0.1])),
)


def chosen(against: Sequence[str], among: Sequence[Any] = PEERS) -> list[Any]:
    """The peers whose names hold one of the words of `against`, in any case; all of them without any.

    Raises:
        InvalidInput: a word fits none.
    """
    words = [word.casefold() for word in against]
    for word in words:
        if not any(word in peer.name.casefold() for peer in among):
            names = ", ".join(peer.name for peer in among)
            raise InvalidInput(f"no peer is called {word!r}; there are {names}", "against")
    return [peer for peer in among if not words or any(word in peer.name.casefold() for word in words)]


def lists(scorer: Scorer, users: Ids, liked: sp.csr_matrix, hidden: sp.csr_matrix, k: int = 20) -> Ids:
    """The best `k` items of each user, best first, of those not `hidden`; equal scores stand in catalogue order.
    `liked` and `hidden` (all users, n_items): the histories asked with, and what may not be listed.
    """
    blocks = [
        _best(scorer(part, liked[part]), hidden[part], k)
        for part in np.array_split(users, max(1, len(users) * liked.shape[1] // (4 * BLOCK)))
    ]
    return np.concatenate(blocks)


def _best(scores: Scores, hidden: sp.csr_matrix, k: int) -> Ids:
    open_ = np.array(scores)
    open_[hidden.nonzero()] = -np.inf
    items, known = gathered(highest(open_, ~np.isneginf(open_), k))
    held = np.where(known, np.take_along_axis(open_, items, axis=1), -np.inf)
    first = np.argsort(-held, axis=1, kind="stable")
    best = np.where(known, items, -1)[np.arange(len(items))[:, None], first]
    return np.pad(best, ((0, 0), (0, k - best.shape[1])), constant_values=-1).astype(np.int32)

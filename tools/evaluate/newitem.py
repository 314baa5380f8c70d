"""New items from text alone: a tenth of the items lose all their events, and must be found for those who like them.

Every item is held out once in ten folds. For each user the held-out items are ranked among themselves, because a model
has been told of every other item who likes it and who does not: it pushes down what a user has not tried, and new items
come out on top whether liked or not. Random ranking places a liked one in the top tenth in a tenth of the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

FOLDS = 10
DEV, TEST = range(5), range(5, FOLDS)  # folds to choose on, folds to report
TOP = 0.1

# Of the likes that are known (n_users, n_items), and the items held out: how much each user would like each of them.
Score = Callable[[sp.csr_matrix, NDArray[np.int64]], NDArray[np.float32]]


def new_items(liked: sp.csr_matrix, score: Score, folds: Iterable[int] = TEST, seed: int = 0) -> dict[str, float]:
    """`by_item`: the share of an item's likers who have it in their top tenth of the new items, averaged over items;
    `by_user`: of a user's liked new items the share that is there, over users; each with its standard error (`_se`).
    `liked`: binary (n_users, n_items).
    """
    part = np.random.default_rng(seed).permutation(liked.shape[1]) % FOLDS
    by_item: list[float] = []
    by_user: list[float] = []
    for fold in folds:
        held = np.flatnonzero(part == fold)
        truth = liked[:, held].toarray() > 0
        users = np.flatnonzero(truth.any(axis=1))
        known = sp.csr_matrix(liked @ sp.diags_array((part != fold).astype(np.float32)))
        scores = score(known, held)[users]
        tie = np.random.default_rng([seed, fold]).random(scores.shape)
        order = np.lexsort((tie, -scores), axis=1)
        first = np.zeros(scores.shape, bool)
        np.put_along_axis(first, order[:, : max(round(TOP * len(held)), 1)], True, axis=1)
        hits, likes = first & truth[users], truth[users]
        some = likes.any(axis=0)
        by_item += (hits.sum(axis=0)[some] / likes.sum(axis=0)[some]).tolist()
        by_user += (hits.sum(axis=1) / likes.sum(axis=1)).tolist()
    return {**_mean("by_item", by_item), **_mean("by_user", by_user)}


def _mean(name: str, values: list[float]) -> dict[str, float]:
    error = float(np.std(values) / np.sqrt(len(values))) if values else float("nan")
    return {name: float(np.mean(values)) if values else float("nan"), f"{name}_se": error}

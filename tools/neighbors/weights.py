"""Item-to-item weights, learned from who had what: `weights[i, j]` is what having item i says about item j.

EASE where the catalogue is small enough for its closed form, else the item-based nearest neighbours. Both are linear,
so a score is exactly the sum of what each item of the history contributes.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.interactions import Interactions

Weights: TypeAlias = NDArray[np.float32] | sp.csr_matrix  # (n_items, n_items), diagonal 0

DENSE_LIMIT = 8_000  # items; the closed form holds two dense float32 matrices and inverts one
L2 = 300.0
NEAREST = 100
SHRINKAGE = 20.0
# Reaching for an item tells of taste, verdict or not: beats 0 on validation (MovieLens). Counting a disliked item too
# (0.3) gains nothing there, and would let two items go together because the same users dislike one of them.
NEUTRAL = 0.5
_BLOCK = 256


def fit(interactions: Interactions, dense_limit: int = DENSE_LIMIT) -> Weights:
    """Dense (EASE) up to `dense_limit` items, sparse (at most 100 neighbours an item) above."""
    matrix = confidence(interactions)
    return ease(matrix) if interactions.n_items <= dense_limit else nearest(matrix)


def confidence(x: Interactions) -> sp.csr_matrix:
    """How much a user's having an item counts, float32 (n_users, n_items): the strongest of their events on it."""
    weight = np.where(x.weight == 0, NEUTRAL, np.maximum(x.weight, 0.0)).astype(np.float32)
    order = np.lexsort((-weight, x.item, x.user))
    order = order[weight[order] > 0]
    user, item = x.user[order], x.item[order]
    first = np.ones(len(order), bool)
    first[1:] = (user[1:] != user[:-1]) | (item[1:] != item[:-1])
    shape = (len(x.user_ids), x.n_items)
    return sp.csr_matrix((weight[order][first], (user[first], item[first])), shape=shape)


def ease(matrix: sp.csr_matrix, l2: float = L2) -> NDArray[np.float32]:
    """Embarrassingly shallow autoencoder (Steck 2019): ridge regression of every item on all others, in closed form."""
    gram = (matrix.T @ matrix).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += l2
    weights = np.linalg.inv(gram)
    weights /= -np.diag(weights).copy()
    np.fill_diagonal(weights, 0.0)
    return weights


def nearest(matrix: sp.csr_matrix, k: int = NEAREST, shrinkage: float = SHRINKAGE) -> sp.csr_matrix:
    """Cosine between items, damped by `shrinkage`, the `k` largest of each item kept."""
    items = matrix.T.tocsr()
    norms = np.sqrt(np.asarray(items.multiply(items).sum(axis=1), np.float32)).ravel()
    parts = [_nearest(items, matrix, norms, at, k, shrinkage) for at in range(0, items.shape[0], _BLOCK)]
    return sp.vstack(parts, format="csr")


def _nearest(
    items: sp.csr_matrix, matrix: sp.csr_matrix, norms: NDArray[np.float32], at: int, k: int, shrinkage: float
) -> sp.csr_matrix:
    """The rows `at` .. `at` + _BLOCK of the result; a block at a time keeps the dense product small."""
    block = (items[at : at + _BLOCK] @ matrix).toarray()
    rows = np.arange(len(block))
    block /= norms[at : at + len(block), None] * norms[None, :] + shrinkage
    block[rows, at + rows] = 0.0
    kept = np.argpartition(-block, min(k, block.shape[1] - 1), axis=1)[:, :k]
    value = np.take_along_axis(block, kept, axis=1)
    out = sp.csr_matrix((value.ravel(), (np.repeat(rows, kept.shape[1]), kept.ravel())), shape=block.shape)
    out.eliminate_zeros()
    return out

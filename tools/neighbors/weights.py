"""Item-to-item weights, learned from who had what: `weights[i, j]` is what having item i says about item j.

EASE where the catalogue is small enough for its closed form, else the nearest items by users in common and by latent
factors. Both are linear, so a score is exactly the sum of what each item of the history contributes.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.interactions import Interactions

Weights: TypeAlias = NDArray[np.float32] | sp.csr_matrix  # (n_items, n_items), diagonal 0

DENSE_LIMIT = 8_000  # items; the closed form holds two dense float32 matrices and inverts one
L2 = 300.0
# Above the limit; chosen on the last but one items of 6,000 users of `games` (Amazon video games, 16,859 items), where
# Recall@20 of the items had so far, recent ones first, is 0.193: 0.162 by users in common alone, 0.166 by cosine.
NEAREST = 200
OF, TO = 0.6, 0.3  # powers of the counts of the item of the history and of the item that is scored
COMMON, RARE = 20.0, 5.0  # imaginary users of every item
RANK = 256  # at most; of few items a quarter, as all factors together say nothing
# Reaching for an item tells of taste, verdict or not: beats 0 on validation (MovieLens). Counting a disliked item too
# (0.3) gains nothing there, and would let two items go together because the same users dislike one of them.
NEUTRAL = 0.5
_BLOCK = 512
_SIDE_BY_SIDE = 4  # blocks, of 150 MB at 20,000 items

Floats: TypeAlias = NDArray[np.float32]


def fit(interactions: Interactions, dense_limit: int = DENSE_LIMIT) -> Weights:
    """Dense (EASE) up to `dense_limit` items, sparse (at most 200 neighbours an item) above."""
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


def nearest(matrix: sp.csr_matrix, k: int = NEAREST) -> sp.csr_matrix:
    """Of each item the `k` that go with it best: users in common over powers of both items' counts, and the same seen
    through the main factors of all histories (truncated SVD, as in PureSVD, Cremonesi et al. 2010), which join items
    that few users have had together.
    """
    if not matrix.nnz:
        return sp.csr_matrix((matrix.shape[1], matrix.shape[1]), dtype=np.float32)
    items = matrix.T.tocsr()
    counts = np.asarray(matrix.sum(axis=0), np.float32).ravel()
    of, to = (counts + COMMON) ** -OF, (counts + COMMON) ** -TO
    left, right = _factors(matrix, counts)
    rows = np.random.default_rng(0).permutation(len(counts))[:_BLOCK]
    shared, latent = _shared(items, matrix, of, to, rows), _latent(left, right, rows)
    left *= _best(shared) / max(_best(latent), 1e-12)

    def block(at: int) -> sp.csr_matrix:
        rows = np.arange(at, min(at + _BLOCK, len(counts)))
        return _largest(_shared(items, matrix, of, to, rows) + _latent(left, right, rows), k)

    with ThreadPoolExecutor(min(os.cpu_count() or 1, _SIDE_BY_SIDE)) as pool:
        return sp.vstack(list(pool.map(block, range(0, len(counts), _BLOCK))), format="csr")


def reading(weights: Weights, alike: sp.csr_matrix, share: float) -> Weights:
    """`weights` with what the items' texts say (tools/neighbors/alike.py) added to them: `share` of what events say."""
    rows = np.random.default_rng(0).permutation(alike.shape[0])[:_BLOCK]
    held = weights[rows] if isinstance(weights, np.ndarray) else weights[rows].toarray()
    said = alike * np.float32(share * _best(held) / max(_best(alike[rows].toarray()), 1e-12))
    if isinstance(weights, np.ndarray):
        return np.asarray(weights + said, np.float32)
    return sp.csr_matrix(weights + said)


def _factors(matrix: sp.csr_matrix, counts: Floats) -> tuple[Floats, Floats]:
    """Two sides (n_items, rank) whose product says what goes with what: of histories of one length each."""
    from sklearn.utils.extmath import randomized_svd

    length = np.sqrt(np.maximum(np.asarray(matrix.sum(axis=1), np.float32).ravel(), 1e-9))
    root = np.sqrt(counts + RARE)
    even = sp.csr_matrix(sp.diags_array(1 / length) @ matrix @ sp.diags_array(1 / root), dtype=np.float32)
    _, _, axes = randomized_svd(even, min(RANK, max(1, min(even.shape) // 4)), n_iter=3, random_state=0)
    factors = axes.T.astype(np.float32)
    return factors / root[:, None], factors * (root * (counts + RARE) ** -TO)[:, None]


def _shared(items: sp.csr_matrix, matrix: sp.csr_matrix, of: Floats, to: Floats, rows: NDArray[np.int64]) -> Floats:
    """Rows of the similarity by users in common; a block at a time keeps the dense product small."""
    block: Floats = (items[rows] @ matrix).toarray()
    block *= of[rows, None]
    block *= to
    block[np.arange(len(rows)), rows] = 0.0
    return block


def _latent(left: Floats, right: Floats, rows: NDArray[np.int64]) -> Floats:
    block = left[rows] @ right.T
    block[np.arange(len(rows)), rows] = 0.0
    return block


def _best(block: Floats) -> float:
    """Mean of the best 20 of each row."""
    n = min(20, block.shape[1])
    return float(np.partition(block, -n, axis=1)[:, -n:].mean())


def _largest(block: Floats, k: int) -> sp.csr_matrix:
    """The `k` largest of each row, of those above 0."""
    kept = np.argpartition(-block, min(k, block.shape[1] - 1), axis=1)[:, :k]
    value = np.maximum(np.take_along_axis(block, kept, axis=1), 0)
    rows = np.repeat(np.arange(len(block)), kept.shape[1])
    out = sp.csr_matrix((value.ravel(), (rows, kept.ravel())), shape=block.shape, dtype=np.float32)
    out.eliminate_zeros()
    return out

"""What people go on to: `transitions[i, j]` is how often item j follows soon after item i, beside how common both are.

Co-occurrence asks what is liked by the same people; this asks what comes next. On MovieLens it ranks the next likes
about as well as EASE, and it errs elsewhere: together they rank far better than either.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.interactions import Interactions

REACH = 48  # events ahead that count at all
HALF = 16.0  # events ahead at which following counts half; chosen on validation among 4, 8, 16
PAIRS = 40_000_000  # at most; a longer log is looked at less far ahead
NEAREST = 400  # followers kept of an item
RARE = 5.0  # imaginary events of every item, so that what happened once does not look certain
_BLOCK = 16_000_000  # pairs held at once


def fit(x: Interactions) -> sp.csr_matrix:
    """Float32 (n_items, n_items), diagonal empty, at most 400 followers an item: the decayed count of j after i over
    the root of both items' counts.
    """
    order = np.argsort(x.user, kind="stable")  # by user, each in time order
    user, item = x.user[order], x.item[order]
    reach = int(min(REACH, max(4, PAIRS // max(len(user), 1))))
    per_block = max(1, _BLOCK // max(len(user), 1))
    follows = sp.csr_matrix((x.n_items, x.n_items), dtype=np.float32)
    for first in range(1, reach + 1, per_block):
        follows = follows + _pairs(user, item, range(first, min(first + per_block, reach + 1)), x.n_items)
    scale = sp.diags(1 / np.sqrt(np.bincount(item, minlength=x.n_items) + RARE)).astype(np.float32)
    return strongest(sp.csr_matrix(scale @ follows @ scale, dtype=np.float32), NEAREST)


def _pairs(user: NDArray[np.int32], item: NDArray[np.int32], lags: range, n_items: int) -> sp.csr_matrix:
    rows, columns, values = [], [], []
    for lag in lags:
        same = (user[lag:] == user[:-lag]) & (item[lag:] != item[:-lag])
        rows.append(item[:-lag][same])
        columns.append(item[lag:][same])
        values.append(np.full(int(same.sum()), 2.0 ** (-lag / HALF), np.float32))
    cells = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sp.csr_matrix(cells, shape=(n_items, n_items))


def strongest(matrix: sp.csr_matrix, n: int) -> sp.csr_matrix:
    """The `n` largest of each row; of equal ones the first. Row by row: sorting all entries takes five times longer."""
    matrix.sort_indices()
    kept = np.ones(matrix.nnz, bool)
    for row in np.flatnonzero(np.diff(matrix.indptr) > n):
        span = slice(matrix.indptr[row], matrix.indptr[row + 1])
        kept[span] = _largest(matrix.data[span], n)
    bounds = np.concatenate([[0], np.cumsum(kept)])[matrix.indptr]
    return sp.csr_matrix((matrix.data[kept], matrix.indices[kept], bounds), shape=matrix.shape)


def _largest(values: NDArray[np.float32], n: int) -> NDArray[np.bool_]:
    least = np.partition(values, -n)[-n]
    kept = values > least
    kept[np.flatnonzero(values == least)[: n - int(kept.sum())]] = True
    return kept

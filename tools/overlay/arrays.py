"""Arrays of a bundle over more items than it was trained on: old rows as they are, new ones put in."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Array = NDArray[Any]
RIDGE_ROWS = 4_000  # items that a map is read from


def grown(held: Array, n: int, fill: float = 0.0) -> Array:
    """`held` (m, ...) with n rows."""
    if len(held) == n:
        return held
    out = np.full((n, *held.shape[1:]), fill, held.dtype)
    out[: len(held)] = held
    return out


def put(held: Array, n: int, rows: NDArray[np.int64], values: Array) -> Array:
    """`held` (m, ...) with n rows, `values` in these."""
    out = held.copy() if len(held) == n else grown(held, n)
    out[rows] = values
    return out


def wide(held: Array, n: int) -> Array:
    """`held` (m, k) with n columns."""
    return np.pad(held, ((0, 0), (0, n - held.shape[1]))) if held.shape[1] < n else held


def stretched(held: sp.csr_matrix, rows: int, columns: int) -> sp.csr_matrix:
    """The same entries in a matrix of this shape, which is not smaller; they are not copied."""
    ends = np.append(held.indptr, np.full(rows - held.shape[0], held.indptr[-1], held.indptr.dtype))
    return sp.csr_matrix((held.data, held.indices, ends), shape=(rows, columns))


def put_rows(held: sp.csr_matrix, n: int, rows: NDArray[np.int64], values: sp.csr_matrix) -> sp.csr_matrix:
    """`held` (m, d) with n rows, `values` (len(rows), d) in these."""
    order = np.arange(n)
    order[rows] = n + np.arange(len(rows))
    return sp.csr_matrix(sp.vstack([stretched(held, n, held.shape[1]), values], "csr")[order])


def mapped(x: Array, y: Array, ridge: float) -> NDArray[np.float64]:
    """W (d + 1, k), the ridge solution of [x, 1] W = y, from rows evenly drawn where there are many."""
    drawn = np.linspace(0, len(x) - 1, min(len(x), RIDGE_ROWS)).astype(int)
    rows = with_one(x[drawn]).astype(np.float64)
    gram = rows.T @ rows
    gram.flat[:: len(gram) + 1] += ridge
    return np.asarray(np.linalg.solve(gram, rows.T @ y[drawn]), np.float64)


def with_one(x: Array) -> Array:
    return np.hstack([x, np.ones((len(x), 1), x.dtype)])

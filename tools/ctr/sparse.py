"""Looking into sparse rows."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.histories import Ints


def nonzeros(matrix: sp.csr_matrix, rows: Ints) -> tuple[Ints, Ints, NDArray[np.floating]]:
    """What `matrix[rows]` holds: the place in `rows`, the column and the value of each entry, row by row."""
    first, size = matrix.indptr[rows], matrix.indptr[rows + 1] - matrix.indptr[rows]
    place = np.repeat(np.arange(len(rows)), size)
    entry = np.arange(len(place)) + np.repeat(first - (np.cumsum(size) - size), size)
    return place, matrix.indices[entry], matrix.data[entry]

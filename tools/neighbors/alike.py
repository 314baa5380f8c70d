"""Which items say the same of themselves: the cosine between the words of their texts, rare words counting most.

A sequel, another edition or what belongs to the same machine share words long before enough people had both. Only words
are compared, so nothing has to be encoded and nothing of the events is looked at.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from tools.catalogue import Catalogue
from tools.neighbors.weights import largest
from tools.profile.vectors import unit_rows
from tools.search.lexical import Lexical

NEAREST = 50  # items kept of each
_BLOCK = 512


def alike(catalogue: Catalogue) -> sp.csr_matrix:
    """Float32 (n_items, n_items), diagonal empty, at most 50 an item."""
    words = unit_rows(Lexical.fit(catalogue).weights.T.tocsr()).astype(np.float32)
    n, of_all, parts = len(catalogue), words.T.tocsr(), []
    for at in range(0, n, _BLOCK):
        block = (words[at : at + _BLOCK] @ of_all).toarray()
        block[np.arange(len(block)), at + np.arange(len(block))] = 0.0
        parts.append(largest(block, NEAREST))
    return sp.vstack(parts, format="csr") if parts else sp.csr_matrix((n, n), dtype=np.float32)

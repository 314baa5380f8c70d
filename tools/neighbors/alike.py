"""Which items say the same of themselves: the cosine between the words of their texts, rare words counting most.

A sequel, another edition or what belongs to the same machine share words long before enough people had both. Only words
are compared, so nothing has to be encoded and nothing of the events is looked at.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from tools.catalogue import Catalogue
from tools.neighbors.transitions import strongest
from tools.profile.vectors import unit_rows
from tools.search.lexical import Lexical

NEAREST = 50  # items kept of each
LEAST = 0.15  # cosine below which what is shared says nothing
_BLOCK = 512


def alike(catalogue: Catalogue) -> sp.csr_matrix:
    """Float32 (n_items, n_items), diagonal empty, at most 50 an item."""
    words = unit_rows(Lexical.fit(catalogue).weights.T.tocsr()).astype(np.float32)
    by_word, parts = words.T.tocsr(), [sp.csr_matrix((0, len(catalogue)), dtype=np.float32)]
    for at in range(0, len(catalogue), _BLOCK):
        near = sp.csr_matrix(words[at : at + _BLOCK] @ by_word)
        row = at + np.repeat(np.arange(near.shape[0]), np.diff(near.indptr))
        near.data[(near.data < LEAST) | (near.indices == row)] = 0
        near.eliminate_zeros()
        parts.append(strongest(near, NEAREST))
    return sp.vstack(parts, format="csr")

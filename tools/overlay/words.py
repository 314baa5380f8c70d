"""The words of some items, changed in the lexical index of all: as `Lexical.fit` weighs them, with the rarity and the
mean lengths of the items that were there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.search.lexical import FIELDS, K1, NAMED, B, Lexical, _fields, _idf, words

if TYPE_CHECKING:
    from tools.catalogue import Catalogue

SAMPLE = 300  # items that mean lengths are taken from


def mean_lengths(catalogue: Catalogue) -> NDArray[np.float64]:
    """Mean number of words of each field where it has any, in the order of `FIELDS`, over evenly drawn items."""
    drawn = np.linspace(0, len(catalogue) - 1, min(len(catalogue), SAMPLE)).astype(int).tolist()
    lengths = [[len(words(text)) for text in texts] for texts in _fields(catalogue.part(drawn))]
    return np.array([np.mean([n for n in field if n] or [1]) for field in lengths])


def edited(held: Lexical, catalogue: Catalogue, rows: Sequence[int], means: NDArray[np.float64]) -> Lexical:
    """`held` over `catalogue`, of which the items `rows` are other than they were."""
    import scipy.sparse as sp

    kept = ~np.isin(held.weights.indices, rows)
    owner = np.repeat(np.arange(len(held.terms)), np.diff(held.weights.indptr))[kept]
    codes, terms = dict(held._codes), list(held.terms)
    new: list[tuple[int, int, float, bool]] = []
    for item, fields in zip(rows, zip(*_fields(catalogue.part(rows)), strict=True), strict=True):
        for word, (mixed, named) in _mixed(fields, means).items():
            code = codes.setdefault(word, len(terms))
            if code == len(terms):
                terms.append(word)
            df = 1 if code >= len(held.terms) else max(1, int(np.diff(held.weights.indptr[code : code + 2])[0]))
            idf = float(_idf(np.array([df]), len(catalogue))[0])
            new.append((code, item, idf * mixed / (K1 + mixed), named))
    new.sort()
    at = np.searchsorted(owner, [code for code, *_ in new], side="right")
    ends = np.append(0, np.bincount(np.append(owner, [code for code, *_ in new]).astype(int), minlength=len(terms)))
    parts = [
        np.insert(old[kept], at, np.array([entry[n] for entry in new], old.dtype))
        for n, old in ((2, held.weights.data), (1, held.weights.indices), (3, held.named))
    ]
    weights = sp.csr_matrix((parts[0], parts[1], np.cumsum(ends)), shape=(len(terms), len(catalogue)))
    return Lexical(tuple(terms), weights, parts[2], held.silent)


def _mixed(fields: Sequence[str], means: NDArray[np.float64]) -> dict[str, tuple[float, bool]]:
    """BM25F term frequency of each word of one item, and whether its title or people hold it."""
    out: dict[str, tuple[float, bool]] = {}
    for n, (text, weight, mean) in enumerate(zip(fields, FIELDS.values(), means.tolist(), strict=True)):
        found = words(text)
        norm = 1 - B + B * max(len(found), 1) / mean
        for word, count in Counter(found).items():
            before, named = out.get(word, (0.0, False))
            out[word] = (before + weight * count / norm, named or n < NAMED)
    return out

"""Content vectors C: what an item is, as weighted one-hots of its facets, its people and its decade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tools.catalogue import Catalogue

Role = Literal["facet", "people", "band"]

# Each block is one unit long on average before these are applied, so that a long cast does not drown the genres.
BLOCK_WEIGHT: dict[Role, float] = {"facet": 1.0, "people": 0.5, "band": 0.4}
LEAST_ITEMS = {"facet": 1, "people": 3, "band": 1}  # a name that stands on fewer items says nothing of the others
MOST_VALUES = 256  # of one attribute: the vectors are also made dense


class Feature(NamedTuple):
    """One dimension of C and P_u."""

    attribute: str
    value: str
    role: Role


def content_vectors(catalogue: Catalogue) -> tuple[sp.csr_matrix, tuple[Feature, ...]]:
    """C, float32 (n_items, d), rows L2-normalised (zero for an item that has none of the features), and its columns."""
    blocks = [_kept(names, matrix) for names, matrix in _blocks(catalogue)]
    features = tuple(name for names, _ in blocks for name in names)
    parts = [_scaled(_idf(matrix), BLOCK_WEIGHT[names[0].role]) for names, matrix in blocks if names]
    joined = sp.hstack(parts, "csr") if parts else sp.csr_matrix((len(catalogue), 0), dtype=np.float32)
    return unit_rows(joined).astype(np.float32), features


def feature_weights(catalogue: Catalogue) -> dict[Feature, float]:
    """What having each feature counts in a row of C before the row is made one long."""
    out: dict[Feature, float] = {}
    for names, matrix in (_kept(names, matrix) for names, matrix in _blocks(catalogue)):
        if names:
            weighted = _scaled(_idf(matrix), BLOCK_WEIGHT[names[0].role])
            out |= zip(names, weighted.max(axis=0).toarray().ravel().tolist(), strict=True)
    return out


def unit_rows(matrix: sp.csr_matrix) -> sp.csr_matrix:
    """Each row divided by its length; a zero row stays zero."""
    length = _lengths(matrix)
    return sp.csr_matrix(sp.diags_array(1.0 / np.where(length > 0, length, 1.0)) @ matrix)


def _lengths(matrix: sp.csr_matrix) -> NDArray[np.float64]:
    return np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), np.float64)).ravel()


def _scaled(matrix: sp.csr_matrix, length: float) -> sp.csr_matrix:
    """Its rows that are not zero `length` long on average."""
    lengths = _lengths(matrix)
    return matrix * (length / max(float(lengths[lengths > 0].mean()), 1e-9)) if lengths.any() else matrix


def _blocks(catalogue: Catalogue) -> Iterator[tuple[list[Feature], sp.csr_matrix]]:
    for field in catalogue.fields.values():
        if field.values and (field.facet or field.people):
            role: Role = "facet" if field.facet else "people"
            yield [Feature(field.name, value, role) for value in field.values], catalogue.matrix(field.name)
    year = year_field(catalogue)
    if year:
        yield _decades(year, catalogue.numbers(year))


def year_field(catalogue: Catalogue) -> str | None:
    """The main year-like number: whole numbers between 1000 and 2999, the attributes shown first."""
    shown = catalogue.domain.attributes.shown
    numbers = sorted(catalogue.fields.values(), key=lambda f: shown.index(f.name) if f.name in shown else len(shown))
    for field in numbers:
        low, high = field.minimum or 0.0, field.maximum or 0.0
        if field.kind == "number" and field.integral and low >= 1000 and high < 3000:
            return field.name
    return None


def _decades(name: str, years: NDArray[np.float64]) -> tuple[list[Feature], sp.csr_matrix]:
    rows = np.flatnonzero(~np.isnan(years))
    starts, column = np.unique(years[rows] // 10 * 10, return_inverse=True)
    matrix = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, column)), shape=(len(years), len(starts)))
    return [Feature(name, f"{start:.0f}s", "band") for start in starts], matrix


def _kept(names: Sequence[Feature], matrix: sp.csr_matrix) -> tuple[list[Feature], sp.csr_matrix]:
    """The commonest values, in their own order."""
    held = np.asarray(matrix.sum(axis=0)).ravel()
    common = np.sort(np.argsort(-held, kind="stable")[:MOST_VALUES])
    common = common[held[common] >= LEAST_ITEMS[names[0].role]]
    return [names[n] for n in common], matrix.tocsc()[:, common].tocsr()


def _idf(matrix: sp.csr_matrix) -> sp.csr_matrix:
    held = np.asarray(matrix.sum(axis=0)).ravel()
    return matrix @ sp.diags_array(np.log1p(matrix.shape[0] / np.maximum(held, 1.0)))

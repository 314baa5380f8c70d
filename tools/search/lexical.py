"""Lexical match: BM25 over titles, people, facets and descriptions, for words that an encoder only guesses at: names,
rare titles, another language, typing slips.

Fields are weighed as in BM25F. English words lose their plural; Chinese, Japanese and Korean, which are written without
spaces, are cut into pairs of characters. A facet is also found by the names that the domain file gives it, so 喜剧 and
"funny" find Comedy. A word that no item has stands for its nearest spelling.

The scores are sums of a few sparse rows, made with SciPy: a search library would bring its own idea of a word and no
field weights.

Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009 (BM25F).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from tools.columns import fold
from tools.errors import CorruptData

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.columns import Mask
    from tools.domain import Domain

Read = tuple[str, list[tuple[int, float]]]  # a word of a query, and the terms it stands for with what each is worth
FIELDS = {"title": 3.0, "people": 2.0, "facets": 1.0, "description": 1.0}  # weight of a word found there
NAMED = 2  # of them, the first ones hold names
K1, B = 1.2, 0.5  # saturation of repeated words; how much a long field counts against a match
SLIP = 0.8  # what a match of the nearest spelling is worth of a right one
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]+")
_SILENT = re.compile(  # in a wish; the rest of it is what is wished for
    "一[部个些本首款]|[几这那][部个些本首款]|[我你他她它]们?|想看|想要|想找|有没有|推荐|什么|那样|这样|一样|类似|关于|今晚"
    "|[的了吗呢吧啊请像和与]"
)
_STOP = frozenset(
    re.findall(
        r"\w+",
        "a about an and any anything are as at but by find for from give good i in is it like looking me my no not of"
        " on one or please recommend see show similar some something such that the this to tonight want watch what"
        " which with",
    )
)
_OWNS = re.compile(r"['’`]s\b")


class Matches(NamedTuple):
    """Best first, all (n,): catalogue indices int32, BM25 scores, and the share in [0, 1] of the query's weight that an
    item covers anywhere, and in its title and people.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    covered: NDArray[np.float32]
    named: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Lexical:
    """`weights` (n_terms, n_items) float32 CSR, rows in the order of `terms`: what a word adds to an item's score;
    `named` (nnz,) marks the entries where the item's title or people hold the word; `silent`: words of a query that say
    nothing.
    """

    terms: tuple[str, ...]
    weights: sp.csr_matrix
    named: NDArray[np.bool_]
    silent: frozenset[str]

    @classmethod
    def fit(cls, catalogue: Catalogue) -> Lexical:
        codes: dict[str, int] = {}
        counts = [_counts(texts, codes) for texts in _fields(catalogue)]
        shape = (len(codes), len(catalogue))
        tf = [sp.csr_matrix((data, (rows, at)), shape) for rows, at, data in counts]
        mixed = sum(w * _shortened(m) for w, m in zip(FIELDS.values(), tf, strict=True)).tocsr()
        mixed.sort_indices()
        df = np.diff(mixed.indptr)
        idf = _idf(df, len(catalogue))
        mixed.data = (np.repeat(idf, df) * mixed.data / (K1 + mixed.data)).astype(np.float32)
        names = sum(tf[:NAMED]).tocsr()
        named = np.asarray(names[np.repeat(np.arange(shape[0]), df), mixed.indices] > 0).ravel()
        return cls(tuple(codes), mixed, named, _silent(catalogue.domain))

    def save(self, folder: Path) -> None:
        """Writes `lexical.npz` and `terms.json`."""
        w = self.weights
        np.savez(folder / "lexical.npz", data=w.data, indices=w.indices, indptr=w.indptr, named=self.named)
        (folder / "terms.json").write_text(json.dumps(self.terms, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue) -> Lexical:
        """Raises CorruptData: not readable, or not of this catalogue."""
        try:
            terms = tuple(json.loads((folder / "terms.json").read_text("utf-8")))
            with np.load(folder / "lexical.npz", allow_pickle=False) as held:
                parts, named = (held["data"], held["indices"], held["indptr"]), held["named"]
            weights = sp.csr_matrix(parts, shape=(len(terms), len(catalogue)))
            weights.check_format()
        except (OSError, ValueError, KeyError) as error:
            raise CorruptData(f"{folder}/lexical.npz: not readable: {error}; run `tastemaker train`") from error
        return cls(terms, weights, named, _silent(catalogue.domain))

    def query(self, text: str, eligible: Mask, n: int) -> Matches:
        """Up to n items that hold any of the words, best first."""
        scores, covered, named = np.zeros((3, self.weights.shape[1]), np.float32)
        whole = 0.0
        for word, found in self._read(text):
            whole += max((float(self._idf[code]) for code, _ in found), default=self._unknown(word))
            for code, worth in found:
                row = slice(self.weights.indptr[code], self.weights.indptr[code + 1])
                at, weight = self.weights.indices[row], worth * self._idf[code]
                scores[at] += worth * self.weights.data[row]
                covered[at] += weight
                named[at[self.named[row]]] += weight
        items = np.flatnonzero((scores > 0) & eligible)
        if len(items) > n:
            items = items[np.argpartition(-scores[items], n - 1)[:n]]
        items = items[np.lexsort((items, -scores[items]))]
        shares = (np.minimum(part[items] / max(whole, 1e-9), 1.0) for part in (covered, named))
        return Matches(items.astype(np.int32), scores[items], *shares)

    def in_title(self, text: str, title: str) -> bool:
        """Whether half of the words that tell something, by weight, stand in the title, or their nearest spellings."""
        held, inside, whole = set(words(title)), 0.0, 0.0
        for word, found in self._read(text):
            weight = max((float(self._idf[code]) for code, _ in found), default=self._unknown(word))
            whole += weight
            inside += weight * any(self.terms[code] in held for code, _ in found)
        return inside > 0 and inside >= whole / 2

    def people(self, text: str, people: Sequence[str]) -> list[str]:
        """Of some people those whom the text names: by their full name, or by the last if it says nothing else."""
        wanted = {self.terms[code] for _, found in self._read(text) for code, _ in found}
        if not wanted:
            return []
        parts = {name: _name(name) for name in people}
        return [name for name, held in parts.items() if held and (wanted >= set(held) or wanted == {held[-1]})]

    @cached_property
    def _read(self) -> Callable[[str], list[Read]]:
        """`_understand`, of the last texts once: the search and the reasons for each item ask for the same one."""
        return lru_cache(64)(self._understand)

    def _understand(self, text: str) -> list[Read]:
        """Each word of the query that tells something, and the terms it stands for with what a match is worth."""
        said = (word for word in dict.fromkeys(words(text, wish=True)) if word not in self.silent)
        known = ((word, self._codes.get(word)) for word in said)
        return [(word, self._slips(word) if code is None else [(code, 1.0)]) for word, code in known]

    def _slips(self, word: str) -> list[tuple[int, float]]:
        """Terms one slip away (two in a long word): a letter missing, doubled, wrong, or swapped with the next.

        Never the first letter: few slips fall there, and most words that differ in it are other words (heist, Feist).
        """
        if len(word) < 4 or _CJK.search(word) or word.isdigit():
            return []
        allowed = 1 if len(word) < 8 else 2
        lengths = (self._by_length.get(n, ()) for n in range(len(word) - allowed, len(word) + allowed + 1))
        near = [term for terms in lengths for term in terms if term[0] == word[0]]
        hits = process.extract(word, near, scorer=OSA.distance, score_cutoff=allowed, limit=3)
        best = min((distance for _, distance, _ in hits), default=0)
        return [(self._codes[term], SLIP) for term, distance, _ in hits if distance == best]

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {term: n for n, term in enumerate(self.terms)}

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        out: dict[int, list[str]] = {}
        for term in self.terms:
            out.setdefault(len(term), []).append(term)
        return out

    @cached_property
    def _idf(self) -> NDArray[np.float32]:
        return _idf(np.diff(self.weights.indptr), self.weights.shape[1])

    def _unknown(self, word: str) -> float:
        """A word that no item has weighs as one that a single item has; a pair of characters may be none."""
        rarest = float(_idf(np.array([1]), self.weights.shape[1])[0])
        return rarest / 2 if _CJK.search(word) else rarest


def words(text: str, wish: bool = False) -> list[str]:
    """The terms of a text, in order. `wish`: Chinese characters that ask rather than name are left out."""
    text = _OWNS.sub("", text)
    plain = text.casefold().replace("'", "") if text.isascii() else fold(text)
    out: list[str] = []
    for word in _WORD.findall(plain):
        if word.isascii():
            out.append(_singular(word))
            continue
        at = 0
        for run in _CJK.finditer(word):
            out += filter(None, [word[at : run.start()]])
            parts = _SILENT.split(run[0]) if wish else [run[0]]
            out += [pair for part in parts for pair in _pairs(part)]
            at = run.end()
        out += filter(None, [word[at:]])
    return out


@lru_cache(20_000)  # the same people are in many items
def _name(said: str) -> tuple[str, ...]:
    return tuple(words(said))


def _pairs(run: str) -> list[str]:
    return [a + b for a, b in pairwise(run)] if len(run) > 1 else [run] if run else []


def _singular(word: str) -> str:
    """Harman's S stemmer (1991)."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("us", "ss")):
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    return word[:-1]


def _silent(domain: Domain) -> frozenset[str]:
    return _STOP.union(*(words(name) for noun in (domain.item, domain.items) for name in (noun.en, noun.zh)))


def _fields(catalogue: Catalogue) -> tuple[Iterator[str], ...]:
    """The texts of every item, in the order of FIELDS."""
    domain, rows = catalogue.domain, [catalogue.attributes(i) for i in range(len(catalogue))]
    facets = dict.fromkeys(("tags", *domain.attributes.facets))
    also = {
        (field, value): " ".join((value, *names))
        for field, values in domain.aliases.items()
        for value, names in values.items()
    }
    return (
        iter(catalogue.titles),
        (" ".join(str(v) for name in domain.attributes.people for v in _listed(row.get(name))) for row in rows),
        (" ".join(also.get((name, str(v)), str(v)) for name in facets for v in _listed(row.get(name))) for row in rows),
        (item.description or "" for item in catalogue.items),
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _counts(
    texts: Iterator[str], codes: dict[str, int]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Term, item and 1 for every word of one field; new words get the next code."""
    rows: list[int] = []
    lengths: list[int] = []
    for text in texts:
        found = [codes.setdefault(word, len(codes)) for word in words(text)]
        rows += found
        lengths.append(len(found))
    at = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return np.array(rows, np.int32), at, np.ones(len(rows), np.float32)


def _shortened(tf: sp.csr_matrix) -> sp.csr_matrix:
    """Term frequencies of one field over its relative length."""
    length = np.asarray(tf.sum(axis=0)).ravel()
    mean = length[length > 0].mean() if length.any() else 1.0
    return tf @ sp.diags(1.0 / (1 - B + B * np.maximum(length, 1) / mean))


def _idf(df: NDArray[np.int_], n: int) -> NDArray[np.float32]:
    return np.log1p((n - df + 0.5) / (df + 0.5)).astype(np.float32)

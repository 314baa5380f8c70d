"""The search index: one vector an item, in Chroma and in memory, and the words of every item; the nearest items to what
someone says, or to an item.

Which items are allowed is decided by the catalogue's mask, never by Chroma's `where`, so that a filter means the same
to every tool; and Chroma's filters are slow (100 ms where 10% of 200,000 are kept). Few allowed items are compared one
by one, which is exact; where many are, Chroma's graph is asked for more than are wanted and what is not allowed is
dropped. `python -m benchmarks.search_speed` measures both; docs/search.md has the figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.errors import CorruptData
from tools.search import chroma
from tools.search.lexical import Lexical

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

    from tools.catalogue import Catalogue
    from tools.columns import Mask
    from tools.search.encoder import Encoder

SCAN = 512  # allowed items up to which comparing each is faster than Chroma ever is
WIDE = 0.5  # share of allowed items from which Chroma is asked, even where comparing each would be a little faster
PER_HIT = 40  # vectors that are compared in the time that one more hit takes Chroma
BLOCK = 512  # vectors compared at once: they fit the processor's cache
CONSTANT, WORDS = 30.0, 4.0  # of the rank fusion; chosen on the dev half of benchmarks/search_quality.py
NAMED = 0.7  # cosine that a title has to itself within its item's text
Found = tuple[NDArray[np.int32], NDArray[np.float32]]


class Hits(NamedTuple):
    """Best first, all (n,): catalogue indices int32; `scores` float32 on the scale of the cosines, in fused order; the
    cosines themselves.
    """

    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    cosines: NDArray[np.float32]


@dataclass(frozen=True)
class SearchIndex:
    """`vectors` (n_items, dim) float32, L2-normalised, in the catalogue's order. Answers once it has a collection."""

    catalogue: Catalogue
    encoder: Encoder
    vectors: NDArray[np.float32]
    lexical: Lexical
    collection: Collection | None = None
    metrics: dict[str, float] = field(default_factory=dict)

    @classmethod
    def fit(
        cls,
        catalogue: Catalogue,
        encoder: Encoder,
        reuse: Path | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> SearchIndex:
        """Embed every item's text. `reuse`: the folder of an earlier index, whose vectors are taken over where encoder
        and text are the same. `progress` is told how many more items are embedded, once a batch.
        """
        texts = [catalogue.text(i) for i in range(len(catalogue))]
        known = saved(reuse, encoder.name) if reuse else {}
        known = known if all(len(vector) == encoder.dim for vector in known.values()) else {}
        keys = [_key(text) for text in texts]
        new = [i for i, key in enumerate(keys) if key not in known]
        vectors = np.empty((len(texts), encoder.dim), np.float32)
        vectors[new] = encoder.encode([texts[i] for i in new], progress)
        old = [i for i, key in enumerate(keys) if key in known]
        if old:
            vectors[old] = np.stack([known[keys[i]] for i in old])
        return cls(
            catalogue, encoder, vectors, Lexical.fit(catalogue), metrics={"items": len(texts), "embedded": len(new)}
        )

    def save(self, folder: Path) -> None:
        """Writes `vectors.npy`, `texts.json` (the encoder's name, the SHA-256 of each item's text) and the words."""
        folder.mkdir(parents=True, exist_ok=True)
        self.lexical.save(folder)
        np.save(folder / "vectors.npy", self.vectors)
        keys = [_key(self.catalogue.text(i)) for i in range(len(self.catalogue))]
        (folder / "texts.json").write_text(json.dumps({"encoder": self.encoder.name, "sha256": keys}))

    @classmethod
    def load(cls, folder: Path, catalogue: Catalogue, encoder: Encoder, collection: Collection) -> SearchIndex:
        """The saved index over its Chroma collection, which is filled when it does not hold the items yet.

        Raises:
            CorruptData: the vectors cannot be read, or are not the catalogue's or the encoder's.
        """
        try:
            vectors = np.load(folder / "vectors.npy", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise CorruptData(f"{folder}/vectors.npy: not readable: {error}; run `tastemaker train`") from error
        if vectors.shape != (len(catalogue), encoder.dim):
            shape = f"{vectors.shape}, expected {(len(catalogue), encoder.dim)}"
            raise CorruptData(f"{folder}/vectors.npy: shape {shape}; run `tastemaker train`")
        chroma.fill(collection, catalogue, vectors)
        return cls(catalogue, encoder, vectors, Lexical.load(folder, catalogue), collection)

    def query(self, text: str, eligible: Mask, n: int) -> Found:
        """Up to n items nearest to the words, best first: indices int32 and cosines float32. `eligible` (n_items,)."""
        return self._nearest(self.encoder.query(text), eligible, n)

    def similar(self, item: int, eligible: Mask, n: int) -> Found:
        """Up to n items whose text is nearest to the item's, itself left out; as `query`."""
        others = eligible.copy()
        others[item] = False
        return self._nearest(self.vectors[item], others, n)

    def hybrid(self, words: str, read: str, eligible: Mask, n: int) -> Hits:
        """Up to n items for what someone said, by meaning and by words. `read`: what of it the encoder can read.

        Reciprocal rank fusion (Cormack, Clarke and Buettcher, 2009), where a match by words counts by the share of them
        that it covers: all of "Keaton" outweighs the encoder's guess, one word of a sentence does not. Ranking needs
        the scale of the cosines, so the best of them are handed out in fused order; an item whose title or people the
        words name counts as near.
        """
        matches = self.lexical.query(words, eligible, n)
        near = self._nearest(self.encoder.query(read), eligible, n)[0] if read else np.empty(0, np.int32)
        items = np.union1d(near, matches.items)
        fused, scale = np.zeros(len(items)), np.zeros(len(items), np.float32)
        cosines = self.vectors[items] @ self.encoder.query(read) if read else scale
        fused[np.searchsorted(items, near)] += 1 / (CONSTANT + np.arange(1, len(near) + 1))
        at = np.searchsorted(items, matches.items)
        fused[at] += WORDS * matches.covered / (CONSTANT + np.arange(1, len(at) + 1))
        scale[at] = NAMED * matches.named
        best = np.lexsort((items, -fused))[:n]
        scores = np.sort(np.maximum(scale, cosines)[best])[::-1]
        return Hits(items[best].astype(np.int32), scores, cosines[best])

    def _nearest(self, vector: NDArray[np.float32], eligible: Mask, n: int) -> Found:
        items = np.flatnonzero(eligible)
        share = len(items) / max(len(eligible), 1)
        wanted = n if share == 1 else int(2 * n / max(share, 1e-9) + 2 * len(eligible) ** 0.5)
        if len(items) > max(SCAN, n) and (share >= WIDE or len(items) > PER_HIT * wanted):
            assert self.collection is not None, "an index answers after `load`, which gives it a collection"
            found = chroma.nearest(self.collection, vector, min(wanted, len(eligible)))
            at = self.catalogue.positions  # an item put since this index was made is in Chroma already
            hits = np.array([at[i] for i in found if i in at], np.int64)
            hits = hits[eligible[hits]]
            items = hits if len(hits) >= n else items  # what is near was not allowed: compare them all
        cosines = self._compare(items, vector)
        best = np.argpartition(-cosines, n - 1)[:n] if len(items) > n else np.arange(len(items))
        best = best[np.lexsort((items[best], -cosines[best]))]
        return items[best].astype(np.int32), cosines[best]

    def _compare(self, items: NDArray[np.int64], vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines (n,), a block at a time: gathering all rows first takes twice as long."""
        out = np.empty(len(items), np.float32)
        rows = np.empty((BLOCK, len(vector)), np.float32)
        for at in range(0, len(items), BLOCK):
            part = items[at : at + BLOCK]
            held = rows[: len(part)]
            np.take(self.vectors, part, axis=0, out=held, mode="clip")  # any other mode copies twice
            np.dot(held, vector, out=out[at : at + len(part)])
        return out


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def vectors_of(folder: Path, encoder: str, catalogue: Catalogue) -> NDArray[np.float32] | None:
    """The saved vectors of all the items' texts, (n_items, dim); None where one of them is missing."""
    known = saved(folder, encoder)
    keys = [_key(catalogue.text(i)) for i in range(len(catalogue))]
    return np.stack([known[key] for key in keys]) if keys and all(key in known for key in keys) else None


def saved(folder: Path, encoder: str) -> dict[str, NDArray[np.float32]]:
    """Text hash -> vector of an earlier index; nothing when it is another encoder's or there is none."""
    try:
        about = json.loads((folder / "texts.json").read_text())
        vectors = np.load(folder / "vectors.npy", allow_pickle=False)
    except FileNotFoundError:
        return {}
    if about["encoder"] != encoder or len(vectors) != len(about["sha256"]):
        return {}
    return dict(zip(about["sha256"], vectors, strict=True))

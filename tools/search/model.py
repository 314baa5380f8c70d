"""The search index: one vector an item, in Chroma and in memory, and the nearest items to words or to an item.

Which items are allowed is decided by the catalogue's mask, never by Chroma's `where`, so that a filter means the same
to every tool. Measured on 1,682 films, the nearest 100, p50 on one core (recall against an exhaustive search):

    allowed   Chroma where       Chroma ids=        fetch 300, then mask   numpy over the allowed
    1,399     4.4 ms (0.993)     1.6 ms (0.993)     1.7 ms (0.9995)        0.19 ms (1)
    505       2.4 ms (0.998)     1.4 ms (0.998)     1.8 ms (0.71)          0.08 ms (1)
    12        2.6 ms (1)         1.4 ms (1)         1.7 ms (0.17)          0.01 ms (1)

With ef_search 400 `ids=` takes 2.0 ms and misses nothing here (1 to 2% among 20,000). So Chroma is asked with `ids=`;
but up to 512 allowed items, where its time grows with the index (13 ms among 20,000), the vectors in memory are
compared, which is exact.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.errors import CorruptData
from tools.search import chroma

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

    from tools.catalogue import Catalogue
    from tools.columns import Mask
    from tools.search.encoder import Encoder

SCAN = 512
Found = tuple[NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True)
class SearchIndex:
    """`vectors` (n_items, dim) float32, L2-normalised, in the catalogue's order. Answers once it has a collection."""

    catalogue: Catalogue
    encoder: Encoder
    vectors: NDArray[np.float32]
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
        known = _saved(reuse, encoder) if reuse else {}
        keys = [_key(text) for text in texts]
        new = [i for i, key in enumerate(keys) if key not in known]
        vectors = np.empty((len(texts), encoder.dim), np.float32)
        vectors[new] = encoder.encode([texts[i] for i in new], progress)
        old = [i for i, key in enumerate(keys) if key in known]
        if old:
            vectors[old] = np.stack([known[keys[i]] for i in old])
        return cls(catalogue, encoder, vectors, metrics={"items": len(texts), "embedded": len(new)})

    def save(self, folder: Path) -> None:
        """Writes `vectors.npy`, and `texts.json` with the encoder's name and the SHA-256 of each item's text."""
        folder.mkdir(parents=True, exist_ok=True)
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
        return cls(catalogue, encoder, vectors, collection)

    def query(self, text: str, eligible: Mask, n: int) -> Found:
        """Up to n items nearest to the words, best first: indices int32 and cosines float32. `eligible` (n_items,)."""
        return self._nearest(self.encoder.query(text), eligible, n)

    def similar(self, item: int, eligible: Mask, n: int) -> Found:
        """Up to n items whose text is nearest to the item's, itself left out; as `query`."""
        others = eligible.copy()
        others[item] = False
        return self._nearest(self.vectors[item], others, n)

    def _nearest(self, vector: NDArray[np.float32], eligible: Mask, n: int) -> Found:
        items = np.flatnonzero(eligible)
        if len(items) > max(SCAN, n):
            assert self.collection is not None, "an index answers after `load`, which gives it a collection"
            among = None if len(items) == len(eligible) else [self.catalogue.ids[i] for i in items]
            found = chroma.nearest(self.collection, vector, n, among)
            items = np.fromiter((self.catalogue.index(i) for i in found), np.int64, len(found))
        cosines = self.vectors[items] @ vector
        best = np.argsort(-cosines, kind="stable")[:n]
        return items[best].astype(np.int32), cosines[best].astype(np.float32)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _saved(folder: Path, encoder: Encoder) -> dict[str, NDArray[np.float32]]:
    """Text hash -> vector of an earlier index; nothing when it is another encoder's or there is none."""
    try:
        about = json.loads((folder / "texts.json").read_text())
        vectors = np.load(folder / "vectors.npy", allow_pickle=False)
    except FileNotFoundError:
        return {}
    if about["encoder"] != encoder.name or vectors.shape != (len(about["sha256"]), encoder.dim):
        return {}
    return dict(zip(about["sha256"], vectors, strict=True))

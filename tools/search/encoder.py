"""Texts to vectors with a sentence-transformers model (all-MiniLM-L6-v2 by default), on the CPU.

A BERT encoder with mean pooling is run by tools/search/bert.py. Any other architecture is loaded by
sentence-transformers.

Source: Reimers and Gurevych, Sentence-BERT, EMNLP 2019.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tools.errors import CorruptData, NotFound

Vectors = NDArray[np.float32]
CACHED = 2048  # query vectors kept: 3 MB
BATCH = 32
ENOUGH = 2000  # Chinese words in the vocabulary of an encoder that reads Chinese; MiniLM's has 488, and no idea of them
_TORCH = threading.Lock()


class _Network(Protocol):
    dim: int
    vocabulary: dict[str, int]

    def __call__(self, texts: list[str]) -> Vectors: ...


class Encoder:
    """`encode` gives L2-normalised float32 vectors (n, dim). Safe to call from several threads. `reads_chinese`: what
    an encoder does not know it still turns into a vector, which means nothing.
    """

    def __init__(self, network: _Network, name: str) -> None:
        self.dim = network.dim
        self.name = name
        self.reads_chinese = sum(any("\u4e00" <= c <= "\u9fff" for c in word) for word in network.vocabulary) >= ENOUGH
        self._network = network
        self._cache: OrderedDict[str, Future[Vectors]] = OrderedDict()
        self._worker = ThreadPoolExecutor(1, "encoder")  # one encoding runs at a time anyway, see `_threads`
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: str | Path) -> Encoder:
        """A model in the sentence-transformers layout.

        Raises:
            NotFound: no such folder. CorruptData: it holds no such model.
        """
        path = Path(folder)
        if not path.is_dir():
            raise NotFound(f"no encoder at {path}: give a folder with a sentence-transformers model", "encoder")
        try:
            network = _bert(path) if _is_plain_bert(path) else _SentenceTransformer(path)
        except (OSError, KeyError, ValueError) as error:
            raise CorruptData(f"{path} is not a readable encoder: {error}; delete it and fetch it again") from error
        network(["The first run is slow, so it is not left to the first turn."])
        return cls(network, path.name)

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """`progress` is told how many more texts are done, once a batch. Long texts are cut at the model's limit."""
        out = np.empty((len(texts), self.dim), np.float32)
        order = np.argsort([len(text) for text in texts], kind="stable")  # alike lengths together: little padding
        with _threads(len(texts)):
            for rows in (order[at : at + BATCH] for at in range(0, len(texts), BATCH)):
                out[rows] = self._network([texts[row] for row in rows])
                if progress:
                    progress(len(rows))
        return out

    def query(self, text: str) -> Vectors:
        """One text's vector (dim,), remembered: the same words are often asked twice."""
        return self.start(text).result()

    def start(self, text: str) -> Future[Vectors]:
        """Begin with the vector of words that `query` will be asked for, beside whatever comes first."""
        with self._lock:
            coming = self._cache.get(text)
            if coming is None or (coming.done() and coming.exception()):  # what failed is tried again
                coming = self._cache[text] = self._worker.submit(lambda: self.encode([text])[0])
            self._cache.move_to_end(text)
            if len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        return coming


def _is_plain_bert(folder: Path) -> bool:
    pooling, modules = folder / "1_Pooling" / "config.json", json.loads((folder / "modules.json").read_text())
    bert = json.loads((folder / "config.json").read_text())["model_type"] == "bert"
    parts = {module["type"].rsplit(".", 1)[-1] for module in modules}
    means = pooling.is_file() and json.loads(pooling.read_text()).get("pooling_mode_mean_tokens", False)
    return bool(bert and means and parts <= {"Transformer", "Pooling", "Normalize"})


def _bert(folder: Path) -> _Network:
    from tools.search.bert import Bert

    return Bert(folder)


class _SentenceTransformer:
    """Any other architecture."""

    def __init__(self, folder: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self.dim = int(self._model.get_sentence_embedding_dimension() or 0)
        self.vocabulary: dict[str, int] = self._model.tokenizer.get_vocab()

    def __call__(self, texts: list[str]) -> Vectors:
        vectors = self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


@contextmanager
def _threads(texts: int) -> Iterator[None]:
    """A query is too small to share out: one thread is faster, and leaves the other cores to the engine. One encoding
    at a time, because torch's thread count is the whole process's.
    """
    import torch

    with _TORCH:
        before = torch.get_num_threads()
        torch.set_num_threads(1 if texts < BATCH else before)
        try:
            yield
        finally:
            torch.set_num_threads(before)

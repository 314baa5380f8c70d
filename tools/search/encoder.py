"""Texts to vectors with a sentence-transformers model (all-MiniLM-L6-v2 by default), on the CPU.

A BERT encoder with mean pooling is run here, from its safetensors, by torch alone: importing transformers takes 4.2 s
of CPU and sentence-transformers 5.4 s, against 1.2 s for torch (2 cores, 2026-11), and the vectors are the same (cosine
above 0.99999, tested). Any other architecture is loaded by sentence-transformers.

Source: Reimers and Gurevych, Sentence-BERT, EMNLP 2019; Devlin et al., BERT, NAACL 2019.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from tools.errors import CorruptData, NotFound

if TYPE_CHECKING:
    from torch import Tensor

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
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
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
            network: _Network = _Bert(path) if _is_plain_bert(path) else _SentenceTransformer(path)
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
        with self._lock:
            if text in self._cache:
                self._cache.move_to_end(text)
                return self._cache[text]
        vector = self.encode([text])[0]
        with self._lock:
            self._cache[text] = vector
            if len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        return vector


def _is_plain_bert(folder: Path) -> bool:
    pooling, modules = folder / "1_Pooling" / "config.json", json.loads((folder / "modules.json").read_text())
    bert = json.loads((folder / "config.json").read_text())["model_type"] == "bert"
    parts = {module["type"].rsplit(".", 1)[-1] for module in modules}
    means = pooling.is_file() and json.loads(pooling.read_text()).get("pooling_mode_mean_tokens", False)
    return bool(bert and means and parts <= {"Transformer", "Pooling", "Normalize"})


class _Bert:
    """BERT's encoder, inference only: embeddings, then per layer attention and a feed-forward, then the mean."""

    def __init__(self, folder: Path) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text())
        limit = json.loads((folder / "sentence_bert_config.json").read_text()).get("max_seq_length")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(limit or config["max_position_embeddings"])
        self._tokenizer.enable_padding(pad_id=config.get("pad_token_id", 0))
        weights = load_file(folder / "model.safetensors")
        self._weights = {name.removeprefix("bert."): tensor.float() for name, tensor in weights.items()}
        self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self.dim = int(config["hidden_size"])
        self.vocabulary: dict[str, int] = self._tokenizer.get_vocab()

    def __call__(self, texts: list[str]) -> Vectors:
        import torch

        encodings = self._tokenizer.encode_batch(texts)
        ids = torch.tensor([e.ids for e in encodings])
        mask = torch.tensor([e.attention_mask for e in encodings])
        with torch.inference_mode():
            hidden = self._embed(ids)
            for n in range(self._layers):
                hidden = self._layer(hidden, mask[:, None, None, :].bool(), f"encoder.layer.{n}")
            kept = mask[:, :, None].to(hidden.dtype)
            mean = (hidden * kept).sum(1) / kept.sum(1)
            vectors: Vectors = torch.nn.functional.normalize(mean, dim=1).numpy()
        return vectors

    def _embed(self, ids: Tensor) -> Tensor:
        table = self._weights
        words = table["embeddings.word_embeddings.weight"][ids]
        places = table["embeddings.position_embeddings.weight"][: ids.shape[1]]
        return self._norm(words + places + table["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")

    def _layer(self, x: Tensor, mask: Tensor, name: str) -> Tensor:
        from torch.nn import functional

        query, key, value = (
            self._split(self._linear(x, f"{name}.attention.self.{p}")) for p in ("query", "key", "value")
        )
        attended = functional.scaled_dot_product_attention(query, key, value, mask).transpose(1, 2).reshape(x.shape)
        x = self._norm(
            x + self._linear(attended, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm"
        )
        wide = functional.gelu(self._linear(x, f"{name}.intermediate.dense"))
        return self._norm(x + self._linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _split(self, x: Tensor) -> Tensor:
        """(batch, length, dim) to (batch, heads, length, dim / heads)."""
        return x.reshape(*x.shape[:2], self._heads, -1).transpose(1, 2)

    def _linear(self, x: Tensor, name: str) -> Tensor:
        from torch.nn.functional import linear

        return linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        from torch.nn.functional import layer_norm

        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return layer_norm(x, (self.dim,), weight, bias, self._epsilon)


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

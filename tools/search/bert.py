"""BERT's encoder with mean pooling, inference only: from a sentence-transformers folder to vectors of texts.

It is run from its safetensors by torch alone: importing transformers takes 4.2 s of CPU and sentence-transformers
5.4 s, against 1.2 s for torch (2 cores, 2026-11), and the vectors are the same (cosine above 0.99999, tested).

A few words take 6 ms, and half of a turn, so two things are done about it. The weights are laid out once as oneDNN
multiplies them, where torch has it (12 ms without). And the whole network is one call that lets Python go on: as some
hundred calls, each waits its turn for the interpreter, which beside a busy thread makes 12 ms into 45.

Source: Devlin et al., BERT, NAACL 2019; Reimers and Gurevych, Sentence-BERT, EMNLP 2019.
"""

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

WORDS = 24  # tokens of a usual query, which the layout of the weights is chosen for
PLACES = ("attention.output.dense", "intermediate.dense", "output.dense")
NORMS = ("attention.output.LayerNorm", "output.LayerNorm")
PACKED = bool(torch.backends.mkldnn.is_available())


class Bert:
    """`bert(texts)` gives L2-normalised float32 vectors (n, dim)."""

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        limit = json.loads((folder / "sentence_bert_config.json").read_text()).get("max_seq_length")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(limit or config["max_position_embeddings"])
        self._tokenizer.enable_padding(pad_id=config.get("pad_token_id", 0))
        self._layers, self._heads = int(config["num_hidden_layers"]), int(config["num_attention_heads"])
        self._epsilon, self.dim = float(config["layer_norm_eps"]), int(config["hidden_size"])
        self.vocabulary: dict[str, int] = self._tokenizer.get_vocab()
        weights = load_file(folder / "model.safetensors")
        held = {name.removeprefix("bert."): tensor.float() for name, tensor in weights.items()}
        self._tables, self._weights = list(_embeddings(held)), list(self._stack(held))
        self._run = _compiled()

    def __call__(self, texts: list[str]) -> NDArray[np.float32]:
        encodings = self._tokenizer.encode_batch(texts)
        ids = torch.tensor([e.ids for e in encodings])
        mask = torch.tensor([e.attention_mask for e in encodings], dtype=torch.bool) if len(texts) > 1 else None
        with torch.inference_mode():
            vectors: NDArray[np.float32] = self._run(
                ids, mask, self._tables, self._weights, self._heads, self._epsilon
            ).numpy()
        return vectors

    def _stack(self, held: dict[str, Tensor]) -> Iterator[Tensor]:
        """Of each layer weight and bias of: query, key and value as one, what follows the attention, up, down; and of
        the two norms. Each weight that is laid out anew is let go of, so that memory does not hold both.
        """
        for n in range(self._layers):
            layer = f"encoder.layer.{n}"
            for part in ("weight", "bias"):
                names = [f"{layer}.attention.self.{name}.{part}" for name in ("query", "key", "value")]
                held[f"{layer}.qkv.{part}"] = torch.cat([held.pop(name) for name in names])
            for place in ("qkv", *PLACES):
                weight = held.pop(f"{layer}.{place}.weight")
                yield torch.ops.mkldnn._reorder_linear_weight(weight, WORDS) if PACKED else weight
                yield held.pop(f"{layer}.{place}.bias")
            for norm in NORMS:
                yield held[f"{layer}.{norm}.weight"]
                yield held[f"{layer}.{norm}.bias"]


def _embeddings(held: dict[str, Tensor]) -> Iterator[Tensor]:
    for name in ("word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight"):
        yield held[f"embeddings.{name}"]
    for part in ("weight", "bias"):
        yield held[f"embeddings.LayerNorm.{part}"]


def _compiled() -> Any:
    """`_forward` as one call. torch would rather have torch.compile, which needs a C++ compiler on every machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(_forward)


# TorchScript from here on, which compiles what these names stand for at that moment.

if PACKED:

    def _linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")

    def _bent(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", [], "none")

else:

    def _linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.nn.functional.linear(x, weight, bias)

    def _bent(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.nn.functional.gelu(torch.nn.functional.linear(x, weight, bias))


def _forward(
    ids: Tensor, mask: Tensor | None, tables: list[Tensor], w: list[Tensor], heads: int, epsilon: float
) -> Tensor:
    """`ids` and `mask` (batch, length) to unit vectors (batch, dim); no mask where there is no padding."""
    h = torch.nn.functional.embedding(ids, tables[0]) + tables[1][: ids.size(1)] + tables[2][0]
    d = [h.size(2)]
    h = torch.layer_norm(h, d, tables[3], tables[4], epsilon)
    for n in range(0, len(w), 12):
        seen = _linear(_attended(_linear(h, w[n], w[n + 1]), mask, heads), w[n + 2], w[n + 3])
        h = torch.layer_norm(h + seen, d, w[n + 8], w[n + 9], epsilon)
        narrow = _linear(_bent(h, w[n + 4], w[n + 5]), w[n + 6], w[n + 7])
        h = torch.layer_norm(h + narrow, d, w[n + 10], w[n + 11], epsilon)
    if mask is None:
        return torch.nn.functional.normalize(h.mean(1), dim=1)
    kept = mask.unsqueeze(2).to(h.dtype)
    return torch.nn.functional.normalize((h * kept).sum(1) / kept.sum(1), dim=1)


def _attended(qkv: Tensor, mask: Tensor | None, heads: int) -> Tensor:
    """From (batch, length, 3 * dim) to (batch, length, dim)."""
    b, length, d = qkv.size(0), qkv.size(1), qkv.size(2) // 3
    parts = qkv.view(b, length, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
    allowed = None if mask is None else mask.unsqueeze(1).unsqueeze(1)
    seen = torch.nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], allowed)
    return seen.transpose(1, 2).reshape(b, length, d)

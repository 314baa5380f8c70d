"""The encoder while it is trained: sentence-transformers runs it, PEFT adds the low-rank matrices (LoRA), and what
comes out is a plain model again, which tools/search/encoder.py serves without either.

Source: Reimers and Gurevych, Sentence-BERT, EMNLP 2019; Hu et al., LoRA, ICLR 2022; the loss with in-batch negatives is
Henderson et al., Efficient Natural Language Response Suggestion, 2017.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tools.errors import TastemakerError
from tools.tune.pairs import Batch
from tools.tune.settings import Method

if TYPE_CHECKING:
    from torch import Tensor

RANK, SCALE = 16, 20.0  # of LoRA; of cosines in the loss, what the base was trained with
DECAY, LONGEST = 0.01, 1.0  # AdamW's weight decay, the gradient's norm beyond which it is cut
WEIGHTS = "model.safetensors"


class Network:
    """The base in `folder`, trainable whole or through LoRA; the same seed gives the same start."""

    def __init__(self, folder: Path, method: Method, seed: int) -> None:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        torch.manual_seed(seed)
        self.folder = folder
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self._whole = SentenceTransformer(str(folder), device=self.device, local_files_only=True)
        self._adapter = _with_lora(self._whole[0].model) if method == "lora" else None  # its layers go into the model
        self.parameters = {name: p for name, p in self._whole.named_parameters() if p.requires_grad}
        groups = [{"params": [p for p in self.parameters.values() if p.ndim > 1], "weight_decay": DECAY}]
        groups += [{"params": [p for p in self.parameters.values() if p.ndim < 2], "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW([group for group in groups if group["params"]])

    def begin(self, seed: int, epoch: int) -> None:
        """What is drawn in an epoch (dropout) depends on the seed and the epoch alone."""
        import torch

        torch.manual_seed(seed * 1_000_003 + epoch)
        self._whole.train()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """L2-normalised vectors (n, dim), without dropout."""
        vectors: NDArray[np.float32] = self._whole.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return vectors

    def embed(self, texts: Sequence[str]) -> Tensor:
        """The same with gradients and dropout."""
        from sentence_transformers.util import batch_to_device
        from torch.nn.functional import normalize

        held = batch_to_device(self._whole.preprocess(list(texts)), self.device)
        return normalize(self._whole(held)["sentence_embedding"], dim=1)

    def step(self, texts: Sequence[str], batch: Batch, lr: float) -> dict[str, float]:
        """One step of AdamW at learning rate `lr`. `texts`: the catalogue's. Gives the two losses and the gradient's
        norm.
        """
        import torch

        items = self.embed([texts[i] for i in batch.items.tolist()])
        pairs, words = losses(items, self.embed(batch.asked), torch.from_numpy(batch.hidden).to(self.device))
        self.optimizer.zero_grad(set_to_none=True)
        (pairs + words).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), LONGEST)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        told = {"loss_together": pairs, "loss_words": words, "gradient": norm}
        return {name: float(value.detach()) for name, value in told.items()}

    def state(self) -> dict[str, Tensor]:
        """A copy of what is trained."""
        return {name: p.detach().cpu().clone() for name, p in self.parameters.items()}

    def restore(self, state: dict[str, Tensor]) -> None:
        import torch

        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(state[name])

    def memory(self) -> dict[str, Tensor]:
        """What AdamW remembers, as `name/key`."""
        return {
            f"{name}/{key}": value.cpu().clone()
            for name, parameter in self.parameters.items()
            for key, value in self.optimizer.state.get(parameter, {}).items()
        }

    def remember(self, memory: dict[str, Tensor]) -> None:
        for name, parameter in self.parameters.items():
            held = {key: memory.get(f"{name}/{key}") for key in ("step", "exp_avg", "exp_avg_sq")}
            if held["step"] is not None:
                self.optimizer.state[parameter] = {
                    key: value if key == "step" else value.to(self.device)
                    for key, value in held.items()
                    if value is not None
                }

    def save(self, folder: Path) -> None:
        """The base's folder with the tuned weights in place of its own, LoRA merged into them; the adapter by itself,
        as PEFT reads it, in `adapter/`.
        """
        from safetensors.torch import save_file

        shutil.copytree(
            self.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(WEIGHTS, "*.bin", "stamp.json")
        )
        inner = self._whole[0].model
        if self._adapter is not None:
            self._adapter.peft_config["default"].base_model_name_or_path = self.folder.name  # not where it lies here
            self._adapter.save_pretrained(folder / "adapter", save_embedding_layers=False)
            (folder / "adapter" / "README.md").unlink(missing_ok=True)
            inner = copy.deepcopy(self._adapter).merge_and_unload()
        tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in inner.state_dict().items()}
        save_file(tensors, str(folder / WEIGHTS), metadata={"format": "pt"})


def losses(items: Tensor, asked: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy of finding the other half of a pair, from either side, and the item that a request is about, among
    the items of the batch that are not `hidden`. Shapes as in `Batch`, vectors L2-normalised.
    """
    import torch
    from torch.nn.functional import cross_entropy

    half = len(items) // 2
    targets = torch.cat([torch.arange(half, 2 * half), torch.arange(half), torch.arange(half, 2 * half)])
    targets = targets.to(items.device)
    kept = ~hidden
    kept[torch.arange(len(targets)), targets] = True
    scores = (torch.cat([items, asked]) @ items.T * SCALE).masked_fill(~kept, float("-inf"))
    pairs = cross_entropy(scores[: 2 * half], targets[: 2 * half])
    return pairs, cross_entropy(scores[2 * half :], targets[2 * half :])


def _with_lora(model: Any) -> Any:
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise TastemakerError(
            "LoRA needs PEFT: pip install 'tastemaker[tune]', or take --method full, which does not"
        ) from None
    config = LoraConfig(r=RANK, lora_alpha=2 * RANK, lora_dropout=0.0, target_modules="all-linear")
    return get_peft_model(model, config)

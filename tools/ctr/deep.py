"""Deep click models: embeddings and a sequence encoder over recent events, GRU or CNN, with target attention."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from tools.ctr.features import Batch
from tools.ctr.metrics import Clicks
from tools.errors import CorruptData

if TYPE_CHECKING:
    from torch import Tensor

    from tools.ctr.network import Encoder, Network

Doubles = NDArray[np.float64]

MOST_ROWS = 150_000  # the latest rows are enough for so small a network
STEP = 512  # rows a step
RATE = 4e-3  # the highest of a one-cycle schedule
DECAY = 1e-4
FILE = "network.safetensors"


@dataclass(frozen=True)
class Deep:
    """What both encoders share."""

    network: Network
    EXACT: ClassVar[bool] = False
    ENCODER: ClassVar[Encoder]

    @classmethod
    def fit(cls, rows: Batch, clicks: Clicks, setting: float) -> Self:
        """`setting` is the number of epochs."""
        import torch

        from tools.ctr.network import Network

        rows, clicks = rows[-MOST_ROWS:], clicks[-MOST_ROWS:]
        with _one_thread(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            items, content = rows.content.shape
            network = Network(rows.table.shape[1], items, content, cls.ENCODER)
            scale = rows.table.std(0, dtype=float)
            network.mean.copy_(torch.from_numpy(rows.table.mean(0, dtype=float)))
            network.scale.copy_(torch.from_numpy(np.where(scale < 1e-6, np.inf, scale)))
            _train(network, _tensors(rows), torch.from_numpy(clicks.astype(np.float32)), int(setting))
        return cls(network.eval())

    def logits(self, rows: Batch) -> Doubles:
        import torch

        with torch.inference_mode():
            parts = [self.network(*_tensors(rows[at : at + 4096])) for at in range(0, len(rows.table), 4096)]
            return torch.cat(parts).double().numpy() if parts else np.zeros(0)

    def parts(self, rows: Batch) -> Doubles:
        """Slope times distance from the average row, (n, columns): what each column adds, to first order."""
        import torch

        table, *others = _tensors(rows)
        table.requires_grad_(True)
        (slope,) = torch.autograd.grad(self.network(table, *others).sum(), table)
        return np.asarray((slope * (table - self.network.mean)).detach().double().numpy())

    def save(self, folder: Path) -> None:
        from safetensors.torch import save_file

        save_file({name: held.contiguous() for name, held in self.network.state_dict().items()}, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Self:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from tools.ctr.network import Network

        try:
            held = load_file(folder / FILE)
            items, content = len(held["own.weight"]) - 1, held["content.weight"].shape[1]
            network = Network(len(held["mean"]), items, content, cls.ENCODER)
            network.load_state_dict(held)
        except (SafetensorError, KeyError, RuntimeError) as error:
            raise CorruptData(f"{folder / FILE}: not readable: {error}; run `tastemaker train`") from error
        return cls(network.eval())


class Gru(Deep):
    ENCODER: ClassVar[Encoder] = "gru"


class Cnn(Deep):
    ENCODER: ClassVar[Encoder] = "cnn"


def _train(network: Network, inputs: tuple[Tensor, ...], clicks: Tensor, epochs: int) -> None:
    import torch

    *each, content = inputs
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    steps = epochs * -(-len(clicks) // STEP)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1)
    loss = torch.nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        for rows in torch.randperm(len(clicks)).split(STEP):
            missed = loss(network(*(column[rows] for column in each), content), clicks[rows])
            optimizer.zero_grad()
            missed.backward()
            optimizer.step()
            schedule.step()


def _tensors(rows: Batch) -> tuple[Tensor, ...]:
    """In the order of `Network.forward`. One user's past is read once for all rows."""
    import torch

    past, grades = rows.past.items, rows.past.grades
    if len(past) > 1:
        past, grades = past[rows.owner], grades[rows.owner]
    arrays = (rows.table, rows.items.astype(np.int64), past.astype(np.int64), grades, rows.content)
    return tuple(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Small matrices gain nothing from threads, and lose much where cores are shared."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)

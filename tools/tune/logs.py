"""Where the figures of a run go while it runs: TensorBoard, Weights & Biases, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from tools.errors import TastemakerError

Where = Literal["tensorboard", "wandb", "none"]


class Log(Protocol):
    def scalars(self, values: Mapping[str, float], step: int) -> None: ...

    def close(self) -> None: ...


def open_log(where: Where, folder: Path, settings: Mapping[str, Any], step: int = 0) -> Log:
    """`folder` is the run's own, whose name is the run's; `step` is where a resumed run goes on.

    Raises:
        TastemakerError: the library is not installed; the message says how to get it.
    """
    kinds: dict[Where, type[_TensorBoard | _Wandb | _Nowhere]]
    kinds = {"tensorboard": _TensorBoard, "wandb": _Wandb, "none": _Nowhere}
    return kinds[where](folder, settings, step)


class _Nowhere:
    def __init__(self, folder: Path, settings: Mapping[str, Any], step: int) -> None: ...

    def scalars(self, values: Mapping[str, float], step: int) -> None: ...

    def close(self) -> None: ...


class _TensorBoard:
    def __init__(self, folder: Path, settings: Mapping[str, Any], step: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise TastemakerError(
                "TensorBoard is not installed: pip install 'tastemaker[tune]', or give --log none"
            ) from None
        self._writer = SummaryWriter(str(folder), purge_step=step or None)
        self._writer.add_text("settings", ", ".join(f"{key} {value}" for key, value in settings.items()))

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        self._writer.close()


class _Wandb:
    """The user's own installation and account; nothing is sent unless it is asked for."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], step: int) -> None:  # noqa: ARG002 -- it knows
        try:
            import wandb
        except ImportError:
            raise TastemakerError(
                "Weights & Biases is not installed: pip install wandb and wandb login, or give --log tensorboard"
            ) from None
        self._run = wandb.init(
            project="tastemaker", id=folder.name, resume="allow", dir=str(folder), config=dict(settings)
        )

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        self._run.log(dict(values), step=step)

    def close(self) -> None:
        self._run.finish()

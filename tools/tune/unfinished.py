"""A tuning that has not ended, as of its last whole epoch: one file, replaced by a rename, with which it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.errors import CorruptData, InvalidInput
from tools.home import Home
from tools.tune.kept import encoders
from tools.tune.measure import Figures

if TYPE_CHECKING:
    from torch import Tensor

Tensors = dict[str, "Tensor"]
SECTIONS = ("now", "best", "memory")  # weights, the best epoch's weights, what AdamW remembers


class Epoch(BaseModel):
    """Of the history: figures on dev, mean losses, and the seconds it took."""

    epoch: int
    together: float
    words: float
    loss_together: float
    loss_words: float
    seconds: float


class State(BaseModel):
    """`of`: what must be the same when it goes on. `best` is None while no epoch is better than the base."""

    model_config = ConfigDict(extra="forbid")
    run: str
    of: dict[str, str | int | float]
    base: Figures
    best: Figures | None = None
    best_epoch: int = 0
    history: list[Epoch] = []


@dataclass
class Unfinished:
    state: State
    now: Tensors
    best: Tensors
    memory: Tensors

    def save(self, home: Home) -> None:
        from safetensors.torch import save_file

        path = place(home)
        tensors = {f"{part}:{name}": t for part in SECTIONS for name, t in getattr(self, part).items()}
        aside = path.with_suffix(".tmp")
        save_file(tensors, str(aside), metadata={"state": self.state.model_dump_json()})
        aside.replace(path)

    @classmethod
    def load(cls, home: Home, of: dict[str, str | int | float]) -> Unfinished:
        """Raises:
        InvalidInput: there is none, or it was begun with other settings or data; says which.
        CorruptData: it cannot be read.
        """
        path = place(home)
        if not path.is_file():
            raise InvalidInput(f"there is no unfinished tuning in {encoders(home)}: leave --resume out", "resume")
        state, parts = _read(path)
        other = [
            f"{key} {state.of.get(key)!r}, not {value!r}" for key, value in of.items() if state.of.get(key) != value
        ]
        if other:
            raise InvalidInput(
                f"the unfinished tuning was begun with {'; '.join(other)}: give the same, or leave --resume out to "
                "begin anew",
                "resume",
            )
        return cls(state, **parts)


def place(home: Home) -> Path:
    return encoders(home) / "unfinished.safetensors"


def _read(path: Path) -> tuple[State, dict[str, Tensors]]:
    from safetensors import SafetensorError, safe_open

    parts: dict[str, Tensors] = {part: {} for part in SECTIONS}
    try:
        with safe_open(str(path), "pt") as file:
            state = State.model_validate_json(file.metadata()["state"])
            for key in file.keys():  # noqa: SIM118 -- it is no mapping
                part, name = key.split(":", 1)
                parts[part][name] = file.get_tensor(key)
    except (OSError, SafetensorError, ValidationError, KeyError, ValueError) as error:
        raise CorruptData(f"{path}: not a readable unfinished tuning: {error}; leave --resume out") from error
    return state, parts

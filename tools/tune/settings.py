"""How an encoder is tuned, as the command's options say it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Method = Literal["lora", "full"]
LR: dict[Method, float] = {"lora": 1e-3, "full": 5e-5}


class Settings(BaseModel):
    """`batch` counts pairs, each of two items and a request; `lr` None is the method's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    method: Method = "lora"
    epochs: int = Field(default=10, ge=1)
    batch: int = Field(default=32, ge=2)
    lr: float | None = Field(default=None, gt=0)
    patience: int = Field(default=3, ge=1)
    seed: int = 0

    @property
    def rate(self) -> float:
        return self.lr or LR[self.method]

    def told(self) -> dict[str, str | int | float]:
        return {**self.model_dump(exclude={"lr"}), "lr": self.rate}

"""Model weights by name: a registry, and `ensure`, which returns a verified folder ready to serve."""

from __future__ import annotations

from tools.weights.ready import ensure, ensure_llm
from tools.weights.registry import ModelSpec, model, models

__all__ = ["ModelSpec", "ensure", "ensure_llm", "model", "models"]

"""Ranking: what the tools found becomes a slate, in code and never in a prompt."""

from __future__ import annotations

from tools.rank.blend import rank

__all__ = ["rank"]

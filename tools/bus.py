"""The candidate bus: what the tools of one turn found, as arrays, with the reasons told only when asked.

Ids and scores stay in parallel numpy arrays; pydantic models appear when a slate is made. A tool hands over a
function that explains one item, so that reasons are written for the few items shown and not for hundreds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

# `neighbors`: goes with what they liked; `next`: people go on to it from there; `named`: goes with a title they named;
# `exploration`: nearly nobody has tried it yet, and its content is to their taste;
# `stated`: what they said they like.
Source = Literal["search", "named", "neighbors", "next", "profile", "ctr", "popularity", "exploration", "stated"]
EvidenceKind = Literal["profile", "search", "neighbors", "ctr", "popularity", "exploration"]


class Evidence(BaseModel):
    """One reason for one item. `text` is a plain English clause; extra fields hold the figures it rests on."""

    model_config = ConfigDict(extra="allow")
    kind: EvidenceKind
    text: str
    text_zh: str  # the same clause in Chinese


Explain = Callable[[int], list[Evidence]]


@dataclass(frozen=True)
class Candidates:
    """What one source says: `items` (n,) int32 catalogue indices, unique; `scores` (n,) float32, higher is better.
    `every` (n_items,): its scores of the whole catalogue, so that what others find can be compared by it too.
    """

    source: Source
    items: NDArray[np.int32]
    scores: NDArray[np.float32]
    explain: Explain
    every: NDArray[np.float32] | None = None


@dataclass
class Bus:
    """Collects candidates from tools that run side by side; safe to call from several threads."""

    _held: dict[Source, list[Candidates]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, candidates: Candidates) -> None:
        with self._lock:
            self._held.setdefault(candidates.source, []).append(candidates)

    @property
    def sources(self) -> list[Source]:
        return list(self._held)

    def items(self) -> NDArray[np.int32]:
        """Every candidate item once, ascending, shape (n,)."""
        found = [c.items for group in self._held.values() for c in group]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)

    def scores(self, source: Source, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """The source's best score for each of `items` (ascending), NaN where it said nothing; shape (n,)."""
        out = np.full(len(items), -np.inf, np.float32)
        for c in self._held.get(source, []):
            if c.every is not None:
                np.maximum(out, c.every[items], out=out)
                continue
            at = np.searchsorted(items, c.items)
            inside = (at < len(items)) & (items[np.minimum(at, len(items) - 1)] == c.items) if len(items) else []
            np.maximum.at(out, at[inside], c.scores[inside])
        return np.where(np.isneginf(out), np.float32(np.nan), out)

    def every(self, source: Source) -> NDArray[np.float32] | None:
        """What the source says of the whole catalogue, (n_items,), where it has said so."""
        return next((c.every for c in self._held.get(source, []) if c.every is not None), None)

    def evidence(self, item: int) -> list[Evidence]:
        """Reasons for one item from every source that put it on the bus."""
        groups = [c for group in self._held.values() for c in group if (c.items == item).any()]
        return [reason for c in groups for reason in c.explain(item)]

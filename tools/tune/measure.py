"""The figures of an encoder on one part (tools/tune/split.py), each a mean of what its items or requests got.

`together`: of what speaks for a held-out item, the share whose nearest tenth of the held-out items has it; a random
encoder gets 0.1. Averaged over items, so that popular ones count no more. `words`: recall@10 of the items that answer a
request about a held-out item (of at most ten), among all items of the part's exam.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from tools.tune.split import Exam

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
TOP, K = 0.1, 10


class Figures(BaseModel):
    """`together` per held-out item, `words` per request."""

    together: list[float]
    words: list[float]

    def means(self) -> dict[str, float]:
        return {"together": float(np.mean(self.together)), "words": float(np.mean(self.words))}

    def gain(self, base: Figures) -> tuple[float, float]:
        """How much more `together` is than the base's, and the standard error of that difference over items."""
        more = np.array(self.together) - np.array(base.together)
        return float(more.mean()), float(more.std(ddof=1) / np.sqrt(len(more)))

    def beats(self, base: Figures) -> bool:
        """Whether items are found better, by more than a standard error, and requests in words no worse."""
        more, error = self.gain(base)
        return more > error and self.keeps_words(base)

    def keeps_words(self, base: Figures) -> bool:
        return self.means()["words"] >= base.means()["words"] - 1e-6


def figures(exam: Exam, texts: Sequence[str], encode: Encode) -> Figures:
    """`texts`: those of the catalogue's items."""
    n = len(exam.known)
    vectors = encode([texts[i] for i in (*exam.known.tolist(), *exam.held.tolist())])
    near = _first(vectors[:n] @ vectors[n:].T, max(round(TOP * len(exam.held)), 1))
    together = (exam.together * near).sum(axis=0)
    found = _first(encode(exam.asked) @ vectors.T, K) & exam.relevant
    words = found.sum(axis=1) / np.minimum(exam.relevant.sum(axis=1), K)
    return Figures(together=together.tolist(), words=words.tolist())


def _first(scores: NDArray[np.float32], k: int) -> NDArray[np.bool_]:
    """Which of each row are its k highest."""
    out = np.zeros(scores.shape, bool)
    np.put_along_axis(out, np.argsort(-scores, axis=1, kind="stable")[:, :k], True, axis=1)
    return out

"""Items like some others as a source: near them in what they are about, and liked by the people who liked them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.bus import Candidates, Evidence, Explain
from tools.context import Context

FOUND = 200  # items
TOGETHER = 0.5  # what going together counts beside a cosine of 1


def put_like(context: Context, models: Sequence[int]) -> None:
    """Put the eligible items that are most like any of `models` (catalogue indices) on the bus as "named"."""
    box, scores = context.box, np.full(len(context.box.catalogue), -1.0, np.float32)
    nearest = np.zeros(len(scores), np.int32)
    for model in models:
        near, cosines = box.search.similar(model, context.eligible, FOUND)
        every = np.full(len(scores), -1.0, np.float32)
        every[near] = cosines
        together, shares = box.neighbors.similar_items(model, FOUND)
        allowed = context.eligible[together] & (together != model)
        if allowed.any():
            strength = shares[allowed] / max(float(shares[allowed].max()), 1e-9)
            held = together[allowed]
            every[held] = np.maximum(every[held], 0) + TOGETHER * strength.astype(np.float32)
        nearest[every > scores] = model
        scores = np.maximum(scores, every)
    items = np.flatnonzero(scores > 0).astype(np.int32)
    if len(items):
        context.bus.put(Candidates("named", items, scores[items], _explain(context, nearest)))


def _explain(context: Context, nearest: np.ndarray) -> Explain:
    titles = context.box.catalogue.titles

    def why(item: int) -> list[Evidence]:
        model = titles[int(nearest[item])]
        english, chinese = f"is like {model}, which you named", f"与你提到的《{model}》相似"
        return [Evidence(kind="search", text=english, text_zh=chinese, because=model)]

    return why

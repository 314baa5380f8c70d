"""From the bus to the slate: sources blended by rank, rules checked again, a reason for everything that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tools.bus import Evidence, EvidenceKind, Source
from tools.catalogue import Filters
from tools.context import Context
from tools.domain import Blend
from tools.filters import relaxations
from tools.rank.fill import POPULAR, put_popular
from tools.rank.rules import allowed
from tools.slate import Slate, SlateItem

TELLING: tuple[EvidenceKind, ...] = ("search", "neighbors", "profile", "ctr", "popularity", "exploration")


def rank(
    context: Context, filters: Filters | None = None, k: int = 10, exclude: Iterable[str] = (), query: str | None = None
) -> Slate:
    """The turn's slate: at most `k` items, best first, each with at least one reason.

    `filters` are the hard constraints that `context.eligible` was made with and `exclude` the item ids; both are
    applied again here. When they and the policy leave nothing, the slate abstains and says what to relax.
    """
    box, user, filters = context.box, context.user, filters or {}
    slate = Slate(
        user_id=user.user_id,
        query=query,
        constraints=filters,
        cold_start=not len(user.items),
        bundle=box.bundle_id,
    )
    unconstrained = allowed(box, user, exclude)
    eligible = context.eligible & unconstrained & box.catalogue.mask(filters)
    if not eligible.any():
        relax = relaxations(filters, box.catalogue, unconstrained)
        return slate.model_copy(update={"abstained": True, "relax": relax})
    put_popular(replace(context, eligible=eligible), max(POPULAR, k))
    items = context.bus.items()
    items = items[eligible[items]]
    score = blend({source: context.bus.scores(source, items) for source in context.bus.sources}, box.domain.blend)
    best = np.argsort(-score, kind="stable")[:k]  # stable: ties stand in catalogue order
    clicks = context.bus.scores("ctr", items)
    shown = [_item(context, n, int(items[at]), float(score[at]), float(clicks[at])) for n, at in enumerate(best, 1)]
    return slate.model_copy(update={"items": shown})


def blend(columns: Mapping[Source, NDArray[np.float32]], weights: Blend) -> NDArray[np.float32]:
    """Hybrid score in [0, 1], shape (n,), of n candidates: the weighted mean of each source's rank among those it
    scored. `columns` hold (n,) scores, NaN where a source said nothing, which counts as rank 0.
    """
    importance = {source: float(getattr(weights, source)) for source in sorted(columns)}  # sums alike every time
    mixed = sum((w * normalised(columns[source]) for source, w in importance.items()), np.float32(0))
    return np.asarray(mixed / max(sum(importance.values()), 1e-9), np.float32)


def normalised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rank of each score among the known ones, in (0, 1], ties at their mean; 0 where it is NaN."""
    out = np.zeros(len(scores), np.float32)
    known = ~np.isnan(scores)
    if known.any():
        out[known] = rankdata(scores[known]) / known.sum()
    return out


def _item(context: Context, n: int, item: int, score: float, ctr: float) -> SlateItem:
    catalogue = context.box.catalogue
    return SlateItem(
        rank=n,
        item_id=catalogue.ids[item],
        title=catalogue.titles[item],
        score=round(score, 6),
        ctr=None if np.isnan(ctr) else round(ctr, 6),
        attributes=catalogue.attributes(item),
        evidence=_reasons(context, item),
    )


def _reasons(context: Context, item: int) -> list[Evidence]:
    """Most telling first; in one order, whichever tool was ready first."""
    reasons = context.bus.evidence(item) or context.box.popularity.explain(item)
    return sorted(reasons, key=lambda reason: TELLING.index(reason.kind))

"""ctr_score: the chance that this user likes each candidate on the bus, and what moved it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tools.bus import Candidates, Evidence
from tools.context import Context
from tools.ctr.effects import UNSAID, Effect, effects

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.toolbox import Toolbox

NAME = "ctr_score"
ALONE = 300  # popular items scored when no other tool has found candidates


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", title=NAME)
    top: int = Field(default=10, ge=1, le=50, description="how many of the best to report")


def description(box: Toolbox) -> str:
    return (
        f"Estimates, for every {box.domain.item.en} the other tools have found in this turn, the chance that this "
        "user will like it. Use it together with a tool that finds candidates; alone it scores the most popular ones."
    )


def arguments(catalogue: Catalogue) -> type[BaseModel]:  # noqa: ARG001 - every tool has the same face
    return Arguments


def run(args: Arguments, context: Context) -> str:
    """Put P(click) of all candidates on the bus; say how many and which are best."""
    box, user = context.box, context.user
    items, where = _candidates(context)
    rows = box.ctr.batch(user, items)
    chances = box.ctr.chances(rows, box.ctr.own(user))

    learned = box.ctr.metrics.get("auc", 0.0) > 0.5  # else it tells nobody from nobody: a figure, but no reason

    def explain(item: int) -> list[Evidence]:
        if not learned:
            return []
        n = int(np.searchsorted(items, item))
        chance = None if box.ctr.against_samples else float(chances[n])
        return [evidence(chance, effects(box.ctr, user, item, row=rows[n : n + 1]))]

    context.bus.put(Candidates("ctr", items, chances, explain))
    best = np.argsort(-chances, kind="stable")[: min(args.top, 5)]
    shares = ["" if box.ctr.against_samples else f" {chances[n]:.0%}" for n in best]
    titles = "; ".join(f"{box.catalogue.titles[items[n]][:40]}{share}" for n, share in zip(best, shares, strict=True))
    return f"{len(items)} {where} scored. Most likely liked: {titles}."[:400]


def evidence(chance: float | None, moved: list[Effect]) -> Evidence:
    """One clause with the chance, where it is one, and the strongest reasons that pull the way it went."""
    up = sum(e.effect for e in moved) >= 0
    reasons = [e for e in moved if (e.effect > 0) is up and e.feature not in UNSAID][:2]
    told: dict[str, object] = {"effects": [e._asdict() | {"effect": round(e.effect, 3)} for e in moved]}
    if chance is None:
        en, zh = ("likely to suit you", "可能适合你") if up else ("less likely to suit you", "可能不太适合你")
    else:
        share = f"{min(max(chance, 0.01), 0.99):.0%}"  # nothing is certain
        en, zh = f"estimated chance you like it: {share}", f"预计你喜欢它的可能性为 {share}"
        told["ctr"] = round(chance, 4)
    if reasons:
        en += (", mostly because of " if up else ", held back by ") + " and ".join(e.en for e in reasons)
        zh += ("，主要因为" if up else "，受限于") + "，".join(e.zh for e in reasons)
    return Evidence.model_validate({"kind": "ctr", "text": en, "text_zh": zh} | told)


def _candidates(context: Context) -> tuple[NDArray[np.int32], str]:
    """What is on the bus; failing that, the most popular eligible items. Ascending."""
    items, domain = context.bus.items(), context.box.domain
    if len(items):
        return items, f"candidate {domain.items.en}"
    eligible = np.flatnonzero(context.eligible).astype(np.int32)
    popular = np.argsort(-context.box.popularity.scores[eligible], kind="stable")[:ALONE]
    return np.sort(eligible[popular]), f"popular {domain.items.en} (no other tool had found any)"

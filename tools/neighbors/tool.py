"""The cf_neighbors tool: candidates from the user's history, or from one title that the user names."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from tools.bus import Candidates, Explain, Source
from tools.context import Context
from tools.neighbors import reasons
from tools.neighbors.titles import CERTAIN, titles
from tools.rank.top import best

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.toolbox import Toolbox

NAME = "cf_neighbors"
SHOWN = 200


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    method: Literal["item", "user", "both"] = Field(
        "both", description="item: goes with their history; user: liked by similar people"
    )
    like: str | None = Field(
        None, max_length=200, description="a title the user names, as in 'more like TITLE'; else leave out"
    )


def description(box: Toolbox) -> str:
    items = box.domain.items.en
    return (
        f"Finds {items} that go with what this user liked and {items} that people with the same taste liked."
        f" Use it for any personal recommendation, and with `like` when the user names a title."
    )


def arguments(catalogue: Catalogue) -> type[BaseModel]:  # noqa: ARG001 - the same for every catalogue
    return Arguments


def run(args: Arguments, context: Context) -> str:
    return _named(context, args.like) if args.like else _personal(args, context)


def _personal(args: Arguments, context: Context) -> str:
    box, user = context.box, context.user
    if not user.profiling:
        return "Profiling is off for this user: no history may be used. Use vector_search."
    if not len(user.items):
        return "This user has no history yet, so there are no neighbours. Use vector_search."
    folded = box.neighbors.fold_in(user)
    explain = reasons.history(folded, args.method, box.catalogue.titles, box.domain.liked)
    found = _put(context, "neighbors", folded.scores(args.method), explain, context.eligible)
    if args.method != "user":
        _put(context, "next", folded.following, reasons.following(folded, box.catalogue.titles), context.eligible)
    return _say(context, found, f"from {len(folded.items)} {box.domain.items.en} of this user's history")


def _named(context: Context, said: str) -> str:
    box = context.box
    match = titles(box.catalogue.titles).find(said, box.popularity.scores)
    if match is None:
        return f"No title like {said[:80]!r} is in the catalogue. Use vector_search with its description."
    title = box.catalogue.titles[match.item]
    if match.score < CERTAIN:
        return f"No title {said[:80]!r} is in the catalogue; the nearest is {title[:120]!r}."
    eligible = context.eligible & (box.neighbors.shared(match.item) > 0)
    eligible[match.item] = False
    folded = box.neighbors.like(match.item)
    explain = reasons.named(box.neighbors, match.item, box.catalogue.titles)
    found = _put(context, "named", folded.scores("item"), explain, eligible)
    return _say(context, found, f"that go with {title[:80]}")


def _put(
    context: Context, source: Source, scores: NDArray[np.float32], explain: Explain, eligible: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """The best eligible items go on the bus, and come back best first; an item nothing speaks for is left out."""
    items = best(scores, eligible & (scores > 0), SHOWN)
    if len(items):
        context.bus.put(Candidates(source, items, scores[items], explain, every=scores))
    return items


def _say(context: Context, found: NDArray[np.int32], how: str) -> str:
    box = context.box
    if not len(found):
        return f"No allowed {box.domain.items.en} {how}."
    best = "; ".join(box.catalogue.titles[i] for i in found[:5].tolist())
    return textwrap.shorten(f"{len(found)} {box.domain.items.en} {how}. Best: {best}", 400, placeholder=" ...")

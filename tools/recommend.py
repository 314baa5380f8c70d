"""Recommend without a language model: one user's slate with evidence, or every user's ranked items at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tools import registry
from tools.bus import Candidates, Evidence, Source
from tools.catalogue import Filters
from tools.context import Context
from tools.domain import Language
from tools.errors import InvalidInput
from tools.filters import parse
from tools.intent import understand
from tools.neighbors import tool as neighbors
from tools.profile import tool as profile
from tools.rank.blend import best, rank
from tools.rank.rules import open_turn
from tools.search.tool import MAX_QUERY
from tools.slate import Slate
from tools.user import UserView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tools.toolbox import Toolbox

log = logging.getLogger(__name__)
READ = 4000  # characters of a query


def recommend(
    box: Toolbox,
    user_id: str,
    query: str | None = None,
    k: int = 10,
    filters: Mapping[str, Any] | None = None,
    exclude: Iterable[str] = (),
    language: Language = "en",
) -> Slate:
    """Up to `k` ranked items with evidence, or an abstaining slate. `exclude`: item ids.

    Constraints are read from the words of `query` by rules; `filters` come on top and win where both say something.
    A blank query is none; only its first 4,000 characters are read.

    Raises:
        InvalidInput: `k` is out of bounds, or a filter names a field, operator or value that is not there.
    """
    check_k(box, k)
    words, exclude = (query or "").strip(), tuple(exclude)
    intent = understand(words[:READ], box.catalogue, box.domain) if words else None
    wanted = merge(intent.filters if intent else {}, parse(filters or {}, box.catalogue))
    context = open_turn(box, box.view(user_id), wanted, exclude, language)
    names = ["profile_lookup", "cf_neighbors", "ctr_score"] if len(context.user.items) else []
    calls: list[dict[str, Any]] = [{"name": name, "args": {}} for name in names]
    if intent and intent.query:
        calls.append({"name": "vector_search", "args": {"query": intent.query[:MAX_QUERY], "filters": wanted}})
    for result in registry.execute(calls, context) if context.eligible.any() else ():
        if result.error:
            log.warning("recommending without %s: %s", result.name, result.error)
    return rank(context, wanted, k, exclude, query=words or None)


def check_k(box: Toolbox, k: int) -> None:
    limit = box.domain.policy.max_items
    if not 1 <= k <= limit:
        raise InvalidInput(f"k is {k}: give a number from 1 to {limit}", "k")


def merge(below: Filters, above: Filters) -> Filters:
    """Both sets of constraints; `above` wins where both give the same field and operator."""
    return {field: {**below.get(field, {}), **above.get(field, {})} for field in {**below, **above}}


def batch(box: Toolbox, user_ids: Sequence[str], k: int) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """Each user's top `k` as (item id, score), in the order given, without evidence. Unknown ids get the cold-start
    slate. All events are read once, so this is for many users.

    Raises:
        InvalidInput: `k` is out of bounds.
    """
    check_k(box, k)
    return (
        (user.user_id, [(box.catalogue.ids[item], score) for item, score in top(box, user, k)])
        for user in _views(box, user_ids)
    )


def _views(box: Toolbox, user_ids: Sequence[str]) -> Iterator[UserView]:
    wanted = pl.Series(user_ids, dtype=pl.String)
    events = box.store.events().filter(pl.col("user_id").is_in(wanted.implode()))
    histories = {str(key[0]): frame for key, frame in events.partition_by("user_id", as_dict=True).items()}
    users = {user.user_id: user for user in box.store.users()}
    for user_id in user_ids:
        yield box.view_of(user_id, users.get(user_id), histories.get(user_id, events.clear()))


def top(box: Toolbox, user: UserView, k: int, among: NDArray[np.bool_] | None = None) -> list[tuple[int, float]]:
    """What `recommend` gives without words, from the same candidates, without reasons: at most `k` (catalogue index,
    score), best first, of those items only that `among` (n_items,) allows.
    """
    context = open_turn(box, user, {})
    if among is not None:
        context.eligible &= among
    if not context.eligible.any():
        return []
    if len(user.items):
        folded = box.neighbors.fold_in(user)
        _put(context, "neighbors", folded.scores(), neighbors.SHOWN)
        _put(context, "next", folded.following, neighbors.SHOWN)
        _put(context, "profile", box.profile.appeal(user), profile.SHOWN)
        items = context.bus.items()
        context.bus.put(Candidates("ctr", items, box.ctr.predict(user, items), _untold))
    items, scores = best(context, {}, k)
    return [(item, round(score, 6)) for item, score in zip(items.tolist(), scores.tolist(), strict=True)]


def _put(context: Context, source: Source, scores: NDArray[np.float32], n: int) -> None:
    """The `n` best eligible items, if the source speaks for any."""
    among = np.flatnonzero(context.eligible & (scores > 0)).astype(np.int32)
    items = among[np.argsort(-scores[among], kind="stable")[:n]]
    if len(items):
        context.bus.put(Candidates(source, items, scores[items], _untold, every=scores))


def _untold(_: int) -> list[Evidence]:
    return []

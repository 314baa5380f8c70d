"""Recommend without a language model: one user's slate with evidence, or every user's ranked items at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tools import registry
from tools.catalogue import Filters
from tools.domain import Language
from tools.errors import InvalidInput
from tools.filters import parse
from tools.intent import understand
from tools.rank.blend import rank
from tools.rank.many import blocks, slates
from tools.rank.rules import open_turn
from tools.search.tool import MAX_QUERY, prepare
from tools.slate import Slate

if TYPE_CHECKING:
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
    if intent and intent.query:
        prepare(intent.query, box)
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
    return _batch(box, user_ids, k)


def _batch(box: Toolbox, user_ids: Sequence[str], k: int) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    users = box.views(user_ids)
    for at in blocks(box, len(users)):
        found = zip(users[at], *slates(box, users[at], k), strict=True)
        for user, items, scores in found:
            shown = zip(items.tolist(), scores.tolist(), strict=True)
            yield user.user_id, [(box.catalogue.ids[item], round(score, 6)) for item, score in shown if item >= 0]

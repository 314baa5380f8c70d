"""From the bus to the slate: words and taste blended, rules checked again, a reason for everything that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tools.bus import Evidence, EvidenceKind
from tools.catalogue import Filters
from tools.cold.model import SETTLED, share
from tools.context import Context
from tools.errors import InvalidInput
from tools.filters import relaxations
from tools.histories import Histories
from tools.rank.explore import put_new
from tools.rank.fill import POPULAR, put_popular
from tools.rank.mix import Kinds, Share, choose
from tools.rank.rules import allowed, held_back, sponsored
from tools.rank.taste import PERSONAL, Columns, Floats, table
from tools.rank.top import highest
from tools.slate import Slate, SlateItem
from tools.user import UserView

if TYPE_CHECKING:
    from tools.domain import Floor
    from tools.toolbox import Toolbox

Mask = NDArray[np.bool_]
Newness = NDArray[np.float64] | float  # how far the cold-start model speaks for each user, or what is left of 1

TELLING: tuple[EvidenceKind, ...] = ("search", "neighbors", "profile", "ctr", "popularity", "exploration")
STANDS_OUT = (0.15, 0.25)  # cosine between the best found and the last, from which words lead and lead fully
TIES = 0.001  # what popularity counts beside a settled taste: it decides where that says nothing
MEANT = 0.35  # cosine below which even the best found is not what the words mean
DIGITS = 4  # of log-odds that order items: rounding noise must not order what is equal, alone or in a crowd
LISTED = 60  # candidates for which the chance of a click counts, the best by the rest
LEAD = 5.0  # by how much more search then counts; taste weighs 2 by default


def rank(
    context: Context, filters: Filters | None = None, k: int = 10, exclude: Iterable[str] = (), query: str | None = None
) -> Slate:
    """The turn's slate: at most `k` items, best first, each with at least one reason.

    `filters` are the hard constraints that `context.eligible` was made with and `exclude` the item ids; both are
    applied again here. When they and the policy leave nothing, the slate abstains and says what to relax.
    """
    box, user, filters, exclude = context.box, context.user, filters or {}, tuple(exclude)
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
        held = held_back(box, user, filters, exclude)
        return slate.model_copy(update={"abstained": True, "relax": relax, "held_back": held})
    items, scores = best(replace(context, eligible=eligible), filters, k)
    shown = [_item(context, n, int(i), float(s)) for n, (i, s) in enumerate(zip(items, scores, strict=True), 1)]
    return slate.model_copy(update={"items": shown})


def best(context: Context, filters: Filters, k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The best `k` eligible items on the bus, topped up with popular ones, and their hybrid scores, both (<= k,)."""
    put_popular(context, max(POPULAR, k))
    for floor in context.box.domain.mix.floors:
        put_popular(context, k, members(context.box, floor))
    asked = not {"search", "named"}.isdisjoint(context.bus.sources)  # then the words say what the slate is like
    if context.box.domain.mix.exploration and not asked:
        put_new(context)
    items = context.bus.items()
    items = items[context.eligible[items]]
    columns = {source: context.bus.scores(source, items) for source in context.bus.sources}
    scores = hybrid(context, items, columns, filters, asked)
    new = columns.get("exploration", np.full(len(items), np.nan, np.float32))
    [first] = slate(context.box, Histories.of([context.user]), items[None], scores[None], new[None], k, asked)
    first = first[first >= 0]
    return items[first], scores[first]


def slate(
    box: Toolbox,
    users: Histories,
    items: NDArray[np.int32],
    scores: Floats,
    new: Floats,
    k: int,
    asked: bool = False,
) -> NDArray[np.intp]:
    """Which columns of candidates (n, c) make the slates of n users, as the domain file wants them mixed; see
    `mix.choose`. `new`: what exploration says of the candidates, NaN where nothing. What was `asked` for in words is
    not bent towards what the user likes otherwise.
    """
    mix = box.domain.mix
    promised = [Share(of.share, np.where(members(box, of)[items], scores, -np.inf)) for of in mix.floors]
    if mix.exploration:
        promised.append(Share(mix.exploration, np.where(np.isneginf(scores) | np.isnan(new), -np.inf, new)))
    kinds = None if asked else Kinds(box.profile.facet_shares, box.profile.facet_taste(users), mix.calibration)
    return choose(scores, items, k, kinds, promised, box.catalogue.same)


def members(box: Toolbox, floor: Floor) -> Mask:
    """Which items the floor is about, (n_items,).

    Raises:
        InvalidInput: no item has its attribute.
    """
    if floor.attribute not in box.catalogue.fields:
        there = ", ".join(box.catalogue.fields)
        raise InvalidInput(f"domain file, mix.floors: no item has {floor.attribute!r}; there are {there}", "mix.floors")
    operator = "contains_any" if box.catalogue.fields[floor.attribute].kind == "list" else "in"
    return box.catalogue.mask({floor.attribute: {operator: list(floor.values)}})


def hybrid(
    context: Context, items: NDArray[np.int32], columns: Columns, filters: Filters, asked: bool
) -> NDArray[np.float32]:
    """Score in [0, 1] of n candidates `items`, (n,): the weighted mean of how well each meets the words, the title
    named and the user's taste. `columns` hold what each source says of them, (n,).
    """
    weights = context.box.domain.blend
    everyone = np.ones(len(columns["popularity"]), bool)
    personal = any(source in columns for source in PERSONAL)
    newcomer = shares(context.box, [context.user])[0] if personal else 1.0
    # of what fits the words, what many like is no worse for that
    tail = tails([context.user])[0] if personal and not asked else 0.0
    parts = [(weights.taste, taste(context.box, items, columns, everyone, newcomer, tail))]
    if "search" in columns:
        lead = _lead(context, filters, columns["search"])
        parts.append((weights.search * lead, contrasted(columns["search"])))
    if "named" in columns:
        parts.append((weights.named, ranked(columns["named"])))
    return np.asarray(sum(w * part for w, part in parts) / sum(w for w, _ in parts), np.float32)


def taste(
    box: Toolbox, items: NDArray[np.int32], columns: Columns, among: Mask, share: Newness, tail: Newness
) -> Floats:
    """How well each candidate suits the user, a rank in (0, 1], (n,): by what was learned from those with a history,
    giving way to what the cold-start model says by its `share`, less what many like anyway where `tail` is above 0 (at
    1 the whole `long_tail` of the domain file). Arrays may have users before that axis; cells that are not `among` the
    candidates are 0.
    """
    newcomer = ranked(np.where(among, columns["popularity"].round(DIGITS), np.nan))
    listed = short_list(box, items, columns, among, tail)
    judged = {**columns, "ctr": np.where(listed, columns.get("ctr", np.float32(np.nan)), np.nan)}
    settled = ranked(np.where(among, _utility(box, items, judged, among, tail), np.nan))
    share = np.asarray(share)[..., None]
    return np.asarray(share * newcomer + (1 - share) * settled, np.float32)


def short_list(box: Toolbox, items: NDArray[np.int32], columns: Columns, among: Mask, tail: Newness) -> Mask:
    """The candidates for which the chance of a click counts: the best by all the rest. A cascade, so that a crowd of
    users does not need it of hundreds of items each.
    """
    rest: Columns = {source: scores for source, scores in columns.items() if source != "ctr"}
    return highest(_utility(box, items, rest, among, tail), among, LISTED)


def _utility(box: Toolbox, items: NDArray[np.int32], columns: Columns, among: Mask, tail: Newness) -> Floats:
    """What was learned of the user's taste, less what many like anyway."""
    utility = box.taste.utility(table(columns, among))
    common, _ = _standard(np.log1p(box.popularity.liked[items]), among)
    less = box.domain.mix.long_tail * np.asarray(tail)[..., None] * _standard(utility, among)[1] * common
    return np.asarray((utility - less).round(DIGITS), np.float32)


def _standard(values: Floats, among: Mask) -> tuple[Floats, Floats]:
    """Along the last axis, over the cells `among`: in standard deviations from the mean, 0 where all are alike; and the
    deviation, with that axis of length 1.
    """
    n = np.maximum(among.sum(axis=-1, keepdims=True), 1)
    off = np.where(among, values - np.where(among, values, 0).sum(axis=-1, keepdims=True) / n, 0)
    spread = np.sqrt(np.square(off).sum(axis=-1, keepdims=True) / n)
    return np.divide(off, spread, out=np.zeros_like(off), where=spread > 1e-6), spread


def shares(box: Toolbox, users: Sequence[UserView]) -> NDArray[np.float64]:
    """How far the cold-start model speaks for each user, (n,): alone for those without a history."""
    return np.array([max(TIES, box.cold.share(user)) if len(user.items) else 1.0 for user in users])


def tails(users: Sequence[UserView]) -> NDArray[np.float64]:
    """How far items that many like anyway give way for each user, (n,): the less that is known of a user, the less,
    even where few events are enough to rank by (`settled` of the cold-start model).
    """
    return np.array([1 - max(TIES, share(len(user.seen), SETTLED)) for user in users])


def ranked(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rank of each score among the known ones of its row, in (0, 1], ties at their mean; 0 where it is NaN."""
    known = ~np.isnan(scores)
    n = known.sum(axis=-1, keepdims=True)
    place = rankdata(np.where(known, scores, -np.inf), axis=-1) - (scores.shape[-1] - n) if scores.size else scores
    return np.where(known, place / np.maximum(n, 1), 0).astype(np.float32)


def contrasted(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each is above the worst known, where 1 is a quarter of cosine or, if farther, the best; 0 where NaN.

    Ranks would hide that a few items match and the rest do not, and make much of differences that mean nothing.
    """
    known = cosines[~np.isnan(cosines)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    return np.nan_to_num((cosines - low) / max(high - low, STANDS_OUT[1])).astype(np.float32)


def _lead(context: Context, filters: Filters, cosines: NDArray[np.float32]) -> float:
    """By how much the words count more than usual. Those that became no constraint lead where they find items that
    stand out ("a film about vampires"), else what someone asked for would drown in what they usually like.
    """
    fields = context.box.catalogue.fields
    known = cosines[~np.isnan(cosines)]
    constrained = any(fields[name].kind in ("string", "list") for name in filters)
    if constrained or not len(known) or known.max() < MEANT:
        return 1.0
    return float(np.interp(known.max() - known.min(), STANDS_OUT, (1.0, LEAD)))


def _item(context: Context, n: int, item: int, score: float) -> SlateItem:
    catalogue = context.box.catalogue
    ctr = float(context.bus.scores("ctr", np.array([item], np.int32))[0])
    return SlateItem(
        rank=n,
        item_id=catalogue.ids[item],
        title=catalogue.titles[item],
        score=round(score, 6),
        ctr=None if np.isnan(ctr) else round(ctr, 6),
        attributes=catalogue.attributes(item),
        evidence=_reasons(context, item),
        sponsored=sponsored(catalogue, context.box.domain.policy, item),
    )


def _reasons(context: Context, item: int) -> list[Evidence]:
    """Most telling first; in one order, whichever tool was ready first."""
    reasons = context.bus.evidence(item) or context.box.popularity.explain(item)
    return sorted(reasons, key=lambda reason: TELLING.index(reason.kind))

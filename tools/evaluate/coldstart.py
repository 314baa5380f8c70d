"""Newcomers (P4): a fifth of the users unseen in training, five times over; 0, 1, 3 or 5 of their likes known.

What is to be found are the likes after the fifth, and the first five are never candidates, whatever is known, so that
the four cases compare. Ours is given a newcomer as the product would meet one: the few likes, and attributes as far as
the domain file lets them count. What it adds to say what one likes is measured with a sentence made of the first five
likes only: their two commonest genres (or whatever the domain's first facet is) and their commonest name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.catalogue import Catalogue
from tools.errors import InvalidInput
from tools.evaluate import metrics, product
from tools.evaluate.coldpeers import Cold, ColdPeer, groups
from tools.evaluate.data import Dataset, Ids
from tools.evaluate.peers import Config, Skipped, lists
from tools.evaluate.progress import Bar
from tools.evaluate.ranking import limited
from tools.evaluate.report import Report, Result, compared
from tools.evaluate.splits import ENOUGH, FIRST, FOLDS, KNOWN, Newcomers, matrix, newcomers
from tools.search.model import SearchIndex
from tools.store.tastes import Stated
from tools.toolbox import Toolbox, encoder
from tools.user import UserView

K = 10
JUDGED = tuple(f"ndcg@10 knowing {n}" for n in KNOWN)
Values = dict[str, metrics.PerUser]


def report(data: Dataset, peers: Sequence[ColdPeer], seed: int, limit: int | None, bar: Bar) -> Report:
    """Raises:
    InvalidInput: too few users like enough to be split into folds.
    """
    folds, chosen_by = newcomers(data.log)
    if min(len(fold.users) for fold in [*folds, chosen_by]) < 1:
        raise InvalidInput(f"cold start wants more users with {ENOUGH} positives; see `feedback` in the domain file")
    most = None if limit is None else -(-limit // FOLDS)
    asked = [limited(fold.users, most) for fold in folds]
    bar.step("newcomers: texts")
    index = SearchIndex.fit(data.catalogue, encoder())
    ours, stranger, told = _ours(data, folds, asked, index, bar)
    learners = [_learner(data, fold, groups(data)) for fold in [*folds, chosen_by]]
    others, skipped = [], {}
    for peer in peers:
        bar.step(f"newcomers: {peer.name}")
        try:
            others.append(_peer(peer, folds, asked, chosen_by, learners))
        except Skipped as why:
            skipped[peer.name] = str(why)
    body = compared([ours, *others], JUDGED, seed, skipped)
    attributes = {
        metric: {
            "without": float(stranger[metric].mean()),
            "adds": metrics.interval(ours.values[metric] - stranger[metric], seed),
        }
        for metric in JUDGED
    }
    stated = {
        JUDGED[0]: {
            "without": float(ours.values[JUDGED[0]].mean()),
            "adds": metrics.interval(told - ours.values[JUDGED[0]], seed),
        }
    }
    users = sum(len(part) for part in asked)
    return {"users": users, **body, "without": {"attributes": attributes, "a stated taste": stated}}


def _ours(
    data: Dataset, folds: Sequence[Newcomers], asked: Sequence[Ids], index: SearchIndex, bar: Bar
) -> tuple[Result, Values, metrics.PerUser]:
    """Ours; ours for the same newcomers when nothing is known of who they are; and when no like is known, but they said
    what they like.
    """
    parts: list[tuple[Values, Values]] = []
    told = []
    for n, (fold, users) in enumerate(zip(folds, asked, strict=True), 1):
        bar.step(f"newcomers: {product.NAME}, fold {n}")
        with product.fitted(data, fold.train) as fitted:
            box = replace(fitted, search=index)
            named, unnamed = (_judged(box, data, fold, users, named) for named in (True, False))
            parts.append((named, unnamed))
            told.append(_told(box, data, fold, users))
    whole, stranger = (_joined([part[n] for part in parts]) for n in (0, 1))
    return Result(product.NAME, whole), stranger, np.concatenate(told)


def _judged(box: Toolbox, data: Dataset, fold: Newcomers, users: Ids, named: bool) -> Values:
    out = {}
    for n, metric in zip(KNOWN, JUDGED, strict=True):
        views = list(product.views(box, data, fold.first(n), users))
        if not named:
            views = [product.as_if(view, {}) for view in views]
        out[metric] = _ndcg(box, fold, users, views)
    return out


def _told(box: Toolbox, data: Dataset, fold: Newcomers, users: Ids) -> metrics.PerUser:
    first = matrix(data.log, fold.first(FIRST))
    views = [
        replace(view, stated=Stated((statement(data.catalogue, first[user].indices.tolist()),)))
        for user, view in zip(users, product.views(box, data, fold.first(0), users), strict=True)
    ]
    return _ndcg(box, fold, users, views)


def _ndcg(box: Toolbox, fold: Newcomers, users: Ids, views: Sequence[UserView]) -> metrics.PerUser:
    truth = matrix(fold.log, fold.targets)[users]
    return metrics.per_user(product.slates(box, views, K, _new_to(fold, users))[0], truth)["ndcg@10"]


def statement(catalogue: Catalogue, items: Sequence[int]) -> str:
    """What someone who likes `items` might say: "comedy and drama, and Ada Quill"; "something good" where nothing is
    known of them.
    """
    rules = catalogue.domain.attributes
    facets, people = (_commonest(catalogue, items, names[:1], n) for names, n in ((rules.facets, 2), (rules.people, 1)))
    said = [" and ".join(value.lower() for value in facets), *people]
    return ", and ".join(filter(None, said)) or "something good"


def _commonest(catalogue: Catalogue, items: Sequence[int], fields: Sequence[str], n: int) -> list[str]:
    """The `n` commonest values, ties in alphabetical order."""
    held = (value for item in items for name in fields for value in _listed(catalogue.attributes(item).get(name)))
    return [value for value, _ in sorted(Counter(held).items(), key=lambda pair: (-pair[1], pair[0]))[:n]]


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [str(value)]


def _new_to(fold: Newcomers, users: Ids) -> Iterator[NDArray[np.bool_]]:
    """Everything but the user's first five."""
    first = matrix(fold.log, fold.first(FIRST))
    for user in users:
        mask = np.ones(fold.log.n_items, bool)
        mask[first[user].indices] = False
        yield mask


def _learner(data: Dataset, fold: Newcomers, who: Sequence[NDArray[np.int64]]) -> Cold:
    liked = matrix(data.log, fold.train[data.log.weight[fold.train] > 0])
    return Cold(data, liked, np.flatnonzero(np.diff(liked.indptr)).astype(np.int32), who)


def _peer(
    peer: ColdPeer, folds: Sequence[Newcomers], asked: Sequence[Ids], chosen_by: Newcomers, learners: Sequence[Cold]
) -> Result:
    """Settings are chosen on users of the first fold's training part, then kept for every fold."""
    judging = JUDGED[1:] if peer.uses_likes else JUDGED[:1]

    def worth(config: Config) -> float:
        values = _ranked(peer, chosen_by, chosen_by.users, learners[-1], config)
        return float(np.mean([values[metric].mean() for metric in judging]))

    tried = [worth(config) for config in peer.grid] if len(peer.grid) > 1 else [float("nan")]
    best = peer.grid[int(np.argmax(tried))]
    parts = [
        _ranked(peer, fold, users, learner, best)
        for fold, users, learner in zip(folds, asked, learners[:-1], strict=True)
    ]
    return Result(peer.name, _joined(parts), about={"config": best, "validation": max(tried)})


def _ranked(peer: ColdPeer, fold: Newcomers, users: Ids, learner: Cold, config: Config) -> Values:
    scorer = peer.fit(learner, config)
    hidden, truth = matrix(fold.log, fold.first(FIRST)), matrix(fold.log, fold.targets)[users]
    return {
        metric: metrics.per_user(lists(scorer, users, matrix(fold.log, fold.first(n)), hidden, K), truth)["ndcg@10"]
        for n, metric in zip(KNOWN, JUDGED, strict=True)
    }


def _joined(parts: Sequence[Values]) -> Values:
    return {metric: np.concatenate([part[metric] for part in parts]) for metric in JUDGED}

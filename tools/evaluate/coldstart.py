"""Newcomers (P4): a fifth of the users unseen in training, five times over; 0, 1, 3 or 5 of their likes known.

What is to be found are the likes after the fifth, and the first five are never candidates, whatever is known, so that
the four cases compare. Ours is given a newcomer as the product would meet one: the few likes, and attributes as far as
the domain file lets them count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.evaluate import metrics, product
from tools.evaluate.coldpeers import Cold, ColdPeer, groups
from tools.evaluate.data import Dataset, Ids
from tools.evaluate.peers import Config, Skipped, lists
from tools.evaluate.progress import Bar
from tools.evaluate.ranking import limited
from tools.evaluate.report import Report, Result, compared
from tools.evaluate.splits import ENOUGH, FIRST, FOLDS, KNOWN, Newcomers, matrix, newcomers
from tools.toolbox import Toolbox

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
    ours, stranger = _ours(data, folds, asked, bar)
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
    users = sum(len(part) for part in asked)
    return {"users": users, **body, "without": {"attributes": attributes}}


def _ours(data: Dataset, folds: Sequence[Newcomers], asked: Sequence[Ids], bar: Bar) -> tuple[Result, Values]:
    """Ours, and ours for the same newcomers when nothing is known of who they are."""
    parts: list[tuple[Values, Values]] = []
    for n, (fold, users) in enumerate(zip(folds, asked, strict=True), 1):
        bar.step(f"newcomers: {product.NAME}, fold {n}")
        with product.fitted(data, fold.train) as box:
            parts.append((_judged(box, data, fold, users, named=True), _judged(box, data, fold, users, named=False)))
    whole, stranger = (_joined([part[n] for part in parts]) for n in (0, 1))
    return Result(product.NAME, whole), stranger


def _judged(box: Toolbox, data: Dataset, fold: Newcomers, users: Ids, named: bool) -> Values:
    out = {}
    truth = matrix(data.log, fold.targets)[users]
    for n, metric in zip(KNOWN, JUDGED, strict=True):
        views = list(product.views(box, data, fold.first(n), users))
        if not named:
            views = [product.as_if(view, {}) for view in views]
        out[metric] = metrics.per_user(product.slates(box, views, K, _new_to(fold, users))[0], truth)["ndcg@10"]
    return out


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

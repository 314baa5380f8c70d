"""Top-N (P1) and leave-one-out (P2): our slates beside other libraries' under the same rules, in the same run.

Under the rule "liked" only the positives before the test part are known and left out of the lists; under "seen" every
event before a user's first test moment is, low ratings too, which is what a running product knows. Peers learn from
positives either way, which is how they are used; settings are chosen on the validation part, and the winner is fitted
again on training and validation together.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.evaluate import metrics, product
from tools.evaluate.data import Dataset, Ids, Rows
from tools.evaluate.peers import Config, Peer, Skipped, lists
from tools.evaluate.progress import Bar
from tools.evaluate.report import Report, Result, compared
from tools.evaluate.splits import FEWEST, Split, known_before, matrix, top_n
from tools.toolbox import Toolbox
from tools.user import UserView

K = 20
JUDGED = ("ndcg@10", "recall@10", "recall@20", "hr@10")
SOURCES = ("neighbors", "next", "profile", "ctr", "popularity")
SHARES = (0.25, 0.5)  # of the training events, for the learning curve, before all of them
ALL_LIKES = "every event is a like, so this is the same as the part before"
PART = 0  # seed of the draw of users under a limit
CHOOSERS = 5_000  # users at most that peers' settings are chosen by
SHARED = 5_000  # users at most whose slates are made again without a source, or for the learning curve


@dataclass(frozen=True)
class Task:
    """What is known, what is left out of the lists and what is to be found, for `users`."""

    data: Dataset
    users: Ids
    known: Rows  # what ours is fitted on and sees of each user
    liked: sp.csr_matrix  # what peers are fitted on and asked with
    hidden: sp.csr_matrix
    truth: sp.csr_matrix  # row for row of `users`
    population: int  # users there would be without a limit: what novelty is measured against

    @property
    def likes(self) -> NDArray[np.int64]:
        return np.asarray(self.liked.sum(axis=0), np.int64).ravel()


def task(data: Dataset, split: Split, part: str, seen: bool, limit: int | None = None) -> Task:
    """`part`: "validation" or "test", the events to be found. With `seen` the second rule."""
    log = data.log
    held, targets = (split.train, split.validation) if part == "validation" else (split.before_test, split.test)
    everyone = np.unique(log.user[targets])
    users = limited(everyone, limit)
    if not len(users):
        raise InvalidInput(f"no user has the {FEWEST} positives that top-N splits; see `feedback` in the domain file")
    known = known_before(log, targets, held) if seen else np.sort(held)
    liked = matrix(log, held)
    hidden = matrix(log, known) if seen else liked
    return Task(data, users, known, liked, hidden, matrix(log, targets)[users], len(everyone))


def fewest(limit: int | None, most: int) -> int:
    return most if limit is None else min(limit, most)


def limited(users: Ids, limit: int | None) -> Ids:
    """At most `limit` of them, drawn once and for all, ascending."""
    if limit is None or limit >= len(users):
        return users
    return np.sort(np.random.default_rng(PART).choice(users, limit, replace=False))


def top_n_report(data: Dataset, seen: bool, peers: Sequence[Peer], seed: int, limit: int | None, bar: Bar) -> Report:
    """One rule of P1: the comparison, and under "seen" what each source adds."""
    if not seen and data.is_all_likes:
        raise InvalidInput(ALL_LIKES)
    split = top_n(data.log)
    asked = task(data, split, "test", seen, limit)
    chosen_by = task(data, split, "validation", seen, fewest(limit, CHOOSERS))
    rule = "seen" if seen else "liked"
    bar.step(f"top-N ({rule}): {product.NAME}")
    start = time.perf_counter()
    with product.fitted(data, asked.known) as box:
        fit = time.perf_counter() - start
        mine = _slates(box, asked, bar)
        took = time.perf_counter() - start - fit
        ours = result(product.NAME, asked, mine, fit_s=fit, rank_s=took)
        added = _ablation(box, asked, ours, seed, bar) if seen else {}
    others, skipped = [], {}
    for peer in peers:
        bar.step(f"top-N ({rule}): {peer.name}")
        try:
            others.append(_peer(peer, chosen_by, asked, seed))
        except Skipped as why:
            skipped[peer.name] = str(why)
    report = compared([ours, *others], JUDGED, seed, skipped)
    sizes = {"users": len(asked.users), "known": len(asked.known), "targets": int(asked.truth.nnz)}
    return {"rule": rule, **sizes, **report, "without": added}


def result(name: str, asked: Task, shown: Ids, **about: object) -> Result:
    values = metrics.per_user(shown, asked.truth)
    return Result(name, values, metrics.shown(shown, asked.likes, asked.population), about)


def curve(data: Dataset, peers: Sequence[Peer], whole: Report, seed: int, limit: int | None, bar: Bar) -> Report:
    """NDCG@10 under the rule "seen" when only a share of the users' known events is learned from, the earliest of each;
    everybody is asked with their whole known history. `whole`: the report on all of them, and of the settings.
    """
    asked = task(data, top_n(data.log), "test", seen=True, limit=fewest(limit, SHARED))
    models = {model["name"]: model for model in whole["models"]}
    followed = [peer for peer in peers if peer.name in models]
    ndcg: dict[str, list[float]] = {name: [] for name in (product.NAME, *(peer.name for peer in followed))}

    def note(name: str, shown: Ids) -> None:
        ndcg[name].append(float(metrics.per_user(shown, asked.truth)["ndcg@10"].mean()))

    for share in SHARES:
        bar.step(f"learning curve: {share:.0%} of the training events")
        learned = _earliest(data, asked.known, share)
        with product.fitted(data, learned) as box:
            note(product.NAME, _slates(box, asked, bar))
        liked = matrix(data.log, learned[data.log.weight[learned] > 0])
        for peer in followed:
            scorer = peer.fit(liked, seed, models[peer.name]["config"])
            note(peer.name, lists(scorer, asked.users, asked.liked, asked.hidden, K))
    return {"shares": [*SHARES, 1.0], "ndcg@10": {name: [*of, models[name]["ndcg@10"]] for name, of in ndcg.items()}}


def _earliest(data: Dataset, rows: Rows, share: float) -> Rows:
    order = rows[np.argsort(data.log.user[rows], kind="stable")]
    n = np.bincount(data.log.user[order], minlength=len(data.log.user_ids))
    place = np.arange(len(order)) - (np.cumsum(n) - n)[data.log.user[order]]
    return np.sort(order[place < np.ceil(share * n)[data.log.user[order]]])


def _slates(box: Toolbox, asked: Task, bar: Bar) -> Ids:
    seen = product.views(box, asked.data, asked.known, asked.users)
    return product.slates(box, _counted(seen, asked.users, bar), K)[0]


def _counted(views: Iterator[UserView], users: Ids, bar: Bar) -> Iterator[UserView]:
    for _ in bar.each(users.tolist(), "slates"):
        yield next(views)


def _ablation(box: Toolbox, asked: Task, ours: Result, seed: int, bar: Bar) -> Report:
    """For each source: the figures with it counting for nothing, and what it adds with its interval."""
    users = limited(asked.users, SHARED)
    among = np.isin(asked.users, users)
    fewer = replace(asked, users=users, truth=asked.truth[among])
    out = {}
    for source in SOURCES:
        bar.step(f"without {source}")
        less = metrics.per_user(_slates(product.without(box, source), fewer, bar), fewer.truth)
        out[source] = {
            metric: {
                "without": float(less[metric].mean()),
                "adds": metrics.interval(ours.values[metric][among] - less[metric], seed),
            }
            for metric in ("ndcg@10", "recall@20")
        }
    return out


def _peer(peer: Peer, chosen_by: Task, asked: Task, seed: int) -> Result:
    def judged(config: Config) -> float:
        scorer = peer.fit(chosen_by.liked, seed, config)
        shown = lists(scorer, chosen_by.users, chosen_by.liked, chosen_by.hidden, K)
        return float(metrics.per_user(shown, chosen_by.truth)["ndcg@10"].mean())

    tried = [judged(config) for config in peer.grid] if len(peer.grid) > 1 else [float("nan")]
    best = peer.grid[int(np.argmax(tried))]
    start = time.perf_counter()
    scorer = peer.fit(asked.liked, seed, best)
    fit = time.perf_counter() - start
    shown = lists(scorer, asked.users, asked.liked, asked.hidden, K)
    took = time.perf_counter() - start - fit
    return result(peer.name, asked, shown, fit_s=fit, rank_s=took, config=best, validation=max(tried))

"""Whom the slates serve, and what they show: quality by group of users, exposure of items, calibration to taste, and
whether somebody else's attributes would have changed anything.

Measured on top-N under the rule "seen" (ranking.py). Groups come from the users' attributes; nothing is known of a user
whose profiling is off, so they are in none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.evaluate import metrics, product
from tools.evaluate.coldpeers import MOST_GROUPS
from tools.evaluate.data import Dataset, Ids
from tools.evaluate.peers import Peer, Skipped, lists
from tools.evaluate.progress import Bar
from tools.evaluate.ranking import K, Task, task
from tools.evaluate.report import Report
from tools.evaluate.splits import top_n
from tools.toolbox import Toolbox
from tools.user import UserView

FEWEST = 20  # users of a group whose mean is shown
BANDS = {"age": (25, 35, 45, 55)}  # years
QUARTERS = (0.25, 0.5, 0.75)  # of any other number
SMOOTH = 0.01  # Steck (2018): what a slate lacks counts as this share of the taste
SHUFFLES = 1000
JUDGED = ("ndcg@10", "recall@20")


def report(data: Dataset, peers: Sequence[Peer], seed: int, limit: int | None, bar: Bar) -> Report:
    """Raises:
    InvalidInput: no user has enough positives.
    """
    asked = task(data, top_n(data.log), "test", seen=True, limit=limit)
    bar.step(f"fairness: {product.NAME}")
    with product.fitted(data, asked.known) as box:
        views = list(product.views(box, data, asked.known, asked.users))
        shown = {product.NAME: product.slates(box, bar.each(views, "slates"), K)[0]}
        bar.step("fairness: somebody else's attributes")
        flips = _flips(box, data, asked, views, shown[product.NAME], seed)
    skipped = {}
    for peer in peers:
        bar.step(f"fairness: {peer.name}")
        try:
            scorer = peer.fit(asked.liked, seed, peer.grid[len(peer.grid) // 2])
            shown[peer.name] = lists(scorer, asked.users, asked.liked, asked.hidden, K)
        except Skipped as why:
            skipped[peer.name] = str(why)
    values = {name: metrics.per_user(slates, asked.truth) for name, slates in shown.items()}
    return {
        "users": len(asked.users),
        "models": [{"name": name, **exposure(asked, slates)} for name, slates in shown.items()],
        "groups": _groups(data, asked, values[product.NAME], seed),
        "flips": flips,
        "skipped": skipped,
    }


def exposure(asked: Task, slates: Ids) -> dict[str, float]:
    """What `metrics.shown` says; `popularity_lift`, how much more popular than what the users liked themselves; and for
    each facet field `calibration FIELD`: mean KL divergence of users' liked values from those shown (0: the same mix).
    """
    told = metrics.shown(slates, asked.likes, asked.population)
    own = asked.liked[asked.users]
    liked_popularity = (own @ asked.likes) / np.maximum(np.diff(own.indptr), 1)
    told["popularity_lift"] = told["popularity"] / max(float(liked_popularity.mean()), 1e-9) - 1
    fields = asked.data.catalogue.fields.values()
    for spec in (f for f in fields if f.facet):
        told[f"calibration {spec.name}"] = float(divergence(own, slates, asked.data.catalogue.matrix(spec.name)).mean())
    return told


def divergence(liked: sp.csr_matrix, slates: Ids, facets: sp.csr_matrix) -> metrics.PerUser:
    """KL(liked || shown) in nats of each user's mix of facet values, an item's weight shared among its values. A user
    who liked nothing that has a value counts 0.
    """
    share = sp.diags(1 / np.maximum(np.asarray(facets.sum(axis=1)).ravel(), 1)) @ facets
    ten = slates[:, :10]
    rows = np.repeat(np.arange(len(ten)), (ten >= 0).sum(axis=1))
    listed = sp.csr_matrix((np.ones(len(rows)), (rows, ten[ten >= 0])), (len(ten), facets.shape[0]))
    p, q = _mix(liked @ share), _mix(listed @ share)
    q = (1 - SMOOTH) * q + SMOOTH * p
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(p > 0, p * np.log(p / q), 0.0).sum(axis=1))


def _mix(values: sp.csr_matrix) -> NDArray[np.float64]:
    dense = values.toarray()
    return np.asarray(dense / np.maximum(dense.sum(axis=1, keepdims=True), 1e-12))


def _groups(data: Dataset, asked: Task, values: dict[str, metrics.PerUser], seed: int) -> Report:
    """For each attribute: `mean` and size of every group, and the `gap` between the best and the worst served."""
    attributes = [data.user(int(n)).attributes for n in asked.users]
    out: Report = {}
    for name in sorted({name for held in attributes for name in held}):
        labels = np.array(banded(name, [held.get(name) for held in attributes]))
        sizes = {label: int((labels == label).sum()) for label in np.unique(labels).tolist()}
        shown = [label for label, size in sizes.items() if size >= FEWEST and label]
        if len(shown) < 2 or len(sizes) > MOST_GROUPS:
            continue
        out[name] = {metric: _apart(labels, shown, values[metric], seed) for metric in JUDGED}
        out[name]["users"] = {label: sizes[label] for label in shown}
    return out


def _apart(labels: NDArray[np.str_], shown: Sequence[str], values: metrics.PerUser, seed: int) -> Report:
    """The best and the worst served group, and their gap. They were looked for, so an interval alone would find a gap
    in noise: `by_chance` is the gap of the best and the worst of such groups when their users are shuffled, and `p` how
    often that is as wide as the one found.
    """
    held = np.isin(labels, shown)
    _, group = np.unique(labels[held], return_inverse=True)
    kept = values[held]
    means = {label: float(values[labels == label].mean()) for label in shown}
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    gap = metrics.gap(values[labels == best], values[labels == worst], seed)
    draw = np.random.default_rng(seed)
    shuffled = np.array([_widest(group, draw.permutation(kept)) for _ in range(SHUFFLES)])
    chance = {"by_chance": float(shuffled.mean()), "p": float((shuffled >= gap["mean"]).mean())}
    return {"mean": means, "best": best, "worst": worst, "gap": gap | chance}


def _widest(group: NDArray[np.int64], values: metrics.PerUser) -> float:
    return float(np.ptp(np.bincount(group, values) / np.bincount(group)))


def banded(name: str, values: Sequence[object]) -> list[str]:
    """The group of each value: numbers in bands, anything else as it reads, "" where nothing is known."""
    told = [value for value in values if value is not None]
    if not told or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in told):
        return ["" if value is None else str(value) for value in values]
    numbers = np.array([np.nan if value is None else value for value in values], float)
    edges = np.unique(BANDS.get(name, tuple(np.nanquantile(numbers, QUARTERS))))
    names = [
        f"under {edges[0]:g}",
        *(f"{a:g} to {b:g}" for a, b in pairwise(edges)),
        f"{edges[-1]:g} up",
    ]
    bands = np.digitize(numbers, edges)
    return ["" if np.isnan(value) else names[band] for value, band in zip(numbers, bands, strict=True)]


def _flips(box: Toolbox, data: Dataset, asked: Task, views: Sequence[UserView], before: Ids, seed: int) -> Report:
    """Every user again with the attributes of another one: how many slates changed, with the user's history and for the
    same people as newcomers. Where the domain file lets no attribute count, none may.
    """
    others = np.random.default_rng(seed).permutation(len(views))
    swapped = [product.as_if(view, views[n].attributes) for view, n in zip(views, others, strict=True)]
    after, _ = product.slates(box, swapped, K)
    none = np.empty(0, np.int64)
    new = list(product.views(box, data, none, asked.users))
    renewed = [product.as_if(view, views[n].attributes) for view, n in zip(new, others, strict=True)]
    first, second = (product.slates(box, group, K)[0] for group in (new, renewed))
    return {
        "attributes_that_count": list(data.domain.cold_start.attributes),
        "changed": int((before != after).any(axis=1).sum()),
        "changed_as_newcomers": int((first != second).any(axis=1).sum()),
        "users": len(views),
    }

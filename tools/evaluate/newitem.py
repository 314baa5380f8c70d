"""New items from text alone: a tenth of the items lose all their events, and must be found for those who like them.

Every item is held out once in ten folds. For each user the held-out items are ranked among themselves, because a model
has been told of every other item who likes it and who does not: it pushes down what a user has not tried, and new items
come out on top whether liked or not. Random ranking places a liked one in the top tenth in a tenth of the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.evaluate import metrics
from tools.evaluate.data import Dataset
from tools.evaluate.product import NAME
from tools.evaluate.progress import Bar
from tools.evaluate.report import Report, Result, compared
from tools.search.content import NEW, RANK, RIDGE, ContentModel, Features, item_features
from tools.toolbox import encoder

FOLDS = 10
DEV, TEST = range(5), range(5, FOLDS)  # folds to choose on, folds to report
TOP = 0.1
BLOCK = 2000  # users ranked at once
FEWEST = 100  # items of a catalogue of which a tenth can be ranked
RANDOM, TEXT = "random", "text cosine to the profile"

Scores = NDArray[np.float32]
# Of the likes that are known (n_users, n_items) and the items held out: a scorer of users, given by their known likes.
Way = Callable[[sp.csr_matrix, NDArray[np.int64]], Callable[[sp.csr_matrix], Scores]]


@dataclass(frozen=True)
class Found:
    """Of every held-out item with likes, all (n,): how many like it, and how many of those have it in their top tenth.
    `by_user` (m,): of a user's liked new items in one fold the share that is there.
    """

    likes: NDArray[np.int64]
    hits: NDArray[np.int64]
    by_user: metrics.PerUser

    @property
    def by_item(self) -> metrics.PerUser:
        return self.hits / self.likes

    @property
    def by_pair(self) -> float:
        return float(self.hits.sum() / self.likes.sum())


def report(data: Dataset, seed: int, bar: Bar) -> Report:
    """Ours, the plain text and chance on the folds that nothing was chosen on; `by_pair` counts every user and liked
    item alike, and its interval draws items.

    Raises:
        InvalidInput: too few items.
    """
    if len(data.catalogue) < FEWEST:
        raise InvalidInput(f"new items: {len(data.catalogue)} items are too few, {FEWEST} are needed")
    bar.step("new items: texts")
    texts = [data.catalogue.text(i) for i in range(len(data.catalogue))]
    vectors = encoder().encode(texts)
    ways = {NAME: content(item_features(data.catalogue, vectors)), TEXT: nearest_text(vectors), RANDOM: chance}
    liked = data.log.liked()
    results, pairs = [], {}
    for name, way in ways.items():
        bar.step(f"new items: {name}")
        found = new_items(liked, way, TEST)
        values = {"top tenth by item": found.by_item}
        figures = {"top tenth by pair": found.by_pair, "top tenth by user": float(found.by_user.mean())}
        results.append(Result(name, values, figures))
        pairs[name] = _pair_interval(found, seed)
    body = compared(results, ("top tenth by item",), seed, {})
    by_item = {r.name: metrics.interval(r.values["top tenth by item"], seed) for r in results}
    return {"items": len(results[0].values["top tenth by item"]), **body, "by_item": by_item, "by_pair": pairs}


def new_items(liked: sp.csr_matrix, way: Way, folds: Iterable[int] = TEST, seed: int = 0) -> Found:
    """How often a new item is in the top tenth of those who like it. `liked`: binary (n_users, n_items)."""
    part = np.random.default_rng(seed).permutation(liked.shape[1]) % FOLDS
    likes, hits, by_user = [], [], []
    for fold in folds:
        held = np.flatnonzero(part == fold)
        truth = liked[:, held]
        users = np.flatnonzero(np.diff(truth.indptr))
        known = sp.csr_matrix(liked @ sp.diags_array((part != fold).astype(np.float32)))
        score, draw = way(known, held), np.random.default_rng([seed, fold])
        first = [_top(score(known[block]), draw) for block in np.split(users, range(BLOCK, len(users), BLOCK))]
        right = truth[users].multiply(sp.vstack(first)).tocsr()
        likes.append(np.asarray(truth.sum(axis=0), np.int64).ravel())
        hits.append(np.asarray(right.sum(axis=0), np.int64).ravel())
        by_user.append(np.asarray(right.sum(axis=1)).ravel() / np.diff(truth.indptr)[users])
    n, found = np.concatenate(likes), np.concatenate(hits)
    return Found(n[n > 0], found[n > 0], np.concatenate(by_user))


def content(features: Features, rank: int = RANK, ridge: float = RIDGE) -> Way:
    """The content model, as it is trained."""

    def way(known: sp.csr_matrix, held: NDArray[np.int64]) -> Callable[[sp.csr_matrix], Scores]:
        model = ContentModel.fit(features, known, np.full(known.shape[1], NEW), rank, ridge)
        return lambda rows: np.asarray((rows @ model.says) @ model.content[held].T)

    return way


def nearest_text(vectors: Scores) -> Way:
    """Cosine of the item's text to the mean text of what the user liked, both without the mean of all items."""
    centred = vectors - vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    return lambda _, held: lambda rows: np.asarray((rows @ centred) @ centred[held].T)


def chance(_: sp.csr_matrix, held: NDArray[np.int64]) -> Callable[[sp.csr_matrix], Scores]:
    return lambda rows: np.zeros((rows.shape[0], len(held)), np.float32)


def _top(scores: Scores, draw: np.random.Generator) -> sp.csr_matrix:
    """Which items are in each row's top tenth, ties at random; binary, the shape of `scores`."""
    n, items = scores.shape
    k = max(round(TOP * items), 1)
    first = np.lexsort((draw.random(scores.shape), -scores), axis=1)[:, :k]
    return sp.csr_matrix((np.ones(n * k, np.float32), (np.repeat(np.arange(n), k), first.ravel())), scores.shape)


def _pair_interval(found: Found, seed: int) -> dict[str, float]:
    """`by_pair` with its bootstrap 95% interval; an item's pairs are drawn together, for they are not independent."""
    n = len(found.likes)
    drawn = np.random.default_rng(seed).integers(0, n, (metrics.SAMPLES, n))
    low, high = np.percentile(found.hits[drawn].sum(axis=1) / found.likes[drawn].sum(axis=1), metrics.COVERED)
    return {"mean": found.by_pair, "low": float(low), "high": float(high)}

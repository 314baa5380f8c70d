"""Leave-one-out (P2): each user's last item against 99 drawn ones they never had, and against all they have not.

Ours ranks the drawn hundred as it ranks any set that a filter leaves, and the catalogue as it always does. Ties count
as if they fell at random.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.evaluate import metrics, product
from tools.evaluate.data import Dataset, Ids, Rows
from tools.evaluate.peers import BLOCK, Config, Peer, Scorer, Skipped
from tools.evaluate.progress import Bar
from tools.evaluate.ranking import ALL_LIKES, CHOOSERS, K, fewest, limited
from tools.evaluate.report import Report, Result, compared
from tools.evaluate.splits import NEGATIVES, Split, known_before, leave_one_out, matrix, negatives
from tools.toolbox import Toolbox

KINDS = ("sampled", "full")
JUDGED = ("sampled hr@10", "sampled ndcg@10", "full hr@10", "full hr@20", "full ndcg@10")  # of one item, HR is Recall
Values = dict[str, metrics.PerUser]


class Part:
    """One part to be found: `target` (n_users,), `drawn` (n_users, 99); what is known before it."""

    def __init__(
        self, data: Dataset, split: Split, part: str, only_liked: bool, limit: int | None, draws: dict[str, Ids]
    ) -> None:
        held, targets = (split.train, split.validation) if part == "validation" else (split.before_test, split.test)
        log = data.log
        every = np.unique(log.user[split.test])
        self.users = limited(every, limit)
        self.known = np.sort(held) if only_liked else known_before(log, targets, held)
        self.rows = matrix(log, held)
        self.target = log.item[targets[np.searchsorted(log.user[targets], self.users)]]
        self.drawn = draws[part][np.searchsorted(every, self.users)]

    @property
    def candidates(self) -> Ids:
        """The target first, then what was drawn, (n_users, 100)."""
        return np.column_stack([self.target, self.drawn])


def report(data: Dataset, only_liked: bool, peers: Sequence[Peer], seed: int, limit: int | None, bar: Bar) -> Report:
    """One reading: interactions are all events, or positives only.

    Raises:
        InvalidInput: the catalogue is too small to draw from, or both readings are the same.
    """
    if data.log.n_items < 2 * NEGATIVES:
        raise InvalidInput(f"leave-one-out draws {NEGATIVES} items a user had not; {data.log.n_items} are too few")
    if only_liked and data.is_all_likes:
        raise InvalidInput(ALL_LIKES)
    split, reading = leave_one_out(data.log, only_liked), "liked" if only_liked else "all"
    draws = negatives(data.log, split, np.unique(data.log.user[split.test]))
    asked = Part(data, split, "test", only_liked, limit, draws)
    chosen_by = Part(data, split, "validation", only_liked, fewest(limit, CHOOSERS), draws)
    bar.step(f"leave-one-out ({reading}): {product.NAME}")
    start = time.perf_counter()
    with product.fitted(data, asked.known) as box:
        fit = time.perf_counter() - start
        ours = Result(product.NAME, _ours(box, data, asked, bar), about={"fit_s": fit})
    others, skipped = [], {}
    for peer in peers:
        bar.step(f"leave-one-out ({reading}): {peer.name}")
        try:
            others.append(_peer(peer, chosen_by, asked, seed))
        except Skipped as why:
            skipped[peer.name] = str(why)
    body = compared([ours, *others], JUDGED, seed, skipped)
    return {"reading": reading, "users": len(asked.users), "known": len(asked.known), **body}


def _ours(box: Toolbox, data: Dataset, asked: Part, bar: Bar) -> Values:
    views = list(product.views(box, data, asked.known, asked.users))
    hundred = (_mask(data.log.n_items, row) for row in asked.candidates)
    among = 1 + NEGATIVES
    items, scores = product.slates(box, list(bar.each(views, "drawn hundreds")), among, hundred)
    target = items == asked.target[:, None]
    own = np.where(target.any(axis=1), np.where(target, scores, -np.inf).max(axis=1), -np.inf)[:, None]
    sampled = metrics.of_one((scores > own).sum(axis=1), np.maximum((scores == own).sum(axis=1) - 1, 0))
    shown, _ = product.slates(box, bar.each(views, "slates"), K)
    hit = shown == asked.target[:, None]
    above = np.where(hit.any(axis=1), hit.argmax(axis=1), K)
    return _named(sampled, _full(above, np.zeros(len(above), int)))


def _full(above: NDArray[np.integer], tied: NDArray[np.integer]) -> Values:
    return metrics.of_one(above, tied) | {f"hr@{K}": metrics.of_one(above, tied, K)[f"hr@{K}"]}


def _mask(n_items: int, items: Ids) -> NDArray[np.bool_]:
    mask = np.zeros(n_items, bool)
    mask[items] = True
    return mask


def _peer(peer: Peer, chosen_by: Part, asked: Part, seed: int) -> Result:
    """The settings are chosen for each kind by itself, from the same fits."""
    tried = [_judged(peer.fit(chosen_by.rows, seed, config), chosen_by) for config in peer.grid]
    values: Values = {}
    about: dict[str, object] = {}
    fitted: dict[int, Values] = {}
    for kind in KINDS:
        best = int(np.argmax([judged[f"{kind} ndcg@10"].mean() for judged in tried]))
        if best not in fitted:
            start = time.perf_counter()
            scorer = peer.fit(asked.rows, seed, peer.grid[best])
            about.setdefault("fit_s", time.perf_counter() - start)
            fitted[best] = _judged(scorer, asked)
        config: Config = peer.grid[best]
        values |= {name: value for name, value in fitted[best].items() if name.startswith(kind)}
        about[f"{kind} config"] = config
    return Result(peer.name, values, about=about)


def _judged(scorer: Scorer, asked: Part) -> Values:
    parts = np.array_split(np.arange(len(asked.users)), max(1, asked.users.size * asked.rows.shape[1] // (4 * BLOCK)))
    blocks = [_block(scorer, asked, part) for part in parts]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _block(scorer: Scorer, asked: Part, part: Rows) -> Values:
    users = asked.users[part]
    scores = np.array(scorer(users, asked.rows[users]), dtype=float)
    drawn = np.take_along_axis(scores, asked.drawn[part], axis=1)
    own = np.take_along_axis(scores, asked.target[part, None], axis=1)
    sampled = metrics.of_one((drawn > own).sum(axis=1), (drawn == own).sum(axis=1))
    scores[_cells(asked.rows[users])] = -np.inf
    return _named(sampled, _full((scores > own).sum(axis=1), (scores == own).sum(axis=1) - 1))


def _cells(rows: sp.csr_matrix) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return rows.nonzero()


def _named(sampled: Values, full: Values) -> Values:
    both: Iterator[tuple[str, Values]] = zip(KINDS, (sampled, full), strict=True)
    return {f"{kind} {name}": value for kind, values in both for name, value in values.items()}

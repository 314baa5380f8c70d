"""What may be learned from and what is asked afterwards: likes split by item and by time.

Items are drawn into train (80%), dev and test (10% each); the likes' times are cut at their 80% and 90% quantiles.
Training sees likes of train items before the first cut. Dev asks about dev items in the likes between the cuts, test
about test items in those after the second: both an item and a time that no training pair has touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.errors import InvalidInput
from tools.interactions import Interactions

if TYPE_CHECKING:
    from tools.tune.phrases import Asked, Phrases

Part = Literal["dev", "test"]
Ids = NDArray[np.int32]
CUTS = (0.8, 0.9)
KNOWN, HELD = 512, 1024  # items asked with, items asked for: an evaluation embeds no more
LEAST = 5  # held-out items of a part, below which its figures say nothing
PARTS = ("train", "dev", "test")


@dataclass(frozen=True, eq=False)
class Split:
    """`part` (n_items,): 0 train, 1 dev, 2 test. `windows`: the likes before, between and after the cuts, in which a
    user likes an item once.
    """

    part: NDArray[np.int8]
    windows: tuple[Interactions, Interactions, Interactions]
    last_event: float

    @classmethod
    def of(cls, events: Interactions, seed: int) -> Split:
        """Raises InvalidInput: nothing is liked."""
        likes = events.take(events.weight > 0)
        pairs = likes.user.astype(np.int64) * likes.n_items + likes.item
        likes = likes.take(np.sort(np.unique(pairs, return_index=True)[1]))
        if not len(likes.time):
            raise InvalidInput("no event of this home counts as a like: see [feedback] in its domain file", "events")
        draw = np.random.default_rng([seed, 0]).permutation(events.n_items) / events.n_items
        first, second = np.quantile(likes.time, CUTS)
        early, late = likes.time < first, likes.time >= second
        windows = (likes.take(early), likes.take(~early & ~late), likes.take(late))
        return cls(np.digitize(draw, CUTS).astype(np.int8), windows, float(events.time.max()))

    @property
    def training(self) -> Interactions:
        """Likes that training sees."""
        early = self.windows[0]
        return early.take(self.part[early.item] == 0)


@dataclass(frozen=True, eq=False)
class Exam:
    """What one part asks. `together` (n_known, n_held): how much liking a known item speaks for a held-out one, each
    column's sum 1. `asked`: phrases about held-out items; `relevant` (n_asked, n_known + n_held) what they mean.
    """

    known: Ids
    held: Ids
    together: NDArray[np.float32]
    asked: list[str]
    relevant: NDArray[np.bool_]

    @classmethod
    def of(cls, split: Split, part: Part, phrases: Phrases, seed: int) -> Exam:
        """Of the items that are asked with or for, at most `KNOWN` and `HELD`, drawn by how often that happens.

        Raises:
            InvalidInput: too few held-out items were liked beside others.
        """
        code = PARTS.index(part)
        rng = np.random.default_rng([seed, code])
        counts = _beside(split.windows[code], split.part == 0, split.part == code)
        known = _drawn(np.asarray(counts.sum(axis=1)).ravel(), KNOWN, rng)
        held = _drawn(np.asarray(counts[known].sum(axis=0)).ravel(), HELD, rng)
        if len(held) < LEAST:
            raise InvalidInput(
                f"only {len(held)} {part} items were liked beside others in their time, and at least {LEAST} are "
                "needed to tell whether tuning helps: there are too few events to tune on",
                "events",
            )
        together = counts[known][:, held].toarray()
        questions = [question for item in held.tolist() for question in phrases.all_kinds(item, rng)]
        return cls(known, held, together / together.sum(axis=0), *_asked(questions, np.concatenate([known, held])))


def _beside(likes: Interactions, known: NDArray[np.bool_], held: NDArray[np.bool_]) -> sp.csr_matrix:
    """(n_items, n_items): how often a held-out item (column) was liked by those who liked a known one (row). Each user
    who likes a held-out item shares one among the known items they like.
    """
    matrix = likes.liked()
    left = matrix @ sp.diags_array(known.astype(np.float32))
    share = 1 / np.maximum(np.asarray(left.sum(axis=1)).ravel(), 1)
    right = matrix @ sp.diags_array(held.astype(np.float32))
    return sp.csr_matrix((sp.diags_array(share.astype(np.float32)) @ left).T @ right)


def _drawn(mass: NDArray[np.float32], n: int, rng: np.random.Generator) -> Ids:
    some = np.flatnonzero(mass)
    if len(some) > n:
        chance = mass[some].astype(float)
        some = np.sort(rng.choice(some, n, replace=False, p=chance / chance.sum()))
    return some.astype(np.int32)


def _asked(questions: list[Asked], pool: Ids) -> tuple[list[str], NDArray[np.bool_]]:
    relevant = np.array([np.isin(pool, question.items) for question in questions]).reshape(-1, len(pool))
    return [question.text for question in questions], relevant

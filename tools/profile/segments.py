"""Segments: groups of users with like taste, their names, and what is liked in each.

A user is in one segment (K-means) and, more or less, in all of them (Gaussian mixture); a new user is folded in. A
segment keeps its number from bundle to bundle while its members' taste stays what it was.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tools.domain import Domain
from tools.profile import clusters, labels
from tools.profile.clusters import Clusters
from tools.profile.labels import Label
from tools.profile.space import TasteSpace
from tools.profile.vectors import Feature

AXES = 3  # of the taste space; on MovieLens fewer hide what is old from what is new, more are less stable
ENOUGH = 5  # users; below it a count is neither telling nor anonymous
LEAST_LIKES = 5  # below it a user is not counted in a segment, nor told theirs
SAME = 0.5  # cosine of the tastes of two segments from which they are one
PRIOR = 10.0  # users of average taste that a segment is filled up with
NAMED_AS_TRAITS = 4

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Segments:
    """k segments. `ids` (k,) their lasting numbers; `tastes` (k, f) how P_u of the members differs, over the columns of
    the space; `liked` (k, n_items) how many members liked an item, `sizes` (k,) of how many; `rates` (k, n_items) the
    share that liked it, by membership, shrunk towards everyone's; `traits` what each is named for.
    """

    clusters: Clusters
    ids: tuple[int, ...]
    names: tuple[Label, ...]
    traits: tuple[tuple[str, ...], ...]
    tastes: Floats
    liked: NDArray[np.int32]
    sizes: NDArray[np.int64]
    rates: Floats
    metrics: dict[str, float]

    def of(self, place: Floats) -> int:
        """Position of the segment of a user who stands at `place` (a,)."""
        return int(self.clusters.nearest(place[None, :AXES])[0])

    def membership(self, places: Floats) -> Floats:
        """Of users at `places` (n, a): (n, k), rows sum to 1."""
        return self.clusters.membership(places[:, :AXES])

    def save(self, folder: Path) -> None:
        c = self.clusters
        np.savez(
            folder / "segments.npz", centres=c.centres, shares=c.shares, means=c.means, whiten=c.whiten,
            tastes=self.tastes, liked=self.liked, sizes=self.sizes, rates=self.rates,
        )  # fmt: skip
        rest = {"ids": self.ids, "names": self.names, "traits": self.traits, "metrics": self.metrics}
        (folder / "segments.json").write_text(json.dumps(rest, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Segments | None:
        """None where none were found in training."""
        if not (folder / "segments.json").exists():
            return None
        rest = json.loads((folder / "segments.json").read_text(encoding="utf-8"))
        with np.load(folder / "segments.npz") as held:
            made = Clusters(held["centres"], held["shares"], held["means"], held["whiten"], rest["metrics"])
            return cls(
                made,
                tuple(rest["ids"]),
                tuple(Label(*name) for name in rest["names"]),
                tuple(tuple(one) for one in rest["traits"]),
                held["tastes"],
                held["liked"],
                held["sizes"],
                held["rates"],
                rest["metrics"],
            )


@dataclass(frozen=True, eq=False)
class Before:
    """What the bundle before called its segments: `ids` (k,) and `tastes` (k, f) over `features` (f)."""

    ids: tuple[int, ...]
    tastes: Floats
    features: tuple[Feature, ...]

    def onto(self, features: tuple[Feature, ...]) -> Floats:
        """The same tastes over other features, (k, f); what was not known then is 0."""
        at = {feature: n for n, feature in enumerate(self.features)}
        known = np.array([at.get(feature, -1) for feature in features])
        return np.where(known >= 0, self.tastes[:, known], 0.0).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Population:
    """Everyone: `places` (n_users, a) in the taste space, `likes` (n_users,) and `liked` (n_users, n_items)."""

    space: TasteSpace
    places: Floats
    likes: NDArray[np.int64]
    liked: sp.csr_matrix


def fit(
    people: Population, sample: NDArray[np.intp], has: sp.csr_matrix, features: tuple[Feature, ...], domain: Domain,
    before: Before | None = None,
) -> Segments | None:  # fmt: skip
    """Segments of the users `sample` (rows), everyone else folded in; None where users do not fall into groups.
    `has` (n_items, f): which item has which of `features`, the space's columns.
    """
    known = None if before is None else before.onto(features)
    starts = None if known is None else known @ people.space.axes[:, :AXES]
    made = clusters.fit(people.places[sample, :AXES], starts)
    if made is None:
        return None
    tastes = _tastes(people, made)
    ids = _lasting(tastes, known, before)
    order = np.argsort(ids, kind="stable")
    made, tastes = made.ordered(order), tastes[order]
    counted = people.likes >= LEAST_LIKES
    group = made.nearest(people.places[:, :AXES])
    one_hot = _one_hot(group[counted], len(ids))
    liked = people.liked[counted]
    names, traits = _named(one_hot, liked, has, features, domain)
    return Segments(
        made,
        tuple(sorted(ids)),
        names,
        traits,
        tastes,
        np.asarray((one_hot @ liked).todense(), np.int32),
        np.bincount(group[counted], minlength=len(ids)),
        _rates(made.membership(people.places[:, :AXES]), people.liked),
        made.metrics | ({} if known is None else {"kept": _kept(ids, before)}),
    )


def _tastes(people: Population, made: Clusters) -> Floats:
    """Mean place of each segment's members, back in the columns of P_u."""
    group = made.nearest(people.places[:, :AXES])
    sums = _one_hot(group, len(made.centres)) @ people.places
    means = sums / np.maximum(np.bincount(group, minlength=len(made.centres)), 1)[:, None]
    return np.asarray(means @ people.space.axes.T, np.float32)


def _lasting(tastes: Floats, known: Floats | None, before: Before | None) -> list[int]:
    """A number for each segment: that of the earlier segment with the most similar taste, or a new one."""
    from scipy.optimize import linear_sum_assignment

    if known is None or before is None:
        return list(range(1, len(tastes) + 1))
    alike = _unit(tastes) @ _unit(known).T
    rows, columns = linear_sum_assignment(-alike)
    matched = {int(r): before.ids[c] for r, c in zip(rows, columns, strict=True) if alike[r, c] >= SAME}
    fresh = iter(range(max(before.ids) + 1, max(before.ids) + len(tastes) + 1))
    return [matched[n] if n in matched else next(fresh) for n in range(len(tastes))]


def _kept(ids: list[int], before: Before | None) -> float:
    """Share of the earlier segments that are still there."""
    return round(len(set(ids) & set(before.ids)) / len(before.ids), 3) if before else 0.0


def _named(
    one_hot: sp.csr_matrix, liked: sp.csr_matrix, has: sp.csr_matrix, features: tuple[Feature, ...], domain: Domain
) -> tuple[tuple[Label, ...], tuple[tuple[str, ...], ...]]:
    counts = np.asarray((liked @ has).todense(), np.float32) / np.maximum(np.diff(liked.indptr), 1)[:, None]
    sizes = np.asarray(one_hot.sum(axis=1)).ravel()
    shares = np.asarray(one_hot @ counts / np.maximum(sizes, 1)[:, None], np.float32)
    of_all = counts.mean(axis=0)
    starts = labels.decades(features)
    in_bands = counts @ (starts > 0)
    spread = float(((counts @ starts) / np.maximum(in_bands, 1e-9))[in_bands > 0].std()) if in_bands.any() else 0.0
    eras = labels.eras(shares, of_all, spread, features)
    told = [labels.traits(row, of_all, features, NAMED_AS_TRAITS) for row in shares]
    names = [
        labels.label(era, [features[f] for f in facets[: labels.NAMED]], domain)
        for era, facets in zip(eras, told, strict=True)
    ]
    return tuple(labels.distinct(names)), tuple(tuple(features[f].value for f in facets) for facets in told)


def _rates(membership: Floats, liked: sp.csr_matrix) -> Floats:
    everyone = np.asarray(liked.mean(axis=0), np.float32).ravel()
    counts = np.asarray((liked.T @ membership).T, np.float32)
    return (counts + PRIOR * everyone) / (membership.sum(axis=0)[:, None] + PRIOR)


def _one_hot(group: NDArray[np.intp], k: int) -> sp.csr_matrix:
    n = len(group)
    return sp.csr_matrix((np.ones(n, np.float32), (group, np.arange(n))), shape=(k, n))


def _unit(rows: Floats) -> Floats:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

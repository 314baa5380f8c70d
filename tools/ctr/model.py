"""P(click) = sigma(theta . [P_u, C, P_u * C, counts]): logistic regression over point-in-time features, calibrated.

A click is an event of positive preference; neutral and negative ones are the non-clicks. Where a domain has no such
events at all, non-clicks are sampled from what was popular and the metrics say so (`sampled_negatives`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.ctr.calibration import Calibration
from tools.ctr.features import Features, ItemStats
from tools.ctr.metrics import Clicks, evaluate, logloss
from tools.interactions import Interactions
from tools.user import UserView

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.domain import Domain
    from tools.popularity import Popularity
    from tools.profile.model import ProfileModel

Floats = NDArray[np.floating]

STRENGTHS = (0.01, 0.1, 1.0)  # inverse L2 penalties tried
MOST_ROWS = 300_000  # the latest rows are fitted; features still see everything before them
FEWEST_ROWS = 100  # below this, or with one class only, everybody gets the average
NEGATIVES = 2  # sampled per click
ARRAYS = ("facets", "numbers", "bounds", "vectors")


@dataclass(frozen=True)
class Line:
    """theta: `weights` (columns,) and `bias` over columns standardised by `mean` and `scale`."""

    weights: NDArray[np.float64]
    bias: float
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def fit(cls, rows: Floats, clicks: Clicks, strength: float) -> Line:
        from sklearn.linear_model import LogisticRegression

        mean, scale = rows.mean(0, dtype=float), rows.std(0, dtype=float)
        scale = np.where(scale < 1e-6, np.inf, scale)  # a constant column counts for nothing
        line = LogisticRegression(C=strength, max_iter=1000).fit((rows - mean) / scale, clicks)
        return cls(line.coef_[0], float(line.intercept_[0]), mean, scale)

    @classmethod
    def flat(cls, rate: float, columns: int) -> Line:
        """The same chance for everything."""
        return cls(np.zeros(columns), float(np.log(rate / (1 - rate))), np.zeros(columns), np.ones(columns))

    def parts(self, rows: Floats) -> NDArray[np.float64]:
        """What each column adds to the log-odds compared with an average row, (n, columns)."""
        return (rows - self.mean) / self.scale * self.weights

    def logits(self, rows: Floats) -> NDArray[np.float64]:
        slope = self.weights / self.scale
        return rows @ slope + (self.bias - self.mean @ slope)


@dataclass(frozen=True)
class Rows:
    """Training rows in time order; `click` (n,) bool."""

    user: NDArray[np.int32]
    item: NDArray[np.int32]
    time: NDArray[np.float64]
    click: Clicks
    sampled: int = 0  # non-clicks sampled per click


@dataclass(frozen=True)
class CtrModel:
    """A fitted model; `stats` is what was known of the items when it was fitted, `metrics` are from held-out rows."""

    features: Features
    line: Line
    calibration: Calibration
    stats: ItemStats
    labels: dict[str, str]  # Chinese names of facet values, where the domain file has them
    metrics: dict[str, float]

    @classmethod
    def fit(
        cls,
        interactions: Interactions,
        profile: ProfileModel,
        popularity: Popularity,
        catalogue: Catalogue,
        domain: Domain,
    ) -> CtrModel:
        """Each row sees only events strictly before it. By time: 80% to fit, 10% to choose the penalty and the
        calibration, 10% for the metrics; then the weights are fitted again on everything.
        """
        # 1. Rows and features. The prior comes from the fitting part alone, so that the metrics stay honest.
        rows = training_rows(interactions, popularity.scores)
        fitted, chosen = int(0.8 * len(rows.click)), int(0.9 * len(rows.click))
        enough = len(rows.click) >= FEWEST_ROWS and all(0 < c.sum() < len(c) for c in _cut(rows.click, fitted, chosen))
        prior = float((rows.click[:fitted].sum() + 1) / (fitted + 2))
        features = Features.build(catalogue, profile.item_vectors, prior, domain.feedback.half_life_days)
        stats, labels = ItemStats.of(interactions), _labels(features, domain)
        base = {"rows": float(len(rows.click)), "sampled_negatives": float(rows.sampled), "fitted": float(enough)}
        if not enough:
            return cls(features, Line.flat(prior, len(features.columns)), Calibration(), stats, labels, base)
        table = table_of(features, interactions, rows)
        # 2. Penalty and calibration, on the validation part.
        middle = slice(fitted, chosen)
        lines = [Line.fit(table[:fitted], rows.click[:fitted], strength) for strength in STRENGTHS]
        losses = [logloss(Calibration()(line.logits(table[middle])), rows.click[middle]) for line in lines]
        best = int(np.argmin(losses))
        calibration = Calibration.choose(lines[best].logits(table[middle]), rows.click[middle])
        # 3. Metrics on the rest, which nothing above has looked at; then the final weights.
        chances = calibration(lines[best].logits(table[chosen:]))
        metrics = evaluate(chances, rows.click[chosen:], rows.user[chosen:])
        metrics |= base | {"held_out_rows": float(len(chances)), "strength": STRENGTHS[best]}
        final = Line.fit(table, rows.click, STRENGTHS[best])
        return cls(features, final, calibration, stats, labels, metrics)

    def predict(self, user: UserView, items: NDArray[np.int32], stats: ItemStats | None = None) -> NDArray[np.float32]:
        """Calibrated P(click) of catalogue indices `items` (n,). A user without history gets what the items alone say.

        `stats` (n_items,) replaces what was known of the items at fitting time.
        """
        return self.chances(self.table(user, items, stats))

    def table(self, user: UserView, items: NDArray[np.int32], stats: ItemStats | None = None) -> NDArray[np.float32]:
        """The feature rows behind `predict`, (n, columns)."""
        return self.features.matrix(self.features.of_user(user, items), items, (stats or self.stats)[items])

    def chances(self, table: Floats) -> NDArray[np.float32]:
        return self.calibration(self.line.logits(table)).astype(np.float32)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        features, line = self.features, self.line
        np.savez_compressed(
            folder / "arrays.npz",
            facets=features.facets,
            numbers=features.numbers,
            bounds=features.bounds,
            vectors=features.vectors,
            weights=line.weights,
            mean=line.mean,
            scale=line.scale,
            item_count=self.stats.count,
            item_liked=self.stats.liked,
        )
        document = {
            "facet_names": features.facet_names,
            "number_names": features.number_names,
            "prior": features.prior,
            "half_life_days": features.half_life_days,
            "bias": line.bias,
            "calibration": self.calibration.to_json(),
            "labels": self.labels,
            "metrics": self.metrics,
            "weights": dict(zip(features.columns, line.weights.round(6).tolist(), strict=True)),  # to be read by people
        }
        (folder / "model.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> CtrModel:
        held = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as file:
            arrays = dict(file)
        features = Features(
            facet_names=tuple((attribute, value) for attribute, value in held["facet_names"]),
            number_names=tuple(held["number_names"]),
            prior=held["prior"],
            half_life_days=held["half_life_days"],
            **{name: arrays[name] for name in ARRAYS},
        )
        line = Line(arrays["weights"], held["bias"], arrays["mean"], arrays["scale"])
        stats = ItemStats(arrays["item_count"], arrays["item_liked"])
        calibration = Calibration.from_json(held["calibration"])
        return cls(features, line, calibration, stats, held["labels"], held["metrics"])


def training_rows(events: Interactions, popularity: Floats, seed: int = 0) -> Rows:
    """The latest MOST_ROWS events as clicks and non-clicks; without any non-click, sampled ones follow each click."""
    late = slice(max(0, len(events.item) - MOST_ROWS), None)
    rows = Rows(events.user[late], events.item[late], events.time[late], events.weight[late] > 0)
    if not len(rows.click) or not rows.click.all():
        return rows
    rng = np.random.default_rng(seed)
    chance = np.maximum(popularity.astype(float), 0.0) + 1e-9
    repeat = np.repeat(np.arange(len(rows.click)), NEGATIVES)
    items = rng.choice(events.n_items, len(repeat), p=chance / chance.sum()).astype(np.int32)
    fresh = np.asarray(events.seen()[rows.user[repeat], items]).ravel() == 0
    every = np.concatenate([np.arange(len(rows.click)), repeat[fresh]])
    order = np.argsort(every, kind="stable")  # a non-click stands right after its click
    click = np.concatenate([rows.click, np.zeros(int(fresh.sum()), bool)])[order]
    item = np.concatenate([rows.item, items[fresh]])[order]
    return Rows(rows.user[every[order]], item, rows.time[every[order]], click, NEGATIVES)


def table_of(features: Features, events: Interactions, rows: Rows) -> NDArray[np.float32]:
    """Feature rows (n, columns), each from events strictly before its own time."""
    history = features.at_moments(events, rows.user, rows.time, rows.item)
    return features.matrix(history, rows.item, ItemStats.at_moments(events, rows.item, rows.time))


def _cut(clicks: Clicks, fitted: int, chosen: int) -> tuple[Clicks, Clicks]:
    return clicks[:fitted], clicks[fitted:chosen]


def _labels(features: Features, domain: Domain) -> dict[str, str]:
    return {value: domain.alias(attribute, value, "zh") for attribute, value in features.facet_names}

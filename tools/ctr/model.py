"""P(click) from point-in-time features: several kinds of model are fitted, the best on validation rows is kept.

A click is an event of positive preference; neutral and negative ones are the non-clicks. Where a domain has no such
events at all, non-clicks are sampled from what was popular and the metrics say so (`sampled_negatives`): the order
of such chances means something, their height is that of the sampling.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from tools.ctr.calibration import Calibration
from tools.ctr.features import SCALARS, Batch, Features, ItemStats, Past
from tools.ctr.line import Line
from tools.ctr.metrics import Clicks, evaluate
from tools.ctr.online import Arrived, Online, after
from tools.ctr.own import biases, counted
from tools.ctr.rows import Bench, training_rows
from tools.ctr.taste import Taste
from tools.ctr.zoo import Mix, figures, try_all
from tools.histories import Histories, Ints
from tools.interactions import Interactions
from tools.user import UserView

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.domain import Domain
    from tools.popularity import Popularity
    from tools.profile.model import ProfileModel

Floats = NDArray[np.floating]

ONLINE = "correction.npz"
ARRAYS = ("facets", "numbers", "bounds", "vectors", "content")
EDGE = 1e-6  # a chance is this far from 0 and 1 at least, where log-odds are taken
FEWEST_ROWS = 100  # below this, or with one class only, everybody gets the average


@dataclass(frozen=True)
class CtrModel:
    """A fitted model; `stats` is what was known of the items when it was fitted, `metrics` are from held-out rows.

    `online` follows the events that the rest was not fitted on; it is not in `metrics`. None where non-clicks are not
    known, or nothing was fitted.
    """

    features: Features
    taste: Taste
    mix: Mix
    calibration: Calibration
    stats: ItemStats
    labels: dict[str, str]  # Chinese names of facet values, where the domain file has them
    metrics: dict[str, float]
    online: Online | None = None

    @classmethod
    def fit(
        cls,
        interactions: Interactions,
        profile: ProfileModel,
        popularity: Popularity,
        catalogue: Catalogue,
        domain: Domain,
        text: NDArray[np.float32] | None = None,
    ) -> CtrModel:
        """Each row sees only events strictly before it. By time: 80% to fit, 10% to choose kinds, settings and
        calibration; what was chosen is fitted again on these 90% and judged on the last 10%. That is the model that is
        kept, so the metrics are its own; only what it knows of the items is brought up to date with all events, and the
        online correction starts from those 10%.
        `text` (n_items, d) are vectors of what the items are; without them the profile's take their place.
        """
        # 1. Rows and features. The prior comes from the fitting part alone, so that the metrics stay honest.
        rows = training_rows(interactions, popularity.scores)
        fitted, chosen = int(0.8 * len(rows)), int(0.9 * len(rows))
        enough = len(rows) >= FEWEST_ROWS and all(0 < c.sum() < len(c) for c in _cut(rows.click, fitted, chosen))
        prior = float((rows.click[:fitted].sum() + 1) / (fitted + 2))
        features = Features.build(catalogue, profile.item_vectors, prior, domain.feedback.half_life_days, text)
        stats, labels = ItemStats.of(interactions), _labels(features, domain)
        base = {"rows": float(len(rows)), "sampled_negatives": float(rows.sampled), "fitted": float(enough)}
        if not enough:
            taste = Taste.fit(rows.user, rows.item, rows.grade, features.content)
            flat = Mix.alone("linear", 0.0, Line.flat(prior, len(features.columns)))
            return cls(features, taste, flat, Calibration(), stats, labels, base)
        # 2. Every kind, its setting and its calibration, on the validation part.
        bench = Bench.lay(features, interactions, rows)
        batch = bench.batch(fitted)
        choices = try_all(batch, rows.click, fitted, chosen)
        best = choices[0]
        # 3. Metrics on the rest, which nothing above has looked at: of every kind, then of what is kept.
        rest = slice(chosen, None)
        measured = figures(choices, batch[rest], rows.click[rest], rows.user[rest])
        batch = bench.batch(chosen)
        mix = best.mix.refit(batch[:chosen], rows.click[:chosen])
        chances = best.calibration(mix.logits(batch[rest]))
        metrics = evaluate(chances, rows.click[rest], rows.user[rest])
        metrics |= base | {"held_out_rows": float(len(chances))} | measured
        # 4. What is known of the items, up to now. Level and match mean the same in every fit of the taste.
        taste = Taste.fit(rows.user, rows.item, rows.grade, features.content)
        model = cls(features, taste, mix, best.calibration, stats, labels, metrics)
        if rows.sampled:
            return model
        past = interactions.take(slice(-len(rows), None))
        own = biases(past, model.frozen(batch), rows.click, rows.user[rest], rows.time[rest])
        late = model.arrived(batch[rest], rows.click[rest], rows.user[rest], own)
        return replace(model, online=after(Online.new(interactions.n_items), late))

    @property
    def against_samples(self) -> bool:
        """Whether non-clicks were sampled: then what is called a chance tells candidates apart, and is none."""
        return self.metrics["sampled_negatives"] > 0

    def predict(self, user: UserView, items: NDArray[np.int32], stats: ItemStats | None = None) -> NDArray[np.float32]:
        """Calibrated P(click) of catalogue indices `items` (n,). A user without history gets what the items alone say.

        `stats` (n_items,) replaces what was known of the items at fitting time.
        """
        return self.chances(self.batch(user, items, stats), self.own(user))

    def predict_many(self, users: Sequence[UserView], owner: Ints, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """What `predict` says, of many pairs at once, (n,): `owner` (n,) points into `users`, `items` (n,) into the
        catalogue. Without the users' own biases: those move all items of a user alike, so each one's order is that of
        `predict`. Needs some 500 bytes of memory a pair: hand over a crowd in parts.
        """
        return self.chances(self._rows(Histories.of(users), owner, items, self.stats[items]))

    def batch(self, user: UserView, items: NDArray[np.int32], stats: ItemStats | None = None) -> Batch:
        """The feature rows behind `predict`."""
        return self._rows(Histories.of([user]), np.zeros(len(items), np.int64), items, (stats or self.stats)[items])

    def _rows(self, seen: Histories, owner: Ints, items: NDArray[np.int32], stats: ItemStats) -> Batch:
        history = self.features.of_users(seen, owner, items)
        leaning = self.taste.of_users(seen, owner, items)
        table = self.features.matrix(history, leaning, owner, items, stats)
        return Batch(table, items, owner, Past.of_users(seen), self.features.content)

    def batch_at(
        self,
        events: Interactions,
        users: NDArray[np.int32],
        times: NDArray[np.float64],
        items: NDArray[np.int32],
        stats: ItemStats,
    ) -> Batch:
        """The same for many (user, time, item) at once, each user strictly before the time; `stats` one row each. A
        user of -1 has no history.
        """
        history = self.features.at_moments(events, users, times, items)
        leaning = self.taste.at_moments(events, users, times, items)
        each = np.arange(len(items))
        table = self.features.matrix(history, leaning, each, items, stats)
        return Batch(table, items, each, Past.at_moments(events, users, times), self.features.content)

    def chances(self, rows: Batch, own: NDArray[np.float64] | float = 0.0) -> NDArray[np.float32]:
        """Calibrated P(click) of feature rows, (n,). `own`: their users' biases."""
        chances = self.calibration(self.mix.logits(rows))
        if self.online is not None:
            chances = expit(self.online.corrected(log_odds(chances), self._doubt(rows), own, rows.items))
        return chances.astype(np.float32)

    def frozen(self, rows: Batch) -> NDArray[np.float64]:
        """Log-odds without the online correction, (n,)."""
        return log_odds(self.calibration(self.mix.logits(rows)))

    def arrived(self, rows: Batch, clicks: Clicks, users: NDArray[np.int32], own: NDArray[np.float64]) -> Arrived:
        """What `online` learns from these rows."""
        return Arrived(self.frozen(rows), self._doubt(rows), own, rows.items, clicks, users)

    def own(self, user: UserView) -> float:
        """The user's bias as of now (tools/ctr/own.py); 0 where nothing is corrected."""
        if self.online is None or not len(user.items):
            return 0.0
        alone = np.zeros(len(user.items), np.int32)
        n_items = len(self.stats.count)
        events = Interactions((user.user_id,), n_items, alone, user.items, user.times, user.weights, user.grades)
        return float(self.own_at(events, alone[:1], np.array([np.inf]))[0])

    def own_at(self, events: Interactions, users: NDArray[np.int32], times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Biases of users strictly before times, (n,). A user of -1 has none."""
        read = counted(events, users, times)
        past = events.take(read)
        rows = self.batch_at(events, past.user, past.time, past.item, self.stats[past.item])
        return biases(past, self.frozen(rows), past.weight > 0, users, times)

    def _doubt(self, rows: Batch) -> NDArray[np.float64]:
        counted = 3 * len(self.features.facet_names) + SCALARS.index("user_count")
        return np.exp(-rows.table[:, counted].astype(float))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        features = self.features
        taste = {f"taste_{name}": value for name, value in asdict(self.taste).items()}
        np.savez_compressed(
            folder / "arrays.npz",
            **{name: getattr(features, name) for name in ARRAYS},
            **taste,
            item_count=self.stats.count,
            item_liked=self.stats.liked,
        )
        self.mix.save(folder)
        if self.online is not None:
            self.online.save(folder / ONLINE)
        document = {
            "facet_names": features.facet_names,
            "number_names": features.number_names,
            "prior": features.prior,
            "half_life_days": features.half_life_days,
            "calibration": self.calibration.to_json(),
            "labels": self.labels,
            "metrics": self.metrics,
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
        vectors, base, centre, noise = (arrays[f"taste_{name}"] for name in ("vectors", "base", "centre", "noise"))
        taste = Taste(vectors, base, centre, float(noise))
        stats = ItemStats(arrays["item_count"], arrays["item_liked"])
        calibration = Calibration.from_json(held["calibration"])
        online = Online.load(folder / ONLINE) if (folder / ONLINE).exists() else None
        return cls(features, taste, Mix.load(folder), calibration, stats, held["labels"], held["metrics"], online)


def log_odds(chances: Floats) -> NDArray[np.float64]:
    return np.asarray(logit(np.clip(chances.astype(float), EDGE, 1 - EDGE)))


def _cut(clicks: Clicks, fitted: int, chosen: int) -> tuple[Clicks, Clicks]:
    return clicks[:fitted], clicks[fitted:chosen]


def _labels(features: Features, domain: Domain) -> dict[str, str]:
    return {value: domain.alias(attribute, value, "zh") for attribute, value in features.facet_names}

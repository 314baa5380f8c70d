"""Protocol P3 on our click model: MovieLens 100K, a click is a rating >= 4, rows cut by time 80/10/10, online history.

    python benchmarks/p3_ctr.py --data FOLDER     # MovieLens100k_{data,items}.parquet.brotli

`CtrModel.fit` makes exactly this cut itself: it fits every kind of model on the first 80%, chooses kinds, settings and
calibration on the next 10%, fits the choice again on both and reports the last 10%, where no choice has looked
(`held_out`). `kinds` are the fits on 80% alone, as the peers' are. Stricter than the peers' runs in one
respect: ratings of the same second do not see each other. Item texts are title, year and genres, as the peers have
them. Prints one JSON document; standard errors by resampling test users.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tools.catalogue import Catalogue
from tools.ctr.metrics import evaluate
from tools.ctr.model import CtrModel
from tools.ctr.rows import Bench, training_rows
from tools.ctr.zoo import KINDS, Choice, try_all
from tools.domain import Domain
from tools.interactions import Interactions
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.store import Item
from tools.toolbox import encoder
from tools.user import UserView

PEERS = {"auc": 0.7502, "gauc": 0.7146, "logloss": 0.5836, "ece": 0.012, "auc of the logistic regression": 0.7478}
NOT_GENRES = {"movie_id", "movie_title", "release_date", "video_release_date", "IMDb_URL"}
CANDIDATES, REQUESTS, RESAMPLED = 300, 300, 200


def load(folder: Path, domain: Domain) -> tuple[Catalogue, Interactions]:
    films = pl.read_parquet(folder / "MovieLens100k_items.parquet.brotli")
    ratings = pl.read_parquet(folder / "MovieLens100k_data.parquet.brotli")
    genres = [name for name in films.columns if name not in NOT_GENRES]
    catalogue = Catalogue.build([film(row, genres) for row in films.iter_rows(named=True)], domain)
    events = ratings.select(
        pl.col("user_id").cast(pl.String),
        pl.col("movie_id").cast(pl.String).alias("item_id"),
        pl.col("timestamp").cast(pl.Float64),
        pl.lit("rate").alias("kind"),
        pl.col("rating").cast(pl.Float64).alias("value"),
    ).sort("timestamp", maintain_order=True)
    return catalogue, Interactions.from_events(events, catalogue, domain.feedback)


def film(row: dict[str, Any], genres: list[str]) -> Item:
    year = re.search(r"\((\d{4})\)\s*$", row["movie_title"])
    attributes = {"year": int(year[1])} if year else {}
    tags = [genre for genre in genres if row[genre]]
    return Item(item_id=str(row["movie_id"]), title=row["movie_title"], tags=tags, attributes=attributes)


def every_kind(model: CtrModel, events: Interactions, popularity: Popularity) -> dict[str, Any]:
    """Each kind on the validation and the test part, as `CtrModel.fit` saw it, with standard errors."""
    rows = training_rows(events, popularity.scores)
    fitted, chosen = int(0.8 * len(rows)), int(0.9 * len(rows))
    bench = Bench.lay(model.features, events, rows)
    batch = bench.batch(fitted)
    out = {}
    for choice in try_all(batch, rows.click, fitted, chosen, tuple(KINDS)):
        parts = {"validation": slice(fitted, chosen), "test": slice(chosen, None)}
        out[choice.mix.name] = {"settings": choice.mix.settings, "calibration": choice.calibration.kind} | {
            name: measured(choice, batch[part], rows.click[part], rows.user[part]) for name, part in parts.items()
        }
    return out


def measured(choice: Choice, batch: Any, clicks: np.ndarray, users: np.ndarray) -> dict[str, list[float]]:
    """Each metric and its standard error. Calibration was fitted on the validation part: its log-loss and ECE there are
    flattering.
    """
    chances = choice.calibration(choice.mix.logits(batch))
    rng, groups = np.random.default_rng(0), [np.flatnonzero(users == user) for user in np.unique(users)]
    drawn = []
    for _ in range(RESAMPLED):
        picks = [groups[n] for n in rng.integers(0, len(groups), len(groups))]
        again = np.repeat(np.arange(len(picks), dtype=np.int32), [len(pick) for pick in picks])
        rows = np.concatenate(picks)
        drawn.append(evaluate(chances[rows], clicks[rows], again))
    whole = evaluate(chances, clicks, users)
    return {name: [value, round(float(np.std([d[name] for d in drawn])), 5)] for name, value in whole.items()}


def latency(model: CtrModel, events: Interactions) -> dict[str, float]:
    """Milliseconds of one `predict` over CANDIDATES items, history to score, users drawn by their activity."""
    rng, spent = np.random.default_rng(0), []
    for user in events.user[rng.integers(0, len(events.user), REQUESTS)]:
        mine = np.flatnonzero(events.user == user)
        view = UserView(
            str(user), {}, events.item[mine], events.time[mine], events.weight[mine], grades=events.grade[mine]
        )
        items = rng.choice(events.n_items, CANDIDATES, replace=False).astype(np.int32)
        start = time.perf_counter()
        model.predict(view, items)
        spent.append((time.perf_counter() - start) * 1000)
    return {"p50": round(float(np.median(spent)), 3), "p99": round(float(np.quantile(spent, 0.99)), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    domain = Domain.load("movies")
    catalogue, events = load(folder, domain)
    profile, popularity = ProfileModel.fit(catalogue, events, domain), Popularity.fit(events)
    text = encoder().encode([catalogue.text(n) for n in range(len(catalogue))])
    start = time.perf_counter()
    model = CtrModel.fit(events, profile, popularity, catalogue, domain, text)
    report = {
        "fit_s": round(time.perf_counter() - start, 2),
        "kind": model.mix.name,
        "held_out": model.metrics,
        "best_peer": PEERS,
        "predict_ms": latency(model, events),
        "kinds": every_kind(model, events, popularity),
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

"""Everything at the size of a busy site: 100,000 users, 20,000 items, 5 million events with the usual long tails.

    python -m benchmarks --only scale             # minutes; off by default
    python -m benchmarks.scale --events 500000    # smaller, and the folder with --keep DIR can be looked at

Makes the data, then ingests it, trains on it and asks for slates with the product's code, each in a process of its own,
so that each peak of memory is its own. Goals: everything fitted within 10 minutes and 8 GiB, one slate with words in
60 ms at p99. Embedding the titles is in the seconds of `search`.

Items are drawn by Zipf's law from 40 kinds, users have a favourite kind for 70% of what they do and a log-normal number
of events (mean 50); seed fixed. Titles and tags are made of syllables and say which kind an item is.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

GOAL = {"fit_s": 600.0, "peak_gib": 8.0, "slate_p99_ms": 60.0}
USERS, ITEMS, EVENTS = 100_000, 20_000, 5_000_000
KINDS, FAVOURITE = 40, 0.7
WARM_UP, ASKED = 20, 300
YEAR = 365 * 86_400
DOMAIN = """
name = "scale"
item = { en = "item", zh = "商品" }
items = { en = "items", zh = "商品" }
liked = { en = "chose", zh = "选择过" }
[feedback]
positive = ["view"]
[attributes]
facets = ["tags"]
"""
SYLLABLES = [first + second for first in "bdfgklmnprst" for second in ("a", "e", "i", "o", "u", "an", "er", "il")]


def measure(users: int = USERS, items: int = ITEMS, events: int = EVENTS, keep: Path | None = None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as made:
        folder = keep or Path(made)
        if not (folder / "events.parquet").exists():
            write(folder, users, items, events)
        steps = {step: _in_its_own_process(step, folder) for step in ("ingest", "train", "slates")}
    return {"goal": GOAL, "users": users, "items": items, "events": events, **steps}


def write(folder: Path, users: int, items: int, events: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(42)
    kind = rng.integers(0, KINDS, items)
    user, item = _events(rng, kind, users, events)
    time_ = 1.7e9 + rng.random(len(user)) * YEAR
    frame = pl.DataFrame({"user_id": user, "item_id": item, "timestamp": time_}).sort("timestamp")
    frame.write_parquet(folder / "events.parquet")
    words = rng.choice(SYLLABLES, (KINDS, 60)) + rng.choice(SYLLABLES, (KINDS, 60))  # 60 words a kind
    titles = [" ".join(rng.choice(words[k], 3)).title() for k in kind]
    tags = [f"kind {words[k][0]}|{words[k][1 + n % 4]}" for n, k in enumerate(kind)]
    pl.DataFrame({"item_id": np.arange(items), "title": titles, "tags": tags}).write_parquet(folder / "items.parquet")
    (folder / "domain.toml").write_text(DOMAIN, encoding="utf-8")


def _events(
    rng: np.random.Generator, kind: NDArray[np.int64], users: int, events: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """User and item of distinct events: the law of benchmarks published for other libraries."""
    items = len(kind)
    chance = 1 / (np.arange(items) + 20.0)
    rng.shuffle(chance)
    favourite, active = rng.integers(0, KINDS, users), rng.lognormal(0, 1, users)
    count = np.clip(active / active.sum() * events * 1.5, 5, 3000).astype(int)
    user = np.repeat(np.arange(users), count)
    item = rng.choice(items, len(user), p=chance / chance.sum())
    own = rng.random(len(user)) < FAVOURITE
    for k in range(KINDS):
        among, rows = np.flatnonzero(kind == k), np.flatnonzero(own & (favourite[user] == k))
        item[rows] = rng.choice(among, len(rows), p=chance[among] / chance[among].sum())
    cell = np.unique(user * items + item)
    cell = np.sort(rng.choice(cell, min(events, len(cell)), replace=False))
    return cell // items, cell % items


def _in_its_own_process(step: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.scale", "--step", step, "--keep", str(folder)]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return dict(json.loads(out))


def _ingest(folder: Path) -> dict[str, Any]:
    from tools.home import Home
    from tools.ingest.ingest import ingest, install_domain
    from tools.store import Store

    home = Home.at(folder / "home")
    with home.owned("the scale benchmark"):
        store = Store.open(home.store_url)
        domain = install_domain(home, folder / "domain.toml")
        report = ingest(store, domain, folder / "items.parquet", None, folder / "events.parquet")
        store.close()
    return {"events": report.events}


def _train(folder: Path) -> dict[str, Any]:
    from tools.home import Home
    from tools.train import Bench, train

    seconds: dict[str, float] = {}
    fit_and_save = Bench.fit_and_save

    def timed(bench: Bench, tool: str, part: Any) -> dict[str, float]:
        start = time.perf_counter()
        metrics = fit_and_save(bench, tool, part)
        seconds[tool] = round(time.perf_counter() - start, 1)
        print(tool, seconds[tool], f"{_peak()} GiB", file=sys.stderr)
        return metrics

    Bench.fit_and_save = timed  # type: ignore[method-assign]
    home = Home.at(folder / "home")
    with home.owned("the scale benchmark"):
        train(home)
    return {"parts_s": seconds}


def _slates(folder: Path) -> dict[str, Any]:
    from tools.home import Home
    from tools.recommend import recommend
    from tools.toolbox import Toolbox

    home = Home.at(folder / "home")
    with home.owned("the scale benchmark"):
        start = time.perf_counter()
        box = Toolbox.open(home)
        opened = time.perf_counter() - start
        rng = np.random.default_rng(1)
        users = rng.choice([user.user_id for user in box.store.users()], ASKED + WARM_UP)
        words = ["something like " + box.catalogue.titles[n] for n in rng.integers(0, len(box.catalogue), len(users))]
        spent: dict[str, list[float]] = {"with words": [], "without": []}
        for user, said in zip(users.tolist(), words, strict=True):
            for name, query in (("with words", said), ("without", None)):
                start = time.perf_counter()
                recommend(box, user, query)
                spent[name].append((time.perf_counter() - start) * 1000)
        box.store.close()
    quantiles = {name: np.quantile(values[WARM_UP:], (0.5, 0.99)).round(1) for name, values in spent.items()}
    figures = {name: dict(zip(("p50", "p99"), q.tolist(), strict=True)) for name, q in quantiles.items()}
    return {"open_s": round(opened, 1), **figures}


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2)


STEPS = {"ingest": _ingest, "train": _train, "slates": _slates}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--keep", type=Path, help="folder for the data and the home, used again when it is there")
    parser.add_argument("--step", choices=STEPS, help="only this, on what is in the folder to keep")
    options = parser.parse_args()
    if options.step is None:
        print(json.dumps(measure(options.users, options.items, options.events, options.keep), indent=1))
        return
    start = time.perf_counter()
    report = STEPS[options.step](options.keep)
    print(json.dumps({"seconds": round(time.perf_counter() - start, 1), "peak_gib": _peak(), **report}))


if __name__ == "__main__":
    main()

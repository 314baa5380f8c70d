"""Filtered vector search among 200,000 vectors of 384 dimensions: ours, all rows compared, and Chroma's own filters.

    python -m benchmarks.search_speed --folder /tmp/search_speed      # filling Chroma takes minutes, the first time

The vectors are drawn around 2,000 centres in a space of decaying variance, as the vectors of texts lie; queries are
drawn alike and are none of them. Prints one JSON document: for each share of items that a filter keeps, milliseconds at
p50 and p99, processor time of all threads at p50 (which other programs disturb less), and recall of the nearest 100
against comparing every allowed row.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from benchmarks.turn_latency import _processor
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.search import chroma
from tools.search.lexical import Lexical
from tools.search.model import SearchIndex
from tools.store import Item

DIM, CENTRES, WANTED, WARM_UP = 384, 2000, 100, 3
SHARES = (0.001, 0.01, 0.1, 0.5, 1.0)
SLOW = 10  # queries of what takes a tenth of a second each


def draw(centres: np.ndarray, n: int, seed: int) -> np.ndarray:
    rng, scale = np.random.default_rng(seed), (1 + np.arange(DIM)) ** -0.5
    rows = centres[rng.integers(len(centres), size=n)] + 0.7 * rng.normal(size=(n, DIM)) * scale
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def build(folder: Path, n: int) -> SearchIndex:
    centres = np.random.default_rng(0).normal(size=(CENTRES, DIM)) * (1 + np.arange(DIM)) ** -0.5
    items = [Item(item_id=str(i), title=f"Item {i}", attributes={"n": i % 1000}) for i in range(n)]
    catalogue = Catalogue.build(items, Domain.load("movies"))
    collection = chroma.open_collection(chroma.connect(folder), f"speed-{n}")
    vectors = draw(centres, n, 1)
    chroma.fill(collection, catalogue, vectors)
    words = Catalogue.build(items[:1], catalogue.domain)  # no words are searched here
    queries = SimpleNamespace(query=dict(zip(map(str, range(60)), draw(centres, 60, 2), strict=True)).__getitem__)
    return SearchIndex(catalogue, cast(Any, queries), vectors, Lexical.fit(words), collection)


def timed(search: Callable[[str], np.ndarray], n: int = 60) -> tuple[dict[str, float], list[np.ndarray]]:
    found, spent, worked = [], [], []
    for query in [*map(str, range(WARM_UP)), *map(str, range(n))]:
        start, before = time.perf_counter(), time.process_time()
        found.append(search(query))
        worked.append((time.process_time() - before) * 1000)
        spent.append((time.perf_counter() - start) * 1000)
    told = {
        "p50": round(float(np.quantile(spent[WARM_UP:], 0.5)), 2),
        "p99": round(float(np.quantile(spent[WARM_UP:], 0.99)), 2),
        "processor p50": round(float(np.quantile(worked[WARM_UP:], 0.5)), 2),
    }
    return told, found[WARM_UP:]


def measure(index: SearchIndex, share: float) -> dict[str, Any]:
    n, collection = len(index.catalogue), index.collection
    assert collection is not None
    eligible = index.catalogue.numbers("n") < share * 1000
    items = np.flatnonzero(eligible)
    ids = [index.catalogue.ids[i] for i in items]

    def exact(query: str) -> np.ndarray:
        cosines = index.vectors[items] @ index.encoder.query(query)
        return items[np.argsort(-cosines)[:WANTED]]

    def chroma_with(**narrowed: Any) -> Callable[[str], np.ndarray]:
        def ask(query: str) -> np.ndarray:
            vector = index.encoder.query(query)
            found = collection.query(query_embeddings=[vector], n_results=WANTED, include=[], **narrowed)
            return np.array([index.catalogue.index(i) for i in found["ids"][0]])

        return ask

    ways: dict[str, tuple[Callable[[str], np.ndarray], int]] = {
        "ours": (lambda query: index.query(query, eligible, WANTED)[0], 60)
    }
    if share < 1:
        ways["chroma where"] = (chroma_with(where={"n": {"$lt": round(share * 1000)}}), SLOW)
        if len(ids) <= n // 10:
            ways["chroma ids"] = (chroma_with(ids=ids), SLOW)
    told, truth = timed(exact)
    out: dict[str, Any] = {"kept": len(items), "gather and compare": {**told, "recall": 1.0}}
    for name, (search, queries) in ways.items():
        told, found = timed(search, queries)
        hits = [len(np.intersect1d(a, b)) / min(WANTED, len(items)) for a, b in zip(truth, found, strict=False)]
        out[name] = {**told, "recall": round(float(np.mean(hits)), 4)}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where Chroma keeps the vectors for the next run")
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--shares", nargs="+", type=float, default=list(SHARES))
    options = parser.parse_args()
    index, load = build(options.folder, options.items), round(os.getloadavg()[0], 2)
    report = {str(share): measure(index, share) for share in options.shares}
    print(json.dumps({"machine": _processor(), "load_before": load, "items": options.items, "ms": report}, indent=1))


if __name__ == "__main__":
    main()

"""How well items that nobody has tried are found for those who will like them (tools/evaluate/newitem.py).

    python -m benchmarks.new_items --home var [--part dev]

Random ranking, the mean text vector of what a user liked, and the content model, on the same folds. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from tools import bundle
from tools.evaluate.newitem import DEV, TEST, Score, new_items
from tools.home import Home
from tools.interactions import Interactions
from tools.search.content import RANK, RIDGE, ContentModel, Features, item_features
from tools.store import Store
from tools.toolbox import load_domain, read_catalogue


def content(x: Features, rank: int = RANK, ridge: float = RIDGE) -> Score:
    def score(liked: sp.csr_matrix, held: np.ndarray) -> np.ndarray:
        model = ContentModel.fit(x, liked, np.zeros(liked.shape[1]), rank, ridge)
        return (liked @ model.says) @ model.content[held].T

    return score


def mean_vector(vectors: np.ndarray) -> Score:
    centred = vectors - vectors.mean(axis=0)

    def score(liked: sp.csr_matrix, held: np.ndarray) -> np.ndarray:
        return (liked @ centred) @ centred[held].T

    return score


def chance(liked: sp.csr_matrix, held: np.ndarray) -> np.ndarray:
    return np.zeros((liked.shape[0], len(held)), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--part", choices=("dev", "test"), default="test")
    options = parser.parse_args()
    home = Home.at(options.home)
    domain, folder = load_domain(home), bundle.current_folder(home)
    catalogue = read_catalogue(folder, domain)
    store = Store.open(home.store_url)
    events = Interactions.from_events(store.events(), catalogue, domain.feedback)
    store.close()
    liked, vectors = events.liked(), np.load(folder / "search" / "vectors.npy")
    x = item_features(catalogue, vectors)
    ways = {"random": chance, "mean text vector": mean_vector(vectors), "content model": content(x)}
    if options.part == "dev":
        ways |= {f"rank {k}, ridge {r}": content(x, k, r) for k, r in ((32, 10.0), (64, 3.0), (64, 30.0), (943, 10.0))}
    folds = DEV if options.part == "dev" else TEST
    report = {name: new_items(liked, score, folds) for name, score in ways.items()}
    told = {name: {k: round(v, 4) for k, v in row.items()} for name, row in report.items()}
    print(json.dumps({"part": options.part, "features": x.sparse.shape[1] + x.dense.shape[1], **told}, indent=1))


if __name__ == "__main__":
    main()

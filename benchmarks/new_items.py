"""What the content model's settings are chosen by: new items found for those who will like them, on the dev folds.

    python -m benchmarks.new_items --home var

`tastemaker evaluate coldstart` reports the other folds. Prints JSON; tools/evaluate/newitem.py says what is measured.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from tools import bundle
from tools.evaluate.newitem import DEV, chance, content, nearest_text, new_items
from tools.home import Home
from tools.interactions import Interactions
from tools.search.content import item_features
from tools.store import Store
from tools.toolbox import load_domain, read_catalogue

TRIED = ((64, 10.0), (32, 10.0), (128, 10.0), (64, 5.0), (64, 20.0))  # rank, ridge; the first is what is used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    home = Home.at(parser.parse_args().home)
    domain, folder = load_domain(home), bundle.current_folder(home)
    catalogue = read_catalogue(folder, domain)
    store = Store.open(home.store_url)
    events = Interactions.from_events(store.events(profiled=True), catalogue, domain.feedback)
    store.close()
    vectors = np.load(folder / "search" / "vectors.npy")
    features = item_features(catalogue, vectors)
    ways = {"random": chance, "text cosine": nearest_text(vectors)}
    ways |= {f"rank {rank}, ridge {ridge:g}": content(features, rank=rank, ridge=ridge) for rank, ridge in TRIED}
    for name, way in ways.items():
        found = new_items(events.liked(), way, DEV)
        row = {"by_item": found.by_item.mean(), "by_pair": found.by_pair, "by_user": found.by_user.mean()}
        print(json.dumps({"way": name, **{key: round(float(value), 4) for key, value in row.items()}}), flush=True)


if __name__ == "__main__":
    main()

"""The product as it would stand had it known some of the events only: fitted by the code that `train` runs, ranking by
the code that `recommend --users` runs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tools.bundle import Manifest
from tools.cold.model import ColdModel, attributes_of
from tools.ctr.model import CtrModel
from tools.evaluate.data import Dataset, Ids, Rows
from tools.evaluate.splits import per_user
from tools.home import Home
from tools.interactions import Interactions
from tools.neighbors.model import NeighborModel
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.rank import many
from tools.rank.taste import Taste
from tools.search.content import ContentModel
from tools.store import Store
from tools.toolbox import Toolbox
from tools.train import TOOLS, Bench
from tools.user import UserView

if TYPE_CHECKING:
    from tools.search.model import SearchIndex

NAME = "tastemaker"
AT_ONCE = 500  # users whose masks and histories are held


@contextmanager
def fitted(data: Dataset, rows: Rows, store: Store | None = None) -> Iterator[Toolbox]:
    """The tools, every one but search, fitted on the events `rows` of the log. Search finds by words, and without words
    nothing is asked of it; what it knows of the items' texts the others get from `data.texts`.

    `store`: where a tool reads events that are newer than its fit; an empty one when not given, so that nothing that is
    to be predicted can be read.
    """
    with tempfile.TemporaryDirectory(prefix="tastemaker-") as name:
        folder = Path(name)
        events = Interactions.from_events(data.frame[np.sort(rows)], data.catalogue, data.domain.feedback)
        attributes = attributes_of(list(data.users.values()))
        bench = Bench(data.domain, data.catalogue, events, attributes, folder, earlier=None, before=None)
        if data.texts is not None:
            (folder / "search").mkdir()
            np.save(folder / "search" / "vectors.npy", data.texts)
        for tool in TOOLS:
            if tool != "search":
                bench.fit_and_save(tool, lambda _: None)
        used = store or Store.open(f"sqlite:///{folder / 'store.db'}")
        try:
            yield _opened(data, folder, used)
        finally:
            if used is not store:
                used.close()


def _opened(data: Dataset, folder: Path, store: Store) -> Toolbox:
    return Toolbox(
        home=Home(folder),
        domain=data.domain,
        store=store,
        catalogue=data.catalogue,
        search=cast("SearchIndex", None),
        profile=ProfileModel.load(folder / "profile"),
        neighbors=NeighborModel.load(folder / "neighbors"),
        content=ContentModel.load(folder / "content"),
        popularity=Popularity.load(folder / "popularity"),
        cold=ColdModel.load(folder / "cold"),
        ctr=CtrModel.load(folder / "ctr"),
        taste=Taste.load(folder / "taste"),
        manifest=Manifest(id="evaluation", created="", store_fingerprint="", domain_hash=""),
        positions=data.positions,
    )


def views(box: Toolbox, data: Dataset, rows: Rows, users: Ids) -> Iterator[UserView]:
    """Each of `users` as the product sees them when it knows the events `rows`."""
    for user, mine in zip(users.tolist(), per_user(data.log, rows, users), strict=True):
        yield box.view_of(data.log.user_ids[user], data.user(user), _history(data.frame, mine))


def slates(
    box: Toolbox, shown_to: Iterable[UserView], k: int, among: Iterable[NDArray[np.bool_]] | None = None
) -> tuple[Ids, NDArray[np.float32]]:
    """Item indices (n_users, k), best first, -1 where there are no more, and their scores. `among`: one mask a user."""
    users, masks = iter(shown_to), None if among is None else iter(among)
    parts = [many.slates(box, [], k)]
    while part := list(islice(users, AT_ONCE)):
        parts.append(many.slates(box, part, k, None if masks is None else list(islice(masks, len(part)))))
    items, scores = zip(*parts, strict=True)
    return np.concatenate(items), np.concatenate(scores)


def without(box: Toolbox, source: str) -> Toolbox:
    """The same tools, with one source counting for nothing in the ranking."""
    return replace(box, taste=box.taste.without(source))


def as_if(user: UserView, attributes: Mapping[str, Any]) -> UserView:
    """The same history, somebody else's attributes."""
    return replace(user, attributes=dict(attributes))


def _history(frame: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    return frame[np.sort(rows)]

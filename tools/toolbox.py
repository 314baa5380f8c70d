"""The toolbox: the trained tools of one bundle with the store beside them; and `Live`, which follows the bundle.

A toolbox never changes after it is opened, so a turn that started with one ends with the same one; a newly trained
bundle becomes another toolbox.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import TypeAdapter

from tools import bundle
from tools.catalogue import Catalogue
from tools.cold.model import ColdModel
from tools.ctr import progress
from tools.ctr.model import CtrModel
from tools.domain import Domain
from tools.errors import BundleMissing, StoreUnavailable
from tools.home import Home
from tools.neighbors.model import NeighborModel
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.rank.taste import Taste
from tools.search.content import ContentModel
from tools.search.model import SearchIndex
from tools.search.opening import open_index
from tools.store import Item, Store, User, changes, people, tastes
from tools.tune import kept
from tools.user import UserView

if TYPE_CHECKING:
    from tools.ctr.online import Online
    from tools.overlay import Overlay
    from tools.search.encoder import Encoder

log = logging.getLogger(__name__)
Seen = dict[str, NDArray[Any]]
ENCODER = "all-minilm-l6-v2"
ITEMS = TypeAdapter(list[Item])


@dataclass(frozen=True, eq=False)
class Toolbox:
    """Everything a turn uses that is not about its user. Make one with `Toolbox.open`."""

    home: Home
    domain: Domain
    store: Store
    catalogue: Catalogue
    search: SearchIndex
    profile: ProfileModel
    neighbors: NeighborModel
    content: ContentModel
    popularity: Popularity
    cold: ColdModel
    ctr: CtrModel
    taste: Taste
    manifest: bundle.Manifest
    positions: dict[str, int] = field(repr=False)  # item id -> catalogue index

    @classmethod
    def open(cls, home: Home, store: Store | None = None) -> Toolbox:
        """Load the current bundle, every file verified, with the items that changed since. Without `store`, the home's
        own is opened. From then on BLAS computes on one thread in this process.

        Raises:
            BundleMissing: nothing was ingested or trained in this home.
            CorruptData: a file of the bundle is not what its manifest says.
        """
        from threadpoolctl import threadpool_limits

        from tools.overlay import Overlay

        box = cls.bundled(home, store)
        # Tools run side by side on small matrices: BLAS threads that wait by spinning took half of a turn's processor
        # time.
        threadpool_limits(1, "blas")
        return Overlay(box).follow()

    @classmethod
    def bundled(cls, home: Home, store: Store | None = None) -> Toolbox:
        """The same as trained. Raises as `open`."""
        folder = bundle.current_folder(home)
        manifest = bundle.verify(folder)
        domain = load_domain(home)
        catalogue = read_catalogue(folder, domain)
        return cls(
            home=home,
            domain=domain,
            store=store or Store.open(home.store_url),
            catalogue=catalogue,
            search=open_index(home, folder, catalogue, encoder(str(manifest.settings["encoder"]), home)),
            profile=ProfileModel.load(folder / "profile"),
            neighbors=NeighborModel.load(folder / "neighbors"),
            content=ContentModel.load(folder / "content"),
            popularity=Popularity.load(folder / "popularity"),
            cold=ColdModel.load(folder / "cold"),
            ctr=progress.corrected(home, manifest, CtrModel.load(folder / "ctr")),
            taste=Taste.load(folder / "taste"),
            manifest=manifest,
            positions={item_id: n for n, item_id in enumerate(catalogue.ids)},
        )

    @property
    def bundle_id(self) -> str:
        return self.manifest.id

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        return self.manifest.metrics

    def view(self, user_id: str, until: float | None = None) -> UserView:
        """The user as of now, or strictly before `until` (unix seconds). An unknown id gives an empty view; with
        profiling off neither attributes nor events are read.
        """
        user = people.asking(self.store, user_id)
        if user and not user.profiling:
            return UserView(user_id, known=True, profiling=False)
        stated = tastes.read(self.store, user_id)
        return self.view_of(user_id, user, self.store.user_events(user_id, until), stated)

    def views(self, user_ids: Sequence[str]) -> list[UserView]:
        """`view` of each id, in their order, from one reading of all events: for many users."""
        wanted = pl.Series(user_ids, dtype=pl.String).unique(maintain_order=True)
        events = self.store.events(profiled=True).filter(pl.col("user_id").is_in(wanted.implode()))
        owner = events["user_id"].cast(pl.Enum(wanted)).to_physical().to_numpy()
        by_user = np.argsort(owner, kind="stable")
        bounds = np.searchsorted(owner[by_user], np.arange(len(wanted) + 1)).tolist()
        seen, users = self._seen(events[by_user]), {user.user_id: user for user in self.store.users()}
        stated = tastes.every(self.store)
        views = {
            user_id: _view(
                user_id, users.get(user_id), {name: of[a:b] for name, of in seen.items()}, stated.get(user_id)
            )
            for user_id, a, b in zip(wanted, bounds[:-1], bounds[1:], strict=True)
        }
        return [views[user_id] for user_id in user_ids]

    def view_of(
        self, user_id: str, user: User | None, events: pl.DataFrame, stated: tastes.Stated | None = None
    ) -> UserView:
        """The same from a record, events (item_id, timestamp, kind, value; oldest first) and words already read."""
        return _view(user_id, user, self._seen(events), stated)

    def _seen(self, events: pl.DataFrame) -> Seen:
        """Events as `UserView` has them, row for row; -1 for an item that the bundle does not hold."""
        items = np.fromiter((self.positions.get(i, -1) for i in events["item_id"]), np.int32, len(events))
        kinds, values = events["kind"].to_numpy().astype(str), events["value"].to_numpy()
        feedback, times = self.domain.feedback, events["timestamp"].to_numpy()
        weights, grades = feedback.preference(kinds, values), feedback.grade(kinds, values)
        return {"items": items, "times": times, "weights": weights, "grades": grades}


def _view(user_id: str, user: User | None, seen: Seen, stated: tastes.Stated | None) -> UserView:
    if user and not user.profiling:
        return UserView(user_id, known=True, profiling=False)
    held, known = seen["items"] >= 0, bool(user or stated) or len(seen["items"]) > 0
    items, times, weights, grades = (seen[name][held] for name in ("items", "times", "weights", "grades"))
    attributes = user.attributes if user else {}
    return UserView(user_id, attributes, items, times, weights, known, grades=grades, stated=stated)


class Live:
    """The toolbox of the current bundle and catalogue, for a process that outlives both.

    A new bundle is loaded in a thread while turns go on with the old one, then takes its place at once. One that does
    not load changes nothing: `last_error` says why, until another bundle loads. Items put or deleted are taken in when
    `follow` is called, and those of other processes within `check_every` seconds.
    """

    def __init__(self, home: Home, store: Store | None = None, check_every: float = 1.0) -> None:
        """Loads nothing yet; `check_every` seconds it looks for what is new when asked for the current one."""
        self.home = home
        self.store = store or Store.open(home.store_url)
        self.last_error: str | None = None
        self._overlay: Overlay | None = None
        self._check_every = check_every
        self._next_check = 0.0
        self._refused: str | None = None  # a bundle that did not load; not tried again
        self._loading = threading.Lock()

    def current(self) -> Toolbox:
        """The toolbox to start a turn with. The first call loads it, later ones return at once.

        Raises:
            BundleMissing, CorruptData: until a first bundle has loaded.
        """
        overlay, now = self._overlay, time.monotonic()
        if overlay is None:
            return self.refresh()
        if now >= self._next_check:
            self._next_check = now + self._check_every
            if self._is_stale(overlay):
                threading.Thread(target=self._reload, name="reload", daemon=True).start()
        return overlay.box

    def refresh(self) -> Toolbox:
        """Load the current bundle now if it is another one, and take in the items that changed; gives what turns use
        from here on. Raises as `current`, and StoreUnavailable.
        """
        with self._loading:
            if self._overlay is None:
                self._overlay = self._opened()
            elif self._is_replaced(self._overlay):
                self._overlay = self._successor(self._overlay)
            return self._overlay.follow()

    def teach(self, box: Toolbox, online: Online) -> None:
        """Correct chances by `online` from the next turn on, where the click model is still that of `box`."""
        with self._loading:
            if self._overlay and progress.key(self._overlay.box.manifest) == progress.key(box.manifest):
                held = self._overlay.box
                self._overlay.box = replace(held, ctr=replace(held.ctr, online=online))

    def _reload(self) -> None:
        """`refresh` where nobody waits for it: what fails is told, and tried again at the next look."""
        try:
            self.refresh()
        except Exception as error:
            log.exception("what changed since the bundle cannot be taken in yet")
            self.last_error = f"what changed since the bundle cannot be taken in yet: {error}"

    def _opened(self) -> Overlay:
        from tools.overlay import Overlay

        overlay = Overlay(Toolbox.bundled(self.home, self.store))
        overlay.follow()
        overlay.prime()
        return overlay

    def _is_replaced(self, overlay: Overlay) -> bool:
        return bundle.current_id(self.home) not in (overlay.box.bundle_id, self._refused)

    def _is_stale(self, overlay: Overlay) -> bool:
        if self._is_replaced(overlay):
            return True
        with suppress(StoreUnavailable):  # then there is nothing to take in yet, and turns say so themselves
            return changes.latest(self.store) != overlay.revision
        return False

    def _successor(self, old: Overlay) -> Overlay:
        target = bundle.current_id(self.home)
        try:
            new = self._opened()
        except Exception as error:  # whatever is wrong with a new bundle, the old one keeps serving
            log.exception("bundle %s does not load; %s stays in use", target, old.box.bundle_id)
            self._refused, self.last_error = target, f"bundle {target} does not load: {error}"
            return old
        self._refused = self.last_error = None
        return new


def load_domain(home: Home) -> Domain:
    """The domain that was ingested into this home.

    Raises:
        BundleMissing: nothing was.
    """
    if not home.domain_file.is_file():
        raise BundleMissing(bundle.nothing_ingested(home))
    return Domain.load(home.domain_file)


def read_catalogue(folder: Path, domain: Domain) -> Catalogue:
    """The catalogue a bundle was trained on: its indices are the ones that the models of the bundle use."""
    return Catalogue.build(ITEMS.validate_json((folder / "catalogue" / "items.json").read_bytes()), domain)


def encoder(name: str = ENCODER, home: Home | None = None) -> Encoder:
    """The text encoder, one that was tuned in `home` included. Loaded once a process: it takes seconds, never changes.

    Raises:
        NotFound, CorruptData: the home has no such encoder, or it is damaged.
    """
    return _loaded(name, kept.verified(home, name) if home and kept.MARK in name else None)


@lru_cache(maxsize=2)  # the old bundle's and the new one's
def _loaded(name: str, folder: Path | None) -> Encoder:
    from tools.search.encoder import Encoder
    from tools.weights import ensure

    return Encoder.load(folder or ensure(name))

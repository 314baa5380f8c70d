"""Train: fit every tool on the events of the home's store and swap the finished bundle in.

Training never opens the vector index: a server may own it meanwhile, and fills it itself when it loads the new bundle.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tools import bundle, privacy
from tools.catalogue import Catalogue
from tools.cold.model import ColdModel, attributes_of
from tools.ctr.model import CtrModel
from tools.domain import Domain
from tools.errors import BundleMissing, CorruptData, InvalidInput, NotFound
from tools.home import Home
from tools.interactions import Interactions
from tools.neighbors.alike import alike
from tools.neighbors.model import NeighborModel
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.rank.learn import learn
from tools.rank.taste import Taste
from tools.search.content import ContentModel
from tools.search.model import SearchIndex
from tools.steps import Part, bar
from tools.store import Store, arrivals
from tools.toolbox import ENCODER, ITEMS, encoder, load_domain, read_catalogue
from tools.tune import kept

if TYPE_CHECKING:
    from tools.search.encoder import Encoder

# In the order they are fitted.
TOOLS = ("search", "profile", "taste", "neighbors", "content", "popularity", "cold", "ctr")
NAMES = {"vector_search": "search", "profile_lookup": "profile", "cf_neighbors": "neighbors", "ctr_score": "ctr"}
UNDER_CTR = ("profile", "popularity")  # its features come from these: refitting one refits ctr
UPON = {"profile": ("ctr",), "popularity": ("ctr",), "search": ("content",), "taste": ("neighbors", "cold")}  # refitted
Metrics = dict[str, dict[str, float]]
Settings = dict[str, str | int | float | None]
Base = tuple[Path, bundle.Manifest]


def train(
    home: Home,
    only: str | None = None,
    until: float | str | None = None,
    store: Store | None = None,
    progress: bool = True,
) -> Metrics:
    """Fit on the events strictly before `until` (unix seconds or ISO 8601; default all), write and swap the bundle.

    `only` names one tool to refit; the rest is taken over from the current bundle, its catalogue included, so that
    item indices agree. Returns the metrics of every tool in the bundle.

    Raises:
        BundleMissing: nothing was ingested, or `only` without a bundle to take the rest from.
        InvalidInput: `until` is not a time; or `only`, and the bundle was trained with another `until` or domain.
        NotFound: `only` names no tool.
    """
    domain, before = load_domain(home), read_time(until)
    chosen, used = _chosen(only), settings(home, before)
    base = None if only is None else _base(home, domain, before)
    with _opened(home, store) as data, bundle.staging(home) as folder, bar(len(TOOLS) + 2, progress) as step:
        trained_on, seen = (
            data.fingerprint(),
            arrivals.latest(data),
        )  # before reading: events that arrive meanwhile make the bundle stale
        with step("catalogue"):
            _write_catalogue(data, folder, base)
            current = _reusable(home)
            earlier, follows = current if only is None else None, _followed(current, before)
            bench = Bench.of(data, domain, before, folder, earlier, follows)
            bench = replace(bench, words=partial(encoder, str(used["encoder"]), home))
        metrics: Metrics = {}
        for tool in TOOLS:
            with step(tool) as part:
                metrics[tool] = bench.fit_and_save(tool, part) if tool in chosen else _take_over(tool, folder, base)
        with step("bundle"):
            manifest = bundle.Manifest(
                id=bundle.new_id(),
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                store_fingerprint=base[1].store_fingerprint if base else trained_on,
                domain_hash=domain_hash(domain),
                until=before,
                seen=seen if base is None or "ctr" in chosen else base[1].seen,
                settings=used,
                metrics=metrics,
            )
            bundle.publish(home, folder, manifest)
            if data.fingerprint() != trained_on:
                privacy.forget_gone(home, data)
    return metrics


def up_to_date(home: Home, store: Store | None = None) -> bool:
    """Whether the current bundle was trained on everything that the store and the domain file hold now."""
    try:
        manifest = bundle.verify(bundle.current_folder(home))
    except (BundleMissing, CorruptData):
        return False
    with _opened(home, store) as data:
        return (
            manifest.store_fingerprint == data.fingerprint()
            and manifest.domain_hash == domain_hash(load_domain(home))
            and manifest.settings == settings(home)
            and manifest.until is None
        )


def settings(home: Home, until: float | None = None) -> Settings:
    """What a training on the events before `until` is done with. Raises InvalidInput: see `kept.chosen`."""
    return {"encoder": kept.chosen(home, ENCODER, until)}


def domain_hash(domain: Domain) -> str:
    return hashlib.sha256(domain.model_dump_json().encode()).hexdigest()


def read_time(until: float | str | None) -> float | None:
    """Unix seconds of a number or an ISO 8601 text (UTC when it names no zone).

    Raises:
        InvalidInput: neither.
    """
    if until is None or isinstance(until, int | float):
        return until
    try:
        return float(until)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(until)
    except ValueError:
        raise InvalidInput(f"{until!r} is not a time: give unix seconds or ISO 8601 (1998-04-01)", "until") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text_vectors(folder: Path) -> NDArray[np.float32] | None:
    """What the search part of this bundle knows of the items; None where it was not fitted."""
    path = folder / "search" / "vectors.npy"
    return np.load(path, allow_pickle=False) if path.exists() else None


class _Model(Protocol):
    def save(self, folder: Path) -> None: ...


@dataclass(frozen=True)
class Bench:
    """What the tools are fitted from and the folder they are saved in: fit them in the order of `TOOLS`."""

    domain: Domain
    catalogue: Catalogue
    events: Interactions
    users: dict[str, Mapping[str, Any]]  # attributes of those who let them be used
    folder: Path
    earlier: Path | None  # a bundle whose vectors may be used again
    before: Path | None  # the bundle this one follows, if that saw no later events
    words: Callable[[], Encoder] = encoder  # loads the text encoder

    @classmethod
    def of(
        cls, data: Store, domain: Domain, until: float | None, folder: Path, earlier: Path | None, before: Path | None
    ) -> Bench:
        catalogue = read_catalogue(folder, domain)
        events = Interactions.from_events(data.events(until, profiled=True), catalogue, domain.feedback)
        return cls(domain, catalogue, events, attributes_of(data.users()), folder, earlier, before)

    @property
    def _taste(self) -> Taste:
        """As saved: some settings of other tools were learned with it."""
        return Taste.load(self.folder / "taste")

    def fit_and_save(self, tool: str, part: Part) -> dict[str, float]:
        model = self.fit(tool, part)
        model.save(self.folder / tool)
        return dict(getattr(model, "metrics", {}))

    def fit(self, tool: str, part: Part) -> _Model:
        match tool:
            case "search":
                reuse, total = self.earlier and self.earlier / "search", len(self.catalogue)
                return SearchIndex.fit(self.catalogue, self.words(), reuse, lambda done: part(done / total))
            case "profile":
                return ProfileModel.fit(
                    self.catalogue, self.events, self.domain, self.before and self.before / "profile"
                )
            case "neighbors":
                words = self._taste.words
                near = alike(self.catalogue) if words else None
                return NeighborModel.fit(self.events, self._taste.memory, near, words)
            case "content":
                return ContentModel.learn(self.events, self.catalogue, _text_vectors(self.folder))
            case "popularity":
                return Popularity.fit(self.events, self.domain.liked)
            case "cold":
                return ColdModel.fit(self.events, self.users, self.domain, self._taste.settled)
            case "taste":
                return learn(self.events, self.catalogue, self.domain, self.users)
            case _:
                profile, popularity = (self.folder / name for name in UNDER_CTR)  # as saved: what it will meet
                return CtrModel.fit(
                    self.events,
                    ProfileModel.load(profile),
                    Popularity.load(popularity),
                    self.catalogue,
                    self.domain,
                    _text_vectors(self.folder),
                )


def _chosen(only: str | None) -> tuple[str, ...]:
    if only is None:
        return TOOLS
    tool = NAMES.get(only, only)
    if tool not in TOOLS:
        raise NotFound(f"no tool {only!r} to train; there are {', '.join(TOOLS)}", "only")
    return (tool, *UPON.get(tool, ()))


def _base(home: Home, domain: Domain, until: float | None) -> Base:
    """The current bundle, to take tools over from."""
    folder = bundle.current_folder(home)
    manifest = bundle.verify(folder)
    if manifest.until != until:
        raise InvalidInput(
            f"bundle {manifest.id} was trained until {manifest.until}, not {until}: give the same time, or train all",
            "until",
        )
    if manifest.domain_hash != domain_hash(domain):
        raise InvalidInput(f"{home.domain_file} has changed since bundle {manifest.id}: train all tools", "only")
    if manifest.settings != settings(home, until):
        raise InvalidInput(f"the text encoder has changed since bundle {manifest.id}: train all tools", "only")
    return folder, manifest


def _reusable(home: Home) -> Path | None:
    try:
        folder = bundle.current_folder(home)
        bundle.verify(folder)
    except (BundleMissing, CorruptData):
        return None
    return folder


def _followed(folder: Path | None, until: float | None) -> Path | None:
    """The bundle that lasting names are taken from; never one that saw events this one must not know of."""
    if folder is None or until is None:
        return folder
    earlier = bundle.read_manifest(folder).until
    return folder if earlier is not None and earlier <= until else None


def _take_over(tool: str, folder: Path, base: Base | None) -> dict[str, float]:
    assert base is not None
    shutil.copytree(base[0] / tool, folder / tool)
    return base[1].metrics.get(tool, {})


def _write_catalogue(data: Store, folder: Path, base: Base | None) -> None:
    if base:
        shutil.copytree(base[0] / "catalogue", folder / "catalogue")
        return
    items = data.items()
    if not items:
        raise InvalidInput("the store holds no items; run `tastemaker ingest --items FILE`", "items")
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / "items.json").write_bytes(ITEMS.dump_json(items))


@contextmanager
def _opened(home: Home, store: Store | None) -> Iterator[Store]:
    """The given store, left open; or the home's own, closed afterwards."""
    if store is not None:
        yield store
        return
    own = Store.open(home.store_url)
    try:
        yield own
    finally:
        own.close()

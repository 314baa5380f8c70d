"""The toolbox: the trained tools of one bundle with the store beside them, and `Live`, which follows the bundle.

A toolbox never changes after it is opened, so a turn that started with one ends with the same one; a newly trained
bundle becomes another toolbox.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from pydantic import TypeAdapter

from tools import bundle
from tools.catalogue import Catalogue
from tools.ctr.model import CtrModel
from tools.domain import Domain
from tools.errors import BundleMissing, CorruptData
from tools.home import Home
from tools.neighbors.model import NeighborModel
from tools.popularity import Popularity
from tools.profile.model import ProfileModel
from tools.search.model import SearchIndex
from tools.store import Item, Store, User
from tools.user import UserView

if TYPE_CHECKING:
    from tools.search.encoder import Encoder

log = logging.getLogger(__name__)
ENCODER = "all-minilm-l6-v2"
ITEMS = TypeAdapter(list[Item])


@dataclass(frozen=True, eq=False)
class Toolbox:
    """Everything a turn uses that is not about its user. Open one with `Toolbox.open`."""

    home: Home
    domain: Domain
    store: Store
    catalogue: Catalogue
    encoder: Encoder
    search: SearchIndex
    profile: ProfileModel
    neighbors: NeighborModel
    popularity: Popularity
    ctr: CtrModel
    manifest: bundle.Manifest
    positions: dict[str, int] = field(repr=False)  # item id -> catalogue index

    @classmethod
    def open(cls, home: Home, store: Store | None = None) -> Toolbox:
        """Load the current bundle, every file verified.

        Raises:
            BundleMissing: nothing was ingested or trained in this home.
            CorruptData: a file of the bundle is not what its manifest says.
        """
        raise NotImplementedError

    @property
    def bundle_id(self) -> str:
        return self.manifest.id

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        return self.manifest.metrics

    def view(self, user_id: str, until: float | None = None) -> UserView:
        """The user as of now, or strictly before `until` (unix seconds). An unknown id gives an empty view."""
        raise NotImplementedError


class Live:
    """The toolbox of the current bundle; follows `home/bundles/current` while turns go on."""

    def __init__(self, home: Home, store: Store | None = None) -> None:
        raise NotImplementedError

    last_error: str | None

    def current(self) -> Toolbox:
        raise NotImplementedError

    def refresh(self) -> Toolbox:
        raise NotImplementedError

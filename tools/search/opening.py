"""Opening the search index of a bundle over its Chroma collection."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tools import bundle
from tools.environment import CHROMA_URL
from tools.errors import CorruptData
from tools.home import Home
from tools.search import chroma
from tools.search.model import SearchIndex

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.search.encoder import Encoder


def open_index(home: Home, folder: Path, catalogue: Catalogue, encoder: Encoder) -> SearchIndex:
    """The collection is named for what it holds, so bundles may share it. Those that no bundle of the home uses any
    more are deleted, except on a server, where they may be another home's.
    """
    client = chroma.connect(home.chroma)
    if CHROMA_URL not in os.environ:
        used = set(_collections(home))
        for held in client.list_collections():
            if held.name not in used:
                client.delete_collection(held.name)
    collection = chroma.open_collection(client, _collection_name(folder))
    return SearchIndex.load(folder / "search", catalogue, encoder, collection)


def _collections(home: Home) -> Iterator[str]:
    """Those that the home's bundles use. A bundle that cannot be read cannot be used either."""
    for name in bundle.bundle_ids(home):
        with suppress(CorruptData):
            yield _collection_name(home.bundles / name)


def _collection_name(folder: Path) -> str:
    files = bundle.read_manifest(folder).files
    parts = [
        f"{name} {entry.sha256}" for name, entry in sorted(files.items()) if name.startswith(("search/", "catalogue/"))
    ]
    return "items-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

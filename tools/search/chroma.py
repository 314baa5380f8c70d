"""Chroma as the index of record: the client for a home, and one collection of items with their vectors.

Embedded by default; a server where TASTEMAKER_CHROMA_URL names one. Embeddings are always given: Chroma's own
embedding function would download a model.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from tools.environment import CHROMA_URL
from tools.errors import InvalidInput, TastemakerError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from tools.catalogue import Catalogue

BATCH = 2000
FILLED = "filled"  # key of a collection's metadata: how many items it was filled with
# The default ef_search of 100 misses 1% of the nearest 100 among 1,682 items, 400 none, for 0.4 ms more.
_HNSW = {"space": "cosine", "ef_search": 400}


def connect(folder: Path) -> ClientAPI:
    """Embedded in `folder`, which this process must own; or the server that TASTEMAKER_CHROMA_URL names.

    Raises:
        InvalidInput: the URL is not one. TastemakerError: no server answers there.
    """
    import chromadb
    from chromadb.config import Settings

    quiet = Settings(anonymized_telemetry=False)
    url = os.environ.get(CHROMA_URL)
    if not url:
        return chromadb.PersistentClient(str(folder), quiet)
    place = urlsplit(url)
    if place.scheme not in ("http", "https") or not place.hostname:
        raise InvalidInput(f"{CHROMA_URL} is {url!r}: give one such as http://localhost:8000", CHROMA_URL)
    secure = place.scheme == "https"
    try:
        return chromadb.HttpClient(place.hostname, place.port or (443 if secure else 8000), secure, settings=quiet)
    except ValueError as error:
        raise TastemakerError(
            f"no Chroma server answers at {url}: start it, or unset {CHROMA_URL} ({error})"
        ) from error


def open_collection(client: ClientAPI, name: str) -> Collection:
    """The collection of that name, made if there is none; cosine space, which cannot be changed later."""
    return client.get_or_create_collection(name, configuration={"hnsw": _HNSW}, embedding_function=None)


def fill(collection: Collection, catalogue: Catalogue, vectors: NDArray[np.float32]) -> None:
    """Every item with its vector, text and attributes, unless that was done before; an interrupted fill goes on."""
    if (collection.metadata or {}).get(FILLED) == len(catalogue):
        return  # it may hold more and fewer by now: see `follow`
    if collection.count() != len(catalogue):
        for start in range(0, len(catalogue), BATCH):
            rows = range(start, min(start + BATCH, len(catalogue)))
            _upsert(collection, catalogue, rows, vectors[start : start + BATCH])
    collection.modify(metadata={FILLED: len(catalogue)})


def follow(
    collection: Collection, catalogue: Catalogue, rows: Sequence[int], vectors: NDArray[np.float32], gone: list[str]
) -> None:
    """Put these items with their vectors (len(rows), dim), and delete the ids `gone`, there or not."""
    for start in range(0, len(rows), BATCH):
        _upsert(collection, catalogue, rows[start : start + BATCH], vectors[start : start + BATCH])
    for start in range(0, len(gone), BATCH):
        collection.delete(ids=gone[start : start + BATCH])


def held(collection: Collection, ids: list[str]) -> dict[str, tuple[str, NDArray[np.float32]]]:
    """Text and vector of those of the items that are there, by id."""
    out: dict[str, tuple[str, NDArray[np.float32]]] = {}
    for start in range(0, len(ids), BATCH):
        found = collection.get(ids=ids[start : start + BATCH], include=["documents", "embeddings"])
        texts, vectors = found["documents"] or [], found["embeddings"]
        if vectors is not None:
            out |= {i: (t, np.asarray(v, np.float32)) for i, t, v in zip(found["ids"], texts, vectors, strict=True)}
    return out


def _upsert(collection: Collection, catalogue: Catalogue, rows: Sequence[int], vectors: NDArray[np.float32]) -> None:
    collection.upsert(
        ids=[catalogue.ids[i] for i in rows],
        embeddings=vectors,
        documents=[catalogue.text(i) for i in rows],
        metadatas=[_metadata(catalogue, i) for i in rows],
    )


def nearest(collection: Collection, vector: NDArray[np.float32], n: int) -> list[str]:
    """Ids of about the n nearest items, nearest first."""
    found = collection.query(query_embeddings=[vector], n_results=n, include=[])
    return list(found["ids"][0])


def _metadata(catalogue: Catalogue, i: int) -> dict[str, Any]:
    """What Chroma can hold of an item: scalars, and lists of strings. It keeps some names for itself."""
    held: dict[str, Any] = {"title": catalogue.titles[i]}
    for name, value in catalogue.attributes(i).items():
        if not name.startswith(("$", "#")) and name != "chroma:document":
            held[name] = [str(v) for v in value] if isinstance(value, list) else value
    return {name: v if isinstance(v, (str, int, float, bool, list)) else str(v) for name, v in held.items()}

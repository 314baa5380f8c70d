"""The toolbox of a bundle with the items put and deleted since: derived from the one before by the work of the items
that changed, never edited, so that a turn under way keeps the one it started with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.overlay import words
from tools.overlay.arrays import put
from tools.overlay.content import Floats, Reader
from tools.overlay.models import Edit
from tools.search import chroma
from tools.store import changes
from tools.store.changes import Change
from tools.store.frames import item_row

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.toolbox import Toolbox


class Overlay:
    """`box` is the present one; `follow` takes in what changed. One thread at a time."""

    def __init__(self, base: Toolbox) -> None:
        self.box = base
        self.revision = 0
        self._reader = Reader(base)
        self._base = base

    @cached_property
    def _means(self) -> NDArray[np.float64]:
        return words.mean_lengths(self._base.catalogue)

    def prime(self) -> None:
        """Do now what the first item would wait for."""
        self._reader.prime()
        self._means  # noqa: B018 -- it is kept once read

    def follow(self) -> Toolbox:
        """The toolbox with everything that was put and deleted until now, Chroma first: it may hold more than a toolbox
        knows, never less.
        """
        revision, changed = changes.since(self.box.store, self.revision)
        if changed:
            self.box = self._edited(self.box, changed)
        self.revision = revision
        return self.box

    def _edited(self, box: Toolbox, changed: Sequence[Change]) -> Toolbox:
        assert box.search.collection is not None
        places = _places(box.catalogue, changed)
        differing = [(i, change) for i, change in places if not _same(box.catalogue, i, change)]
        catalogue = box.catalogue.edited({i: change.item for i, change in differing})
        known = [i for i, _ in places if i not in catalogue.gone]
        vectors = self._vectors(box, catalogue, known, {i for i, _ in differing})
        chroma.follow(box.search.collection, catalogue, known, vectors, [c.item_id for c in changed if c.item is None])
        if not differing:
            return box
        rows = np.array(sorted(i for i, _ in differing), np.int64)
        at = {i: n for n, i in enumerate(known)}
        empty = np.zeros(box.search.encoder.dim, np.float32)
        texts = np.array([vectors[at[i]] if i in at else empty for i in rows.tolist()], np.float32)
        edit = Edit(self._reader, catalogue, rows, texts, len(box.catalogue))
        search = replace(
            box.search,
            catalogue=catalogue,
            vectors=put(box.search.vectors, len(catalogue), rows, texts),
            lexical=words.edited(box.search.lexical, catalogue, rows.tolist(), self._means),
        )
        return replace(edit.of(box), search=search)

    def _vectors(self, box: Toolbox, catalogue: Catalogue, rows: list[int], differing: set[int]) -> Floats:
        """Text vectors of these items, (len(rows), dim): the bundle's own, those that Chroma has for the same text, and
        only then the encoder's.
        """
        assert box.search.collection is not None
        out = np.zeros((len(rows), box.search.encoder.dim), np.float32)
        held = chroma.held(box.search.collection, [catalogue.ids[i] for i in rows if i in differing])
        missing = []
        for n, i in enumerate(rows):
            text, vector = held.get(catalogue.ids[i], (None, None))
            if i not in differing:
                out[n] = box.search.vectors[i]
            elif vector is not None and text == catalogue.text(i):
                out[n] = vector
            else:
                missing.append(n)
        if missing:
            out[missing] = box.search.encoder.encode([catalogue.text(rows[n]) for n in missing])
        return out


def _places(catalogue: Catalogue, changed: Sequence[Change]) -> list[tuple[int, Change]]:
    """Where each belongs: where it was, or after the last; what is deleted and was never there belongs nowhere."""
    out, end = [], len(catalogue)
    for change in changed:
        place = catalogue.positions.get(change.item_id)
        if place is None and change.item is not None:
            place, end = end, end + 1
        if place is not None:
            out.append((place, change))
    return out


def _same(catalogue: Catalogue, place: int, change: Change) -> bool:
    if place >= len(catalogue):
        return False
    if place in catalogue.gone or change.item is None:
        return place in catalogue.gone and change.item is None
    return item_row(catalogue.items[place]) == item_row(change.item)

"""How far online learning has come, on disk beside the bundles: `learned.npz`, tied to the click model it corrects.

Written aside, synced and renamed. Another click model forgets it; a bundle written anew because somebody was erased
keeps its click model, and what was learned upon it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from tools.ctr.online import Online

if TYPE_CHECKING:
    from tools.bundle import Manifest
    from tools.ctr.model import CtrModel
    from tools.home import Home

FILE = "learned.npz"


@dataclass(frozen=True)
class Progress:
    """Events up to number `seq` of the store were learned or rejected; `newest` is the time (unix seconds) of the
    newest one learned, 0 before the first.
    """

    online: Online
    seq: int
    newest: float = 0.0
    accepted: int = 0
    rejected: int = 0


def key(manifest: Manifest) -> str:
    """Names the click model of a bundle."""
    files = sorted((name, entry.sha256) for name, entry in manifest.files.items() if name.startswith("ctr/"))
    return hashlib.sha256(repr(files).encode()).hexdigest()


def write(home: Home, manifest: Manifest, progress: Progress) -> None:
    path = home.root / FILE
    aside = path.with_name(f".{os.getpid()}-{FILE}")
    told = {name: getattr(progress, name) for name in ("seq", "newest", "accepted", "rejected")}
    state = {name: getattr(progress.online, name) for name in Online.__dataclass_fields__}
    try:
        with aside.open("wb") as file:
            np.savez_compressed(file, key=key(manifest), **told, **state)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def read(home: Home, manifest: Manifest) -> Progress | None:
    """What was learned upon this bundle's click model; None where nothing was."""
    try:
        with (home.root / FILE).open("rb") as file, np.load(file, allow_pickle=False) as held:
            if str(held["key"]) != key(manifest):
                return None
            online = Online(**{name: held[name] for name in Online.__dataclass_fields__})
            return Progress(
                online, int(held["seq"]), float(held["newest"]), int(held["accepted"]), int(held["rejected"])
            )
    except (FileNotFoundError, BadZipFile, KeyError, ValueError):
        return None  # damaged or of another shape: it is learned again from the events that come


def corrected(home: Home, manifest: Manifest, model: CtrModel) -> CtrModel:
    """The bundle's click model with what was learned upon it."""
    held = read(home, manifest)
    return replace(model, online=held.online) if held and model.online is not None else model


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The tuned encoders of a home. `encoders/NAME/` is a whole model, ready to serve, with `tuning.json` beside its
weights; `encoders/current` is a symlink to the one that the next training takes; where there is none, that is the base.

A bundle names the encoder it was built with, so encoders that a bundle of the home names are never deleted.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from tools import bundle
from tools.errors import CorruptData, InvalidInput, NotFound
from tools.home import Home
from tools.weights import stamp

MANIFEST = "tuning.json"
MARK = "+"  # stands in the name of a tuned encoder and in no base's
REMEDY = "run `tastemaker tune --off` and `tastemaker train`, or tune again"


class Tuned(BaseModel):
    """What a tuned encoder was made of. `last_event` is unix seconds; `dev` and `test` hold the base's and its own
    figures (docs/tuning.md). The SHA-256 of every file stands in the stamp beside it.
    """

    model_config = ConfigDict(extra="forbid")
    name: str
    created: str
    base: str
    base_sha256: str
    revision: str | None
    settings: dict[str, str | int | float]
    store_fingerprint: str
    last_event: float
    dev: dict[str, dict[str, float]]
    test: dict[str, dict[str, float]]
    libraries: dict[str, str]


def encoders(home: Home) -> Path:
    return home.root / "encoders"


def current(home: Home) -> str | None:
    """Name of the tuned encoder that the next training takes, None for the base."""
    try:
        return (encoders(home) / "current").readlink().name
    except FileNotFoundError:
        return None


def chosen(home: Home, base: str, until: float | None) -> str:
    """Name of the encoder for a training on the events before `until`.

    Raises:
        InvalidInput: the tuned encoder has seen events from `until` on, so nothing measured on them would be honest.
    """
    name = current(home)
    if name is None:
        return base
    if until is not None and about(home, name).last_event >= until:
        raise InvalidInput(
            f"encoder {name} was tuned on events after {until:.0f}: run `tastemaker tune --off` first, or tune again "
            "on a bundle that was trained until then",
            "until",
        )
    return name


def about(home: Home, name: str) -> Tuned:
    """Raises CorruptData: there is no readable manifest."""
    path = encoders(home) / name / MANIFEST
    try:
        return Tuned.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CorruptData(f"{path}: not a readable manifest: {error}; {REMEDY}") from error


def verified(home: Home, name: str) -> Path:
    """Folder of a tuned encoder, held against its stamp.

    Raises:
        NotFound: the home has none of that name. CorruptData: a file of it was changed.
    """
    folder = encoders(home) / name
    if not folder.is_dir():
        raise NotFound(f"no encoder {name!r} in {encoders(home)}: {REMEDY}", "encoder")
    try:
        stamp.check(folder)
    except CorruptData as error:
        raise CorruptData(f"{error} {REMEDY[0].upper()}{REMEDY[1:]}.") from error
    return folder


def publish(home: Home, staged: Path, made: Tuned) -> Path:
    """Stamp the finished folder `staged`, which lies beside the encoders, put it in place, and make it the current."""
    (staged / MANIFEST).write_text(made.model_dump_json(indent=2), encoding="utf-8")
    stamp.stamp(staged, made.name, stamp.Origin(source="tastemaker tune", revision=made.revision, files={}))
    staged.chmod(0o755)  # mkdtemp makes it private
    target = encoders(home) / made.name
    if target.exists():  # the same weights again
        shutil.rmtree(target)
    staged.rename(target)
    link = encoders(home) / f".link-{os.getpid()}-{time.time_ns()}"
    link.symlink_to(made.name, target_is_directory=True)
    link.replace(encoders(home) / "current")
    prune(home)
    return target


def switch_off(home: Home) -> str | None:
    """From the next training on the base is taken; gives the name of the encoder that was current."""
    name = current(home)
    (encoders(home) / "current").unlink(missing_ok=True)
    return name


def prune(home: Home) -> None:
    """Delete what neither a bundle nor the next training uses; not the young, which a training may be working with."""
    used = {current(home)}
    for bundle_id in bundle.bundle_ids(home):
        with suppress(CorruptData):  # a bundle that cannot be read cannot be used either
            used.add(str(bundle.read_manifest(home.bundles / bundle_id).settings.get("encoder")))
    oldest = time.time() - bundle.ABANDONED
    for folder in encoders(home).iterdir():
        left = folder.is_dir() and not folder.is_symlink() and folder.name not in used
        if left and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder)

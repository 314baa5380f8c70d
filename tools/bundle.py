"""The bundle: one trained version of every tool in one folder, written aside, verified, then swapped in by a rename.

`home/bundles/<id>/` holds a manifest and a folder per tool; `home/bundles/current` is a relative symlink to the one
in use. A reader follows the link once and then works from that folder, so a swap never shows it half of two.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.errors import BundleMissing, CorruptData, NotFound
from tools.home import Home

FORMAT = 9  # raise it when a tool's files change shape: older bundles are then refused, not misread
KEEP = 3
MANIFEST = "manifest.json"
STAGED = ".new-"
ABANDONED = 86_400.0  # seconds: no training takes a day
LIBRARIES = (
    "numpy",
    "scipy",
    "polars",
    "scikit-learn",
    "lightgbm",
    "torch",
    "sentence-transformers",
    "chromadb",
    "implicit",
)


class FileEntry(BaseModel):
    size: int
    sha256: str


class Manifest(BaseModel):
    """What a bundle holds and what it was trained on. `until` is unix seconds; `metrics` are per tool; `seen` is the
    number of the last event that the click model may have seen.
    """

    model_config = ConfigDict(extra="forbid")
    format: int = FORMAT
    id: str
    created: str
    store_fingerprint: str
    domain_hash: str
    until: float | None = None
    seen: int | None = None
    settings: dict[str, str | int | float | None] = Field(default_factory=dict)
    metrics: dict[str, dict[str, float]] = Field(default_factory=dict)
    libraries: dict[str, str] = Field(default_factory=lambda: {name: version(name) for name in LIBRARIES})
    files: dict[str, FileEntry] = Field(default_factory=dict)


def new_id() -> str:
    """Sorts by time of creation; unique among the bundles of one home."""
    stamp = time.time_ns()
    return datetime.fromtimestamp(stamp // 10**9, UTC).strftime("%Y%m%dT%H%M%S") + f"-{stamp % 10**9:09d}"


@contextmanager
def staging(home: Home) -> Iterator[Path]:
    """An empty folder beside the bundles, on the same file system; gone afterwards unless it was published."""
    home.bundles.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{STAGED}{os.getpid()}-", dir=home.bundles))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(home: Home, staged: Path, manifest: Manifest) -> Manifest:
    """Seal `staged`, verify what the disk gives back, make it the current bundle, delete bundles beyond the last 3."""
    sealed = _seal(staged, manifest)
    verify(staged)
    with changing(home):
        _install(home, staged, sealed.id)
        point_at(home, sealed.id)
        prune(home)
    return sealed


def rewrite(home: Home, edit: Callable[[Path], bool]) -> int:
    """Let `edit` change a copy of every bundle (True: it did, having unlinked what it wrote anew), and put those copies
    in the places of the bundles. That of the current one becomes a bundle of its own, so that servers load it. Bundles
    that this version cannot read, and what killed trainings left, are deleted. Returns how many were changed.
    """
    changed = 0
    with changing(home):
        for left in home.bundles.glob(f"{STAGED}*"):
            if not _runs(left.name.removeprefix(STAGED).partition("-")[0]):
                shutil.rmtree(left)
        for name in bundle_ids(home):
            changed += _rewrite(home, home.bundles / name, edit)
    return changed


def _rewrite(home: Home, folder: Path, edit: Callable[[Path], bool]) -> bool:
    try:
        manifest = read_manifest(folder)
    except CorruptData:
        if current_id(home) == folder.name:
            raise
        shutil.rmtree(folder)
        return False
    with staging(home) as staged:
        shutil.copytree(folder, staged, copy_function=os.link, dirs_exist_ok=True)
        if not edit(staged):
            return False
        (staged / MANIFEST).unlink()
        current = current_id(home) == folder.name
        sealed = _seal(staged, manifest.model_copy(update={"id": new_id() if current else folder.name}))
        old = folder.rename(folder.with_name(f"{STAGED}{os.getpid()}-{folder.name}")) if not current else folder
        _install(home, staged, sealed.id)
        if current:
            point_at(home, sealed.id)
        shutil.rmtree(old)
    return True


@contextmanager
def changing(home: Home) -> Iterator[None]:
    """Hold the bundles: of those who swap or rewrite them, one at a time."""
    with FileLock(home.root / ".bundles.lock"):
        yield


def _install(home: Home, staged: Path, name: str) -> None:
    staged.chmod(0o755)  # mkdtemp makes it private
    staged.rename(home.bundles / name)
    _sync_folder(home.bundles)


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def verify(folder: Path) -> Manifest:
    """The manifest of a bundle whose every file is what the manifest says.

    Raises:
        CorruptData: a file is missing, or its size or SHA-256 differs, or the manifest cannot be read; names the file.
    """
    manifest = read_manifest(folder)
    for name, entry in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise CorruptData(f"{path}: missing from the bundle; run `tastemaker train`")
        found = _entry(path)
        if found != entry:
            raise CorruptData(
                f"{path}: {found.size} bytes with SHA-256 {found.sha256[:12]}..., the manifest says {entry.size} with"
                f" {entry.sha256[:12]}...; run `tastemaker train`"
            )
    return manifest


def read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CorruptData(f"{path}: not a readable bundle manifest: {error}; run `tastemaker train`") from error
    if manifest.format != FORMAT:
        raise CorruptData(
            f"{path}: bundle format {manifest.format}, this version reads {FORMAT}; run `tastemaker train`"
        )
    return manifest


def current_id(home: Home) -> str | None:
    """Name of the bundle in use, None when nothing was trained yet. One readlink, no more."""
    try:
        return home.current_bundle.readlink().name
    except FileNotFoundError:
        return None


def current_folder(home: Home) -> Path:
    """Folder of the bundle in use, the link resolved.

    Raises:
        BundleMissing: nothing was trained in this home yet.
    """
    name = current_id(home)
    if name is None:
        raise BundleMissing(
            f"no trained bundle in {home.root}; run `tastemaker train --home {home.root}`"
            if home.domain_file.is_file()
            else nothing_ingested(home)
        )
    return home.bundles / name


def nothing_ingested(home: Home) -> str:
    return f"nothing was ingested into {home.root} yet; run `tastemaker ingest`, or `tastemaker demo` to try it"


def bundle_ids(home: Home) -> list[str]:
    """Every bundle of the home, oldest first."""
    if not home.bundles.is_dir():
        return []
    return sorted(p.name for p in home.bundles.iterdir() if p.is_dir() and not p.is_symlink() and p.name[0] != ".")


def point_at(home: Home, bundle_id: str) -> None:
    """Make a bundle the current one, by one rename of a symlink."""
    if not (home.bundles / bundle_id / MANIFEST).is_file():
        raise NotFound(f"no bundle {bundle_id!r} in {home.bundles}; there are {', '.join(bundle_ids(home)) or 'none'}")
    link = home.bundles / f".link-{os.getpid()}-{time.time_ns()}"
    link.symlink_to(bundle_id, target_is_directory=True)
    link.replace(home.current_bundle)
    _sync_folder(home.bundles)


def rollback(home: Home) -> str:
    """Return to the bundle before the current one, verified first; gives its id.

    Raises:
        NotFound: there is no older bundle.
        CorruptData: the older bundle is damaged; the current one stays.
    """
    with changing(home):
        name = current_folder(home).name
        older = [b for b in bundle_ids(home) if b < name]
        if not older:
            raise NotFound(f"no bundle older than {name} in {home.bundles} to return to")
        verify(home.bundles / older[-1])
        point_at(home, older[-1])
        return older[-1]


def prune(home: Home, keep: int = KEEP) -> None:
    """Delete all but the newest `keep` bundles, never the current one, and what a training that was killed left."""
    in_use = current_id(home)
    for name in bundle_ids(home)[:-keep]:
        if name != in_use:
            shutil.rmtree(home.bundles / name)
    for left in home.bundles.glob(f"{STAGED}*"):
        if left.stat().st_mtime < time.time() - ABANDONED:
            shutil.rmtree(left)


def _seal(folder: Path, manifest: Manifest) -> Manifest:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    for path in files:
        _sync(path)
    sealed = manifest.model_copy(update={"files": {p.relative_to(folder).as_posix(): _entry(p) for p in files}})
    path = folder / MANIFEST
    path.write_text(sealed.model_dump_json(indent=2), encoding="utf-8")
    _sync(path)
    for sub in [*(p for p in folder.rglob("*") if p.is_dir()), folder]:
        _sync_folder(sub)
    return sealed


def _entry(path: Path) -> FileEntry:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileEntry(size=path.stat().st_size, sha256=digest)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

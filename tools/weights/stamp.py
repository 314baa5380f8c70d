"""A model folder's stamp: what is in it and where it came from, so that the next start can trust it in no time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ValidationError

from tools.errors import CorruptData

NAME = "stamp.json"


class FileStamp(BaseModel):
    sha256: str
    size: int
    mtime_ns: int


class Origin(BaseModel):
    """Where the bytes came from: `revision` is the hub's commit, `files` the SHA-256 each source file was held to."""

    source: str
    revision: str | None = None
    files: dict[str, str]


class Stamp(BaseModel):
    model: str
    origin: Origin
    files: dict[str, FileStamp]

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(self.model_dump_json(indent=2), encoding="utf-8")


def stamp(folder: Path, model: str, origin: Origin) -> Stamp:
    """Hash every file of a folder that is complete, and write the result into it."""
    files = {str(path.relative_to(folder)): _of(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    files.pop(NAME, None)
    made = Stamp(model=model, origin=origin, files=files)
    made.write(folder)
    return made


def check(folder: Path, full: bool = False) -> None:
    """Hold a folder against its stamp: sizes and times, and the hash of whatever differs in time (of all, if `full`).

    Raises:
        CorruptData: the stamp or a file is missing or is another one; the message names the file.
    """
    try:
        made = Stamp.model_validate_json((folder / NAME).read_bytes())
    except (OSError, ValidationError):
        raise CorruptData(
            f"{folder} has no readable {NAME}: it was not finished, or was not made by Tastemaker."
        ) from None
    moved = [name for name, file in made.files.items() if not _holds(folder / name, file, full)]
    if moved:  # a copied cache: same bytes, other times
        made.files.update({name: _of(folder / name) for name in moved})
        made.write(folder)


def _holds(path: Path, expected: FileStamp, full: bool) -> bool:
    """Whether time and bytes are as stamped; False when only the time differs."""
    try:
        status = path.stat()
    except OSError:
        raise CorruptData(f"{path} is missing.") from None
    same_time = status.st_mtime_ns == expected.mtime_ns
    if status.st_size != expected.size or ((full or not same_time) and sha256(path) != expected.sha256):
        raise CorruptData(f"{path} was changed or damaged since it was made.")
    return same_time


def _of(path: Path) -> FileStamp:
    status = path.stat()
    return FileStamp(sha256=sha256(path), size=status.st_size, mtime_ns=status.st_mtime_ns)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Files that commands read and write: user ids line by line, and results that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import InvalidInput

if TYPE_CHECKING:
    import polars as pl


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to, which takes the place of `path` when the block ends without an error."""
    if not path.parent.is_dir():
        raise InvalidInput(f"{path}: there is no folder {path.parent}; make it first", "out")
    if path.is_dir():
        raise InvalidInput(f"{path} is a folder; name a file", "out")
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def read_ids(path: Path) -> list[str]:
    """One id a line; blank lines are passed over.

    Raises:
        InvalidInput: no readable text file, a line that is no id, or no id at all.
    """
    from tools.store.text import checked_id

    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}; check the path", "users") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: not UTF-8 text: {error.reason} at byte {error.start}", "users") from None
    ids = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                ids.append(checked_id(line.strip()))
            except ValueError as error:
                raise InvalidInput(f"{path}: line {number}: {error}", "users") from None
    if not ids:
        raise InvalidInput(f"{path}: no user ids; write one a line", "users")
    return ids


def read_pairs(path: Path) -> pl.DataFrame:
    """The rows of a CSV, Parquet or JSONL file of pairs.

    Raises:
        InvalidInput: it cannot be read, or a row of it cannot; the message names the row.
    """
    from tools.ingest.read import ROW, read

    table = read(path, ("user_id", "item_id"))
    if table.rejects:
        row, column, reason = min(table.rejects)
        raise InvalidInput(f"{path}: row {row}: {column + ': ' if column else ''}{reason}", "pairs")
    return table.frame.drop(ROW)


def check_format(path: Path) -> None:
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise InvalidInput(f"{path}: the name must end in .csv or .parquet", "out")


def write_frame(frame: pl.DataFrame, path: Path, suffix: str) -> None:
    """As CSV or Parquet, by `suffix`.

    Raises:
        InvalidInput: a column that CSV cannot hold.
    """
    if suffix.lower() == ".parquet":
        frame.write_parquet(path)
        return
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    if nested:
        raise InvalidInput(f"CSV cannot hold the lists of {', '.join(nested)}; write to a .parquet file", "out")
    frame.write_csv(path)

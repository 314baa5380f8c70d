"""One data file into a frame. What is wrong with a whole file is an error; what is wrong with a row is a reject."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from tools.errors import InvalidInput
from tools.store.text import hidden

IDS = ("item_id", "user_id", "event_id")
ROW = "\x00row"  # no file has a column of this name: hidden characters are refused


@dataclass
class Table:
    """`frame` has the file's columns and ROW, 1 for the first data row. Columns in `loose` are text whose type is to be
    found out, because the file has no types (CSV) or says several.
    """

    file: str
    frame: pl.DataFrame
    loose: set[str]
    rejects: list[tuple[int, str, str]] = field(default_factory=list)  # row, column, reason

    def column(self, name: str, lists: bool = False) -> pl.Series:
        """The file's column, or nulls where it has none.

        Raises:
            InvalidInput: it holds lists, and may not.
        """
        if name not in self.frame.columns:
            return pl.Series(name, [None] * len(self.frame), pl.String)
        if isinstance(self.frame[name].dtype, pl.List) and not lists:
            raise InvalidInput(f"{self.file}: column {name!r} holds lists; write one value in a row")
        return self.frame[name]


def read(path: Path, required: Iterable[str]) -> Table:
    """Read a CSV, Parquet or JSONL file.

    Raises:
        InvalidInput: absent, empty, of another format or encoding, truncated, or without a required column.
    """
    readers = {".csv": _csv, ".parquet": _parquet, ".jsonl": _jsonl, ".ndjson": _jsonl}
    if path.suffix.lower() not in readers:
        raise InvalidInput(f"{path}: the name must end in .csv, .parquet or .jsonl")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}; check the path") from None
    if not data.strip():
        raise InvalidInput(f"{path}: the file is empty")
    try:
        table = readers[path.suffix.lower()](path, data)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InvalidInput(f"{path}: cannot be read as a table: {_first_line(error)}") from None
    _check_columns(table, path, list(required))
    return table


def _check_columns(table: Table, path: Path, required: list[str]) -> None:
    names = [name for name in table.frame.columns if name != ROW]
    if not len(table.frame) and table.rejects:
        row, _, reason = table.rejects[0]
        raise InvalidInput(f"{path}: no row can be read; row {row} {reason}")
    for name in names:
        if not name.strip() or hidden(name):
            raise InvalidInput(f"{path}: column {names.index(name) + 1} is named {name!r}; give it a visible name")
    missing = [name for name in required if name not in names]
    if missing:
        raise InvalidInput(
            f"{path}: no column {', '.join(missing)}; it has {', '.join(names[:20]) or 'none'}. "
            f"Needed: {', '.join(required)}, with a comma between fields in CSV."
        )


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))


def _text(path: Path, data: bytes, header: int) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1 - header
        where = f"row {row}" if row else "the header"
        raise InvalidInput(f"{path}: {where} is not UTF-8 (byte {error.start}); save the file as UTF-8") from None


def _csv(path: Path, data: bytes) -> Table:
    text = _text(path, data, header=1)
    header = _header(path, text)
    doubled = [name for name in header if header.count(name) > 1]
    if doubled:
        raise InvalidInput(f"{path}: two columns are named {doubled[0]!r}; rename one")
    try:
        frame = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError:
        return _csv_by_row(path, text, header)
    if frame.select(pl.all_horizontal(pl.all().is_null()).any()).item():
        return _csv_by_row(path, text, header)  # a blank line, which is nothing, or a line of commas, which is a row
    return Table(str(path), _numbered(frame), set(header))


def _header(path: Path, text: str) -> list[str]:
    try:
        header = next(csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise InvalidInput(f"{path}: the header is not CSV: {error}; end lines with a line feed") from None
    if ROW in header:
        raise InvalidInput(f"{path}: a column is named {ROW!r}; give it a visible name")
    return header


def _csv_by_row(path: Path, text: str, header: list[str]) -> Table:
    """The slow way, taken when Polars cannot read the file: it says which rows are at fault. Blank lines count."""
    good: list[list[Any]] = []
    rejects = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    next(reader)
    row = 0
    try:
        for row, fields in enumerate(reader, 1):
            if len(fields) > len(header):
                rejects.append((row, "", f"has {len(fields)} fields where the header names {len(header)}"))
            elif fields:
                good.append([row, *(f or None for f in fields), *[None] * (len(header) - len(fields))])
    except csv.Error as error:
        raise InvalidInput(f"{path}: row {row + 1} is not CSV: {error}; look for a quote that is not closed") from None
    schema = {ROW: pl.Int64, **dict.fromkeys(header, pl.String)}
    return Table(str(path), pl.DataFrame(good, schema, orient="row"), set(header), rejects)


def _parquet(path: Path, data: bytes) -> Table:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InvalidInput(f"{path}: not a whole Parquet file ({_first_line(error)}); write or copy it again") from None
    return Table(str(path), _numbered(frame.select(_plain(path, s) for s in frame)), set())


def _plain(path: Path, column: pl.Series) -> pl.Series:
    """The column in one of the types that the checks know: text, boolean, number, list of text."""
    kind = column.dtype
    if isinstance(kind, pl.Decimal):
        return column.cast(pl.Float64)
    if isinstance(kind, pl.Date | pl.Datetime):
        return _iso(column)
    if isinstance(kind, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    if isinstance(kind, pl.List | pl.Array) and not kind.inner.is_nested():
        return column.cast(pl.List(pl.String))
    if isinstance(kind, pl.Struct) and column.name == "context":
        return pl.Series(column.name, [None if v is None else _json(v) for v in column.to_list()], pl.String)
    if kind.is_numeric() or kind in (pl.String, pl.Boolean, pl.Null):
        return column
    raise InvalidInput(f"{path}: column {column.name!r} holds {kind}; write numbers, booleans, text, dates or lists")


def _iso(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.Date):
        return column.dt.to_string("%Y-%m-%d")
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        column = column.dt.convert_time_zone("UTC")
    return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ")


def _jsonl(path: Path, data: bytes) -> Table:
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    rejects = []
    for number, line in enumerate(_text(path, data, header=0).split("\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append(_object(line))
            numbers.append(number)
        except (ValueError, RecursionError) as error:
            rejects.append((number, "", f"is not a JSON object: {_first_line(error)}"))
    names = dict.fromkeys(name for row in rows for name in row)
    if ROW in names:
        raise InvalidInput(f"{path}: a field is named {ROW!r}; give it a visible name")
    loose: set[str] = set()
    columns = [pl.Series(ROW, numbers, pl.Int64)]
    columns += [_from_json(path, name, [row.get(name) for row in rows], loose) for name in names]
    return Table(str(path), pl.DataFrame(columns), loose, rejects)


def _object(line: str) -> dict[str, Any]:
    row = orjson.loads(line)
    if not isinstance(row, dict):
        raise ValueError(f"it is {type(row).__name__}")
    if any(isinstance(row.get(name), float) for name in IDS):  # 1.50 and very long numbers are ids as written
        written = json.loads(line, parse_float=str, parse_int=str)
        row.update({name: written[name] for name in IDS if isinstance(row.get(name), float)})
    return row


def _from_json(path: Path, name: str, values: list[Any], loose: set[str]) -> pl.Series:
    kinds = {type(v) for v in values} - {type(None)}
    if name == "context":
        return pl.Series(name, [v if v is None or isinstance(v, str) else _json(v) for v in values], pl.String)
    if dict in kinds:
        raise InvalidInput(f"{path}: {name!r} holds JSON objects; flatten them into columns of their own")
    if kinds == {list}:
        lists = [None if v is None else [_as_text(e) for e in v if e is not None] for v in values]
        return pl.Series(name, lists, pl.List(pl.String))
    if kinds == {bool}:
        return pl.Series(name, values, pl.Boolean)
    if kinds and kinds <= {int, float} and name not in IDS:
        return pl.Series(name, values, pl.Float64 if float in kinds else None, strict=False)
    if kinds - {str}:
        loose.add(name)
    return pl.Series(name, [None if v is None else _as_text(v) for v in values], pl.String)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "|".join(_as_text(e) for e in value if e is not None)
    return _json(value)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0][:200]

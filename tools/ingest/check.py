"""Checks of one column at a time, vectorised: each gives the cleaned value and, where a row is wrong, the reason."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import polars as pl

from tools.ingest.read import ROW, Table
from tools.store.frames import json_text
from tools.store.records import EARLIEST, LATEST, unix_seconds
from tools.store.text import BREAKS, HIDDEN, MAX_ID, MAX_TEXT

MAX_TAG = 200


@dataclass(frozen=True)
class Checked:
    """`value` has the column's name; `reason` is null where the row is right."""

    value: pl.Series
    reason: pl.Series


def settle(table: Table, checked: list[Checked]) -> pl.DataFrame:
    """Rows that pass every check, with cleaned values and ROW; the reasons of the others go to the table's rejects."""
    rows = table.frame[ROW]
    bad = pl.repeat(False, len(rows), dtype=pl.Boolean, eager=True)
    for check in checked:
        wrong = check.reason.is_not_null()
        if wrong.any():
            bad |= wrong
            found = zip(rows.filter(wrong), check.reason.filter(wrong), strict=True)
            table.rejects += [(row, check.value.name, reason) for row, reason in found]
    return pl.DataFrame([rows, *(check.value for check in checked)]).filter(~bad)


def identifier(column: pl.Series, required: bool = True) -> Checked:
    """Ids as text, numbers as written (a whole number that Parquet keeps as a float loses its `.0`)."""
    if column.dtype.is_float():
        whole = column.fill_nan(None)
        column = pl.select(
            pl.when(whole == whole.floor()).then(whole.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(
                whole.cast(pl.String)
            ).alias(column.name)
        ).to_series()  # fmt: skip
    text = column.cast(pl.String).str.normalize("NFC").str.strip_chars(" ")
    text = text.set(text == "", None)
    reason = pl.select(
        pl.when(text.is_null() & required)
        .then(pl.lit("is missing"))
        .when(text.str.len_chars() > MAX_ID)
        .then(pl.format("has {} characters, an id at most {}", text.str.len_chars(), pl.lit(MAX_ID)))
        .when(text.str.contains(HIDDEN) | text.str.contains(BREAKS))
        .then(pl.lit("holds control, zero-width or direction characters; an id may not"))
    ).to_series()
    return Checked(text, reason)


def text(column: pl.Series, required: bool = False, one_line: bool = True) -> Checked:
    """Text in NFC without characters nobody sees; empty is missing."""
    raw = column.cast(pl.String)
    if one_line:
        raw = raw.str.replace_all(BREAKS, " ")
    value = raw.str.replace_all(HIDDEN, "").str.normalize("NFC").str.strip_chars()
    value = value.set(value == "", None)
    reason = pl.select(
        pl.when(value.is_null() & required)
        .then(pl.lit("is missing"))
        .when(raw.str.len_chars() > MAX_TEXT)
        .then(pl.format("has {} characters, at most {} are kept", raw.str.len_chars(), pl.lit(MAX_TEXT)))
    ).to_series()
    return Checked(value, reason)


def names(column: pl.Series) -> Checked:
    """Lists of text, from lists or from `a|b|c`; each name once, in the order written; empty is missing."""
    lists = column if isinstance(column.dtype, pl.List) else column.cast(pl.String).str.split("|")
    long = lists.list.eval(pl.element().str.len_chars()).list.max() > MAX_TAG
    each = pl.element().str.replace_all(BREAKS, " ").str.replace_all(HIDDEN, "").str.normalize("NFC").str.strip_chars()
    value = lists.list.eval(each.filter(each != "")).list.unique(maintain_order=True)
    value = value.to_frame().select(pl.when(pl.col(column.name).list.len() > 0).then(pl.col(column.name))).to_series()
    reason = pl.select(pl.when(long).then(pl.lit(f"holds a name of more than {MAX_TAG} characters"))).to_series()
    return Checked(value, reason)


def time(column: pl.Series, required: bool = True) -> Checked:
    """Unix seconds, from numbers or ISO 8601; a time without a zone is UTC."""
    seconds, written = _numbers(column)
    odd = written.is_not_null()
    seconds = seconds.scatter(odd.arg_true(), _iso_seconds(written.filter(odd)))
    reason = pl.select(
        pl.when(seconds.is_null() & odd)
        .then(pl.format("{} is neither unix seconds nor an ISO 8601 time", _quoted(written)))
        .when(seconds.is_null() & required)
        .then(pl.lit("is missing"))
        .when(~seconds.is_between(EARLIEST, LATEST))
        .then(pl.format("{} is not unix seconds; divide milliseconds by 1000", seconds))
    ).to_series()
    return Checked(seconds, reason)


def number(column: pl.Series) -> Checked:
    """A finite number; empty is missing, and so is NaN in a file with types."""
    value, written = _numbers(column)
    reason = pl.select(
        pl.when(written.is_not_null())
        .then(pl.format("{} is not a number", _quoted(written)))
        .when(~value.is_finite())
        .then(pl.lit("is not a finite number"))
    ).to_series()
    return Checked(value, reason)


def _numbers(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The values as float64, and as text those that are no numbers; both null where nothing is written."""
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return column.cast(pl.Float64).fill_nan(None), pl.repeat(None, len(column), dtype=pl.String, eager=True)
    written = column.cast(pl.String).str.strip_chars()
    written = written.set(written == "", None)
    value = written.cast(pl.Float64, strict=False)
    return value, written.set(value.is_not_null(), None)


def _iso_seconds(written: pl.Series) -> pl.Series:
    def parse(text: str) -> float | None:
        try:
            return unix_seconds(text)
        except ValueError:
            return None

    return pl.Series([parse(t) for t in written], dtype=pl.Float64)


def context(column: pl.Series) -> Checked:
    """Canonical JSON objects, from JSON text; empty is missing."""
    values: list[str | None] = []
    reasons: list[str | None] = []
    for written in column.cast(pl.String):
        value, reason = _context(written) if written and written.strip() else (None, None)
        values.append(value)
        reasons.append(reason)
    return Checked(pl.Series(column.name, values, pl.String), pl.Series(reasons, dtype=pl.String))


def _context(written: str) -> tuple[str | None, str | None]:
    if len(written) > MAX_TEXT:
        return None, f"has {len(written)} characters, at most {MAX_TEXT} are kept"
    try:
        value = orjson.loads(written)
        return (json_text(value), None) if isinstance(value, dict) else (None, "is not a JSON object")
    except (orjson.JSONDecodeError, TypeError) as error:  # TypeError: nested too deep to be written again
        return None, f"is not JSON: {error}"


def repeated(values: pl.Series, rows: pl.Series) -> pl.Series:
    """Why a row may not stand: an earlier one has the same value. Null values repeat nothing."""
    frame = pl.DataFrame({"value": values, "row": rows}).with_columns(first=pl.col("row").first().over("value"))
    again = pl.col("value").is_not_null() & (pl.col("row") != pl.col("first"))
    quoted = pl.format("'{}' is in row {} already", pl.col("value"), pl.col("first"))
    return frame.select(pl.when(again).then(quoted)).to_series()


def _quoted(written: pl.Series) -> pl.Expr:
    return pl.format("'{}'", pl.lit(written).str.slice(0, 80))

"""Attributes: every column that the contract does not name. Their types are found out, their values become JSON."""

from __future__ import annotations

import polars as pl

from tools.domain import Attributes
from tools.ingest import check
from tools.ingest.check import Checked
from tools.ingest.read import Table
from tools.store.frames import json_text, present

NUMBER = r"^[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$"  # 007 and phone numbers are text
INTEGER = r"^[+-]?\d{1,15}$"  # what a float holds exactly
ABSENT = ("na", "n/a", "nan", "null", "none", "-")  # how tables write that there is no number
NEARLY = 0.9  # a column is numeric when this share of at least ENOUGH values is; the others are mistakes
ENOUGH = 10


def attribute(table: Table, name: str, domain: Attributes) -> Checked:
    """One attribute column with its values in their own type."""
    column = table.frame[name]
    if isinstance(column.dtype, pl.List):
        return check.names(column)
    if column.dtype == pl.Boolean:
        return Checked(column, _no_reason(column))
    if column.dtype.is_numeric():
        checked = check.number(column)
        return Checked(column.fill_nan(None) if column.dtype.is_float() else column, checked.reason)
    column = column.cast(pl.String)
    if name in domain.people or _looks_listed(column, name in domain.facets, name in table.loose):
        return check.names(column)
    return (_typed(column) if name in table.loose else None) or check.text(column, one_line=False)


def json_objects(frame: pl.DataFrame, names: list[str]) -> pl.Series:
    """One JSON object per row, missing attributes left out."""
    if not names:
        return pl.repeat("{}", len(frame), dtype=pl.String, eager=True).alias("attributes")
    rows = frame.select(names).iter_rows(named=True)
    return pl.Series("attributes", [json_text(present(row)) for row in rows], pl.String)


def kind(column: pl.Series) -> str:
    """What the column is called in the report."""
    if isinstance(column.dtype, pl.List):
        return "list"
    if column.dtype == pl.Boolean:
        return "boolean"
    return "number" if column.dtype.is_numeric() else "string"


def _looks_listed(column: pl.Series, facet: bool, loose: bool) -> bool:
    """`a|b|c` in a column of short names; in a file with types only where the domain file says it is a facet."""
    if not (facet or loose) or not column.str.contains("|", literal=True).any():
        return False
    longest = column.str.split("|").list.eval(pl.element().str.len_chars()).list.max().max()
    return isinstance(longest, int) and longest <= check.MAX_TAG


def _typed(column: pl.Series) -> Checked | None:
    """The column as booleans or numbers when its values say so."""
    written = column.str.strip_chars()
    written = written.set((written == "") | written.str.to_lowercase().is_in(ABSENT), None)
    values = written.drop_nulls()
    if not len(values):
        return None
    if values.str.to_lowercase().is_in(["true", "false"]).all():
        return Checked(written.str.to_lowercase() == "true", _no_reason(column))
    numeric = values.str.contains(NUMBER)
    if not numeric.all() and (len(values) < ENOUGH or float(numeric.mean() or 0) < NEARLY):  # type: ignore[arg-type]
        return None
    right = written.str.contains(NUMBER)
    whole = values.filter(numeric).str.contains(INTEGER).all()
    if whole is False and values.filter(numeric).str.contains(r"^[+-]?\d{16,}$").any():
        return None  # bar codes and the like: a number would round them
    number = written.set(~right.fill_null(value=False), None).cast(pl.Int64 if whole else pl.Float64)
    share = f"{float(numeric.mean() or 0):.0%}"  # type: ignore[arg-type]
    why = pl.format("'{}' is not a number, and {} of the column are", written.str.slice(0, 80), pl.lit(share))
    return Checked(number, pl.select(pl.when(~right).then(why)).to_series())


def _no_reason(column: pl.Series) -> pl.Series:
    return pl.repeat(None, len(column), dtype=pl.String, eager=True)

"""The whole of an ingest: read each file, check it, and load everything that is right in one transaction."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import polars as pl
from rich.console import Console

from tools.domain import Attributes, Domain, domain_path
from tools.errors import InvalidInput
from tools.home import Home
from tools.ingest import attributes, check
from tools.ingest.check import Checked
from tools.ingest.read import ROW, Table, read
from tools.ingest.report import IngestReport, Reject
from tools.store import Store
from tools.store.frames import EVENTS, ITEMS, USERS, json_text

ITEM_COLUMNS = ("item_id", "title", "description", "tags", "url", "image_url", "published_at")


@dataclass
class _Loads:
    """What is to be loaded, and the tables it came from."""

    tables: list[Table]
    items: pl.DataFrame | None = None
    users: pl.DataFrame | None = None
    events: pl.DataFrame | None = None


def ingest(
    store: Store,
    domain: Domain,
    items: str | Path | None = None,
    users: str | Path | None = None,
    events: str | Path | None = None,
    on_error: Literal["stop", "skip"] = "stop",
) -> IngestReport:
    """Load data files of the contract's format.

    Items and users replace those with their ids; users whom only events name are created; an event that the store has
    is not added again. With `on_error="stop"` a single reject means that nothing is loaded; the report lists them all.

    Raises:
        InvalidInput: no file is given, or one cannot be read as a whole; nothing is loaded.
    """
    given = {"items": items, "users": users, "events": events}
    files = {name: Path(path) for name, path in given.items() if path is not None}
    if not files:
        raise InvalidInput("nothing to ingest: give an items, users or events file")
    report = IngestReport()
    loads = _Loads([])
    with Console(stderr=True).status("") as status:
        for name, path in files.items():
            status.update(f"Checking {path.name}")
            _PREPARE[name](path, store, domain, loads, report)
        report.rejects = [
            Reject.model_construct(file=table.file, row=row, column=column, reason=reason)
            for table in loads.tables
            for row, column, reason in sorted(table.rejects, key=lambda reject: reject[0])
        ]
        if report.rejects and on_error == "stop":
            return report
        status.update("Loading")
        report.events = store.load(loads.items, loads.users, loads.events)
    report.items, report.users = (0 if frame is None else len(frame) for frame in (loads.items, loads.users))
    report.known_events = 0 if loads.events is None else len(loads.events) - report.events
    return report


def install_domain(home: Home, name_or_file: str | Path) -> Domain:
    """Copy a domain file into the home, whole or not at all, and return what it says.

    Raises:
        NotFound: neither a shipped name nor a file.
        InvalidInput: it is not a valid domain file; the home keeps the one it has.
    """
    domain = Domain.load(name_or_file)
    with tempfile.NamedTemporaryFile(dir=home.root, prefix=".domain-", delete=False) as aside:
        aside.write(domain_path(name_or_file).read_bytes())
        aside.flush()
        os.fsync(aside.fileno())
    Path(aside.name).replace(home.domain_file)
    return domain


def _items(path: Path, _store: Store, domain: Domain, loads: _Loads, report: IngestReport) -> None:
    table = read(path, ("item_id", "title"))
    loads.tables.append(table)
    of = table.column
    checked = [
        _unique(check.identifier(of("item_id")), table),
        check.text(of("title"), required=True),
        check.text(of("description"), one_line=False),
        check.names(of("tags", lists=True)),
        check.text(of("url")),
        check.text(of("image_url")),
        _published(of("published_at")),
    ]
    frame, extra = _with_attributes(table, checked, ITEM_COLUMNS, domain.attributes)
    report.types = {name: attributes.kind(frame[name]) for name in extra}
    tags = pl.Series("tags", [json_text(tags or []) for tags in frame["tags"].to_list()], pl.String)
    loads.items = frame.with_columns(tags, attributes.json_objects(frame, extra)).select(list(ITEMS))


def _users(path: Path, _store: Store, _domain: Domain, loads: _Loads, _report: IngestReport) -> None:
    table = read(path, ("user_id",))
    loads.tables.append(table)
    checked = [_unique(check.identifier(table.column("user_id")), table)]
    frame, extra = _with_attributes(table, checked, ("user_id",), Attributes())
    loads.users = frame.with_columns(attributes.json_objects(frame, extra)).select(list(USERS))


def _events(path: Path, store: Store, _domain: Domain, loads: _Loads, _report: IngestReport) -> None:
    table = read(path, ("user_id", "item_id", "timestamp"))
    loads.tables.append(table)
    of = table.column
    kind = check.identifier(of("kind"), required=False)
    checked = [
        check.identifier(of("user_id")),
        _known(check.identifier(of("item_id")), store, loads),
        check.time(of("timestamp")),
        Checked(kind.value.fill_null("view"), kind.reason),
        check.number(of("value")),
        check.identifier(of("event_id"), required=False),
        check.context(of("context")),
    ]
    frame = check.settle(table, checked)
    loads.events = _named(_without_conflicts(frame, table, store)).select(list(EVENTS))


_Prepare = Callable[[Path, Store, Domain, _Loads, IngestReport], None]
_PREPARE: dict[str, _Prepare] = {"items": _items, "users": _users, "events": _events}


def _with_attributes(
    table: Table, checked: list[Checked], named: tuple[str, ...], domain: Attributes
) -> tuple[pl.DataFrame, list[str]]:
    names = [name for name in table.frame.columns if name not in (*named, ROW)]
    found = [attributes.attribute(table, name, domain) for name in names]
    frame = check.settle(table, checked + found)
    return frame, [name for name in names if frame[name].is_not_null().any()]


def _unique(checked: Checked, table: Table) -> Checked:
    again = check.repeated(checked.value, table.frame[ROW])
    return Checked(checked.value, pl.select(pl.coalesce(checked.reason, again)).to_series())


def _published(column: pl.Series) -> Checked:
    """ISO 8601: a day as it is written, anything else as a moment in UTC."""
    checked = check.time(column, required=False)
    days = column.cast(pl.String).str.strip_chars()
    moments = [
        day if day and len(day) == len("2000-01-01") and "-" in day[1:] else at and _iso(at)
        for day, at in zip(days, checked.value, strict=True)
    ]
    return Checked(pl.Series(column.name, moments, pl.String), checked.reason)


def _iso(seconds: float) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return None  # its reason says that it is no time


def _known(checked: Checked, store: Store, loads: _Loads) -> Checked:
    known = pl.Series([item.item_id for item in store.items()], dtype=pl.String)
    if loads.items is not None:
        known = known.append(loads.items["item_id"])
    unknown = checked.value.is_not_null() & ~checked.value.is_in(known.implode())
    reason = pl.format("'{}' is not an item that is known or loaded here", checked.value)
    return Checked(checked.value, pl.select(pl.coalesce(checked.reason, pl.when(unknown).then(reason))).to_series())


def _without_conflicts(frame: pl.DataFrame, table: Table, store: Store) -> pl.DataFrame:
    """Rows whose event_id stands for no other event, in this file or in the store."""
    if not frame["event_id"].is_not_null().any():
        return frame
    stored = store.event_ids().with_columns(pl.lit(0, pl.Int64).alias(ROW))
    both = pl.concat([stored.select(frame.columns), frame])
    body = [pl.col(name) for name in EVENTS if name != "event_id"]
    first = pl.struct(body).first().over("event_id")
    same = pl.col("event_id").is_null() | pl.struct(body).eq_missing(first)
    marked = both.with_columns(same=same, first=pl.col(ROW).first().over("event_id"))
    for row, event_id, at in marked.filter(~pl.col("same")).select(ROW, "event_id", "first").iter_rows():
        where = f"in row {at}" if at else "in the store"
        table.rejects.append((row, "event_id", f"{event_id!r} names another event {where}"))
    return marked.filter(pl.col("same") & (pl.col(ROW) > 0)).drop("same", "first")


def _named(events: pl.DataFrame) -> pl.DataFrame:
    """Give events without an id one made of what they are, so that the same file twice adds nothing."""
    what = ["user_id", "item_id", "timestamp", "kind", "value"]
    made = pl.format(
        "file|{}|{}|{}|{}|{}|{}", *(pl.col(name).cast(pl.String).fill_null("") for name in what), pl.col("nth")
    )
    nameless = pl.col("event_id").is_null()
    return events.with_columns(nth=pl.int_range(pl.len()).over([*what, nameless])).with_columns(
        event_id=pl.coalesce("event_id", made)
    )

"""`demo`, `ingest` and `train`: data in, tools fitted."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands import fetching
from agent.commands.options import HERE, HomeOption, JsonOption, UrlOption, existing
from agent.commands.output import emit, note, say, table
from tools.errors import CorruptData, InvalidInput
from tools.home import Home

if TYPE_CHECKING:
    from tools.ingest import IngestReport
    from tools.movielens import DemoFiles
    from tools.store import Store

LISTED = 20  # rejects that are printed
DEMO = "movies"


class OnError(StrEnum):
    stop = "stop"
    skip = "skip"


def demo(
    weights: Annotated[bool, typer.Option(help="Bring the language model's weights meanwhile.")] = True,
    llm_url: UrlOption = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """MovieLens 100K into the home: fetched, verified, ingested and trained. What is done already is not done again."""
    place = Home.at(home)
    _check_demo_home(place)
    with place.owned("tastemaker demo"), fetching.default_model(wanted=weights and not llm_url) as model:
        from tools.movielens import fetch
        from tools.store import Store
        from tools.train import train, up_to_date

        files = fetch()
        store = Store.open(place.store_url)
        try:
            ingested = _load_demo(place, store, files)
            trained = not up_to_date(place, store)
            if trained:
                train(place, store=store)
            counts = store.counts()
        finally:
            store.close()
        path = model()
    if as_json:
        emit({"counts": counts, "ingested": ingested, "trained": trained, "model": path, "home": str(place.root)})
        return
    say(f"{counts['items']} films, {counts['users']} users, {counts['events']} ratings in {place.root}")
    note(f"{'Ingested' if ingested else 'Ingested before'}, {'trained' if trained else 'trained before'}.")


def ingest(
    domain: Annotated[
        str | None, typer.Option(help="TOML file, or a shipped domain's name; default: the home's own.")
    ] = None,
    items: Annotated[
        Path | None, typer.Option(help="CSV, Parquet or JSONL: item_id, title; the rest are attributes.")
    ] = None,
    users: Annotated[Path | None, typer.Option(help="CSV, Parquet or JSONL: user_id; the rest are attributes.")] = None,
    events: Annotated[
        Path | None,
        typer.Option(help="CSV, Parquet or JSONL: user_id, item_id, timestamp; maybe kind, value, event_id."),
    ] = None,
    on_error: Annotated[
        OnError, typer.Option(help="At a bad row: stop loads nothing at all, skip takes the good rows.")
    ] = OnError.stop,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Validate data files and load them; bad rows are named with file, row and reason."""
    place = Home.at(home)
    if domain is None and not place.domain_file.is_file():
        raise typer.BadParameter(
            "the home has no domain yet: give a shipped name or a TOML file", param_hint="--domain"
        )
    with place.owned("tastemaker ingest"):
        from tools.domain import Domain
        from tools.ingest import ingest as load
        from tools.ingest import install_domain
        from tools.store import Store

        rules = Domain.load(domain or place.domain_file)
        store = Store.open(place.store_url)
        try:
            report = load(store, rules, items, users, events, on_error.value)
            counts = store.counts()
        finally:
            store.close()
        stopped = bool(report.rejects) and on_error is OnError.stop
        if domain is not None and not stopped:
            install_domain(place, domain)
    _tell(report, counts, stopped, as_json)
    if stopped:
        raise typer.Exit(1)


def train(
    only: Annotated[str | None, typer.Option(help="One tool; the rest is taken over.", metavar="TOOL")] = None,
    until: Annotated[str | None, typer.Option(help="Only events before it: unix seconds or ISO 8601.")] = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Fit every tool and swap the new bundle in. A running server takes it up by itself."""
    place = existing(home)  # not owned: training leaves the vector index alone, and a server may run meanwhile
    from tools import bundle
    from tools.train import train as fit

    metrics = fit(place, only, until)
    made = bundle.current_id(place)
    if as_json:
        emit({"bundle": made, "metrics": metrics})
        return
    rows = [(name, metric, f"{value:.4g}") for name, of in metrics.items() for metric, value in of.items()]
    table(("tool", "metric", "value"), rows, numbers=("value",))
    say(f"Bundle {made}")


def _tell(report: IngestReport, counts: dict[str, int], stopped: bool, as_json: bool) -> None:
    total = len(report.rejects)
    bad = f"{total:,} bad row{'s' * (total != 1)}"
    refusal = f"{bad}, so nothing was loaded; mend the files, or take the good rows with --on-error skip"
    if as_json:
        document: dict[str, Any] = {**report.model_dump(mode="json"), "counts": counts}
        if stopped:
            document["error"] = {"type": "invalid_request_error", "message": refusal, "code": "rejected_rows"}
        emit(document)
    elif total:
        rows = [(reject.file, reject.row, reject.column, reject.reason) for reject in report.rejects[:LISTED]]
        table(("file", "row", "column", "reason"), rows, numbers=("row",))
    if stopped:
        note(f"Error: {refusal}")
    elif not as_json:
        again = f" ({report.known_events} more were here already)" if report.known_events else ""
        say(f"Loaded {report.items} items, {report.users} users, {report.events} events{again}; {total} rejected.")
        say(f"The home holds {counts['items']} items, {counts['users']} users, {counts['events']} events.")


def _check_demo_home(home: Home) -> None:
    from tools.domain import Domain

    if home.domain_file.is_file() and (name := Domain.load(home.domain_file).name) != DEMO:
        raise InvalidInput(f"{home.root} holds a catalogue of {name!r}; give the demo another --home", "home")


def _load_demo(home: Home, store: Store, files: DemoFiles) -> bool:
    """Whether there was anything to load."""
    import polars as pl

    from tools.domain import domain_path
    from tools.ingest import ingest as load
    from tools.ingest import install_domain

    parts = {"items": files.items, "users": files.users, "events": files.events}
    domain_file = domain_path(DEMO)
    seal = hashlib.sha256(b"".join(path.read_bytes() for path in (domain_file, *parts.values()))).hexdigest()
    mark, counts = home.root / "demo.sha256", store.counts()
    rows = {name: pl.scan_parquet(path).select(pl.len()).collect().item() for name, path in parts.items()}
    whole = all(counts[name] >= rows[name] for name in parts) and home.domain_file.is_file()
    if whole and mark.is_file() and mark.read_text() == seal:
        return False
    report = load(store, install_domain(home, DEMO), files.items, files.users, files.events)
    if report.rejects:
        first = report.rejects[0]
        raise CorruptData(f"{first.file}: row {first.row}: {first.column}: {first.reason}; delete it and try again")
    mark.write_text(seal)
    return True


COMMANDS = (demo, ingest, train)

"""`evaluate`: how good the tools are beside other libraries', measured on the home's own events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands.options import HERE, HomeOption, JsonOption
from agent.commands.output import emit, note, say, table
from tools.home import Home

if TYPE_CHECKING:
    from tools.evaluate.run import Protocol

app = typer.Typer(help="Quality beside other libraries, in one run under one protocol.", no_args_is_help=True)

AgainstOption = Annotated[
    list[str] | None, typer.Option("--against", help="Only peers whose name has this word; repeatable.", metavar="WORD")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder for the JSON report and the plots.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Of intervals and of peers that draw; splits are fixed.")]
LimitOption = Annotated[int | None, typer.Option("--limit", help="Evaluate on so many users only.")]


@app.command()
def ranking(
    against: AgainstOption = None,
    out: OutOption = None,
    seed: SeedOption = 0,
    limit: LimitOption = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Slates: top-N and leave-one-out, what each source adds, and the learning curve."""
    _run("ranking", home, against, out, seed, limit, as_json)


@app.command()
def ctr(
    against: AgainstOption = None,
    out: OutOption = None,
    seed: SeedOption = 0,
    limit: LimitOption = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Chances of a click: order, honesty, the calibration curve and the learning curve."""
    _run("ctr", home, against, out, seed, limit, as_json)


@app.command()
def coldstart(
    against: AgainstOption = None,
    out: OutOption = None,
    seed: SeedOption = 0,
    limit: LimitOption = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Slates of users nobody has seen, knowing 0, 1, 3 or 5 of their likes."""
    _run("coldstart", home, against, out, seed, limit, as_json)


def _run(
    protocol: Protocol,
    folder: Path,
    against: list[str] | None,
    out: Path | None,
    seed: int,
    limit: int | None,
    as_json: bool,
) -> None:
    from tools.evaluate.data import Dataset
    from tools.evaluate.report import written
    from tools.evaluate.run import evaluate
    from tools.store import Store
    from tools.toolbox import load_domain

    home = Home.at(folder)  # not owned: events are only read, and a server may run meanwhile
    domain, store = load_domain(home), Store.open(home.store_url)
    try:
        report = evaluate(Dataset.read(store, domain), protocol, against or (), seed, limit)
    finally:
        store.close()
    files = [str(written(report, out))] if out else []
    if as_json:
        emit(report | {"files": files})
        return
    for title, part in _parts(report):
        _show(title, part)
    for file in files:
        say(file)


def _parts(report: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The comparisons in a report, and the reasons for those that are missing."""
    for name, part in report.items():
        if isinstance(part, dict) and ("models" in part or "not_possible" in part):
            yield name.replace("_", " "), part


def _show(title: str, part: dict[str, Any]) -> None:
    say(f"\n{title}")
    if "not_possible" in part:
        note(part["not_possible"])
        return
    metrics = list(part["ours_minus"])
    rows = [(model["name"], *(_figure(model, metric) for metric in metrics)) for model in part["models"]]
    table(("model", *metrics), rows, numbers=metrics)
    for metric, peer in part["best_peer"].items():
        apart = part["ours_minus"][metric][peer]
        say(f"{metric}: ours minus {peer} {apart['mean']:+.4f} ({apart['low']:+.4f} to {apart['high']:+.4f})")
    for peer, why in part["skipped"].items():
        note(f"{peer} left out: {why}")
    for source, adds in part.get("without", {}).items():
        [(metric, change), *_] = adds.items()
        apart = change["adds"]
        say(f"{source} adds to {metric} {apart['mean']:+.4f} ({apart['low']:+.4f} to {apart['high']:+.4f})")


def _figure(model: dict[str, Any], metric: str) -> str:
    error = model.get(f"{metric}_se")
    return f"{model[metric]:.4f}" + (f" ±{error:.4f}" if error is not None else "")

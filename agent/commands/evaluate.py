"""`evaluate`: how good the tools are beside other libraries', measured on the home's own events."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands import evaluate_talks
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
for command in evaluate_talks.COMMANDS:
    app.command()(command)
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
    """Slates of users nobody has seen, knowing 0, 1, 3 or 5 of their likes; and items nobody has tried."""
    _run("coldstart", home, against, out, seed, limit, as_json)


@app.command()
def fairness(
    against: AgainstOption = None,
    out: OutOption = None,
    seed: SeedOption = 0,
    limit: LimitOption = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Whom slates serve and what they show: groups, exposure, calibration, and other people's attributes."""
    _run("fairness", home, against, out, seed, limit, as_json)


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
    from tools.evaluate.run import evaluate
    from tools.search.model import vectors_of
    from tools.store import Store
    from tools.toolbox import ENCODER, load_domain

    home = Home.at(folder)  # not owned: events are only read, and a server may run meanwhile
    domain, store = load_domain(home), Store.open(home.store_url)
    try:
        data = Dataset.read(store, domain)
        data = replace(data, texts=vectors_of(home.current_bundle / "search", ENCODER, data.catalogue))
        if data.texts is None:
            note(f"{home.root} has no vectors of its items' texts by {ENCODER}: the tools are fitted without.")
        report = evaluate(data, protocol, against or (), seed, limit)
    finally:
        store.close()
    files = _files(report, out) if out else []
    if as_json:
        emit(report | {"files": files})
        return
    for title, part in report.items():
        if isinstance(part, dict):
            _show(title.replace("_", " "), part)
    for file in files:
        say(file)


def _files(report: dict[str, Any], folder: Path) -> list[str]:
    from tools.evaluate.plots import MISSING, draw
    from tools.evaluate.report import written

    document, plots = written(report, folder), draw(report, folder)
    if not plots:
        note(MISSING)
    return [str(document), *map(str, plots)]


def _show(title: str, part: dict[str, Any]) -> None:
    if "not_possible" in part:
        note(f"{title}: {part['not_possible']}")
    elif "ours_minus" in part:
        say(f"\n{title}")
        _show_comparison(part)
    elif "groups" in part:
        say(f"\n{title}")
        _show_fairness(part)
    for peer, why in part.get("skipped", {}).items():
        note(f"{peer} left out: {why}")


def _show_comparison(part: dict[str, Any]) -> None:
    metrics = list(part["ours_minus"])
    rows = [(model["name"], *(_figure(model, metric) for metric in metrics)) for model in part["models"]]
    table(("model", *metrics), rows, numbers=metrics)
    for metric, peer in part["best_peer"].items():
        say(f"{metric}: ours minus {peer} {_interval(part['ours_minus'][metric][peer])}")
    for source, adds in part.get("without", {}).items():
        [(metric, change), *_] = adds.items()
        say(f"{source} adds to {metric} {_interval(change['adds'])}")


def _show_fairness(part: dict[str, Any]) -> None:
    figures = [name for name in part["models"][0] if name != "name"]
    rows = [(model["name"], *(f"{model[figure]:.3f}" for figure in figures)) for model in part["models"]]
    table(("model", *figures), rows, numbers=figures)
    for name, told in part["groups"].items():
        ndcg, gap = told["ndcg@10"], told["ndcg@10"]["gap"]
        said = f"{name}: ndcg@10 of {ndcg['best']!r} minus that of {ndcg['worst']!r} {_interval(gap)}"
        say(f"{said}; shuffled users give {gap['by_chance']:.4f}, p {gap['p']:.2f}")
    flips = part["flips"]
    count = ", ".join(flips["attributes_that_count"]) or "none"
    say(f"With somebody else's attributes {flips['changed']} of {flips['users']} slates change,")
    say(f"and of newcomers' {flips['changed_as_newcomers']}. The domain file lets count: {count}.")


def _interval(told: dict[str, float]) -> str:
    return f"{told['mean']:+.4f} ({told['low']:+.4f} to {told['high']:+.4f})"


def _figure(model: dict[str, Any], metric: str) -> str:
    error = model.get(f"{metric}_se")
    return f"{model[metric]:.4f}" + (f" ±{error:.4f}" if error is not None else "")

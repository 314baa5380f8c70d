"""A report as pictures: PNG files beside the JSON, for people. Needs matplotlib, which only the `eval` extra brings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tools.evaluate.product import NAME
from tools.evaluate.report import Report

OURS, PEER = "#c0392b", "#7f8c8d"
PEERS = ("#2980b9", "#27ae60", "#8e44ad", "#f39c12", "#16a085", "#34495e", "#95a5a6")  # none near ours
WIDE, HIGH = 9.0, 4.5  # inches
DOTS = 120  # an inch
MISSING = "plots left out: they need matplotlib; pip install 'tastemaker[eval]'"


def draw(report: Report, folder: Path) -> list[Path]:
    """The files written, `folder`/PROTOCOL-NAME.png; none where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return []
    protocol, out = report["protocol"], []
    for name, paint in _PLOTS[protocol](report):
        figure = Figure(figsize=(WIDE, HIGH), dpi=DOTS, layout="constrained")
        paint(figure)
        out.append(folder / f"{protocol}-{name}.png")
        figure.savefig(out[-1])
    return out


Paint = Callable[[Any], None]  # fills a matplotlib figure
Named = Iterator[tuple[str, Paint]]


def _ranking(report: Report) -> Named:
    for part in ("top_n_seen", "top_n", "leave_one_out", "leave_one_out_liked"):
        if "models" in report[part]:
            yield part, _quality(report[part], part.replace("_", " "))
    yield "spread", _spread(report["top_n_seen"])
    yield "sources", _sources(report["top_n_seen"])
    yield "knobs", _knobs(report["knobs"]["curves"])
    yield "learning", _lines(report["curve"]["shares"], report["curve"]["ndcg@10"], "share of the events", "ndcg@10")


def _ctr(report: Report) -> Named:
    part = report["clicks"]
    yield "quality", _quality(part, "clicks")
    yield "calibration", _calibration(part["calibration"])
    yield "learning", _lines(part["curve"]["shares"], part["curve"]["auc"], "share of the fitted events", "auc")
    curves = {name: told["curve"] for name, told in report.items() if name.startswith("online") and "curve" in told}
    if curves:
        yield "online", _online(curves)


def _coldstart(report: Report) -> Named:
    part = report["newcomers"]
    metrics = list(part["ours_minus"])
    series = {model["name"]: [model[metric] for metric in metrics] for model in part["models"]}
    yield "likes", _lines([int(metric.rsplit(" ", 1)[1]) for metric in metrics], series, "known likes", "ndcg@10")
    if "models" in report["new_items"]:
        yield "new-items", _quality(report["new_items"], "items that nobody has tried")


def _fairness(report: Report) -> Named:
    part = report["fairness"]
    yield "spread", _spread(part)
    for name, told in part["groups"].items():
        yield f"group-{''.join(c if c.isalnum() else '_' for c in name)}", _groups(name, told["ndcg@10"])


def _quality(part: Report, title: str) -> Paint:
    """Every metric in a panel of its own, one dot a model with its standard error."""

    def paint(figure: Any) -> None:
        metrics = list(part["ours_minus"])
        panels = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
        for panel, metric in zip(panels, metrics, strict=True):
            for model in part["models"][::-1]:
                value, error = _number(model[metric]), _number(model.get(f"{metric}_se"))
                panel.errorbar(value, model["name"], xerr=error, fmt="o", color=_color(model["name"]))
            panel.set_title(metric, fontsize=9)
            panel.tick_params(labelsize=7)
        figure.suptitle(title)

    return paint


def _spread(part: Report) -> Paint:
    """Coverage against novelty: how much of the catalogue is shown, and how far from what is popular."""

    def paint(figure: Any) -> None:
        panel = figure.subplots()
        for model in part["models"]:
            panel.scatter(model["coverage"], model["novelty"], color=_color(model["name"]))
            panel.annotate(model["name"], (model["coverage"], model["novelty"]), fontsize=7)
        panel.set_xlabel("coverage: share of the catalogue that is shown")
        panel.set_ylabel("novelty: bits")

    return paint


def _knobs(curves: dict[str, list[Report]]) -> Paint:
    """NDCG against coverage as each knob is turned, its values beside the points."""

    def paint(figure: Any) -> None:
        panels = figure.subplots(1, len(curves), sharey=True, squeeze=False)[0]
        for panel, (knob, points) in zip(panels, curves.items(), strict=True):
            panel.plot([p["coverage"] for p in points], [p["ndcg@10"] for p in points], marker="o", color=OURS)
            for point in points:
                panel.annotate(f"{point[knob]:g}", (point["coverage"], point["ndcg@10"]), fontsize=7)
            panel.set_title(knob, fontsize=9)
            panel.set_xlabel("coverage@10", fontsize=8)
        panels[0].set_ylabel("ndcg@10")

    return paint


def _sources(part: Report) -> Paint:
    def paint(figure: Any) -> None:
        panel = figure.subplots()
        for n, (source, told) in enumerate(part["without"].items()):
            adds = told["ndcg@10"]["adds"]
            panel.plot([adds["low"], adds["high"]], [n, n], color=PEER)
            panel.scatter(adds["mean"], n, color=OURS)
            panel.annotate(source, (adds["mean"], n), xytext=(0, 6), textcoords="offset points", fontsize=8)
        panel.axvline(0, color="black", linewidth=0.8)
        panel.set_yticks([])
        panel.set_xlabel("what each source adds to ndcg@10, with its 95% interval")

    return paint


def _lines(x: Sequence[float], series: dict[str, list[float]], across: str, up: str) -> Paint:
    def paint(figure: Any) -> None:
        panel = figure.subplots()
        panel.set_prop_cycle(color=PEERS)
        for name, values in series.items():
            panel.plot(x, values, marker="o", label=name, **({"color": OURS, "linewidth": 2.5} if name == NAME else {}))
        panel.set_xlabel(across)
        panel.set_ylabel(up)
        panel.legend(fontsize=7)

    return paint


def _online(curves: dict[str, Report]) -> Paint:
    """Log-loss gained by learning online, summed over the events as they came."""

    def paint(figure: Any) -> None:
        panel = figure.subplots()
        panel.axhline(0, color="black", linewidth=0.8)
        panel.set_prop_cycle(color=PEERS)
        for name, curve in curves.items():
            panel.plot(curve["events"], curve["gained"], label=name.removeprefix("online_").replace("_", " ") + "%")
        panel.set_xlabel("events of the test, as they came")
        panel.set_ylabel("log-loss gained over the frozen model, summed")
        panel.legend(fontsize=7)

    return paint


def _calibration(curves: dict[str, list[dict[str, float]]]) -> Paint:
    def paint(figure: Any) -> None:
        panel = figure.subplots()
        panel.plot([0, 1], [0, 1], color="black", linewidth=0.8)
        panel.set_prop_cycle(color=PEERS)
        for name, points in curves.items():
            style = {"color": OURS, "linewidth": 2.5} if name == NAME else {"linewidth": 1}
            panel.plot([p["chance"] for p in points], [p["clicks"] for p in points], marker=".", label=name, **style)
        panel.set_xlabel("mean chance of a tenth of the rows")
        panel.set_ylabel("share that were clicks")
        panel.legend(fontsize=7)

    return paint


def _groups(name: str, told: Report) -> Paint:
    def paint(figure: Any) -> None:
        panel = figure.subplots()
        means = dict(sorted(told["mean"].items(), key=lambda held: held[1]))
        panel.barh(list(means), list(means.values()), color=PEER)
        gap = told["gap"]
        panel.set_xlabel(f"ndcg@10; gap {gap['mean']:.3f} ({gap['low']:.3f} to {gap['high']:.3f})")
        panel.set_title(name)
        panel.tick_params(labelsize=7)

    return paint


def _color(name: str) -> str:
    return OURS if name == NAME else PEER


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(np.float64(value))


_PLOTS: dict[str, Callable[[Report], Named]] = {
    "ranking": _ranking,
    "ctr": _ctr,
    "coldstart": _coldstart,
    "fairness": _fairness,
}

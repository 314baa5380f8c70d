"""Pictures of a report, as PNG within the page. They need matplotlib, which only the `eval` extra brings."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.evaluate.log import Record
from agent.evaluate.report import Report

OURS = "#c0392b"
WIDE, DOTS = 9.0, 110  # inches, dots an inch


@dataclass(frozen=True)
class Picture:
    title: str
    png: bytes

    @property
    def uri(self) -> str:
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


def draw(report: Report, records: Sequence[Record]) -> list[Picture]:
    """None where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return []
    out = []
    for title, rows in _rates(report):
        figure = Figure(figsize=(WIDE, 1.2 + 0.28 * len(rows)), dpi=DOTS, layout="constrained")
        _dots(figure.subplots(), rows, title)
        out.append(_picture(title, figure))
    figure = Figure(figsize=(WIDE, 3.2), dpi=DOTS, layout="constrained")
    _histograms(figure, records)
    return [*out, _picture("what turns take", figure)]


def _rates(report: Report) -> list[tuple[str, dict[str, Any]]]:
    """What is drawn as dots with intervals: what passed, each expectation, and the cases of each tag."""
    groups: dict[str, Any] = {
        "passed": report["passed"],
        "expectations": report.get("expectations", {}),
        "cases passed, by tag": {tag: held["passed"].get("pass^1") for tag, held in report.get("by_tag", {}).items()},
    }
    known = {title: {name: row for name, row in rows.items() if row and "low" in row} for title, rows in groups.items()}
    return [(title, rows) for title, rows in known.items() if rows]


def _dots(axes: Any, rows: Mapping[str, Mapping[str, float]], title: str) -> None:
    names = list(rows)[::-1]
    for n, name in enumerate(names):
        row = rows[name]
        axes.plot([row["low"], row["high"]], [n, n], color=OURS, alpha=0.4, linewidth=4)
        axes.plot(row["mean"], n, "o", color=OURS)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(-0.02, 1.02)
    axes.set_title(title)
    axes.grid(axis="x", alpha=0.3)
    axes.margins(y=0.5 / len(names))


def _histograms(figure: Any, records: Sequence[Record]) -> None:
    had = [record.heard for record in records if not record.heard.error]
    columns = {
        "ms to the first words": [heard.first_ms for heard in had if heard.first_ms is not None],
        "ms to the end": [heard.ms for heard in had],
        "generated tokens": [heard.usage.completion_tokens for heard in had],
    }
    for axes, (title, values) in zip(figure.subplots(1, len(columns)), columns.items(), strict=True):
        axes.hist(values, bins=30, color=OURS)
        axes.set_title(title)


def _picture(title: str, figure: Any) -> Picture:
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return Picture(title, out.getvalue())

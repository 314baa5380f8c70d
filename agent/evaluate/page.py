"""A report as files: `NAME.json`, and `NAME.html`, one page that needs no other file, escaped throughout."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from agent.evaluate.plots import Picture
from agent.evaluate.report import Report

Row = tuple[str, Mapping[str, Any]]


def write(report: Report, folder: Path, name: str, pictures: list[Picture]) -> list[Path]:
    """Both files, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    data = orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    out = []
    for path, content in ((f"{name}.json", data), (f"{name}.html", html(report, pictures).encode())):
        aside = folder / f"{path}.tmp"
        aside.write_bytes(content)
        out.append(aside.replace(folder / path))
    return out


def html(report: Report, pictures: list[Picture]) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"figure": _figure, "compact": _compact}
    return environment.get_template("report.html").render(
        report=report, tables=list(tables(report)), pictures=pictures, spreads=_spreads(report)
    )


def tables(report: Report) -> Iterator[tuple[str, list[Row]]]:
    """Every group of rates in the report, under its place in it; of each tag, the cases that passed."""
    for place, rows in _groups("", {name: held for name, held in report.items() if name != "by_tag"}):
        yield place.strip(" ·"), rows
    by_tag = [(tag, held["passed"]["pass^1"]) for tag, held in report.get("by_tag", {}).items()]
    if by_tag:
        yield "passed, by tag", by_tag


def _groups(place: str, node: Mapping[str, Any]) -> Iterator[tuple[str, list[Row]]]:
    rows = [(name, held) for name, held in node.items() if isinstance(held, Mapping) and "low" in held]
    if rows:
        yield place, rows
    for name, held in node.items():
        if isinstance(held, Mapping) and "low" not in held and name != "about":
            yield from _groups(f"{place} · {name}", held)


def _spreads(report: Report) -> list[Row]:
    return [(name, held) for name, held in report["cost"].items() if isinstance(held, Mapping) and "p50" in held]


def _figure(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) and abs(value) < 10 else f"{value:,.0f}"


def _compact(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

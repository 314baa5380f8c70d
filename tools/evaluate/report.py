"""Results beside each other: the figures of every model, and ours minus each peer with its interval."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from tools.evaluate.metrics import PerUser, error, interval
from tools.evaluate.product import NAME

LIBRARIES = ("numpy", "scipy", "scikit-learn", "implicit", "torch")
Report = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """One model's figures: `values` per user, `figures` of the whole, `about` what it took."""

    name: str
    values: dict[str, PerUser]
    figures: dict[str, float] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> Report:
        means = {name: float(values.mean()) for name, values in self.values.items()}
        errors = {f"{name}_se": error(values) for name, values in self.values.items()}
        return {"name": self.name, **means, **errors, **self.figures, **self.about}


def compared(results: Sequence[Result], metrics: Sequence[str], seed: int, skipped: dict[str, str]) -> Report:
    """`models`, one row each; `ours_minus`: for each metric and peer the mean paired difference and its bootstrap 95%
    interval over users; `best_peer` of each metric.
    """
    ours, peers = results[0], results[1:]
    assert ours.name == NAME
    differences = {
        metric: {peer.name: interval(ours.values[metric] - peer.values[metric], seed) for peer in peers}
        for metric in metrics
    }
    best = {metric: _best(peers, metric) for metric in metrics if peers}
    return {
        "models": [result.to_json() for result in results],
        "ours_minus": differences,
        "best_peer": best,
        "skipped": skipped,
    }


def _best(results: Sequence[Result], metric: str) -> str:
    return max(results, key=lambda result: float(result.values[metric].mean())).name


def headed(protocol: str, seed: int, limit: int | None, body: Report) -> Report:
    """The whole document, with what it was measured with."""
    about = {
        "protocol": protocol,
        "seed": seed,
        "limit": limit,
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    return about | body


def written(report: Report, folder: Path) -> Path:
    """The report as `folder`/PROTOCOL.json, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report['protocol']}.json"
    aside = path.with_suffix(".tmp")
    aside.write_bytes(
        orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    )
    aside.replace(path)
    return path

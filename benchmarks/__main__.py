"""All benchmarks, each figure with the machine it came from.

    make bench                                           # or: python -m benchmarks
    python -m benchmarks --only turn engine --home var --llm-url http://127.0.0.1:8100/v1

Needs a trained home (`tastemaker demo`). Without --llm-url it starts the engine itself. Writes benchmarks/results.json;
figures of parts that were not run stay as they were.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks import agent_overhead, engine_speed, freshness, scale, surfaces, turn_latency
from tools.home import Home
from tools.toolbox import Live, Toolbox

PARTS = ("train", "turn", "agent", "surfaces", "freshness", "engine")
SLOW = ("scale",)  # minutes; only where asked for


def train() -> dict[str, Any]:
    """A fresh home: ingest and fit everything on MovieLens 100K, each in a process of its own."""
    with tempfile.TemporaryDirectory() as home:
        start = time.perf_counter()
        _tastemaker("demo", home)
        seconds = time.perf_counter() - start
        stored = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "agent", "train", "--home", home, "--json"], check=True, stdout=sys.stderr
        )
        again = time.perf_counter() - stored
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    return {"first_s": round(seconds, 1), "again_s": round(again, 1), "peak_gib": round(peak, 2)}


def _tastemaker(command: str, home: str) -> None:
    subprocess.run([sys.executable, "-m", "agent", command, "--home", home, "--json"], check=True, stdout=sys.stderr)


def turn(home: Home) -> dict[str, Any]:
    """Everything that is not the model, stage by stage."""
    box = Toolbox.open(home)
    words = turn_latency.requests(box, 500 + turn_latency.WARM_UP, np.random.default_rng(0))
    report = turn_latency.run(box, words).report()
    box.store.close()
    return {"goal_ms": turn_latency.GOAL, "ms": report}


async def engine(home: Home, url: str | None, model: str | None) -> dict[str, Any]:
    """The reply's speed beside the raw engine's."""
    from agent.engine import Engine
    from agent.surfaces.engine_room import weights

    live, started = Live(home), time.perf_counter()
    if url:
        running = Engine.attach(url, model)
    else:
        name, folder, flags = weights(model)
        running = Engine.launch(folder, name=name, log=home.root / "engine.log", extra=flags)
    await running.start()
    try:
        await running.ready(lambda line: print(f"\rengine: {line}   ", end="", file=sys.stderr, flush=True))
        ready_s = round(time.perf_counter() - started, 1)
        return {"ready_s": ready_s, **await engine_speed.measure(live, running.base_url, running.model)}
    finally:
        await running.stop()
        live.current().store.close()


def machine() -> dict[str, Any]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": f"{os.cpu_count()} x {names[0] if names else platform.processor()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", default=os.environ.get("TASTEMAKER_HOME") or "./var")
    parser.add_argument("--only", nargs="+", choices=(*PARTS, *SLOW), default=list(PARTS))
    parser.add_argument("--llm-url", default=os.environ.get("TASTEMAKER_LLM_URL"))
    parser.add_argument("--llm-model", default=os.environ.get("TASTEMAKER_LLM_MODEL"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.json")
    options = parser.parse_args()
    home = Home.at(options.home)
    results = orjson.loads(options.out.read_bytes()) if options.out.exists() else {}
    with home.owned("the benchmarks"):
        runs: dict[str, Callable[[], dict[str, Any]]] = {
            "train": train,
            "turn": lambda: turn(home),
            "agent": lambda: asyncio.run(agent_overhead.measure(Live(home))),
            "surfaces": lambda: asyncio.run(surfaces.measure(Live(home))),
            "freshness": lambda: asyncio.run(freshness.measure(home)),
            "scale": scale.measure,
            "engine": lambda: asyncio.run(engine(home, options.llm_url, options.llm_model)),
        }
        for part in options.only:
            print(f"{part} ...", file=sys.stderr)
            about = machine()
            results[part] = {**runs[part](), "machine": about}
            aside = options.out.with_suffix(".tmp")
            aside.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            aside.replace(options.out)
    print(json.dumps({part: results[part] for part in options.only}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()

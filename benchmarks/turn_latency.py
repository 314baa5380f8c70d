"""Everything in a turn that is not the LLM, over many turns of varying users and requests in two languages.

    python benchmarks/turn_latency.py --home var            # a home with a trained bundle, see `tastemaker demo`
    python benchmarks/turn_latency.py --home var --profile  # and where the time goes

Prints one JSON document: milliseconds at p50 and p99 of each stage, of each tool and of the whole. The goal is a whole
of 20 ms at p50 and 50 ms at p99; judge it by "whole: new words", the turns that find something and whose words the
encoder has not met: it remembers words, and a turn whose constraints leave nothing ends early. Tools run side by side,
so the stages add up to the whole and the tools do not.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import os
import platform
import pstats
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np

from tools import registry
from tools.home import Home
from tools.intent import understand
from tools.rank.blend import rank
from tools.rank.rules import open_turn
from tools.search.tool import prepare
from tools.toolbox import Toolbox

GOAL = {"p50": 20.0, "p99": 50.0}
WARM_UP, K = 20, 4
COLD = 0.1  # of the turns are of users nobody knows
TEMPLATES = (
    "A light {tag} for tonight, nothing from before {year}.",
    "Something like {title}, but not too sad",
    "{tag} movies from the {decade}s, please no {other}",
    "a film directed by {person} that my parents would enjoy",
    "a slow film about loneliness, a bit like {title} or {second}",
    "What should I watch with my kids this weekend after {title}?",
    "今晚想看一部轻松的{tag_zh}，{year}年以后的，像《{title}》那样",
    "有没有{person}导演的{tag_zh}？",
    "想看一部{tag_zh}，不要{other_zh}，类似{title}",
    "推荐几部{decade}年代的{tag_zh}，我喜欢{second}",
)


class Watch:
    """Collects milliseconds by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(list)
        self.met: set[str] = set()  # words searched with so far

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.spent[name].append((time.perf_counter() - start) * 1000)

    def report(self) -> dict[str, dict[str, float]]:
        return {
            name: {"p50": _ms(values, 0.5), "p99": _ms(values, 0.99), "n": len(values)}
            for name, values in self.spent.items()
        }


def turn(box: Toolbox, user_id: str, words: str, watch: Watch, serial: bool = False) -> None:
    """`serial` runs the tools one after another in this thread, where a profiler sees them."""
    worked = time.process_time()
    with watch.stage("whole"):
        with watch.stage("read request"):
            intent = understand(words, box.catalogue, box.domain)
            prepare(intent.query, box)
        with watch.stage("read user"):
            user = box.view(user_id)
        with watch.stage("open"):
            context = open_turn(box, user, intent.filters, language="en" if words.isascii() else "zh")
        with watch.stage("tools"):
            search: dict[str, Any] = {
                "name": "vector_search",
                "args": {"query": intent.query, "filters": intent.filters},
            }
            others: list[dict[str, Any]] = [
                {"name": name, "args": {}} for name in ("profile_lookup", "cf_neighbors", "ctr_score")
            ]
            calls = [search, *others]
            one_by_one = (result for call in calls for result in registry.execute([call], context))
            results = list(one_by_one) if serial else registry.execute(calls, context)
        with watch.stage("rank"):
            slate = rank(context, intent.filters, K, query=words)
    kind = "abstained" if slate.abstained else "words met before" if intent.query in watch.met else "new words"
    watch.spent[f"whole: {kind}"].append(watch.spent["whole"][-1])
    watch.met.add(intent.query)
    watch.spent["whole, processor time of all threads"].append((time.process_time() - worked) * 1000)
    for result in results:
        watch.spent[result.name].append(result.ms)
        if result.error:
            watch.spent[f"{result.name} failed"].append(result.ms)


def requests(box: Toolbox, n: int, rng: np.random.Generator) -> list[str]:
    """`n` requests, all different, half of them Chinese where items have tags; without tags or people, those that name
    titles alone.
    """
    told: dict[str, None] = {}
    while len(told) < n:
        slots = _slots(box, rng)
        fit = [words for words in TEMPLATES if {name for _, name, _, _ in Formatter().parse(words) if name} <= {*slots}]
        told[fit[rng.integers(len(fit))].format(**slots)] = None
    return list(told)


def _slots(box: Toolbox, rng: np.random.Generator) -> dict[str, Any]:
    catalogue = box.catalogue
    people = [name for field in catalogue.fields.values() if field.people for name in field.values]
    out: dict[str, Any] = {}
    if "tags" in catalogue.fields:
        out["tag"], out["other"] = rng.choice(catalogue.fields["tags"].values, 2, replace=False)
        out |= {f"{slot}_zh": box.domain.alias("tags", out[slot], "zh") for slot in ("tag", "other")}
    out["title"], out["second"] = rng.choice(catalogue.titles, 2, replace=False)
    if people:
        out["person"] = rng.choice(people)
    return out | {"year": rng.integers(1950, 1996), "decade": rng.integers(193, 200) * 10}


def run(box: Toolbox, words: list[str], seed: int = 0, serial: bool = False) -> Watch:
    """One turn for each request, after a warm-up on the first ones that is not counted."""
    rng, known = np.random.default_rng(seed), [user.user_id for user in box.store.users()]
    watch = Watch()
    for n, said in enumerate(words):
        if n == WARM_UP:
            watch.spent.clear()
        turn(box, "nobody" if rng.random() < COLD else known[rng.integers(len(known))], said, watch, serial)
    return watch


def _ms(values: list[float], q: float) -> float:
    return round(float(np.quantile(values, q)), 2)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
    return f"{len(names)} x {names[0]}" if names else platform.processor()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--profile", action="store_true", help="print the functions that take the most time of a turn")
    options = parser.parse_args()
    home, load = Home.at(options.home), round(os.getloadavg()[0], 1)
    with home.owned("turn latency benchmark"):
        box = Toolbox.open(home)
        words = requests(box, options.turns + WARM_UP, np.random.default_rng(0))
        profiler = cProfile.Profile()
        watch = profiler.runcall(run, box, words, serial=True) if options.profile else run(box, words)
        box.store.close()
    report = {
        "machine": _processor(),
        "load_before": load,
        "turns": options.turns,
        "goal_ms": GOAL,
        "ms": watch.report(),
    }
    print(json.dumps(report, indent=1))
    if options.profile:
        told = io.StringIO()
        pstats.Stats(profiler, stream=told).sort_stats("tottime").print_stats(45)
        print(told.getvalue())


if __name__ == "__main__":
    main()

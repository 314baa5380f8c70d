"""Generated requests against the whole OpenAPI description: does every answer keep what the description promises?

    python -m benchmarks.openapi_fuzz --examples 3000

A real server with a service token over a small trained world, without a language model. schemathesis sends the
description's examples, boundary values, chains of requests, and then `--examples` random ones, valid and not. Every
answer is held against the documented status, content type and schema, every 4xx against OpenAI's error shape; what
breaks the schema must be refused, a token must be asked for, and 405 must name the methods there are. Apart:
- 503 `engine_unavailable` of /v1/generate is an answer by contract where there is no model, and is only counted;
- an id may hold a slash: DELETE on the address of a user's export is the erasure of another id, and no unknown method;
- a stream is one text to OpenAPI, so `stream_is_whole` reads it: events of JSON, and an end.
That valid data is accepted is not asked of every request (an unknown filter is 400, and no schema knows the catalogue),
but of every operation: `never_accepted` names those without one 2xx.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tools.store import Store, reviews

TOKEN = "service-token-of-the-fuzzer"
EVENTS = "text/event-stream"
CHAINS = 20  # of requests, whatever the number of examples
SHOWN = 600  # characters of a request that broke something


@dataclass
class Report:
    """`broken`: what broke, by check and operation, with the request that showed it."""

    examples: int = 0
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    without_model: int = 0
    broken: dict[str, str] = field(default_factory=dict)
    checks: Counter[str] = field(default_factory=Counter)

    def take(self, found: Any) -> None:
        """The requests of one scenario, with what was checked."""
        for case_id, interaction in found.interactions.items():
            self.examples += 1
            case, answer = found.cases.get(case_id), interaction.response
            label = case.value.operation.label if case else found.label
            self.statuses[label][answer.status_code if answer else 0] += 1
            excused = answer is not None and answer.status_code == 503 and b'"engine_unavailable"' in answer.content
            self.without_model += excused
            for check in found.checks.get(case_id, []):
                fits = excused and check.name == "not_a_server_error"
                fits |= check.name == "unsupported_method" and _erases(interaction.request)
                if check.status is Status.FAILURE and not fits:
                    self._break(label, check, answer)

    def _break(self, label: str, check: Any, answer: Any) -> None:
        self.checks[check.name] += 1
        told = f"{check.failure_info.failure.message} | {check.failure_info.code_sample}"[: 2 * SHOWN]
        body = answer.content[:SHOWN].decode("utf-8", "replace") if answer else "no answer"
        self.broken.setdefault(f"{check.name}: {label}", f"{told} -> {body}")

    @property
    def never_accepted(self) -> list[str]:
        return sorted(label for label, seen in self.statuses.items() if not any(200 <= s < 300 for s in seen))

    def figures(self) -> dict[str, Any]:
        every = sum(self.statuses.values(), Counter[int]())
        return {
            "examples": self.examples,
            "statuses": {str(status): n for status, n in sorted(every.items())},
            "5xx": sum(n for status, n in every.items() if status >= 500) - self.without_model,
            "503 without a model, as documented": self.without_model,
            "undocumented statuses": self.checks["status_code_conformance"],
            "schema violations": self.checks["response_schema_conformance"] + self.checks["content_type_conformance"],
            "other breaks": dict(self.checks),
            "never accepted": self.never_accepted,
            "broken": self.broken,
        }


def _erases(request: Any) -> bool:
    return request.method == "DELETE" and "/v1/users/" in request.uri


def fuzz(url: str, examples: int, seed: int = 1) -> Report:
    """Send examples, boundary values and chains, then at least `examples` random requests to the server at `url`; the
    same ones for the same seed.
    """
    schemathesis.check(stream_is_whole)
    report = Report()
    _run(url, _settings(seed, CHAINS, "examples", "coverage", "stateful"), report)
    wanted, operations = report.examples + examples, len(report.statuses)
    while report.examples < wanted:
        left = -(-(wanted - report.examples) // operations)
        _run(url, _settings(seed + report.examples, left, "fuzzing"), report)
    return report


def _settings(seed: int, examples: int, *phases: str) -> dict[str, Any]:
    every = ("examples", "coverage", "fuzzing", "stateful")
    return {
        "seed": seed,
        "continue-on-failure": True,
        "headers": {"Authorization": f"Bearer {TOKEN}"},
        "request-timeout": 60,
        "max-stream-events": 10_000,
        "generation": {"no-shrink": True, "database": "none", "max-examples": examples},
        "checks": {"positive_data_acceptance": {"enabled": False}},
        "phases": {phase: {"enabled": phase in phases} for phase in every},
    }


def hold_reviews(store: Store) -> None:
    """Texts to decide upon, so that deciding can succeed."""
    for n in range(CHAINS):
        reviews.hold(store, "a01", "blurb", f"Text {n}.", ["risky"])


def _run(url: str, config: dict[str, Any], report: Report) -> None:
    schema = schemathesis.openapi.from_url(f"{url}openapi.json", config=SchemathesisConfig.from_dict(config))
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            report.take(event.recorder)
        elif isinstance(event, (events.NonFatalError, events.FatalError)):
            raise RuntimeError(str(event.info if isinstance(event, events.NonFatalError) else event.exception))


def stream_is_whole(_ctx: Any, response: Any, _case: Any) -> None:
    """A stream of server-sent events: comments, and JSON; nothing cut off. Its last event says that it is the last."""
    if not response.headers.get("content-type", [""])[0].startswith(EVENTS):
        return
    text = response.content.decode("utf-8")
    assert text.endswith("\n\n"), "the last event is cut off"
    told = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
    assert told, "a stream without an event"
    last = told.pop() if told[-1] == "[DONE]" else ""
    said = [json.loads(one) for one in told]
    kinds = {one.get("type") for one in said} & {"RUN_FINISHED", "RUN_ERROR", "response.completed", "response.failed"}
    assert last or kinds, f"a stream without an end: {text[-300:]}"


async def measure(examples: int, seed: int) -> dict[str, Any]:
    from agent.turn import Agent
    from tests.agent.serving import serving
    from tools.toolbox import Live

    with tempfile.TemporaryDirectory() as folder:
        live = Live(_home(Path(folder)))
        async with serving(live.home, Agent(live, None), live, token=TOKEN) as server:
            report = await asyncio.to_thread(fuzz, server.url, examples, seed)
        live.store.close()
    return report.figures()


def _home(folder: Path) -> Any:
    from tests import world
    from tests.trained import write_domain
    from tools.home import Home
    from tools.train import train

    home = Home.at(folder / "home")
    write_domain(home, world.domain())
    store = Store.open(home.store_url)
    world.fill(store)
    hold_reviews(store)
    train(home, store=store, progress=False)
    store.close()
    return home


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options.examples, options.seed)), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""The report of a suite: made from the log alone, so that it can be made again; failures are listed, never dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.evaluate import plans
from agent.evaluate.grade import Check, grade
from agent.evaluate.grounding import Grounding
from agent.evaluate.log import Record, Talks
from agent.evaluate.statistics import pass_hat, rate, spread
from agent.evaluate.suite import Case
from agent.evaluate.truth import Truth

Report = dict[str, Any]
QUOTED = 600  # characters of a failed reply that the report shows


@dataclass
class Graded:
    """One conversation, turn by turn."""

    case: Case
    trial: int
    turns: list[tuple[Record, list[Check]]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return all(check.passed for _, checks in self.turns for check in checks)


def graded(cases: Sequence[Case], talks: Talks, truth: Truth) -> list[Graded]:
    """The conversations of the log that belong to these cases."""
    by_id = {case.id: case for case in cases}
    return [
        Graded(by_id[name], trial, list(grade(by_id[name], talk, truth)))
        for (name, trial), talk in talks.items()
        if name in by_id
    ]


def suite_report(cases: Sequence[Case], talks: Talks, truth: Truth, seed: int = 0) -> Report:
    """`expectations`, `by_tag`, `passed` (pass^k), `plans`, `retrieval`, and what `measured` adds."""
    done = graded(cases, talks, truth)
    tags = sorted({tag for each in done for tag in _tags(each.case)})
    return {
        "cases": len({each.case.id for each in done}),
        "trials": max((each.trial + 1 for each in done), default=0),
        **_rates(done, seed),
        "by_tag": {tag: _rates([each for each in done if tag in _tags(each.case)], seed) for tag in tags},
        "retrieval": _retrieval(done, seed),
        **measured([record for each in done for record, _ in each.turns], truth, seed),
        "failures": [failure for each in done for failure in _failures(each)],
    }


def measured(records: Sequence[Record], truth: Truth, seed: int = 0) -> Report:
    """What any kind of conversation has: `plans`, `grounding` and `cost`."""
    return {
        "turns": len(records),
        "plans": _plans(records, seed),
        "grounding": _grounded(records, truth, seed),
        "cost": _cost(records, seed),
    }


def _tags(case: Case) -> list[str]:
    split = [f"split:{case.split}"] if case.split else []
    turns = "several turns" if len(case.turns) > 1 else "one turn"
    return [*case.tags, f"language:{case.language}", *split, turns]


def _rates(done: Sequence[Graded], seed: int) -> Report:
    checks: dict[str, list[tuple[str, float]]] = {}
    trials: dict[str, list[bool]] = {}
    for each in done:
        trials.setdefault(each.case.id, []).append(each.passed)
        for _, turn in each.turns:
            for check in turn:
                checks.setdefault(check.name, []).append((each.case.id, check.passed))
    expectations = {name: rate(values, seed) for name, values in sorted(checks.items())}
    return {"passed": pass_hat(trials, seed), "expectations": expectations}


def _retrieval(done: Sequence[Graded], seed: int) -> Report:
    hits, ranks = [], []
    for each in done:
        for turn, (record, _) in zip(each.case.turns, each.turns, strict=False):
            if turn.expect.relevant:
                found = [n for n, item in enumerate(record.heard.shown, 1) if item in turn.expect.relevant]
                hits.append((each.case.id, float(bool(found))))
                ranks.append((each.case.id, 1 / found[0] if found else 0.0))
    return {"hit@k": rate(hits, seed), "mrr": rate(ranks, seed)} if hits else {}


def _plans(records: Iterable[Record], seed: int) -> Report:
    """`valid`: of the plans that the model was asked for, those that fitted at once; `sources`: who planned."""
    made = [(record, source) for record in records if (source := plans.source(record.heard))]
    asked = [(r.case, float(source == "model")) for r, source in made if source != "code" and r.heard.usage.llm_calls]
    return {"sources": dict(Counter(source for _, source in made)), "valid": rate(asked, seed)}


def _grounded(records: Iterable[Record], truth: Truth, seed: int) -> Report:
    """`turns`: replies with a slate and no wrong claim; `claims`: true ones by kind; `wrong`: the others."""
    grounding = Grounding(truth)
    turns, wrong = list[tuple[str, float]](), list[Report]()
    kinds: dict[str, list[tuple[str, float]]] = {}
    for record in records:
        claims = list(grounding.claims(record.heard))
        if claims:
            turns.append((record.case, float(all(claim.true for claim in claims))))
        for claim in claims:
            kinds.setdefault(claim.kind, []).append((record.case, float(claim.true)))
            if not claim.true:
                wrong.append({"case": record.case, "turn": record.turn, "kind": claim.kind, "claim": claim.what})
    return {"turns": rate(turns, seed), "claims": {k: rate(v, seed) for k, v in kinds.items()}, "wrong": wrong}


def _cost(records: Sequence[Record], seed: int) -> Report:
    """Per turn. `cached_share`: of the prompt tokens of a conversation's second turn on, from the prefix cache."""
    had = [record for record in records if not record.heard.error]
    usages = [record.heard.usage for record in had]
    later = [record.heard.usage for record in had if record.turn]
    prompt = sum(usage.prompt_tokens for usage in later)
    return {
        "llm_calls": spread([usage.llm_calls for usage in usages]),
        "prompt_tokens": spread([usage.prompt_tokens for usage in usages]),
        "completion_tokens": spread([usage.completion_tokens for usage in usages]),
        "cached_share": sum(usage.cached_tokens for usage in later) / prompt if prompt else None,
        "first_ms": spread([record.heard.first_ms for record in had if record.heard.first_ms is not None]),
        "ms": spread([record.heard.ms for record in had]),
        "degraded": rate([(record.case, float(record.heard.degraded)) for record in had], seed),
        "errors": len(records) - len(had),
    }


def _failures(each: Graded) -> Iterator[Report]:
    for record, checks in each.turns:
        failed = [check for check in checks if not check.passed]
        if failed:
            yield failure(record, {check.name: check.reason for check in failed}, each.case.tags)


def failure(record: Record, reasons: Mapping[str, str], tags: Sequence[str] = ()) -> Report:
    return {
        "case": record.case,
        "trial": record.trial,
        "turn": record.turn,
        "tags": list(tags),
        "said": [message.content for message in record.messages if message.role == "user"],
        "reasons": dict(reasons),
        "reply": record.heard.text[:QUOTED],
        "slate": [item["title"] for item in record.heard.slate],
        "constraints": plans.in_force(record.heard),
    }

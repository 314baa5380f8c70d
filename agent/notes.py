"""What the trace tells of each step: enough to see who decided what, bounded, and free of the user's identity."""

from __future__ import annotations

from typing import Any

from agent.plan import Plan, Planner
from agent.untrusted import sanitize
from agent.write import Writing
from tools.registry import ToolResult


def plan_notes(plan: Plan, planner: Planner) -> dict[str, Any]:
    calls = {call["name"]: call["args"] for call in plan.calls}
    notes: dict[str, Any] = {"arguments": calls, "prompt": planner.prompt.label, "source": plan.source}
    notes |= {"dropped": plan.dropped, "added": plan.added}
    return notes | ({"error": "; ".join(plan.errors)[:300]} if plan.errors else {})


def call_notes(result: ToolResult) -> dict[str, Any]:
    return {
        "tool": result.name,
        "arguments": result.arguments,
        "candidates": result.candidates,
        "took_ms": result.ms,
        "error": result.error,
    }


def check_notes(out: Writing) -> dict[str, Any]:
    cuts = [{"sentence": sanitize(cut.sentence, 200), "reason": cut.reason} for cut in out.cuts]
    return {"cut": cuts, "replaced": out.replaced}

"""promptfoo's test generator, provider and assertion, named by promptfooconfig.yaml. See README.md beside it."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from agent.evaluate.log import Record
from agent.evaluate.remote import have, judge
from agent.evaluate.suite import Case, load

ROOT = Path(__file__).resolve().parents[2]


def generate_tests(config: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """A test for each case; `config`: {"suite": path from the repository's root, "split"?}."""
    config = config or {}
    cases = load(ROOT / config.get("suite", "prompts/suites/movies-hand.yaml"), config.get("split"))
    return [
        {
            "description": case.id,
            "vars": {"say": case.turns[0].say, "case": case.model_dump_json()},
            "metadata": {"tags": list(case.tags), "language": case.language},
        }
        for case in cases
    ]


def call_api(_prompt: str, options: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """The provider: has the whole conversation; its output is the log of it, as JSON."""
    config = options.get("config", {})
    case = Case.model_validate_json(context["vars"]["case"])
    token = os.environ.get("TASTEMAKER_SERVICE_TOKEN")
    talk = asyncio.run(have(case, config.get("url", "http://127.0.0.1:8000/v1"), config.get("mode", "plan"), token))
    usage = {
        "prompt": sum(record.heard.usage.prompt_tokens for record in talk),
        "completion": sum(record.heard.usage.completion_tokens for record in talk),
    }
    errors = [record.heard.error for record in talk if record.heard.error]
    output = json.dumps([record.model_dump(mode="json") for record in talk], ensure_ascii=False)
    return {
        "output": output,
        "tokenUsage": usage | {"total": sum(usage.values())},
        **({"error": errors[0]} if errors else {}),
    }


def get_assert(output: str, context: dict[str, Any]) -> dict[str, Any]:
    case = Case.model_validate_json(context["vars"]["case"])
    talk = [Record.model_validate(record) for record in json.loads(output)]
    share, reasons = judge(case, talk, Path(os.environ.get("TASTEMAKER_HOME", "var")))
    return {"pass": share == 1.0, "score": share, "reason": reasons or "every expectation holds"}

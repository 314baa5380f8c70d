"""Running `tastemaker` in tests, here or in a process of its own, and what must hold of all that it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from agent.cli import app
from tools.home import Home

ROOT = Path(__file__).parents[2]
COMEDY = "A light sci-fi comedy, nothing from before 1985."


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TASTEMAKER_") and name != "TASTEMAKER_CACHE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")


def run(home: Home, *arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home.root)], input=said)


def apart(*arguments: str | bytes) -> subprocess.CompletedProcess[str]:
    """In a process of its own."""
    command = [sys.executable, "-m", "agent", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)


def document(result: Result) -> Any:
    """The one JSON document that is all of stdout."""
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def refusal(home: Home, *arguments: str, code: int = 1) -> dict[str, Any]:
    """The error of a command that must fail with `code`, the same words for people and for programs."""
    plain, as_json = run(home, *arguments), run(home, *arguments, "--json")
    assert plain.exit_code == as_json.exit_code == code
    assert plain.stdout == ""
    assert "Traceback" not in plain.stderr
    [key] = answer = json.loads(as_json.stdout)
    assert key == "error"
    error: dict[str, Any] = answer["error"]
    assert {"type", "message", "code"} <= set(error) <= {"type", "message", "code", "param"}
    if code == 1:
        assert plain.stderr.splitlines() == [f"Error: {error['message']}"]
    return error

"""docs/settings.md: written from the code, held against it, and its examples work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.test_house import ROOT
from tools.domain import Domain, Floor, Words

PAGE = ROOT / "docs" / "settings.md"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the page is written from, for a test to change."""
    for folder in ("agent", "tools", "prompts", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "serve.py", tmp_path)
    (tmp_path / "docs").mkdir()
    shutil.copy(PAGE, tmp_path / "docs")
    return tmp_path


def complaint(folder: Path, *flags: str, **variables: str) -> str:
    command = [sys.executable, "scripts/settings_reference.py", *flags]
    env = {**os.environ, "PYTHONPATH": str(folder), **variables}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(done.stderr)
    return done.stderr


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def test_the_page_is_what_the_code_says_whatever_the_environment_is() -> None:
    assert complaint(ROOT, TASTEMAKER_HOME="elsewhere", TASTEMAKER_LLM_URL="http://elsewhere") == ""


def test_a_default_that_changes_makes_the_page_stale_until_it_is_written_again(copy: Path) -> None:
    change(copy / "tools" / "domain.py", "default=90.0", "default=91.5")
    assert "scripts/settings_reference.py --write" in complaint(copy)
    assert complaint(copy, "--write") == ""
    assert complaint(copy) == ""
    assert "`91.5`" in (copy / "docs" / "settings.md").read_text("utf-8")


def test_a_setting_that_does_not_say_what_it_means_is_named(copy: Path) -> None:
    change(copy / "agent" / "surfaces" / "settings.py", '    """Turns that run at once."""\n', "")
    assert "ServerSettings.turns" in complaint(copy)


def test_the_examples_of_the_domain_file_are_taken_by_it() -> None:
    shown = _examples()
    top = _read(shown["At the top"])
    parts = {heading.strip("[]"): _read(lines) for heading, lines in shown.items() if heading.startswith("[")}
    taken = Domain.model_validate(top | parts)
    assert set(parts) == {"feedback", "attributes", "policy", "blend", "mix", "cold_start"}
    assert taken.policy.banned
    assert taken.mix.floors == (Floor.model_validate(_read(shown["One floor of mix.floors"])),)
    assert Words.model_validate(_read(shown["Words"]))


def test_every_example_of_the_domain_file_shows_something_else_than_the_default() -> None:
    usual = Domain.load("movies")
    for heading, lines in _examples().items():
        if heading.startswith("["):
            part = type(getattr(usual, heading.strip("[]")))
            for name, value in _read(lines).items():
                field = part.model_fields[name]
                if not field.is_required():
                    given = part.model_construct(**{name: value})
                    assert getattr(given, name) != field.get_default(call_default_factory=True), name


def _examples() -> dict[str, list[str]]:
    """Heading -> the examples of its table."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in PAGE.read_text("utf-8").partition("## The domain file")[2].splitlines():
        if line.startswith("### "):
            heading = line.removeprefix("### ")
            found[heading] = []
        elif line.startswith("| `"):
            found[heading].append(line.rsplit("| `", 1)[1].removesuffix("` |"))
    return found


def _read(lines: list[str]) -> dict[str, Any]:
    return tomllib.loads("\n".join(lines))

"""The rules of the house that no single module can keep: what files may hold, and what the documents promise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("agent", "tools", "prompts", "scripts", "benchmarks", "tests", "docs", ".ci")
CODE = ("agent", "tools", "prompts", "scripts")
LONGEST = {"code": 300, "tests": 500}  # lines: a file is one idea
LARGEST = 300_000  # bytes: the repository holds code and words, no data and no weights
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.~$])/(?:root|work|home/(?!secret/)\w+|Users/\w+)/"),
    "a host of a package index": re.compile(r"(?:pypi|pythonhosted|piwheels)\.org|files\.pythonhosted", re.I),
    "a credential": re.compile(r"\b(?:hf_\w{30,}|sk-\w{20,}|ghp_\w{30,}|AKIA[0-9A-Z]{16}|tm-[\w-]{40,})\b"),
}


def files() -> Iterator[Path]:
    """Every file of ours, without what is built or downloaded."""
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name != ".git")
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    mine = Path(__file__).resolve()
    found = [
        f"{named(path)}: {match[0]}"
        for path in files()
        if path != mine and (match := FORBIDDEN[what].search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert not found


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "open('/root/.cache')"),
        ("a path of one machine", "cd /home/someone/project"),
        ("a host of a package index", "--index-url https://pypi.org/simple"),
        ("a credential", "token = 'hf_" + "x" * 34 + "'"),
    ],
)
def test_the_search_for_forbidden_things_finds_them(what: str, text: str) -> None:
    assert FORBIDDEN[what].search(text)


@pytest.mark.parametrize("kind", LONGEST)
def test_files_stay_short_enough_to_be_one_idea(kind: str) -> None:
    folders = CODE if kind == "code" else ("tests",)
    sources = [*(path for folder in folders for path in (ROOT / folder).rglob("*.py")), ROOT / "serve.py"]
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST[kind]} == {}


def test_the_repository_holds_no_data_and_no_weights() -> None:
    assert [named(path) for path in files() if path.stat().st_size > LARGEST] == []


def test_recorded_prompt_versions_are_those_of_the_prompts() -> None:
    assert _check_versions(ROOT) == ""


@pytest.mark.parametrize("changed", ["plan.md", "plan_examples.json"])
def test_a_prompt_that_changes_under_an_unchanged_version_is_named(tmp_path: Path, changed: str) -> None:
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    file = tmp_path / "prompts" / changed
    file.write_text(file.read_text("utf-8") + "\nAnd be brief.\n", "utf-8")
    complaint = _check_versions(tmp_path)
    assert file.stem in complaint
    assert "prompts/plan.md" in complaint


def test_a_prompt_with_a_raised_version_only_needs_recording(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    file = tmp_path / "prompts" / "chat.md"
    head, version, text = re.split(r"(version: \d+)", file.read_text("utf-8"), maxsplit=1)
    file.write_text(f"{head}{version}0{text}\nAnd be brief.\n", "utf-8")
    assert "make prompts" in _check_versions(tmp_path)
    assert _check_versions(tmp_path, "--record") == ""
    assert _check_versions(tmp_path) == ""


def _check_versions(folder: Path, *flags: str) -> str:
    """What the check of `folder`/prompts complains about."""
    command = [sys.executable, str(ROOT / "scripts" / "prompt_versions.py"), *flags]
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(done.stderr)
    return done.stderr


def test_the_lock_pins_everything_the_project_asks_for() -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = ("vllm-cpu", "dev", "postgres", "otel")
    asked = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement
    assert not {"torchvision", "torchaudio", "torchcodec"} & pins.keys()


def test_every_setting_from_the_environment_is_in_the_reference_and_the_readme_names_no_other() -> None:
    variable = re.compile(r"\bTASTEMAKER_[A-Z_]+[A-Z]\b")
    sources = [*(ROOT / "agent").rglob("*.py"), *(ROOT / "tools").rglob("*.py"), ROOT / "serve.py"]
    read = {name for path in sources for name in variable.findall(path.read_text("utf-8"))}
    assert set(variable.findall((ROOT / "docs" / "settings.md").read_text("utf-8"))) == read
    assert set(variable.findall((ROOT / "README.md").read_text("utf-8"))) <= read


def test_every_command_in_the_documents_exists() -> None:
    from typer.main import get_command

    from agent.cli import app

    top = get_command(app)
    known = set(top.commands)  # type: ignore[attr-defined]
    assert known
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        shown = re.findall(r"^\s*(?:\$ )?tastemaker ([a-z]+)", document.read_text("utf-8"), re.M)
        assert set(shown) <= known, f"{named(document)}: {set(shown) - known}"


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        shown = set(re.findall(r"(?:`|^ {4}|^)make ([a-z]+)", document.read_text("utf-8"), re.M))
        assert shown <= targets, f"{named(document)}: {shown - targets}"


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{named(document)}: {target}"

"""A reader who follows a tutorial: writes its files, runs its commands in order, and compares what they print.

Fenced blocks count: `toml` and `python` are files, named in their first line (`# shop.toml`); `console` holds commands
behind `$ `, each with what it prints. Spaces do not count in that, nor the last digits of a score; `...` is anything.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli import app
from tests.agent.commanding import ROOT

DOCS = ROOT / "docs"
ADDRESS = "127.0.0.1:8000"


@dataclass
class Reader:
    """`env` is what the commands see; `printed` what the last one said."""

    folder: Path
    env: dict[str, str]
    stack: ExitStack
    compare: bool = True
    address: str = ADDRESS
    printed: str = ""
    commands: list[str] = field(default_factory=list)

    def follow(self, text: str) -> None:
        for kind, block in fences(text):
            if kind in ("toml", "python"):
                name = block.partition("\n")[0].removeprefix("# ")
                (self.folder / name).write_text(block.replace(ADDRESS, self.address), "utf-8")
            elif kind == "console":
                for command, shown in prompts(block):
                    self.run(command)
                    if self.compare:
                        missing(shown, self.printed.replace(self.address, ADDRESS), command)

    def run(self, command: str) -> None:
        self.commands.append(command)
        if command.startswith("python serve.py"):
            self._serve(shlex.split(command.removesuffix("&"))[2:])
            return
        command = command.replace(ADDRESS, self.address)
        if command.startswith("tastemaker "):
            arguments = shlex.split(re.sub(r"\$(\w+)", lambda name: self.env[name[1]], command))
            done = CliRunner(env=self.env).invoke(app, arguments[1:])  # in this process: the models load once
            assert done.exit_code == 0, f"{command}\n{done.output}"
            self.printed = done.stdout
        elif command.startswith("export "):
            name = command.removeprefix("export ").partition("=")[0]
            self.env[name] = self._bash(f'{command}; printf %s "${name}"')
            self.printed = ""
        else:
            self.printed = self._bash(command)

    def _bash(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", command], cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert '"error":' not in done.stdout, f"{command}\n{done.stdout}"
        return done.stdout

    def _serve(self, options: list[str]) -> None:
        command = [sys.executable, str(ROOT / "serve.py"), *options, "--port", "0"]
        server = subprocess.Popen(command, cwd=self.folder, env=self.env, stdout=subprocess.PIPE, text=True)
        self.stack.callback(_stop, server)
        assert server.stdout is not None
        self.printed = server.stdout.readline()
        said = re.search(r"127\.0\.0\.1:\d+", self.printed)
        assert said, self.printed
        self.address = said[0]


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """In a folder of its own, with no settings, and `tastemaker` on the path."""
    if not (shutil.which("curl") and shutil.which("bash")):
        pytest.skip("the tutorials' commands need bash and curl")
    monkeypatch.chdir(tmp_path)
    env = {name: value for name, value in os.environ.items() if not name.startswith("TASTEMAKER_LLM")}
    env |= {"PATH": f"{Path(sys.executable).parent}:{env['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    with ExitStack() as stack:
        yield Reader(tmp_path, env, stack)


def fences(text: str) -> list[tuple[str, str]]:
    """(language, text) of every fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)


def prompts(block: str) -> Iterator[tuple[str, str]]:
    """(command, what it prints); a command goes on in lines that are indented."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, shown = re.sub(r"\n    +", " ", part).partition("\n")
        yield command, shown


def sections(document: str) -> dict[str, str]:
    """Heading -> the text under it."""
    parts = re.split(r"^## (.*)\n", (DOCS / document).read_text("utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def missing(shown: str, printed: str, command: str) -> None:
    """Fails where something that the tutorial shows was not printed, in that order."""
    rest = _plain(printed)
    for piece in filter(None, map(str.strip, _plain(shown).split("..."))):
        _, found, rest = rest.partition(piece)
        assert found, f"{command}\nshows {piece!r}; it printed\n{printed}"


def _plain(text: str) -> str:
    return re.sub(r"(\d\.\d)\d{2,}\b", r"\1", " ".join(text.split()))


def _stop(server: subprocess.Popen[str]) -> None:
    server.terminate()
    server.communicate(timeout=60)

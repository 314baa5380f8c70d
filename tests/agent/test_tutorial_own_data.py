"""docs/tutorial-own-data.md: the shop is loaded, trained and asked as it says; what it shows is what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.commanding import ROOT, no_settings
from tests.agent.tutorials import Reader, fences, missing, prompts, reader, sections
from tools.domain import Domain

__all__ = ["no_settings", "reader"]
DATA = ROOT.parent / "shared" / "data"
DOCUMENT = "tutorial-own-data.md"


def test_the_shop_answers_as_the_tutorial_shows(reader: Reader) -> None:
    if not (DATA / "retail").is_dir():
        pytest.skip(f"no {DATA / 'retail'}: the tutorial's shop is not in the repository")
    reader.env["DATA"] = str(DATA)
    told = sections(DOCUMENT)
    reader.follow(told["A shop without customers"])
    reader.follow(told["The first customer"])
    assert len(reader.commands) == 10


def test_the_domain_files_and_commands_of_both_catalogues_are_right(tmp_path: Path) -> None:
    told = sections(DOCUMENT)
    for heading, name in (("A shop without customers", "shop"), ("A game store with nothing but titles", "games")):
        [domain] = [text for kind, text in fences(told[heading]) if kind == "toml"]
        file = tmp_path / f"{name}.toml"
        file.write_text(domain, "utf-8")
        assert Domain.load(file).name == name
        shown = [prompt for kind, text in fences(told[heading]) if kind == "console" for prompt in prompts(text)]
        assert all(command.startswith("tastemaker ") and output for command, output in shown)


def test_what_a_tutorial_shows_and_a_command_does_not_print_is_found() -> None:
    missing("1 Alpine ... 129.99 0.674\n...", "#  title\n 1   Alpine Pack  129.99  0.671  why", "recommend")
    for shown in ("1 Alpine ... 99.99", "2 Alpine", "129.99 ... Alpine"):
        with pytest.raises(AssertionError):
            missing(shown, "1   Alpine Pack  129.99  0.671", "recommend")

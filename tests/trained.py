"""The world trained once a session: read it, do not change it; `own_home` is a copy that a test may damage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import world
from tools.domain import Domain
from tools.home import Home
from tools.store import Store

if TYPE_CHECKING:
    from tools.toolbox import Toolbox


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the world in its store and a bundle trained on all of it."""
    from tools.train import train

    home = Home.at(tmp_path_factory.mktemp("trained") / "home")
    write_domain(home, world.domain())
    store = Store.open(home.store_url)
    world.fill(store)
    train(home, store=store, progress=False)
    store.close()
    return home


@pytest.fixture(scope="session")
def box(trained_home: Home) -> Iterator[Toolbox]:
    from tools.toolbox import Toolbox

    opened = Toolbox.open(trained_home)
    yield opened
    opened.store.close()


@pytest.fixture
def own_home(trained_home: Home, tmp_path: Path) -> Home:
    """The trained home again, for one test to change."""
    home = Home.at(tmp_path / "own")
    shutil.copy(trained_home.domain_file, home.domain_file)
    shutil.copytree(trained_home.bundles, home.bundles, symlinks=True)
    store = Store.open(home.store_url)
    world.fill(store)
    store.close()
    return home


@pytest.fixture
def own_box(own_home: Home) -> Iterator[Toolbox]:
    from tools.toolbox import Toolbox

    opened = Toolbox.open(own_home)
    yield opened
    opened.store.close()


def write_domain(home: Home, domain: Domain) -> None:
    values = domain.model_dump(mode="json", exclude_none=True)
    home.domain_file.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in values.items()), "utf-8")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)

"""Fixtures that every test may take: an empty home, a store filled with the world, the trained world, the engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import world
from tests.engine_fixture import real_engine
from tests.fake_engine import fake_engine
from tests.trained import box, own_box, own_home, trained_home
from tools.home import Home
from tools.store import Store

__all__ = ["box", "fake_engine", "own_box", "own_home", "real_engine", "trained_home"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of its own, removed afterwards."""
    return Home.at(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """The world, in the home's store."""
    opened = Store.open(home.store_url)
    world.fill(opened)
    yield opened
    opened.close()

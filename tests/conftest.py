"""Fixtures that every test may take: an empty home, and a store filled with the world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import world
from tools.home import Home
from tools.store import Store


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

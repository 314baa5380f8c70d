"""The tools of a home over a copy of its store, so that what is said in one case is not known in the next.

    scratch = Scratch(box); agent.live = scratch; ...; scratch.reset(); ...; scratch.close()

The home itself is never written to.
"""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from tools.errors import InvalidInput
from tools.store import Store
from tools.toolbox import Toolbox


class Scratch:
    """What an agent takes for `Live`. `reset` gives the store back as it was, which costs nothing when nothing was
    written.
    """

    def __init__(self, box: Toolbox) -> None:
        """Raises InvalidInput: the store is a database server's, of which there is no copy to be had."""
        url = sa.make_url(box.home.store_url)
        if not url.drivername.startswith("sqlite"):
            raise InvalidInput("prompts are evaluated on a copy of the store: unset TASTEMAKER_STORE_URL", "home")
        self.original = box
        self._folder = tempfile.TemporaryDirectory(prefix="tastemaker-evaluate-")
        self._kept = Path(self._folder.name) / "kept.db"
        _copy(Path(str(url.database)), self._kept)
        self._copies = 0
        self._open()

    def current(self) -> Toolbox:
        return self._box

    def reset(self) -> None:
        if self._version() != self._opened:
            self._leave()
            self._open()

    def close(self) -> None:
        self._leave()
        self._folder.cleanup()

    def _open(self) -> None:
        self._copies += 1
        path = self._kept.with_name(f"copy{self._copies}.db")
        _copy(self._kept, path)
        self._box = replace(self.original, store=Store.open(f"sqlite:///{path}"))
        self._watch = sqlite3.connect(path)
        self._opened = self._version()

    def _leave(self) -> None:
        self._watch.close()
        self._box.store.close()
        for left in self._kept.parent.glob(f"copy{self._copies}.db*"):
            left.unlink()

    def _version(self) -> int:
        """Changes when another connection has committed."""
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])


def _copy(source: Path, target: Path) -> None:
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()

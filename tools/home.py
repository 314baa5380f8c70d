"""The home folder: where the store, the trained bundles and the vector index live, and who owns it now."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from tools.environment import CACHE, STORE_URL
from tools.errors import HomeInUse


@dataclass(frozen=True)
class Home:
    """Paths below one home directory; creating it makes nothing but the directory itself."""

    root: Path

    @classmethod
    def at(cls, root: str | Path) -> Home:
        path = Path(root).expanduser().resolve()
        path.mkdir(parents=True, exist_ok=True)
        return cls(path)

    @property
    def store_url(self) -> str:
        return os.environ.get(STORE_URL) or f"sqlite:///{self.root / 'store.db'}"

    @property
    def domain_file(self) -> Path:
        return self.root / "domain.toml"

    @property
    def bundles(self) -> Path:
        return self.root / "bundles"

    @property
    def current_bundle(self) -> Path:
        """Symlink to the bundle in use; swapped by one rename."""
        return self.bundles / "current"

    @property
    def chroma(self) -> Path:
        return self.root / "chroma"

    @contextmanager
    def owned(self, purpose: str) -> Iterator[None]:
        """Hold the home for this process.

        Chroma's embedded client loses vectors silently when two processes share its folder, so the second
        process is refused.

        Raises:
            HomeInUse: another process holds it; the message says which one and what to do.
        """
        lock = FileLock(self.root / ".lock")
        owner = self.root / ".owner.json"
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise HomeInUse(f"{self.root} is in use by {_describe(owner)}. Stop it, or use another --home.") from None
        try:
            owner.write_text(json.dumps({"pid": os.getpid(), "purpose": purpose}))
            yield
        finally:
            owner.unlink(missing_ok=True)
            lock.release()


def cache_dir() -> Path:
    """Downloads shared by all homes (weights, demo data)."""
    return Path(os.environ.get(CACHE) or Path.home() / ".cache" / "tastemaker")


def _describe(owner: Path) -> str:
    try:
        who = json.loads(owner.read_text())
        return f"{who['purpose']} (process {who['pid']})"
    except (OSError, ValueError, KeyError):
        return "another process"

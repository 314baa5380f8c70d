"""Errors that a caller is expected to catch. Each message names the thing, the place and the remedy."""

from __future__ import annotations


class TastemakerError(Exception):
    """Something outside the program is wrong: data, settings, files, an engine. Never a bug of ours."""


class InvalidInput(TastemakerError):
    """The caller's mistake; `param` names the argument at fault when there is one."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


class NotFound(InvalidInput):
    """A named item, user, tool, model or field does not exist."""


class BundleMissing(TastemakerError):
    """There is no trained bundle in the home yet."""


class HomeInUse(TastemakerError):
    """Another process owns this home."""


class CorruptData(TastemakerError):
    """A file is not what its manifest or publisher says it is."""


class StoreUnavailable(TastemakerError):
    """The store cannot be read or written now (disk full, locked, read-only, gone); trying again may work."""

"""What a command shows: tables and lines for people, or one JSON document on stdout for programs.

Everything that is not the result goes to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TextIO

from tools.errors import (
    BundleMissing,
    CorruptData,
    HomeInUse,
    InvalidInput,
    NotFound,
    StoreUnavailable,
    TastemakerError,
)

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 140  # columns of a table that no terminal shows
_stdout: ContextVar[TextIO | None] = ContextVar("stdout", default=None)
_PROBLEMS: list[tuple[type[Exception], str, str]] = [  # error, type, code; the first that fits
    (NotFound, "not_found_error", "not_found"),
    (InvalidInput, "invalid_request_error", "invalid_value"),
    (BundleMissing, "server_error", "not_ready"),
    (HomeInUse, "server_error", "home_in_use"),
    (CorruptData, "server_error", "corrupt_data"),
    (StoreUnavailable, "server_error", "store_unavailable"),
    (TastemakerError, "server_error", "unavailable"),
    (OSError, "invalid_request_error", "file_error"),
]


@contextmanager
def json_only() -> Iterator[None]:
    """Within it only `emit` reaches stdout; whatever else is printed, by a library too, goes to stderr."""
    token = _stdout.set(sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _stdout.reset(token)


def emit(document: Any) -> None:
    """The command's one JSON document. Numbers that JSON has no word for become null."""
    import orjson

    out = _stdout.get() or sys.stdout
    out.write(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode() + "\n")
    out.flush()


def problem(error: Exception) -> dict[str, Any]:
    """An error in the shape that HTTP has too."""
    kind, code = next(((k, c) for e, k, c in _PROBLEMS if isinstance(error, e)), ("invalid_request_error", "bad_usage"))
    detail = {"type": kind, "message": describe(error), "param": getattr(error, "param", None), "code": code}
    return {key: value for key, value in detail.items() if isinstance(value, str)}


def describe(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror or error}"
    message = getattr(error, "format_message", None)
    return message() if message else str(error)


def failed(error: Exception, as_json: bool) -> None:
    """Say what went wrong: one line on stderr, with `as_json` the document as well."""
    if as_json:
        emit({"error": problem(error)})
    stderr().print(f"Error: {' '.join(describe(error).split())}", style="red", markup=False)


def note(text: str) -> None:
    """A line beside the result."""
    stderr().print(text, style="dim", markup=False)


def waiting(text: str) -> AbstractContextManager[Any]:
    """A spinner on a terminal's stderr while something loads."""
    return stderr().status(text)


def say(text: str, end: str = "\n") -> None:
    """Words of the result; control characters, which a terminal would obey, are left out."""
    print("".join(c for c in text if c.isprintable() or c == "\n"), end=end, flush=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Sequence[str] = ()) -> None:
    """Print a table; `numbers` are the columns that stand to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        shown.add_column(name, justify="right" if name in numbers else "left", overflow="fold", no_wrap=name in numbers)
    for row in rows:
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    _screen().print(shown)


def _screen() -> Console:
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)


def stderr() -> Console:
    """The console beside the result."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)

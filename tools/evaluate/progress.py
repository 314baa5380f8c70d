"""How far an evaluation is, on stderr: one bar for its parts, one for the users of the part at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

T = TypeVar("T")


class Bar:
    """`step` names what is at work and counts it; `each` counts through a part of it."""

    def __init__(self, progress: Progress, parts: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=parts)
        self._begun = False

    def step(self, text: str) -> None:
        """The one before has ended."""
        self._progress.update(self._task, description=text, advance=int(self._begun))
        self._begun = True

    def each(self, items: Sequence[T], text: str) -> Iterator[T]:
        task = self._progress.add_task(f"  {text}", total=len(items))
        for item in items:
            yield item
            self._progress.advance(task)
        self._progress.remove_task(task)


@contextmanager
def bar(parts: int, shown: bool = True) -> Iterator[Bar]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    hidden = not (shown and console.is_terminal)
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        yield Bar(progress, parts)

"""How far a training is, on stderr, one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Part = Callable[[float], None]  # told how much more of a step is done, in shares of it


@contextmanager
def bar(steps: int, shown: bool) -> Iterator[Callable[[str], AbstractContextManager[Part]]]:
    """Gives what begins a step by its name; `shown` or not."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as progress:
        task = progress.add_task("train", total=steps)
        done = 0

        @contextmanager
        def step(name: str) -> Iterator[Part]:
            nonlocal done
            progress.update(task, description=f"train {name}")
            yield lambda part: progress.advance(task, part)
            done += 1
            progress.update(task, completed=done)

        yield step

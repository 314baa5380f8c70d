"""The progress line on stderr while an engine starts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from agent.engine import Progress


@contextmanager
def status_line(label: str) -> Iterator[Progress]:
    """What to pass to `Engine.ready`: a line rewritten on a terminal, elsewhere one line for each phase."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        yield _each_phase(label)
        return
    with console.status(label) as status:
        yield lambda line: status.update(f"{label}: {line}")


def _each_phase(label: str) -> Progress:
    last = ""

    def tell(line: str) -> None:
        nonlocal last
        phase = line.partition(", ")[2]
        if phase != last:
            print(f"{label}: {line}", file=sys.stderr, flush=True)
            last = phase

    return tell

"""Bring the default language model here beside other work, in a process of its own with its own log."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from agent.commands.output import note, waiting

# The parent's own path first: a folder named `agent` where the user stands must not be taken for ours.
RUN = f"import sys; sys.path[:] = {sys.path!r}; from agent.cli import main; main()"


@contextmanager
def default_model(wanted: bool) -> Iterator[Callable[[], str | None]]:
    """Yields a function that waits for the weights and returns their folder, or None when they could not be had: then
    it says why. Leaving the block early ends the download.
    """
    if not wanted:
        yield lambda: None
        return
    command = [sys.executable, "-c", RUN, "models", "pull", "default", "--quick", "--json"]
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603
        try:
            yield lambda: _finish(child, log)
        finally:
            child.terminate()
            child.wait()


def _finish(child: subprocess.Popen[str], log: IO[str]) -> str | None:
    with waiting("Bringing the language model's weights"):
        out, _ = child.communicate()
    answer = json.loads(out or "{}")
    if child.returncode == 0:
        return str(answer["path"])
    log.seek(0)
    reason = answer["error"]["message"] if "error" in answer else log.read()[-500:].strip()
    note(f"The language model's weights could not be had, so replies will be degraded: {reason}")
    return None

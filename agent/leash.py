"""Runs a command that must not outlive its parent.

    python leash.py COMMAND...     with stdin a pipe that the parent holds open

The parent starts it as the leader of a process group. When the parent goes, however it goes, the pipe closes, and the
whole group goes with it: the command, and whatever the command started. TERM is passed on to the command alone, which
may then finish in order. Standard library only: it stays in memory for as long as the command runs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

GRACE_S = 5.0


def main() -> int:
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    threading.Thread(target=_follow_parent, args=(child,), daemon=True).start()
    return child.wait()


def _follow_parent(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, 1024):
        pass
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_S)
    os.killpg(0, signal.SIGKILL)  # this process too


if __name__ == "__main__":
    sys.exit(main())

"""The engine's process: started on a leash, its log read as it grows, stopped for certain."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from agent.engine_settings import SHUTDOWN_S, Command

LEASH = Path(__file__).with_name("leash.py")
KILL_AFTER_S = SHUTDOWN_S + 5.0


class Child:
    """A command running in a process group of its own, with stdout and stderr in `log`. Make it with `start`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, read_from: int) -> None:
        self._process = process
        self._log = log
        self._read = read_from
        self.exit = asyncio.create_task(process.wait())

    @classmethod
    async def start(cls, command: Command, log: Path) -> Child:
        env = os.environ | {key: value for key, value in command.env.items() if value is not None}
        for key in (key for key, value in command.env.items() if value is None):
            env.pop(key, None)
        with log.open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", str(LEASH), *command.argv),
                stdin=asyncio.subprocess.PIPE,  # the leash: it closes when this process is gone
                stdout=out,
                stderr=out,
                env=env,
                cwd=log.parent,  # a folder of ours on the path would shadow vLLM's imports
                start_new_session=True,
            )
            return cls(process, log, out.tell())

    @property
    def running(self) -> bool:
        return not self.exit.done()

    def news(self) -> str:
        """What the log says since it was last asked."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        self._read += len(text)
        return text.decode(errors="replace")

    async def stop(self, grace: float = KILL_AFTER_S) -> None:
        """TERM, time to finish, then KILL for the whole group, children of the command included."""
        if self.running:
            with suppress(ProcessLookupError):
                self._process.terminate()
            await asyncio.wait({self.exit}, timeout=grace)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
            await self.exit
            await self._group_gone()

    async def _group_gone(self) -> None:
        """Raises ProcessLookupError once no process of the group is left; gives up on those that no one reaps."""
        for _ in range(100):
            os.killpg(self._process.pid, 0)
            await asyncio.sleep(0.02)


def last_words(log: Path, lines: int = 12) -> str:
    """The end of a log, without vLLM's prefixes."""
    with suppress(OSError):
        text = log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(line.rstrip() for line in text.splitlines()[-lines:])
    return ""


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

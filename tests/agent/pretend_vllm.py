"""A stand-in for vLLM's command line, run as a process by test_engine.py: `pretend_vllm.py PORT BEHAVIOUR`.

It starts a child of its own, as vLLM does, and writes both process ids to `pids` in the working directory.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Answers(BaseHTTPRequestHandler):
    healthy = True

    def do_GET(self) -> None:
        if self.path == "/sicken":
            Answers.healthy = False
        self.send_response(200 if Answers.healthy else 503)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


def main() -> None:
    port, behaviour = int(sys.argv[1]), sys.argv[2]
    ignore = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"
    worker = subprocess.Popen([sys.executable, "-c", ignore])
    with Path("pids").open("a") as file:
        file.write(f"{worker.pid}\n")
    print("INFO Starting to load model tiny...", flush=True)
    if behaviour == "dies":
        sys.exit("RuntimeError: no memory for the KV cache")
    if behaviour == "ignores-term":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ThreadingHTTPServer(("127.0.0.1", port), Answers).serve_forever()


if __name__ == "__main__":
    main()

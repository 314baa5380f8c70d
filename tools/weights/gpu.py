"""What accelerator there is, found out without importing torch."""

from __future__ import annotations

import shutil
import subprocess


def gpu_gib() -> float | None:
    """Memory of the largest NVIDIA GPU in GiB, or None where there is none (or no driver that answers)."""
    query = shutil.which("nvidia-smi")
    if query is None:
        return None
    command = [query, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
        return largest(run.stdout)
    except (OSError, subprocess.SubprocessError):
        return None


def largest(csv: str) -> float | None:
    """GiB of the largest card in nvidia-smi's answer, one MiB figure a line; other lines are passed over."""
    cards = [int(line) for line in map(str.strip, csv.splitlines()) if line.isdigit()]
    return max(cards) / 1024 if cards else None

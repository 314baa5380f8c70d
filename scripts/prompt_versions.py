"""Hold prompts/versions.json against the prompts: a changed text needs a new version.

    .venv/bin/python scripts/prompt_versions.py             check          (part of `make lint`)
    .venv/bin/python scripts/prompt_versions.py --record    write the file, after raising the version of what changed

A file NAME_examples.json belongs to NAME.md and shares its version.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TypedDict

import prompts

FILE = prompts.FOLDER / "versions.json"


class Entry(TypedDict):
    version: int
    hash: str


def main() -> None:
    now, recorded = current(), read()
    changed = [name for name, entry in now.items() if recorded.get(name, entry)["hash"] != entry["hash"]]
    silent = [name for name in changed if recorded[name]["version"] >= now[name]["version"]]
    if silent:
        owners = ", ".join(f"prompts/{owner(name)}.md" for name in silent)
        sys.exit(f"prompts: {', '.join(silent)} changed under an unchanged version. Raise `version` in {owners}.")
    if "--record" in sys.argv[1:]:
        FILE.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
    elif now != recorded:
        sys.exit("prompts: versions.json does not hold what prompts/ has now. Run: make prompts")


def current() -> dict[str, Entry]:
    texts = {name: Entry(version=prompts.load(name).version, hash=prompts.load(name).hash) for name in prompts.names()}
    for path in sorted(prompts.FOLDER.glob("*_examples.json")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        texts[path.stem] = Entry(version=prompts.load(owner(path.stem)).version, hash=digest)
    return texts


def read() -> dict[str, Entry]:
    if not FILE.exists():
        return {}
    recorded: dict[str, Entry] = json.loads(FILE.read_text(encoding="utf-8"))
    return recorded


def owner(name: str) -> str:
    return name.removesuffix("_examples")


if __name__ == "__main__":
    main()

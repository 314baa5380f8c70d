"""Every word said to a model, as files with a version; this loader and nothing else.

A prompt is `NAME.md`: a head of `key: value` lines between `---` marks (`version`, `slots`), then the text with
`$slot` places. The version and hash of a prompt go into every trace that used it; `versions.json` records each
version's hash, so that a changed text under an unchanged version fails a test.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent


class PromptError(Exception):
    """A prompt file is malformed, or was given slots it does not have."""


@dataclass(frozen=True)
class Prompt:
    name: str
    version: int
    slots: frozenset[str]
    text: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """What a trace records: `plan@3:0f1e2d3c4b5a`."""
        return f"{self.name}@{self.version}:{self.hash}"

    def render(self, **values: str) -> str:
        """The text with every slot filled.

        Raises:
            PromptError: a slot is missing or unknown.
        """
        if values.keys() != self.slots:
            raise PromptError(f"prompt {self.name!r} takes {sorted(self.slots)}, was given {sorted(values)}")
        return Template(self.text).substitute(values)


@cache
def load(name: str) -> Prompt:
    """Read and check one prompt.

    Raises:
        PromptError: no such file, a head without version, or slots that the text does not use.
    """
    path = FOLDER / f"{name}.md"
    try:
        _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
    except FileNotFoundError:
        raise PromptError(f"no prompt {name!r} in {FOLDER}") from None
    except ValueError:
        raise PromptError(f"{path}: needs a head between two '---' lines") from None
    fields = dict(line.split(":", 1) for line in head.splitlines() if line.strip())
    if "version" not in fields:
        raise PromptError(f"{path}: the head needs a version")
    slots = frozenset(fields.get("slots", "").split())
    used = frozenset(Template(text).get_identifiers())
    if slots != used:
        raise PromptError(f"{path}: declares slots {sorted(slots)} but uses {sorted(used)}")
    return Prompt(name, int(fields["version"]), slots, text.strip())


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.md"))

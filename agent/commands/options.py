"""Options that commands share, and the reading of what they are given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands.output import waiting
from tools.environment import HOME, LLM_MODEL, LLM_URL
from tools.errors import BundleMissing, InvalidInput
from tools.home import Home

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

HomeOption = Annotated[
    Path, typer.Option("--home", envvar=HOME, help="Folder of the store, the bundles and the index.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]
UserOption = Annotated[str, typer.Option("--user", help="Id of the user it is for.", metavar="ID")]
UrlOption = Annotated[
    str | None,
    typer.Option("--llm-url", envvar=LLM_URL, help="An OpenAI-compatible engine; without it one starts."),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--llm-model", envvar=LLM_MODEL, help="Model name or folder; default: one that fits."),
]
NoLlmOption = Annotated[bool, typer.Option("--no-llm", help="No model: rules and evidence speak, marked degraded.")]
HERE = Path("var")


@dataclass(frozen=True)
class Engines:
    """Which engine a command talks to; none with `off`."""

    url: str | None
    model: str | None
    off: bool

    @classmethod
    def read(cls, url: str | None, model: str | None, off: bool) -> Engines:
        if url and not url.startswith(("http://", "https://")):
            raise typer.BadParameter(f"{url!r} is no URL; write http://HOST:PORT/v1", param_hint="--llm-url")
        return cls(url or None, model or None, off)


def existing(folder: Path) -> Home:
    """The home in a folder that must be there already: a mistyped one is not made.

    Raises:
        BundleMissing: there is none.
    """
    if not folder.expanduser().is_dir():
        raise BundleMissing(
            f"there is no home {folder}; give another --home, or run `tastemaker ingest` or `tastemaker demo`"
        )
    return Home.at(folder)


def trained(folder: Path) -> Home:
    """The same with a bundle in it, looked for before anything heavy is imported.

    Raises:
        BundleMissing: nothing was ingested or trained there.
    """
    from tools import bundle

    home = existing(folder)
    bundle.current_folder(home)
    return home


@contextmanager
def toolbox(folder: Path, purpose: str) -> Iterator[Toolbox]:
    """The trained tools of a home, which this process owns meanwhile.

    Raises:
        HomeInUse, BundleMissing, CorruptData.
    """
    home = trained(folder)
    with home.owned(purpose):
        with waiting("Opening the tools"):
            from tools.toolbox import Toolbox

            box = Toolbox.open(home)
        try:
            yield box
        finally:
            box.store.close()


def user_id(text: str) -> str:
    from tools.store.text import checked_id

    try:
        return checked_id(text)
    except ValueError as error:
        raise InvalidInput(str(error), "user") from None


def json_object(text: str, option: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{text[:200]!r} is not JSON: {error}", param_hint=option) from None
    if not isinstance(value, dict):
        raise typer.BadParameter(f"{text[:200]!r} is not a JSON object {{...}}", param_hint=option)
    return value

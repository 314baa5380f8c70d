"""`models`: the weights that are known by name, and bringing them here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.options import HERE, HomeOption, JsonOption
from agent.commands.output import emit, say, table

if TYPE_CHECKING:
    from tools.weights import ModelSpec

app = typer.Typer(help="Model weights: what there is, where it is, and bringing it here.", no_args_is_help=True)
DEFAULT = "default"


@app.command("list")
def show(home: HomeOption = HERE, as_json: JsonOption = False) -> None:  # noqa: ARG001 -- every command takes --home
    """The models known by name, and where each is now."""
    from tools.weights import models

    if as_json:
        fields = {"name", "kind", "about", "licence", "size", "disk", "memory", "devices", "hub"}
        emit([{**spec.model_dump(include=fields), "path": _path(spec)} for spec in models()])
        return
    rows = [(m.name, m.kind, f"{m.size / 1e6:,.0f} MB", m.licence, _path(m) or "not here", m.about) for m in models()]
    table(("name", "kind", "size", "licence", "where", "about"), rows, numbers=("size",))


@app.command()
def pull(
    name: Annotated[str, typer.Argument(help="A name from `models list`, or `default`: the LLM for this machine.")],
    quick: Annotated[bool, typer.Option("--quick", help="Do not hash again what is here already.")] = False,
    home: HomeOption = HERE,  # noqa: ARG001 -- every command takes --home
    as_json: JsonOption = False,
) -> None:
    """Bring a model here, and verify every byte of it."""
    from tools.weights import ensure, ensure_llm

    if name == DEFAULT:
        name = ensure_llm()[0].name
    path = ensure(name, full=not quick)
    if as_json:
        emit({"name": name, "path": str(path)})
    else:
        say(f"{name}: {path}")


def _path(spec: ModelSpec) -> str | None:
    from tools.weights.ready import weights_dir
    from tools.weights.sources import models_dir

    folders = [folder / spec.name for folder in (models_dir(), weights_dir()) if folder]
    return next((str(folder) for folder in folders if (folder / "config.json").is_file()), None)

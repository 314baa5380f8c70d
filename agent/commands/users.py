"""`users`: everything held of one user, and their erasure. A running server sees both at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.options import HERE, HomeOption, JsonOption, existing, user_id
from agent.commands.output import emit, note, say, waiting

if TYPE_CHECKING:
    from tools.home import Home
    from tools.store import Store

app = typer.Typer(help="One user's data: export, erase.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(help="Id of the user.", metavar="ID")]


@app.command()
def export(user: IdArgument, home: HomeOption = HERE, as_json: JsonOption = False) -> None:  # noqa: ARG001
    """Print everything held of a user, as one JSON document."""
    from agent import people

    who = user_id(user)
    with _opened(home) as (place, store):
        emit(people.export(place, store, who))


@app.command()
def erase(user: IdArgument, home: HomeOption = HERE, as_json: JsonOption = False) -> None:
    """Erase a user from the store, the trained bundles and the tokens; nothing brings them back."""
    from agent import people

    who = user_id(user)
    with _opened(home) as (place, store), waiting("Erasing"):
        gone = people.erase(place, store, who)
    if as_json:
        emit(gone.model_dump())
        return
    rows = ", ".join(f"{count} {table}" for table, count in gone.rows.items()) or "no rows"
    say(f"Erased {who}: {rows}; {gone.bundles} bundles written anew, {gone.tokens} tokens revoked.")
    note("What training made of many users together stays until the next `tastemaker train`.")


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Home, Store]]:
    from tools.store import Store

    home = existing(folder)
    store = Store.open(home.store_url)
    try:
        yield home, store
    finally:
        store.close()

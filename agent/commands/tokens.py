"""`tokens`: who may call the server. A running server follows what is done here at once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from agent.commands.options import HERE, HomeOption, JsonOption
from agent.commands.output import emit, note, say, table
from tools.home import Home

app = typer.Typer(help="Bearer tokens of the server: make, show, revoke.", no_args_is_help=True)


@app.command()
def add(
    user: Annotated[str | None, typer.Option("--user", help="The one user it acts for.", metavar="ID")] = None,
    service: Annotated[bool, typer.Option("--service", help="It may act for any user.")] = False,
    days: Annotated[float | None, typer.Option("--days", help="It ends after so many days.", min=0, max=36_500)] = None,
    per_minute: Annotated[
        int | None,
        typer.Option("--per-minute", help="Requests a minute; 120 for a user, no limit for a service.", min=1),
    ] = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Make a token; its secret is printed once and kept nowhere."""
    from agent import tokens

    if (user is None) != service:
        raise typer.BadParameter("give --user ID for one user, or --service for any")
    most = per_minute or (None if service else tokens.PER_MINUTE)
    token, secret = tokens.add(Home.at(home), "service" if service else "user", user, days, most)
    if as_json:
        emit({**token.model_dump(mode="json", exclude={"sha256"}), "token": secret})
    else:
        until = f", until {token.expires:%Y-%m-%d %H:%M} UTC" if token.expires else ""
        note(f"Token {token.token_id}, for {user or 'any user'}{until}. Keep it: nothing can show it again.")
        say(secret)


@app.command("list")
def show(home: HomeOption = HERE, as_json: JsonOption = False) -> None:
    """The tokens there are, without their secrets."""
    from agent import tokens

    held: list[dict[str, Any]] = [t.model_dump(mode="json", exclude={"sha256"}) for t in tokens.listed(Home.at(home))]
    if as_json:
        emit(held)
    elif held:
        table(("id", "kind", "user", "created", "expires", "per minute"), [tuple(token.values()) for token in held])
    else:
        note("No tokens: the server listens on loopback only.")


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="An id from `tokens list`.")],
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Refuse a token from now on."""
    from agent import tokens

    gone = tokens.revoke(Home.at(home), token_id)
    if as_json:
        emit({"revoked": gone.token_id})
    else:
        say(f"Revoked {gone.token_id}, for {gone.user_id or 'any user'}.")

"""The `tastemaker` command: its commands, and how every one of them fails.

Exit 0 done, 1 failed, 2 bad usage. The user's mistakes are one line on stderr, with `--json` also
`{"error": {"type", "message", "param"?, "code"}}` on stdout. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from agent.commands import data, evaluate, generate, mcp, models, ranked, tag, tokens, tune, turns, users
from agent.commands.output import emit, failed, json_only, problem
from tools.errors import TastemakerError


class Commands(TyperGroup):
    """Turns what goes wrong in any command into the promised exit code and the promised words."""

    def parse_args(self, ctx: Any, args: Sequence[str]) -> Any:
        ctx.obj = "--json" in args
        return super().parse_args(ctx, list(args))

    def invoke(self, ctx: Any) -> Any:
        with json_only() if ctx.obj else nullcontext():
            try:
                _check_encoding([*ctx._protected_args, *ctx.args])
                return super().invoke(ctx)
            except TyperException as error:
                if ctx.obj:
                    emit({"error": problem(error)})
                raise
            except (TastemakerError, OSError) as error:
                if isinstance(error, BrokenPipeError):
                    raise
                failed(error, as_json=ctx.obj)
                raise typer.Exit(1) from None


def _check_encoding(args: Sequence[str]) -> None:
    for arg in args:
        if not arg.isprintable() and any("\ud800" <= c <= "\udfff" for c in arg):
            raise typer.BadParameter(f"{arg!r} is not UTF-8")


app = typer.Typer(
    name="tastemaker",
    cls=Commands,
    help="Recommendations that an assistant can explain: tools trained on your events, words from a model you host.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (data, tag, tune, ranked, turns, generate, mcp):
    for command in group.COMMANDS:
        app.command()(command)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(models.app, name="models")
app.add_typer(tokens.app, name="tokens")
app.add_typer(users.app, name="users")


def main() -> None:
    app(prog_name="tastemaker")

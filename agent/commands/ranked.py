"""`recommend`, `score` and `tool`: what the trained tools say, without a language model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.commands.files import check_format, read_ids, read_pairs, whole, write_frame
from agent.commands.options import HERE, HomeOption, JsonOption, UserOption, json_object, toolbox, user_id
from agent.commands.output import emit, note, say, table
from tools.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from tools.context import Context
    from tools.domain import Domain, Language
    from tools.slate import Slate, SlateItem
    from tools.toolbox import Toolbox

LISTED = 20  # candidates of a tool that are printed


def recommend(
    user: Annotated[str | None, typer.Option("--user", help="Id of the user.", metavar="ID")] = None,
    query: Annotated[str | None, typer.Option("--query", help="What they ask for, in English or Chinese.")] = None,
    k: Annotated[int, typer.Option("-k", help="How many items.")] = 10,
    filters: Annotated[str | None, typer.Option(help='Constraints: {"year": {">=": 1985}}', metavar="JSON")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Item to leave out; repeatable.", metavar="ID")] = None,
    users: Annotated[Path | None, typer.Option("--users", help="Batch: file with one user id a line.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Batch: the JSONL file to write.")] = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Ranked items with the reasons for each; for one user, or in batch for a file of users."""
    if (user is None) == (users is None):
        raise typer.BadParameter("give --user ID, or --users FILE with --out FILE.jsonl")
    if users is not None:
        if out is None:
            raise typer.BadParameter("--users needs --out FILE.jsonl")
        if query or filters or exclude:
            raise typer.BadParameter("--query, --filters and --exclude go with --user, not with --users")
        _batch(home, users, k, out, as_json)
        return
    if out is not None:
        raise typer.BadParameter("--out goes with --users FILE; for one user, redirect --json")
    wanted = json_object(filters, "--filters") if filters else None
    _one(home, user_id(user or ""), query, k, wanted, exclude or [], as_json)


def score(
    pairs: Annotated[Path, typer.Option("--pairs", help="CSV or Parquet with user_id, item_id and maybe timestamp.")],
    out: Annotated[Path, typer.Option("--out", help="CSV or Parquet to write: the pairs and a column ctr.")],
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """The chance of a click for each pair; one with a timestamp sees only what happened before it."""
    check_format(out)
    frame = read_pairs(pairs)
    with whole(out) as aside, toolbox(home, "tastemaker score") as box:
        from tools.ctr.batch import score_pairs

        scored = score_pairs(box, frame)
        write_frame(scored, aside, out.suffix)
    unknown = scored["ctr"].null_count()
    if as_json:
        emit({"pairs": len(scored), "unscored": unknown, "out": str(out)})
    else:
        say(f"{len(scored)} pairs scored, {unknown} of them with items that nobody knows: {out}")


def tool(
    name: Annotated[str, typer.Argument(help="vector_search, profile_lookup, cf_neighbors or ctr_score.")],
    user: UserOption,
    args: Annotated[str, typer.Option("--args", help="The tool's arguments.", metavar="JSON")] = "{}",
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Run one tool for one user, and print what it tells the model and which items it found."""
    arguments, who = json_object(args, "--args"), user_id(user)
    from tools import registry
    from tools.rank.rules import open_turn

    if name not in registry.names():
        raise NotFound(f"no tool {name!r}; there are {', '.join(registry.names())}", "name")
    with toolbox(home, "tastemaker tool") as box:
        context = open_turn(box, box.view(who), {})
        [result] = registry.execute([{"name": name, "args": arguments}], context)
        if result.error:
            raise InvalidInput(result.error, "args")
        found = list(_candidates(context))
    if as_json:
        emit({**result.model_dump(exclude={"id", "error", "candidates"}), "candidates": found})
        return
    say(result.observation)
    if found:
        rows = [(f["item_id"], f["title"], f"{f['score']:.4f}", f["source"]) for f in found[:LISTED]]
        table(("item", "title", "score", "source"), rows, numbers=("score",))
    note(f"{len(found)} candidates in {result.ms:.0f} ms")


def _one(
    home: Path, user: str, query: str | None, k: int, filters: dict[str, Any] | None, exclude: list[str], as_json: bool
) -> None:
    from agent.language import detect

    language = detect(query or "")
    with toolbox(home, "tastemaker recommend") as box:
        from tools.recommend import check_k
        from tools.recommend import recommend as ranked

        check_k(box, k)
        slate = ranked(box, user, query, k, filters, exclude, language)
        known, domain = box.view(user).known, box.domain
    if not known:
        note(f"Nothing is known of user {user!r}: a cold-start slate.")
    if as_json:
        emit(slate.model_dump(mode="json"))
    else:
        _show(slate, domain, language)


def _show(slate: Slate, domain: Domain, language: Language) -> None:
    if not slate.items:
        from agent.phrases import abstention

        say(abstention(slate, domain, language))
        return
    shown = domain.attributes.shown[:1]  # the one that tells items of the same title apart: a film's year
    rows = [
        (
            item.rank,
            item.title,
            *(_plain(item.attributes.get(name)) for name in shown),
            f"{item.score:.3f}",
            "" if item.ctr is None else f"{item.ctr:.2f}",
            _why(item, language),
        )
        for item in slate.items
    ]
    table(("#", "title", *shown, "score", "ctr", "why"), rows, numbers=("#", *shown, "score", "ctr"))


def _plain(value: Any) -> Any:
    """A list as people write it."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _why(item: SlateItem, language: Language) -> str:
    return "; ".join(e.text_zh if language == "zh" else e.text for e in item.evidence[:2])


def _batch(home: Path, users: Path, k: int, out: Path, as_json: bool) -> None:
    import orjson
    from rich.progress import track

    from agent.commands.output import stderr

    ids = read_ids(users)
    with whole(out) as aside, toolbox(home, "tastemaker recommend --users") as box, aside.open("wb") as lines:
        from tools.recommend import batch

        known = {user.user_id for user in box.store.users()}
        for who, items in track(batch(box, ids, k), "Recommending", len(ids), console=stderr(), transient=True):
            line = {"user_id": who, "items": [{"item_id": item, "score": value} for item, value in items]}
            lines.write(orjson.dumps(line) + b"\n")
    strangers = sum(who not in known for who in ids)
    if as_json:
        emit({"users": len(ids), "cold_start": strangers, "out": str(out)})
    else:
        say(f"{len(ids)} users, {strangers} of them unknown (cold-start slates): {out}")


def _candidates(context: Context) -> Iterator[dict[str, Any]]:
    """What the tool put on the bus beside the popular items, which are on every bus; best first."""
    import numpy as np

    items = context.bus.items()
    for source in context.bus.sources:
        if source != "popularity":
            scores = context.bus.scores(source, items)
            for at in np.argsort(-scores, kind="stable")[: np.count_nonzero(~np.isnan(scores))]:
                yield {**_named(context.box, int(items[at])), "score": float(scores[at]), "source": source}


def _named(box: Toolbox, item: int) -> dict[str, str]:
    return {"item_id": box.catalogue.ids[item], "title": box.catalogue.titles[item]}


COMMANDS = (recommend, score, tool)

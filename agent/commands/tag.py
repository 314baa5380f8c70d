"""`tag`: the model's tags for items that have none, to be embedded by the next `train`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.options import HERE, Engines, HomeOption, JsonOption, ModelOption, UrlOption, trained
from agent.commands.output import emit, note, say
from tools.errors import TastemakerError

if TYPE_CHECKING:
    from agent.turn import Agent
    from tools.home import Home

ASIDE = "tags.jsonl"


def tag(
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many items; the others another time.")] = None,
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Have the model tag items by mood, pace and subject; interrupted, it goes on where it stopped."""
    engines, place = Engines.read(llm_url, llm_model, off=False), trained(home)

    async def work() -> int:
        from agent.commands.session import ready

        async with ready(place, engines) as agent:
            return await _tag(agent, place, limit)

    with place.owned("tastemaker tag"):
        count = asyncio.run(work())
    if as_json:
        emit({"tagged": count})
        return
    say(f"{count} items tagged.")
    note("Run `tastemaker train`: it embeds {llm_tags} where the text_template of the domain file names it.")


async def _tag(agent: Agent, home: Home, limit: int | None) -> int:
    from rich.progress import Progress

    from agent import tags
    from agent.commands.output import stderr

    box, aside = agent.live.current(), home.root / ASIDE
    if agent.llm is None:
        raise TastemakerError("there is no language model to tag with; give --llm-url, or see why none starts")
    items = tags.lacking(box.store, aside, limit)
    with Progress(console=stderr()) as progress:
        task = progress.add_task("Tagging", total=len(items))
        await tags.tag(agent.llm, items, box.domain, aside, lambda: progress.advance(task))
    return tags.keep(box.store, aside)


COMMANDS = (tag,)

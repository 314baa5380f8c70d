"""`tastemaker generate`: a summary, a translation or new copy, by the same code as `POST /v1/generate`."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from agent.commands.options import (
    HERE,
    Engines,
    HomeOption,
    JsonOption,
    ModelOption,
    NoLlmOption,
    UrlOption,
    trained,
    user_id,
)
from agent.commands.output import emit, note, say

if TYPE_CHECKING:
    from agent.generate import Generated

PATIENCE = 300.0  # seconds for the model


class Task(StrEnum):
    summarize = "summarize"
    to_translate = "translate"  # str has a method of that name
    compose = "compose"


class Kind(StrEnum):
    blurb = "blurb"
    push_title = "push_title"
    story = "story"
    poem = "poem"
    news_brief = "news_brief"
    trailer_script = "trailer_script"
    product_description = "product_description"
    email = "email"


class Tongue(StrEnum):
    en = "en"
    zh = "zh"


class Length(StrEnum):
    short = "short"
    medium = "medium"
    long = "long"


def generate(
    task: Annotated[Task, typer.Argument(help="What to do.")],
    text: Annotated[str | None, typer.Option(help="The text to summarize or translate.")] = None,
    item: Annotated[str | None, typer.Option(help="Id of the item it is about.", metavar="ID")] = None,
    kind: Annotated[Kind, typer.Option(help="What to compose.")] = Kind.blurb,
    language: Annotated[Tongue | None, typer.Option(help="The language of the result.")] = None,
    length: Annotated[Length, typer.Option(help="How long it should be.")] = Length.medium,
    tone: Annotated[str | None, typer.Option(help="Instead of the domain's own.")] = None,
    user: Annotated[str, typer.Option("--user", help="Id of the reader.", metavar="ID")] = "anonymous",
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    no_llm: NoLlmOption = False,
    home: HomeOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Summarize or translate a text or an item, or compose new copy about an item."""
    engines, who, place = Engines.read(llm_url, llm_model, no_llm), user_id(user), trained(home)

    async def work() -> Generated:
        from agent.commands.session import ready
        from agent.generate import Generator
        from agent.llm import Deadline

        async with ready(place, engines) as agent:
            return await Generator(agent.llm, agent.live.current()).run(
                task.value,
                user=who,
                deadline=Deadline(PATIENCE),
                item_id=item,
                text=text,
                kind=kind.value if task is Task.compose else None,
                language=language.value if language else None,
                length=length.value,
                tone=tone,
            )

    with place.owned("tastemaker generate"):
        made = asyncio.run(work())
    if as_json:
        emit(made.model_dump(mode="json"))
        return
    say(made.text)
    if made.degraded:
        note(
            "degraded: "
            + (f"{made.untranslated} sentences stay as they were" if made.untranslated else "no model's words")
        )


COMMANDS = (generate,)

"""Item tags by the model: short words for mood, pace and subject, which the items' own genres do not say.

They are normalised, set aside in the home as they come, so that an interrupted run goes on where it stopped, and stored
in one piece as the attribute `llm_tags`, which the domain file's `text_template` may name. Nothing here runs in a turn.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
from anyio import to_thread

import prompts
from agent.llm import LLM, Deadline, salt_for
from agent.schema import read_texts, texts
from agent.untrusted import sanitize
from tools.domain import Domain
from tools.store import Item, Store
from tools.store.frames import item_frame

ATTRIBUTE = "llm_tags"
MOST, LONGEST = 5, 24  # tags of an item, characters of a tag
WORDS = 3  # of a tag
READ = 600  # characters of a description
PATIENCE = 120.0  # seconds for one item
_SCHEMA = texts("tags", (1, MOST), (3, LONGEST))


def lacking(store: Store, aside: Path, limit: int | None) -> list[Item]:
    """The items without tags, stored or set aside, at most `limit`."""
    done = read(aside)
    return [item for item in store.items() if ATTRIBUTE not in item.attributes and item.item_id not in done][:limit]


async def tag(llm: LLM, items: Sequence[Item], domain: Domain, aside: Path, done: Callable[[], None]) -> None:
    """Ask for each item's tags and set them aside, one line an item; `done` is called after each.

    Raises:
        LLMUnavailable: the engine is gone; what was set aside stays.
    """
    for item in items:
        tags = await asked(llm, item, domain)
        with aside.open("ab") as file:
            file.write(b"\n" + orjson.dumps({"item_id": item.item_id, "tags": tags}))  # after a line cut short too
        await to_thread.run_sync(done)


async def asked(llm: LLM, item: Item, domain: Domain) -> list[str]:
    """The model's tags of one item, normalised; none when its answer is of no use."""
    system = prompts.load("tags").render(item=domain.item.en)
    told = [item.title, ", ".join(item.tags), item.description or ""]
    text = "\n".join(sanitize(part, READ) for part in told if part)
    messages = [{"role": "system", "content": system}, {"role": "user", "content": text}]
    answer = await llm.complete(
        messages, schema=_SCHEMA, max_tokens=80, deadline=Deadline(PATIENCE), salt=salt_for("items")
    )
    return normalised(read_texts(answer.text, "tags"), known=item.tags)


def normalised(written: Sequence[str], known: Sequence[str]) -> list[str]:
    """Lower case, letters and hyphens only, few words, each once, none that the item has as a genre."""
    held = {_plain(tag) for tag in known}
    tags = dict.fromkeys(_plain(tag) for tag in written)
    return [tag for tag in tags if 3 <= len(tag) <= LONGEST and tag.count(" ") < WORDS and tag not in held][:MOST]


def keep(store: Store, aside: Path) -> int:
    """Store what was set aside as an attribute of the items that are still there, and delete it; how many it were. An
    item without a usable answer gets an empty list, so that it is not asked for again.
    """
    tags = read(aside)
    items = [
        item.model_copy(update={"attributes": {**item.attributes, ATTRIBUTE: tags[item.item_id]}})
        for item in store.items()
        if item.item_id in tags
    ]
    if items:
        store.load(items=item_frame(items))
    aside.unlink(missing_ok=True)
    return len(items)


def read(aside: Path) -> dict[str, list[str]]:
    """By item id. A line that an interruption cut short is left out."""
    out: dict[str, list[str]] = {}
    for line in aside.read_bytes().splitlines() if aside.exists() else []:
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        out[row["item_id"]] = row["tags"]
    return out


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s-]|\d", "", folded)).strip(" -")

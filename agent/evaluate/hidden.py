"""What the simulated user needs: hidden items drawn from histories, a home that has never seen them, what the plain
slate makes of the same users, and the report.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from agent.evaluate.log import Talks
from agent.evaluate.report import Report, failure, measured
from agent.evaluate.simulated import SHOWN, TURNS, Leak, Target, found
from agent.evaluate.statistics import pass_hat, rate, spread
from agent.evaluate.talk import Heard, Speaker
from agent.evaluate.truth import Truth
from agent.evaluate.worlds.make import kept
from agent.reply import Message
from tools.home import Home
from tools.recommend import recommend
from tools.store import Store
from tools.store.frames import item_frame, user_frame
from tools.toolbox import Toolbox

LEAST = 20  # likes of a user whose last one is hidden
TITLE_WORDS = 2  # of a hidden item: a title of one word says itself in any prompt


def draw(truth: Truth, n: int, seed: int) -> list[Target]:
    """`n` users and the last item that each liked, of those that can be described without their titles."""
    events = truth.store.events().sort("timestamp", maintain_order=True)
    weights = truth.domain.feedback.preference(events["kind"].to_numpy().astype(str), events["value"].to_numpy())
    liked = events.filter(pl.Series(weights > 0)).group_by("user_id").agg(pl.col("item_id").last(), pl.len())
    rows = liked.filter(pl.col("len") >= LEAST).sort("user_id").iter_rows()
    fit = [(user, truth.items[item]) for user, item, _ in rows if item in truth.items and _describable(truth, item)]
    chosen = random.Random(seed).sample(fit, min(n, len(fit)))  # noqa: S311 -- to be repeated
    return [Target(user, row, "zh" if at % 2 else "en") for at, (user, row) in enumerate(chosen)]


def _describable(truth: Truth, item_id: str) -> bool:
    """The first title of the catalogue is left out: the planner's examples have it."""
    row = truth.items[item_id]
    known = row.get("tags") and row.get("year") and (row.get("cast") or row.get("director"))
    return bool(known) and len(row["title"].split()) >= TITLE_WORDS and item_id != truth.catalogue.ids[0]


def home_without(truth: Truth, targets: Sequence[Target], source: Home, folder: Path) -> Home:
    """A home trained without the events by which the users know their hidden items."""

    def fill(place: Home, store: Store) -> None:
        shutil.copy(source.domain_file, place.domain_file)
        items, users = item_frame(truth.store.items()), user_frame(truth.store.users())
        store.load(items, users, _others(truth, targets))

    return kept(folder, json.dumps([[target.user, target.row["item_id"]] for target in targets]), fill)


def _others(truth: Truth, targets: Sequence[Target]) -> pl.DataFrame:
    """Every event but those that are hidden."""
    rows = [{"user_id": target.user, "item_id": target.row["item_id"]} for target in targets]
    hidden = pl.DataFrame(rows, schema={"user_id": pl.String, "item_id": pl.String})
    return truth.store.events().join(hidden, on=["user_id", "item_id"], how="anti")


def plain(box: Toolbox, targets: Sequence[Target]) -> dict[str, list[tuple[str, float]]]:
    """What the slate without an agent finds: its first five, and five pages of five."""
    out: dict[str, list[tuple[str, float]]] = {"first five": [], "five pages of five": []}
    for target in targets:
        shown: list[str] = []
        for _ in range(TURNS):
            shown += [item.item_id for item in recommend(box, target.user, k=SHOWN, exclude=shown).items]
        hidden = target.row["item_id"]
        out["first five"].append((target.user, float(hidden in shown[:SHOWN])))
        out["five pages of five"].append((target.user, float(hidden in shown)))
    return out


def simulated_report(
    targets: Sequence[Target], talks: Talks, slates: dict[str, list[tuple[str, float]]], truth: Truth, seed: int = 0
) -> Report:
    """`passed`: the target is shown within five replies of five; `slate`: without an agent; `times`: ours over that."""
    by_id = {name_of(target): target for target in targets}
    done = [(by_id[name], n, talk) for (name, n), talk in talks.items() if name in by_id]
    hits: dict[str, list[bool]] = {}
    at: list[float] = []
    for target, _, talk in done:
        reply = found(target, [record.heard for record in talk])
        hits.setdefault(name_of(target), []).append(reply is not None)
        at += [float(reply)] if reply else []
    ours = pass_hat(hits, seed)
    baseline = {name: rate(values, seed) for name, values in slates.items()}
    mean = float(ours["pass^1"]["mean"]) if ours else 0.0
    missed = [(target, talk) for target, _, talk in done if not found(target, [record.heard for record in talk])]
    return {
        "cases": len(hits),
        "trials": max((n + 1 for _, n, _ in done), default=0),
        "passed": ours,
        "slate": baseline,
        "times": {name: mean / held["mean"] if held.get("mean") else None for name, held in baseline.items()},
        "replies until found": spread(at),
        **measured([record for _, _, talk in done for record in talk], truth, seed),
        "failures": [failure(talk[-1], {"missed": target.title}, [target.language]) for target, talk in missed],
    }


def name_of(target: Target) -> str:
    return f"user-{target.user}"


class Watched:
    """A speaker whose every prompt is held against the hidden item. What tools found is not the prompt's, so only
    system and user messages are read.
    """

    def __init__(self, speaker: Speaker, targets: Sequence[Target]) -> None:
        self._speaker, self._targets = speaker, {target.user: target for target in targets}
        self._target: Target | None = None
        self._leak: Leak | None = None

    async def reply(self, user: str, messages: Sequence[Message]) -> Heard:
        """Raises Leak: here and not in the turn, which would take it for a fault of the engine."""
        self._target = self._targets[user]
        heard = await self._speaker.reply(user, messages)
        if self._leak:
            raise self._leak
        return heard

    async def hook(self, request: Any) -> None:
        """For `LLM.watch`."""
        if self._target is None or not request.url.path.endswith("/chat/completions"):
            return
        for message in orjson.loads(request.content)["messages"]:
            if message["role"] in ("system", "user"):
                try:
                    self._target.check(str(message.get("content") or ""), "the prompt")
                except Leak as leak:
                    self._leak = leak

"""What the tools of a user look up and write down (agent/user_tools.py), as typed results. Off the event loop."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from agent.language import detect
from agent.persona import Persona
from tools import registry
from tools.bus import Source
from tools.catalogue import Filters
from tools.context import Context
from tools.ctr.effects import effects
from tools.domain import Language
from tools.errors import InvalidInput, NotFound
from tools.filters import parse
from tools.intent import understand
from tools.profile.describe import describe
from tools.profile.records import Profile
from tools.rank.rules import allowed, open_turn
from tools.recommend import READ, check_k, merge
from tools.search.tool import MAX_QUERY
from tools.slate import Slate, SlateItem
from tools.store import Event
from tools.store.records import Outcome

if TYPE_CHECKING:
    from tools.toolbox import Toolbox


class Recommended(Slate):
    """A slate; `text` is what was written about it, if that was asked for."""

    text: str | None = None


class UserProfile(Profile):
    """A profile; `persona` says it in a few sentences, `stated` is what the user said they like."""

    persona: Persona | None = None
    stated: list[str] = Field(default_factory=list)


class Reason(BaseModel):
    """What moved a chance, in log-odds against an average user and item."""

    text: str
    effect: float


class Scored(BaseModel):
    """`ctr` is the chance that the user likes the item; None where the data only allow an order."""

    item_id: str
    title: str
    ctr: float | None
    reasons: list[Reason]


class Scores(BaseModel):
    items: list[Scored]


class Recorded(BaseModel):
    """`reads_as`: how the ranking takes this event. The next recommendation already knows it."""

    status: Outcome
    event_id: str
    item_id: str
    reads_as: Literal["liked", "disliked", "neither"]


def searched(box: Toolbox, user_id: str, query: str, k: int, filters: dict[str, Any] | None) -> Recommended:
    """Raises InvalidInput: a filter or `k` that is not there, or words that hold nothing to search with."""
    check_k(box, k)
    wanted, language = parse(filters or {}, box.catalogue), detect(query)
    context = open_turn(box, box.view(user_id), wanted, language=language)
    args = {"query": query[:MAX_QUERY], "filters": wanted}
    [found] = registry.execute([{"name": "vector_search", "args": args}], context)
    if found.error:
        raise InvalidInput(found.error, "query")
    return _ordered(context, ("search",), wanted, k, query)


def similar(box: Toolbox, user_id: str, like: str, k: int) -> Recommended:
    """Raises NotFound: `like` is neither an item's id nor like a title."""
    check_k(box, k)
    item = box.positions.get(like)
    title = like if item is None else box.catalogue.titles[item]
    context = open_turn(box, box.view(user_id), {}, exclude=[like])
    calls: list[dict[str, Any]] = [{"name": "cf_neighbors", "args": {"like": title[:200]}}]
    if item is not None:
        calls.append({"name": "vector_search", "args": {"query": box.catalogue.text(item)[:MAX_QUERY]}})
    [named, *_] = registry.execute(calls, context)
    if item is None and not named.candidates:
        raise NotFound(named.observation, "like")
    return _ordered(context, ("named", "search"), {}, k, None)


def hidden_by_age(box: Toolbox, user_id: str, query: str | None, filters: dict[str, Any] | None, k: int) -> bool:
    """Whether an age limit keeps a slate of `k` from filling, for a user whose age is not known but may be.

    Raises:
        InvalidInput: a filter that is not there.
    """
    view = box.view(user_id)
    if not box.domain.policy.age_gate or not view.profiling or "age" in view.attributes:
        return False
    said = understand((query or "")[:READ], box.catalogue, box.domain).filters
    fits = box.catalogue.mask(merge(said, parse(filters or {}, box.catalogue)))
    grown = replace(view, attributes={**view.attributes, "age": 150})
    now, then = ((allowed(box, who) & fits).sum() for who in (view, grown))
    return bool(now < k and then > now)


def _ordered(context: Context, sources: tuple[Source, ...], wanted: Filters, k: int, query: str | None) -> Recommended:
    """What the sources found, the first source's finds first, each best first."""
    bus, catalogue = context.bus, context.box.catalogue
    items = bus.items()
    best: dict[int, float] = {}
    for source in sources:
        scores = bus.scores(source, items)
        found = np.flatnonzero(~np.isnan(scores))
        for n in found[np.argsort(-scores[found], kind="stable")].tolist():
            best.setdefault(int(items[n]), float(scores[n]))
    shown = [
        SlateItem(
            rank=n,
            item_id=catalogue.ids[item],
            title=catalogue.titles[item],
            score=round(score, 6),
            attributes=catalogue.attributes(item),
            evidence=[reason for reason in bus.evidence(item) if reason.kind != "popularity"],
        )
        for n, (item, score) in enumerate(list(best.items())[:k], 1)
    ]
    user, bundle = context.user.user_id, context.box.bundle_id
    return Recommended(user_id=user, query=query, items=shown, constraints=wanted, abstained=not shown, bundle=bundle)


def profile(box: Toolbox, user_id: str) -> tuple[Profile, list[str]]:
    """The profile, and what the user said they like.

    Raises:
        NotFound: nothing is known of the user.
    """
    view = box.view(user_id)
    if not view.known:
        raise NotFound(f"no user {user_id!r}: nothing is known of them yet", "user_id")
    return describe(box.profile, view, box.neighbors), list(view.stated.said) if view.stated else []


def scored(box: Toolbox, user_id: str, item_ids: list[str], language: Language) -> Scores:
    """Raises NotFound: an item is not in the catalogue."""
    view = box.view(user_id)
    items = np.array([box.catalogue.index(item_id) for item_id in item_ids], np.int32)
    rows = box.ctr.batch(view, items)
    chances = box.ctr.chances(rows, box.ctr.own(view))

    def reasons(n: int) -> list[Reason]:
        moved = effects(box.ctr, view, int(items[n]), row=rows[n : n + 1])
        return [Reason(text=e.zh if language == "zh" else e.en, effect=round(e.effect, 3)) for e in moved]

    return Scores(
        items=[
            Scored(
                item_id=item_id,
                title=box.catalogue.titles[items[n]],
                ctr=None if box.ctr.against_samples else round(float(chances[n]), 6),
                reasons=reasons(n),
            )
            for n, item_id in enumerate(item_ids)
        ]
    )


def recorded(
    box: Toolbox, user_id: str, item_id: str, kind: str, value: float | None, event_id: str | None
) -> Recorded:
    """Raises NotFound: no such item. InvalidInput: a malformed event, or an event_id stored with another body."""
    name = event_id or uuid4().hex
    try:
        event = Event(user_id=user_id, item_id=item_id, timestamp=time.time(), kind=kind, value=value, event_id=name)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"{where}: {first['msg'].removeprefix('Value error, ')}", where) from None
    [status] = box.store.append([event])
    if status == "unknown_item":
        raise NotFound(f"no item {item_id!r} in the catalogue", "item_id")
    if status == "conflict":
        raise InvalidInput(f"event_id {name!r} is stored with another body", "event_id")
    said = np.array([np.nan if value is None else value])
    weight = float(box.domain.feedback.preference(np.array([kind]), said)[0])
    reads_as = "liked" if weight > 0 else "disliked" if weight < 0 else "neither"
    return Recorded(status=status, event_id=name, item_id=item_id, reads_as=reads_as)

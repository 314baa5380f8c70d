"""Recommendations, events and profiles as plain JSON."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi import Body as Body_
from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag

from agent import kept
from agent.imagine import imagine
from agent.language import detect
from agent.llm import Deadline
from agent.persona import Persona, persona
from agent.surfaces.auth import Caller, GuardedRoute, Known
from agent.surfaces.described import DONE, UserId
from agent.surfaces.errors import Problem, Refused, invalid
from agent.surfaces.limits import attended
from agent.surfaces.services import Given, Tools
from agent.surfaces.settings import MAX_QUERY
from tools.domain import Language
from tools.errors import NotFound
from tools.profile.describe import describe
from tools.profile.records import Profile
from tools.recommend import recommend
from tools.slate import Slate
from tools.store import Event, personas, tastes
from tools.store.records import Context, Id, Number, Outcome, Time
from tools.store.text import clean_line

if TYPE_CHECKING:
    from tools.toolbox import Toolbox

PATIENCE = 60.0  # seconds for the model to write a persona
router = APIRouter(prefix="/v1", route_class=GuardedRoute)
MAX_VALUE, MAX_LISTED = 1_000, 100  # characters of one attribute's text, texts of one attribute
MAX_CONTEXT = 8_000  # bytes of one event's context


class Body(BaseModel):
    """No field beside the documented ones, and each of its own type: `"profiling": 0` is a mistake, not a choice."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RecommendBody(Body):
    """Without `query` the slate follows the user's taste alone."""

    user_id: str | None = None
    query: str | None = Field(default=None, max_length=MAX_QUERY)
    k: int = Field(default=10, ge=1, description="how many items; the domain's policy sets the most")
    filters: dict[str, Any] = Field(
        default_factory=dict, examples=[{"tags": {"contains": "Comedy"}, "year": {">=": 1985}}]
    )
    exclude: list[str] = Field(default_factory=list, max_length=10_000, description="item ids not to show")
    context: dict[str, Any] | None = Field(default=None, description="kept for later use; has no effect yet")
    write: bool = Field(default=False, description="also have the model write why")


class WrittenSlate(Slate):
    """A slate, and the text about it where one was asked for."""

    text: str | None = None


class ShownProfile(Profile):
    """A profile; the user in a few sentences, no `persona` where too little is known or profiling is off; and what they
    said they like.
    """

    persona: Persona | None = None
    stated: list[str] = Field(default_factory=list)


def _short(context: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(context)) > MAX_CONTEXT:
        raise ValueError(f"at most {MAX_CONTEXT:,} bytes as JSON")
    return context


class EventBody(Body):
    """Something a user did with an item. Without `timestamp` it happened now; without `user_id` the token says who."""

    user_id: str | None = None
    item_id: Id
    timestamp: Time = Field(default_factory=time.time)
    kind: Id = "view"
    value: Number | None = None
    event_id: Id | None = None
    context: Annotated[Context, AfterValidator(_short)] | None = None

    def event(self, user: str) -> Event:
        return Event(**(self.model_dump() | {"user_id": user}))


def _shape(body: Any) -> str:
    return "=many" if isinstance(body, list) else "=one"


class EventsBody(RootModel[Any]):
    """One event or a list of them."""

    root: Annotated[Annotated[EventBody, Tag("=one")] | Annotated[list[EventBody], Tag("=many")], Discriminator(_shape)]


class EventStatus(BaseModel):
    event_id: str | None = None
    status: Outcome


class EventsAnswer(BaseModel):
    """One status for each event, in the order they were sent."""

    events: list[EventStatus]


def _attribute(value: Any) -> Any:
    texts = [value] if isinstance(value, str) else value
    if isinstance(texts, list) and all(isinstance(part, str) for part in texts):
        if len(texts) > MAX_LISTED or any(len(part) > MAX_VALUE for part in texts):
            raise ValueError(f"give at most {MAX_LISTED} texts of at most {MAX_VALUE} characters")
        cleaned = [clean_line(part) for part in texts]
        return cleaned if isinstance(value, list) else cleaned[0]
    if value is not None and not isinstance(value, int | float):
        raise ValueError("give a text, a number, true or false, a list of texts, or null to forget it")
    return value


class ProfilePatch(Body):
    """What the user corrects: attributes (null forgets one), and whether their history may be used at all."""

    attributes: dict[Id, Annotated[Any, AfterValidator(_attribute)]] = Field(default_factory=dict)
    profiling: bool | None = None
    stated: Annotated[str, Field(min_length=1, max_length=tastes.LONGEST)] | None = Field(
        default=None, description="what they say they like, kept beside what they said before; null forgets all of it"
    )


@router.post("/recommend", tags=["recommendations"], summary="A ranked slate with evidence")
async def post_recommend(body: RecommendBody, caller: Known, services: Given, request: Request) -> WrittenSlate:
    user = caller.acting_for(body.user_id, "user_id")
    box = await services.box()
    language = detect(body.query or "")
    slate = await services.computed(_slate, box, user, body, language)
    if not body.write:
        return WrittenSlate(**dict(slate))

    async def written() -> str:
        async with services.turns.turn():
            return await services.agent.compose_slate(slate, body.query or "", language)

    text = await attended(request.receive, written)
    return WrittenSlate(**dict(slate), text=text)


@router.post(
    "/events",
    tags=["events"],
    status_code=202,
    summary="Record what users did",
    description="Answered once the events are on disk; the user's next turn sees them. The same `event_id` twice is "
    "one event (`duplicate`); with another body it is a `conflict`, 409 when it was sent alone.",
)
async def post_events(
    body: Annotated[EventsBody, Body_(openapi_examples=DONE)], caller: Known, services: Given
) -> EventsAnswer:
    alone = not isinstance(body.root, list)
    sent = body.root if isinstance(body.root, list) else [body.root]
    if not 0 < len(sent) <= services.settings.max_events:
        raise Refused(invalid(f"send 1 to {services.settings.max_events:,} events at once"))
    events = [_event(event, caller, "" if alone else f"[{n}].") for n, event in enumerate(sent)]
    outcomes = await to_thread.run_sync(_append, services.live, events)
    services.learner.nudge(len(events))
    if alone and outcomes == ["conflict"]:
        message = f"event_id {events[0].event_id!r} is stored with another body"
        raise Refused(Problem(409, "invalid_request_error", "event_conflict", message, "event_id"))
    pairs = zip(events, outcomes, strict=True)
    return EventsAnswer(events=[EventStatus(event_id=event.event_id, status=outcome) for event, outcome in pairs])


@router.get(
    "/users/{user_id:path}/profile",
    tags=["users"],
    summary="What is known and inferred about a user",
    description="With `write` the model writes the persona anew where the facts have changed; without it a kept one "
    "that still holds is given, or a template. With `write` it also imagines items from what a newcomer likes.",
)
async def get_profile(
    user_id: UserId, caller: Known, services: Given, request: Request, language: Language = "en", write: bool = False
) -> ShownProfile:
    user = caller.acting_as(user_id, "user_id")
    box = await services.box()
    profile, said = await services.computed(_profile, box, user)
    if not write:
        told = await persona(None, box, profile, language, Deadline(0))
        return ShownProfile(**dict(profile), persona=told, stated=said)

    async def written() -> Persona | None:
        async with services.turns.turn():
            deadline = Deadline(PATIENCE)
            await imagine(services.agent.llm, box, user, deadline)
            return await persona(services.agent.llm, box, profile, language, deadline)

    return ShownProfile(**dict(profile), persona=await attended(request.receive, written), stated=said)


@router.patch("/users/{user_id:path}/profile", tags=["users"], summary="Correct a profile, or switch profiling off")
async def patch_profile(user_id: UserId, body: ProfilePatch, caller: Known, services: Given) -> Profile:
    user = caller.acting_as(user_id, "user_id")
    box = await services.box()
    await to_thread.run_sync(box.store.correct_user, user, body.attributes, body.profiling)
    if body.profiling is False:
        await to_thread.run_sync(personas.forget, box.store, user)
    if body.profiling is False or ("stated" in body.model_fields_set and body.stated is None):
        await to_thread.run_sync(tastes.forget, box.store, user)
    if body.stated:
        await to_thread.run_sync(tastes.state, box.store, user, body.stated)
    return (await services.computed(_profile, box, user))[0]


def _slate(box: Toolbox, user: str, body: RecommendBody, language: Language) -> Slate:
    """Remembered before it is shown, so that it can be explained."""
    slate = recommend(box, user, body.query, body.k, body.filters, body.exclude, language)
    kept.keep(box.store, slate)
    return slate


def _append(live: Tools, events: list[Event]) -> list[Outcome]:
    return live.current().store.append(events)


def _event(event: EventBody, caller: Caller, at: str) -> Event:
    return event.event(caller.acting_as(event.user_id, f"{at}user_id"))


def _profile(box: Toolbox, user_id: str) -> tuple[Profile, list[str]]:
    """And what they said they like."""
    view = box.view(user_id)
    if not view.known:
        raise NotFound(f"no user {user_id!r}", "user_id")
    return describe(box.profile, view, box.neighbors), list(view.stated.said) if view.stated else []

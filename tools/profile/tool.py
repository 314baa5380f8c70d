"""The profile_lookup tool: says who the user is, and finds items whose content is close to what they liked."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.bus import Candidates, Evidence, Explain
from tools.context import Context
from tools.domain import Domain, Language
from tools.profile.describe import describe
from tools.profile.model import ProfileModel
from tools.profile.records import Drift, Interest, Profile, Rhythm, Window
from tools.profile.segments import ENOUGH
from tools.profile.vectors import Feature
from tools.rank.top import best
from tools.shorten import shorten
from tools.user import UserView

if TYPE_CHECKING:
    from tools.catalogue import Catalogue
    from tools.toolbox import Toolbox

NAME = "profile_lookup"
SHOWN = 100
RECENT = 60  # liked items that evidence counts over
AVERSE = -0.1  # weight from which an interest is called a dislike
PARTLY = 0.3  # share of another segment from which it is named too
MORE = 1.25  # times as liked in the segment as among all, from which that is told
OFTEN = 0.2  # share of them from which a feature is liked often
# Words in an attribute's name that make it one to keep quiet about unless it is asked for.
SENSITIVE = frozenset(
    {"age", "birth", "birthday", "birthdate", "gender", "sex", "zip", "zipcode", "postcode", "race", "ethnicity"}
    | {"religion", "income", "disability"}
)
Aspect = Literal["attributes", "statistics", "interests", "history"]


class Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    aspects: list[Aspect] = Field(
        default=["attributes", "statistics", "interests", "history"], min_length=1, description="what to look up"
    )


def description(box: Toolbox) -> str:
    items = box.domain.items.en
    return (
        f"Looks up this user's profile (interests with weights, statistics, last liked {items}) and finds {items} whose"
        f" content fits it. Use it for any personal recommendation and for questions about the user's own taste."
    )


def arguments(catalogue: Catalogue) -> type[BaseModel]:  # noqa: ARG001 - the same for every catalogue
    return Arguments


def run(args: Arguments, context: Context) -> str:
    box, user = context.box, context.user
    if not user.profiling:
        return "Profiling is off for this user: nothing of theirs may be used."
    asked = args.aspects if "aspects" in args.model_fields_set else []
    said = _said(describe(box.profile, user), args.aspects, sensitive="attributes" in asked)
    if not len(user.items):
        return shorten(f"This user has no history yet. {said}", 400, placeholder=" ...")
    _put(context)
    return shorten(said, 400, placeholder=" ...")


def explain(model: ProfileModel, user: UserView, domain: Domain) -> Explain:
    """Which of the user's interests an item meets, counted over the last 60 items they liked; and how many users of
    their segment liked it, where these are more than elsewhere.
    """
    p, recent = model.vector(user), user.liked[-RECENT:]
    all_liked = len(recent) == len(user.liked)
    in_segment = _segment_reason(model, user, domain)

    @cache
    def counts() -> Any:
        return model.counts(recent)

    def why(item: int) -> list[Evidence]:
        if not len(recent):
            return []
        found = [(model.features[f], int(counts()[f])) for f, share in model.parts(p, item) if share > 0]
        found = [(feature, n) for feature, n in found if n >= min(2, len(recent))]
        telling = [(feature, n) for feature, n in found if feature.role != "band"] or found
        own = [_evidence(telling[:2], len(recent), all_liked, domain)] if telling else []
        return [*own, *in_segment(item)]

    return why


def _segment_reason(model: ProfileModel, user: UserView, domain: Domain) -> Explain:
    """The segment's name stays out: it holds facets that the item may lack, and the check would take them for its."""

    @cache
    def segment() -> int | None:
        return model.segment(user)

    def why(item: int) -> list[Evidence]:
        found, own = model.segments, segment()
        if found is None or own is None:
            return []
        support, of = int(found.liked[own, item]), int(found.sizes[own])
        elsewhere = float(found.liked[:, item].sum()) / max(int(found.sizes.sum()), 1)
        if support < ENOUGH or support / of < MORE * elsewhere:
            return []
        text = f"{domain.liked.en} by {support} of the {of} users in your taste segment"
        text_zh = f"与你口味同类的 {of} 位用户中有 {support} 位{domain.liked.zh}"
        return [Evidence(kind="popularity", text=text, text_zh=text_zh, support=support, of=of)]

    return why


def _put(context: Context) -> None:
    """The eligible items that fit the user best go on the bus, best first; none that points away from their taste."""
    model, user = context.box.profile, context.user
    scores = model.appeal(user)
    items = best(scores, context.eligible & (scores > 0), SHOWN)
    if len(items):
        why = explain(model, user, context.box.domain)
        context.bus.put(Candidates("profile", items, scores[items], why, every=scores))


def _evidence(found: list[tuple[Feature, int]], of: int, all_liked: bool, domain: Domain) -> Evidence:
    often = all(n >= OFTEN * of for _, n in found)
    return Evidence(
        kind="profile",
        text=_english(found, of, often, all_liked, domain),
        text_zh=_chinese(found, of, often, all_liked, domain),
        features=[{"attribute": f.attribute, "value": f.value, "support": n} for f, n in found],
        support=found[0][1],
        of=of,
    )


def _english(found: list[tuple[Feature, int]], of: int, often: bool, all_liked: bool, domain: Domain) -> str:
    noun = domain.item.en if of == 1 else domain.items.en
    base = f"{'' if all_liked else 'last '}{of} {noun} you {domain.liked.en}"
    named = [f"{_name(f, domain, 'en')} ({n} of {'them' if at else 'the ' + base})" for at, (f, n) in enumerate(found)]
    return f"you {'often ' if often else ''}like {' and '.join(named)}"


def _chinese(found: list[tuple[Feature, int]], of: int, often: bool, all_liked: bool, domain: Domain) -> str:
    base = f"你{'' if all_liked else '最近'}{domain.liked.zh}的 {of} 个{domain.items.zh}中有"
    named = [f"{_name(f, domain, 'zh')}（{'其中' if at else base} {n} 个）" for at, (f, n) in enumerate(found)]
    return f"你{'常' if often else ''}喜欢{'和'.join(named)}"


def _name(feature: Feature, domain: Domain, language: Language) -> str:
    if feature.role == "band":
        return f"the {feature.value}" if language == "en" else f"{feature.value[:-1]}年代"
    return domain.alias(feature.attribute, feature.value, language)


def _said(profile: Profile, aspects: list[Aspect], sensitive: bool) -> str:
    parts: dict[Aspect, str] = {
        "interests": _interests(profile),
        "statistics": _statistics(profile),
        "history": _history(profile),
        "attributes": _attributes(profile.attributes, sensitive),
    }
    return " ".join(text for aspect, text in parts.items() if text and aspect in aspects)


def _interests(profile: Profile) -> str:
    held = profile.interests
    likes = ", ".join(map(_weighed, [i for i in held.long if i.weight > 0][:5]))
    averse = ", ".join(map(_weighed, [i for i in held.long if i.weight <= AVERSE][:2]))
    parts = [("Likes", likes), ("Dislikes", averse)]
    parts += [("Lately more", _moved(held.rising)), ("Lately less", _moved(held.falling))]
    parts.append(("Segment", _segment(profile)))
    return " ".join(f"{label}: {words}." for label, words in parts if words)


def _segment(profile: Profile) -> str:
    if not profile.segment:
        return ""
    other = next((s for s in profile.memberships if s.id != profile.segment.id and s.share >= PARTLY), None)
    return profile.segment.label + (f", partly {other.label}" if other else "")


def _weighed(interest: Interest) -> str:
    return f"{interest.value} {interest.weight:+.2f}"


def _moved(drift: list[Drift]) -> str:
    return ", ".join(moved.value for moved in drift[:2])


def _statistics(profile: Profile) -> str:
    s = profile.statistics
    if not s.events:
        return ""
    said = f"{s.events} events on {s.active_days} days: {s.liked} liked, {s.disliked} disliked"
    recent = next((w for w in s.windows if w.span == "30 days"), None)
    return f"{said}{_recent(recent) if recent else ''}{_rhythm(s.rhythm) if s.rhythm else ''}."


def _recent(window: Window) -> str:
    return f"; in their last 30 days {window.liked:g} liked, {window.disliked:g} disliked"


def _rhythm(rhythm: Rhythm) -> str:
    days = "" if rhythm.weekend is None else "at weekends" if rhythm.weekend > 0.5 else "on weekdays"
    return f"; mostly active {' '.join(filter(None, [days, f'in the {rhythm.part}' * bool(rhythm.part)]))}"


def _history(profile: Profile) -> str:
    titles = [shorten(seen.title, 60) for seen in profile.history if seen.liked][:3]
    return f"Last liked: {'; '.join(titles)}." if titles else ""


def _attributes(attributes: dict[str, Any], sensitive: bool) -> str:
    said = {k: v for k, v in attributes.items() if sensitive or not _is_sensitive(k)}
    return f"Attributes: {', '.join(f'{k} {v}' for k, v in said.items())}." if said else ""


def _is_sensitive(name: str) -> bool:
    return not SENSITIVE.isdisjoint(re.split(r"[^a-z]+", name.casefold()))

"""The main parameters of the ranking as they run now, in words a reader understands (Digital Services Act, article 27),
and what items and attributes are called, for pages that show them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel

from agent.field_names import field_name
from agent.surfaces.auth import GuardedRoute
from agent.surfaces.services import Given
from tools.domain import Words

if TYPE_CHECKING:
    from tools.domain import Domain
    from tools.toolbox import Toolbox

router = APIRouter(prefix="/v1", route_class=GuardedRoute)


class Value(BaseModel):
    """One parameter: its key in the domain file or the bundle, what it is called, what it is set to."""

    key: str
    name: Words
    value: str | float | bool


class Part(BaseModel):
    title: Words
    about: Words
    values: list[Value]


class Parameters(BaseModel):
    """`shown`: attributes that stand beside a title; `names`: what attributes are called; `values`: the Chinese names
    of their values, where the domain has them.
    """

    item: Words
    items: Words
    shown: list[str]
    names: dict[str, Words]
    values: dict[str, dict[str, str]]
    parameters: list[Part]


@router.get("/parameters", tags=["recommendations"], summary="What the ranking goes by, as it runs now")
async def get_parameters(services: Given) -> Parameters:
    box = await services.box()
    return await to_thread.run_sync(_parameters, box)


def _parameters(box: Toolbox) -> Parameters:
    domain = box.domain
    return Parameters(
        item=domain.item,
        items=domain.items,
        shown=list(domain.attributes.shown),
        names={name: Words(en=field_name(name, "en"), zh=field_name(name, "zh")) for name in box.catalogue.fields},
        values={
            field: {value: domain.alias(field, value, "zh") for value in aliases}
            for field, aliases in domain.aliases.items()
        },
        parameters=[_feedback(domain), _taste(box), _words(domain), _mix(domain), _rules(domain), _newcomers(domain)],
    )


def _names(field: str) -> Words:
    return Words(en=field_name(field, "en"), zh=field_name(field, "zh"))


def _part(title: tuple[str, str], about: tuple[str, str], *values: Value) -> Part:
    return Part(title=_words_of(title), about=_words_of(about), values=list(values))


def _value(key: str, en: str, zh: str, value: object) -> Value:
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value)) or "—"
    return Value(key=key, name=Words(en=en, zh=zh), value=value if isinstance(value, bool | float) else _text(value))


def _text(value: object) -> str:
    return "—" if value is None else str(value)


def _words_of(said: tuple[str, str]) -> Words:
    return Words(en=said[0], zh=said[1])


def _feedback(domain: Domain) -> Part:
    feedback = domain.feedback
    return _part(
        ("What counts as liking", "什么算喜欢"),
        ("Your actions, newer ones more than older ones.", "你的行为，越近的越重要。"),
        _value("feedback.positive", "liked", "喜欢", feedback.positive),
        _value("feedback.negative", "not liked", "不喜欢", feedback.negative),
        _value("feedback.half_life_days", "days until one counts half", "多少天后只算一半", feedback.half_life_days),
    )


_SOURCES = {
    "neighbors": ("people who liked what you liked, and what goes with it", "与你口味相近的人和相配的内容"),
    "next": ("what people often go on to", "大家接下来常选的"),
    "profile": ("your own interests", "你自己的兴趣"),
    "ctr": ("the estimated chance that you like it", "预计你喜欢它的可能性"),
    "popularity": ("how many people like it", "有多少人喜欢"),
}


def _taste(box: Toolbox) -> Part:
    """The weights were learned from the site's events; each is of a source divided by its own spread."""
    weights = [_value(f"taste.{name}", *_SOURCES[name], round(w, 4)) for name, w in box.taste.weights.items()]
    return _part(
        ("What taste is made of", "口味由什么组成"),
        ("Weights learned from what users here went on to like.", "由这里的用户后来喜欢了什么学得的权重。"),
        *weights,
    )


def _words(domain: Domain) -> Part:
    blend = domain.blend
    return _part(
        ("Your words beside your taste", "你的话与你的口味"),
        ("Conditions always hold; the rest of your words weigh this much.", "条件必须满足；其余的话按以下权重计。"),
        _value("blend.search", "closeness to your words", "与你的话的接近程度", blend.search),
        _value("blend.named", "a title you named", "你点名的标题", blend.named),
        _value("blend.taste", "your taste", "你的口味", blend.taste),
    )


def _mix(domain: Domain) -> Part:
    mix = domain.mix
    floors = [f"{floor.attribute}: {', '.join(floor.values)} ≥ {floor.share:.0%}" for floor in mix.floors]
    return _part(
        ("Variety", "多样性"),
        ("Only where you did not ask for something in words.", "只在你没有用话提出要求时起作用。"),
        _value("mix.long_tail", "taken off for popularity", "对热门程度的扣减", mix.long_tail),
        _value("mix.calibration", "weight of your own mix of kinds", "你自己的类型比例的权重", mix.calibration),
        _value("mix.exploration", "share for items hardly anyone tried", "留给少有人尝试的内容的比例", mix.exploration),
        _value("mix.floors", "shares that are always kept", "始终保留的比例", floors),
    )


def _rules(domain: Domain) -> Part:
    policy = domain.policy
    banned = [f"{name}: {', '.join(values)}" for name, values in policy.banned.items()]
    return _part(
        ("Rules", "规则"),
        ("These hold whatever you or the model say.", "无论你或模型说什么，这些规则都有效。"),
        _value("policy.hide_seen", "hide what you know already", "不推荐你已接触过的", policy.hide_seen),
        _value("policy.availability", "must be available, by", "必须可用，依据", policy.availability),
        _value("policy.sponsored", "sponsored is disclosed, by", "赞助会标明，依据", policy.sponsored),
        _value("policy.age_gate", "age limit, by", "年龄限制，依据", policy.age_gate),
        _value("policy.banned", "never shown", "从不展示", banned),
        _value("policy.max_items", "most items at once", "一次最多几个", float(policy.max_items)),
    )


def _newcomers(domain: Domain) -> Part:
    return _part(
        ("Newcomers", "新用户"),
        (
            "Until you have liked something, only these attributes of yours count.",
            "在你喜欢过什么之前，只看你的这些属性。",
        ),
        _value("cold_start.attributes", "attributes that count", "起作用的属性", domain.cold_start.attributes),
    )

"""Why a chance is high or low: the log-odds that each group of columns adds, in words, English and Chinese."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.ctr.features import SCALARS, Batch
from tools.ctr.model import CtrModel
from tools.user import UserView

NAMED = 2  # facets named in one label
SUPPORT = 10  # events below which a share of them is not worth telling
MET = 3  # events of the user with a facet, before it is said to be to their taste
UNSAID = frozenset({"user_unknown", "user_new", "item_new"})  # what nobody would call a reason


class Effect(NamedTuple):
    """`effect` is in log-odds against an average user and item: above 0 it raises the chance."""

    feature: str
    en: str
    zh: str
    effect: float


def effects(model: CtrModel, user: UserView, item: int, top: int = 3, row: Batch | None = None) -> list[Effect]:
    """The `top` groups that moved this item's chance most, strongest first. `row`: the item's row of
    `model.batch`, where the caller has it.
    """
    if row is None:
        row = model.batch(user, np.array([item], np.int32))
    groups = _groups(model, user, item, model.mix.parts(row)[0])
    return sorted((e for e in groups if abs(e.effect) >= 0.005), key=lambda e: -abs(e.effect))[:top]


def _groups(model: CtrModel, user: UserView, item: int, parts: NDArray[np.float64]) -> list[Effect]:
    features, many = model.features, len(model.features.facet_names)
    taste, kind, match, scalars, numbers = np.split(parts, np.cumsum([many, many, many, len(SCALARS)]))
    part = dict(zip(SCALARS, scalars.tolist(), strict=True))
    own = np.flatnonzero(features.facets[item])
    liking = float(match.sum()) + part["cosine"] + part["affinity"] + part["taste"]
    habits = float(taste.sum()) + sum(part[name] for name in part if name.startswith(("user_", "drift_")))
    groups = [
        _approval(model, item, part["item_rate"] + part["item_count"] + part["item_base"]),
        Effect("item_facets", *_named(model, own, kind, "kind of item", "类型"), float(kind.sum())),
        *(_number(model, n, item, float(effect)) for n, effect in enumerate(numbers)),
    ]
    met = own[features.facets[user.items[:, None], own].sum(0) >= MET]
    if not len(user.items):
        return [*groups, Effect("user_unknown", "your taste is not known yet", "还不了解你的口味", liking + habits)]
    words = ("taste match", "口味匹配") if liking > 0 else ("taste mismatch", "口味不太合")
    return [*groups, Effect("taste_match", *_named(model, met, match, *words), liking), _habits(model, user, habits)]


def _named(model: CtrModel, own: NDArray[np.intp], parts: NDArray[np.float64], en: str, zh: str) -> tuple[str, str]:
    """A label with the item's own facets, the ones that weigh most first."""
    first = own[np.argsort(-np.abs(parts[own]), kind="stable")][:NAMED]
    values = [model.features.facet_names[n][1] for n in first]
    if not values:
        return en, zh
    return f"{en}: {', '.join(values)}", f"{zh}：{'、'.join(model.labels.get(v, v) for v in values)}"


def _approval(model: CtrModel, item: int, effect: float) -> Effect:
    count, liked = int(model.stats.count[item]), int(model.stats.liked[item])
    if count < SUPPORT:
        return Effect("item_new", "little or no feedback on this item yet", "评价还很少", effect)
    if model.against_samples:
        return Effect("item_approval", f"chosen {count} times", f"被选择 {count} 次", effect)
    share = f"{liked / count:.0%}"
    return Effect("item_approval", f"{share} approval in {count} events", f"{count} 次互动中好评率 {share}", effect)


def _habits(model: CtrModel, user: UserView, effect: float) -> Effect:
    if len(user.items) < SUPPORT or model.against_samples:
        return Effect("user_new", "how much you have chosen so far", "你目前的互动数量", effect)
    share = f"{(user.weights > 0).mean():.0%}"
    en, zh = ("often", "经常") if effect > 0 else ("sparingly", "较少")
    return Effect("user_habits", f"you approve {en} ({share})", f"你{zh}给出好评（{share}）", effect)


def _number(model: CtrModel, n: int, item: int, effect: float) -> Effect:
    name, value = model.features.number_names[n], float(model.features.numbers[item, n])
    if np.isnan(value):
        return Effect(f"number_{name}", f"{name} unknown", f"{name} 未知", effect)
    return Effect(f"number_{name}", f"{name} {value:.6g}", f"{name} {value:.6g}", effect)

"""What to call a segment: the facets, and the age of the items, by which its members differ from everyone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tools.domain import Domain, Language
from tools.profile.vectors import Feature

LIFT, SHARE = 1.15, 0.05  # how much commoner a facet must be than among all, and how common at least
NAMED = 2  # facets in a label
APART = 0.5  # standard deviations between users by which a segment's mean decade must differ to be called old or new
_ERA: dict[Language, tuple[str, str, str]] = {"en": ("classic ", "", "recent "), "zh": ("经典", "", "近年")}


class Label(NamedTuple):
    en: str
    zh: str


Floats = NDArray[np.float32]


def traits(share: Floats, of_all: Floats, features: Sequence[Feature], n: int) -> list[int]:
    """Facets that are common and commoner than among all: share times log lift, most first. Both arrays (f,)."""
    lift = share / np.maximum(of_all, 1e-9)
    tells = (lift >= LIFT) & (share >= SHARE) & np.array([f.role == "facet" for f in features], bool)
    order = np.argsort(-share * np.log(np.maximum(lift, 1e-9)), kind="stable")
    return [int(f) for f in order if tells[f]][:n]


def eras(shares: Floats, of_all: Floats, spread: float, features: Sequence[Feature]) -> list[int]:
    """-1 older, 1 newer, 0 neither, of each row of `shares` (k, f). `spread`: of the mean decade between users."""
    starts = decades(features)
    means = [_mean(row, starts) for row in (*shares, of_all)]
    return [int(np.sign(m - means[-1])) if abs(m - means[-1]) >= APART * max(spread, 1e-9) else 0 for m in means[:-1]]


def decades(features: Sequence[Feature]) -> Floats:
    """First year of each feature that is a decade, 0 of the others."""
    return np.array([float(f.value[:-1]) if f.role == "band" else 0.0 for f in features], np.float32)


def label(era: int, facets: Sequence[Feature], domain: Domain) -> Label:
    """`classic Drama and War film lovers`; `经典剧情、战争电影爱好者`."""
    en = " and ".join(domain.alias(f.attribute, f.value, "en") for f in facets)
    zh = "、".join(domain.alias(f.attribute, f.value, "zh") for f in facets)
    if not facets and not era:
        return Label(f"{domain.item.en} lovers of mixed taste", f"口味多样的{domain.items.zh}爱好者")
    return Label(
        f"{_ERA['en'][era + 1]}{en} {domain.item.en} lovers".replace("  ", " "),
        f"{_ERA['zh'][era + 1]}{zh}{domain.items.zh}爱好者",
    )


def distinct(labels: Sequence[Label]) -> list[Label]:
    """A label that was used before gets a number."""
    met: dict[str, int] = {}
    out = []
    for one in labels:
        n = met[one.en] = met.get(one.en, 0) + 1
        out.append(one if n == 1 else Label(f"{one.en} ({n})", f"{one.zh}（{n}）"))
    return out


def _mean(share: Floats, starts: Floats) -> float:
    held = share * (starts > 0)
    return float((held * starts).sum() / max(float(held.sum()), 1e-9))

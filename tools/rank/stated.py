"""What a newcomer said they like, as a source: it moves the first slates, gives reasons, and fades as likes come.

The words, and the items that a model imagined from them, go through the encoder of the items' texts into one vector,
the mean of their unit vectors. Beside its cosine to each item counts the share of the genres, people and the like that
the words name and the item has: on short texts the encoder alone hardly tells them apart.

    lift(i) = STRENGTH * share of newcomer * (cosine(i) + matched(i) / named),   in nats beside the cold-start model's
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.bus import Candidates, Evidence
from tools.context import Context
from tools.intent import understand
from tools.search.glossary import readable

if TYPE_CHECKING:
    from tools.store.tastes import Stated
    from tools.toolbox import Toolbox
    from tools.user import UserView

STRENGTH = 0.5  # nats; chosen on the choosing users of P4 (docs/ranking.md)
FOUND = 100  # items
ALIKE = 0.25  # cosine from which an item may be said to be like the words, as in tools/search/tool.py
QUOTED = 80  # characters

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Wish:
    """One statement of a user, held against the catalogue."""

    box: Toolbox
    text: str

    @cached_property
    def named(self) -> list[tuple[str, str]]:
        """(attribute, value) of genres, people and the like that the words ask for."""
        catalogue, positive = self.box.catalogue, ("contains", "contains_any", "==", "in")
        return [
            (name, value)
            for name, bounds in understand(self.text, catalogue, self.box.domain).filters.items()
            if catalogue.fields[name].values
            for operator in positive
            for value in _listed(bounds.get(operator))
        ]

    def cosines(self) -> Floats:
        return similar(self.box, [self.text])

    def matched(self, item: int) -> list[tuple[str, str]]:
        held = self.box.catalogue.attributes(item)
        return [(name, value) for name, value in self.named if value in _listed(held.get(name))]


def lift_of(box: Toolbox, user: UserView) -> Floats | None:
    """Of every item, (n_items,). None where the user said nothing, or has likes enough to be known by."""
    if not user.stated or not user.profiling or (share := box.cold.share(user)) <= 0:
        return None
    return np.asarray(STRENGTH * share * agreement(box, user.stated), np.float32)


def lifts(box: Toolbox, users: Sequence[UserView]) -> Floats | None:
    """The same of many users, (n, n_items), 0 for those without; None where nobody has any."""
    found = {n: lift for n, user in enumerate(users) if (lift := lift_of(box, user)) is not None}
    if not found:
        return None
    out = np.zeros((len(users), len(box.catalogue)), np.float32)
    out[list(found)] = list(found.values())
    return out


def put_stated(context: Context, lift: Floats, n: int = FOUND) -> None:
    """Put the `n` eligible items that the user's words speak for most on the bus as "stated". `lift`: see `lift_of`."""
    wishes = [Wish(context.box, text) for text in context.user.stated.said] if context.user.stated else []
    among = np.flatnonzero(context.eligible & (lift > 0)).astype(np.int32)
    best = among[np.argsort(-lift[among], kind="stable")[:n]]
    if len(best):
        context.bus.put(Candidates("stated", best, lift[best], lambda item: explain(wishes, item), every=lift))


def agreement(box: Toolbox, stated: Stated) -> Floats:
    """How well each item suits what was said, about 0 to 1.6, (n_items,)."""
    cosines = similar(box, [*stated.said, *stated.imagined])
    named = list(dict.fromkeys(pair for text in stated.said for pair in Wish(box, text).named))
    if not named:
        return cosines
    columns = [box.catalogue.mask({name: {_HOLDS[box.catalogue.fields[name].kind]: value}}) for name, value in named]
    return np.asarray(cosines + np.mean(columns, axis=0), np.float32)


def similar(box: Toolbox, texts: list[str]) -> Floats:
    """Cosine of every item's text to the mean of the unit vectors of `texts`, (n_items,); 0 where none can be read."""
    encoder = box.search.encoder
    read = texts if encoder.reads_chinese else [readable(text, box.domain) for text in texts]
    vectors = [encoder.query(text) for text in read if text]
    if not vectors:
        return np.zeros(len(box.catalogue), np.float32)
    mean = np.mean(vectors, axis=0)
    return np.asarray(box.search.vectors @ (mean / max(float(np.linalg.norm(mean)), 1e-9)), np.float32)


def explain(wishes: list[Wish], item: int) -> list[Evidence]:
    """The user's own words, where the item has everything that they name: what an item lacks must not be quoted as its
    own. Else those of its attributes that they name; nothing where there are none.
    """
    for wish in reversed(wishes):  # the latest first
        matched = wish.matched(item)
        if len(matched) == len(wish.named) and (cosine := float(wish.cosines()[item])) >= ALIKE:
            quote = textwrap.shorten(wish.text, QUOTED, placeholder="...") if " " in wish.text else wish.text[:QUOTED]
            text, text_zh = f'you said you like "{quote}"', f"你说过喜欢“{quote}”"
            return [_evidence(text, text_zh, similarity=round(cosine, 4))]
        if matched:
            domain, values = wish.box.domain, [value for _, value in matched]
            chinese = "、".join(domain.alias(name, value, "zh") for name, value in matched)
            return [_evidence(f"{', '.join(values)}, which you said you like", f"你说过喜欢{chinese}", matched=values)]
    return []


def _evidence(text: str, text_zh: str, **figures: object) -> Evidence:
    return Evidence.model_validate({"kind": "profile", "text": text, "text_zh": text_zh, **figures})


def _listed(value: object) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [str(value)]


_HOLDS = {"list": "contains", "string": "=="}

"""What a user can want of an item: a predicate, ways to say it in two languages, and how a question about it sounds."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.evaluate.operators import Operator
from tools.domain import Language

Row = dict[str, Any]  # an item as it is ingested
Said = Mapping[Language, Sequence[str]]  # sentences with {v}
Names = Mapping[str, str]  # a value's name in Chinese


@dataclass(frozen=True)
class Want:
    """One requirement. `looser`: another value of the same, which a user who changes their mind said first."""

    trait: str
    predicates: dict[str, dict[Operator, Any]]
    sentences: dict[Language, list[str]]
    looser: Want | None = None

    def say(self, language: Language, rng: random.Random) -> str:
        return rng.choice(self.sentences[language])


@dataclass(frozen=True)
class Trait:
    """`want(row, rng)`: something that is true of the item, None where this trait says nothing of it. `asked`: by
    language, a regular expression that a question about it matches.
    """

    name: str
    attributes: tuple[str, ...]
    asked: Mapping[Language, str]
    want: Callable[[Row, random.Random], Want | None]


@dataclass(frozen=True)
class World:
    """A catalogue's kind. `domain`: TOML; `row(n, rng)`: an item; `home_of`: (item list attribute, user attribute):
    an item can be had where the user is when its list holds the user's value.
    """

    name: str
    domain: str
    row: Callable[[int, random.Random], Row]
    traits: Sequence[Trait]
    home_of: tuple[str, str]
    places: Sequence[str]
    names: Mapping[str, Names]  # facet -> its values in Chinese
    opening: Said
    liked: str  # kind of event
    items: int = 220
    words: Mapping[str, Said] = field(default_factory=dict)  # what people call attributes, where the owner says so


def bound(
    name: str, attribute: str, operator: Operator, steps: Sequence[float], said: Said, asked: Mapping[Language, str]
) -> Trait:
    """At most or at least one of `steps`: the nearest that the item keeps, or the one after it."""

    def want(row: Row, rng: random.Random) -> Want | None:
        if row.get(attribute) is None:
            return None
        upper = operator == "<="
        fits = [s for s in sorted(steps, reverse=not upper) if (row[attribute] <= s if upper else row[attribute] >= s)]
        if not fits:
            return None
        at = min(rng.randrange(2), len(fits) - 1)
        looser = fits[at + 1] if at + 1 < len(fits) else None
        return _bound(fits[at], None if looser is None else _bound(looser))

    def _bound(value: float, looser: Want | None = None) -> Want:
        return Want(name, {attribute: {operator: value}}, _filled(said, f"{value:g}", f"{value:g}"), looser)

    return Trait(name, (attribute,), asked, want)


def choice(
    name: str, attribute: str, operator: Operator, names: Names, said: Said, asked: Mapping[Language, str]
) -> Trait:
    """One of the item's values (`==`, `contains`), or one that it does not have (`!=`, `not_contains`)."""

    def want(row: Row, rng: random.Random) -> Want | None:
        have = row.get(attribute)
        values = have if isinstance(have, list) else [have]
        negative = operator in ("!=", "not_contains")
        fits = [value for value in names if (value not in values) == negative]
        if not fits:
            return None
        value = rng.choice(fits)
        return Want(name, {attribute: {operator: value}}, _filled(said, value, names[value]))

    return Trait(name, (attribute,), asked, want)


def person(name: str, attribute: str, said: Said, asked: Mapping[Language, str]) -> Trait:
    def want(row: Row, rng: random.Random) -> Want | None:
        value = rng.choice(row[attribute])
        return Want(name, {attribute: {"contains": value}}, _filled(said, value, value))

    return Trait(name, (attribute,), asked, want)


def flag(name: str, attribute: str, said: Said, asked: Mapping[Language, str], wanted: bool = True) -> Trait:
    def want(row: Row, _: random.Random) -> Want | None:
        return Want(name, {attribute: {"==": wanted}}, _filled(said, "", "")) if row[attribute] is wanted else None

    return Trait(name, (attribute,), asked, want)


def between(name: str, low: str, high: str, said: Said, asked: Mapping[Language, str]) -> Trait:
    """A number that lies within what the item allows."""

    def want(row: Row, rng: random.Random) -> Want | None:
        value = rng.randint(row[low], row[high])
        return Want(name, {low: {"<=": value}, high: {">=": value}}, _filled(said, str(value), str(value)))

    return Trait(name, (low, high), asked, want)


def _filled(said: Said, english: str, chinese: str) -> dict[Language, list[str]]:
    return {"en": [s.format(v=english) for s in said["en"]], "zh": [s.format(v=chinese) for s in said["zh"]]}

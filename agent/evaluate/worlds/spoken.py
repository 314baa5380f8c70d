"""Traits as people say them: amounts written in several ways, ranges, choices of two, slips mended in the sentence.

Where a trait of `traits.py` has one way of writing a value, these have `Ways`. Sentences are templates with {v}, with
{w} for the looser value that the user takes back in the same breath, with {a} and {b} where there are two values.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, cast

from agent.evaluate.operators import Operator, holds
from agent.evaluate.worlds.traits import Names, Row, Said, Trait, Want
from tools.domain import Language

Ways = tuple[Sequence[str], Sequence[str]]  # a value in English, and in Chinese
Asked = Mapping[Language, str]
LANGUAGES: tuple[Language, Language] = ("en", "zh")


def limit(name: str, attribute: str, operator: Operator, steps: Mapping[Any, Ways], said: Said, asked: Asked) -> Trait:
    """At most or at least one of `steps` (numbers, or dates as text): the nearest that the item keeps, or the next."""

    def want(row: Row, rng: random.Random) -> Want | None:
        ordered = sorted(steps, reverse=operator == ">=")
        fits = [step for step in ordered if holds(row.get(attribute), operator, step)]
        if not fits:
            return None
        at = min(rng.randrange(2), len(fits) - 1)
        return _limit(fits[at], fits[at + 1] if at + 1 < len(fits) else None)

    def _limit(value: Any, wider: Any) -> Want:
        sentences = {
            language: list(_written(said[language], steps[value][n], () if wider is None else steps[wider][n]))
            for n, language in enumerate(LANGUAGES)
        }
        looser = None if wider is None else _limit(wider, None)
        return Want(name, {attribute: {operator: value}}, sentences, looser)

    return Trait(name, (attribute,), asked, want)


def _written(said: Sequence[str], ways: Sequence[str], wider: Sequence[str]) -> Iterator[str]:
    """Every template in every way of writing; none with {w} where nothing wider was said."""
    for template in said:
        if "{w}" in template:
            yield from (template.format(v=v, w=w) for v, w in product(ways, wider))
        else:
            yield from (template.format(v=v) for v in ways)


def exactly(name: str, attribute: str, values: Mapping[Any, Ways], said: Said, asked: Asked) -> Trait:
    def want(row: Row, _: random.Random) -> Want | None:
        value = row[attribute]
        if value not in values:
            return None
        return Want(name, {attribute: {"==": value}}, _in_ways(said, values[value]))

    return Trait(name, (attribute,), asked, want)


def span(name: str, attribute: str, spans: Sequence[tuple[float, float]], said: Said, asked: Asked) -> Trait:
    """From {a} to {b}, both included."""

    def want(row: Row, rng: random.Random) -> Want | None:
        have = row.get(attribute)
        fits = [(low, high) for low, high in spans if have is not None and low <= have <= high]
        if not fits:
            return None
        low, high = rng.choice(fits)
        written = {"a": f"{low:g}", "b": f"{high:g}"}
        sentences = {language: [s.format(**written) for s in said[language]] for language in LANGUAGES}
        return Want(name, {attribute: {">=": low, "<=": high}}, sentences)

    return Trait(name, (attribute,), asked, want)


def period(name: str, attribute: str, periods: Mapping[tuple[Any, Any], Ways], said: Said, asked: Asked) -> Trait:
    """One of `periods`, both ends included, where both together are said as {v}: a month, an afternoon."""

    def want(row: Row, rng: random.Random) -> Want | None:
        have = row[attribute]
        fits = [(low, high) for low, high in periods if low <= have <= high]
        if not fits:
            return None
        low, high = rng.choice(fits)
        return Want(name, {attribute: {">=": low, "<=": high}}, _in_ways(said, periods[low, high]))

    return Trait(name, (attribute,), asked, want)


def within(name: str, low: str, high: str, values: Mapping[int, Ways], said: Said, asked: Asked) -> Trait:
    """One of `values` that lies within what the item allows."""

    def want(row: Row, rng: random.Random) -> Want | None:
        fits = [value for value in values if row[low] <= value <= row[high]]
        if not fits:
            return None
        value = rng.choice(fits)
        return Want(name, {low: {"<=": value}, high: {">=": value}}, _in_ways(said, values[value]))

    return Trait(name, (low, high), asked, want)


def two(name: str, attribute: str, operator: Operator, names: Names, said: Said, asked: Asked) -> Trait:
    """Two values {a} and {b}: both (`contains`), one of them (`in`, `contains_any`), or neither (`not_contains`)."""

    def want(row: Row, rng: random.Random) -> Want | None:
        listed = row[attribute] if isinstance(row[attribute], list) else [row[attribute]]
        have, lack = [n for n in names if n in listed], [n for n in names if n not in listed]
        from_have, from_lack = {"contains": (2, 0), "not_contains": (0, 2)}.get(operator, (1, 1))
        if len(have) < from_have or len(lack) < from_lack:
            return None
        pair = rng.sample(have, from_have) + rng.sample(lack, from_lack)
        rng.shuffle(pair)
        a, b = pair
        sentences: dict[Language, list[str]] = {
            "en": [s.format(a=a, b=b) for s in said["en"]],
            "zh": [s.format(a=names[a], b=names[b]) for s in said["zh"]],
        }
        return Want(name, {attribute: {operator: pair}}, sentences)

    return Trait(name, (attribute,), asked, want)


def mixed(*kinds: Trait) -> Trait:
    """One trait that is asked for in any of these ways: all of the same name and attributes, so that a question about
    the attribute is a question about this trait alone.
    """
    first = kinds[0]

    def want(row: Row, rng: random.Random) -> Want | None:
        wants = [want for kind in kinds if (want := kind.want(row, rng))]
        return rng.choice(wants) if wants else None

    return Trait(first.name, first.attributes, first.asked, want)


def _in_ways(said: Said, ways: Ways) -> dict[Language, list[str]]:
    return {language: list(_written(said[language], ways[n], ())) for n, language in enumerate(LANGUAGES)}


def plain(values: Sequence[float], english: str = "{v}", chinese: str = "{v}") -> dict[float, Ways]:
    """Each value in figures, in one way."""
    return {
        value: cast(Ways, ((english.format(v=f"{value:g}"),), (chinese.format(v=f"{value:g}"),))) for value in values
    }

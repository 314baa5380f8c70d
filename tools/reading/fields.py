"""What the fields of a catalogue are called in a request: by their own name, the domain file's `[names]`, the usual
nouns of their kind, and the glossary.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

from tools.catalogue import Catalogue, FieldSpec
from tools.domain import Domain
from tools.reading.kinds import Kind, kind_of
from tools.reading.quantities import NAMED
from tools.reading.text import either

_BEFORE = {
    "is",
    "has",
    "have",
    "num",
    "number",
    "n",
    "avg",
    "average",
    "mean",
    "total",
    "item",
    "product",
    "user",
    "the",
}
_AFTER = {
    "years",
    "months",
    "weeks",
    "days",
    "at",
    "on",
    "in",
    "count",
    "of",
    "flag",
    "usd",
    "eur",
    "gbp",
    "cny",
    "rmb",
} | {u for d in NAMED.values() for u in d}
_FULL = {"min": "minimum", "max": "maximum", "minimum": "min", "maximum": "max"}


class Fields:
    """`spoken`: a name in lower case -> the fields it may mean, the likeliest first."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self.catalogue = catalogue
        self.kinds: dict[str, Kind] = {}
        self.spoken: dict[str, list[str]] = {}
        names: dict[str, list[str]] = {}
        for spec in catalogue.fields.values():
            names[spec.name] = [*own_names(spec.name), *_given(spec.name, domain)]
            if kind := kind_of(spec):
                self.kinds[spec.name] = kind
        for field in names:  # `episodes` is what is called so, before `episode_minutes`
            for name in (" ".join(tokens(field)), *_told(field, domain), *glossary()["fields"].get(field, ())):
                self._add(name, field)
        for field, said in names.items():
            for name in said:
                self._add(name, field)
        for field, kind in self.kinds.items():
            for noun in kind.nouns:
                self._add(noun, field)
        for field in names:
            self._add(_bare(field), field)
        self.names = names
        self._measured: dict[str, list[FieldSpec]] = {}
        self._factors: dict[tuple[str, str], float] = {}

    def _add(self, name: str, field: str) -> None:
        fields = self.spoken.setdefault(name.casefold(), [])
        if field not in fields:
            fields.append(field)

    def pattern(self, *kinds: str) -> str:
        """A pattern for the names of fields that hold these kinds of values; all of them by default."""
        among = {spec.name for spec in self.catalogue.fields.values() if not kinds or spec.kind in kinds}
        return either(name for name, fields in self.spoken.items() if among.intersection(fields))

    def with_part(self, word: str) -> list[FieldSpec]:
        """Number fields whose name has this word, in the singular: `hours` are held, an `hour` is what they are per."""
        numbers = (spec for spec in self.catalogue.fields.values() if spec.kind == "number")
        every = {word, "daily" if word == "day" else f"{word}ly"}  # `monthly_rent` is a month
        return [spec for spec in numbers if every & {*tokens(spec.name)}]

    def called(self, name: str) -> list[FieldSpec]:
        key = re.sub(r"[\s-]+", " ", name.strip().casefold())
        found = next((self.spoken[k] for k in (key, name.strip().casefold()) if k in self.spoken), [])
        return [self.catalogue.fields[field] for field in found]

    def of_kind(self, kind: str) -> list[FieldSpec]:
        """Those whose own name is a usual noun of the kind first."""
        found = [field for field, held in self.kinds.items() if held.name == kind]
        found.sort(key=lambda field: not set(self.names[field]).intersection(self.kinds[field].nouns))
        return [self.catalogue.fields[field] for field in found]

    def of_dimension(self, dimension: str) -> list[FieldSpec]:
        if dimension not in self._measured:
            self._measured[dimension] = self._of_dimension(dimension)
        return self._measured[dimension]

    def _of_dimension(self, dimension: str) -> list[FieldSpec]:
        dimension = {"points": "stars", "people": "players"}.get(dimension, dimension)
        if dimension == "length" and not self._lengths():
            dimension = "distance"  # "within 500 meters"
        kinds = dict.fromkeys(kind.name for kind in self.kinds.values() if kind.dimension == dimension)
        found = [spec for kind in kinds for spec in self.of_kind(kind)]
        units = NAMED.get(dimension, {})
        named = (s for s in self.catalogue.fields.values() if s.kind == "number" and tokens(s.name)[-1] in units)
        return list(dict.fromkeys([*found, *(s for s in named if self._may_measure(s, dimension))]))

    def _lengths(self) -> bool:
        return any(kind.dimension == "length" for kind in self.kinds.values()) or any(
            spec.kind == "number" and spec.name not in self.kinds and tokens(spec.name)[-1] in NAMED["length"]
            for spec in self.catalogue.fields.values()
        )

    def _may_measure(self, spec: FieldSpec, dimension: str) -> bool:
        """The `min` of `players_min` is no minute: players are counted, and there is a `players_max`."""
        kind, paired = self.kinds.get(spec.name), re.sub("min$", "max", spec.name)
        return (kind is None or kind.dimension == dimension) and (
            paired == spec.name or paired not in self.catalogue.fields
        )

    def in_units(self, specs: Iterable[FieldSpec], dimension: str) -> bool:
        """Whether the name of one of them says a unit of the dimension."""
        return any(NAMED[dimension].keys() & {*tokens(spec.name)} for spec in specs)

    def factor(self, spec: FieldSpec, dimension: str) -> float:
        if (spec.name, dimension) not in self._factors:
            self._factors[spec.name, dimension] = self._factor(spec, dimension)
        return self._factors[spec.name, dimension]

    def _factor(self, spec: FieldSpec, dimension: str) -> float:
        """What one of the field is in the dimension's base unit: by its name, else by how large its values are."""
        kind = self.kinds.get(spec.name)
        if dimension == "length" and kind and kind.dimension == "distance":
            return 100 * self._factor(spec, "distance")
        units = NAMED.get(dimension, {})
        if named := next((units[part] for part in reversed(tokens(spec.name)) if part in units), None):
            return named
        middle = float(np.nanmedian(self.catalogue.numbers(spec.name)))
        match dimension:
            case "time":
                short = not spec.integral and middle < 6 and "time" in spec.name
                return 1 / 60 if middle > 900 else 60.0 if short else 1.0
            case "mass":
                return 1000.0 if middle < 50 else 1.0
            case "distance":
                return 1000.0 if middle < 500 or "mileage" in spec.name else 1.0
            case "bytes":
                return 1000.0 if middle < 5000 else 1.0
            case "length":
                return 2.54 if re.search(r"screen|diagonal|display", spec.name) else 1.0
        return 1.0


def tokens(name: str) -> list[str]:
    parts = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold())
    return [part for part in parts if part] or [name.casefold()]


def own_names(name: str) -> Iterator[str]:
    """`review_count` is "review count" and "reviews"; `min_age` is "min age" and "minimum age"."""
    parts = tokens(name)
    yield " ".join(parts)
    core = parts
    while len(core) > 1 and core[0] in _BEFORE:
        core = core[1:]
    while len(core) > 1 and core[-1] in _AFTER:
        core = core[:-1]
    for form in (core, [_FULL.get(core[0], core[0]), *core[1:]]):
        yield " ".join(form)
        if form[-1].isascii():
            yield " ".join([*form[:-1], form[-1].removesuffix("s") if form[-1].endswith("s") else f"{form[-1]}s"])


def _bare(name: str) -> str:
    """`min_lease_months` is a lease."""
    parts = [part for part in tokens(name) if part not in _FULL] or tokens(name)
    return " ".join(parts[:-1] if parts[1:] and parts[-1] in _AFTER else parts)


def _given(name: str, domain: Domain) -> list[str]:
    listed = glossary()["fields"]
    usual = [word for part in dict.fromkeys((name.casefold(), *own_names(name))) for word in listed.get(part, ())]
    return [*_told(name, domain), *usual]


def _told(name: str, domain: Domain) -> list[str]:
    return [word for words in domain.names.get(name, {}).values() for word in words]


@cache
def glossary() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((Path(__file__).parent / "glossary.toml").read_text(encoding="utf-8"))

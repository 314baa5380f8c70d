"""What a question calls the fields of a catalogue, in the reader's language, and which fields a question named.

`players_min` and `players_max` are one topic. The domain file's `[names]` come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.field_names import chinese, usual
from tools.catalogue import Catalogue, FieldSpec
from tools.domain import Domain, Language
from tools.reading.fields import tokens
from tools.reading.kinds import kind_of
from tools.reading.quantities import NAMED

_EDGES = ("min", "minimum", "least", "lowest", "max", "maximum", "most", "highest", "avg", "average", "mean")
_LEAST = ("min", "minimum", "least", "lowest")
_UNITS = {unit for units in NAMED.values() for unit in units} | {
    "km",
    "mi",
    "miles",
    "usd",
    "eur",
    "gbp",
    "cny",
    "rmb",
    "percent",
    "pct",
}
_NOT_SAID = "(?<![a-z])(?:{0})(?![a-z])"


def stem(name: str) -> str:
    """`min_players`, `players_max` -> `players`; `center_km` -> `center`."""
    parts = tokens(name)
    core = [part for part in parts if part not in _EDGES] or parts
    while len(core) > 1 and core[-1] in _UNITS:
        core = core[:-1]
    return " ".join(core)


def least(name: str) -> bool:
    """Whether the field is the lower of a pair."""
    return any(part in _LEAST for part in tokens(name))


class Topics:
    """The names of one catalogue's fields. No two topics that a reader could mix up share one."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self._names: dict[Language, dict[str, str]] = {
            language: {spec.name: _name(spec, domain, language) for spec in catalogue.fields.values()}
            for language in ("en", "zh")
        }
        for language, names in self._names.items():
            for name, said in names.items():
                if any(said == other and stem(name) != stem(field) for field, other in names.items()):
                    names[name] = (
                        " ".join(tokens(name)) if language == "en" else chinese(name) or " ".join(tokens(name))
                    )

    def name(self, field: str, language: Language) -> str:
        return self._names[language][field]

    def names(self, fields: Iterable[str], language: Language) -> list[str]:
        """Each once, in their order."""
        return list(dict.fromkeys(self.name(field, language) for field in fields))

    def named(self, question: str) -> tuple[str, ...]:
        """The fields that a question of ours is about, in its order; a longer name is read first."""
        found: dict[str, int] = {}
        left = question
        every = {(said, field) for names in self._names.values() for field, said in names.items()}
        by_name: dict[str, list[str]] = {}
        for said, field in sorted(every):
            by_name.setdefault(said, []).append(field)
        for said in sorted(by_name, key=len, reverse=True):
            pattern = _NOT_SAID.format(re.escape(said)) if said.isascii() else re.escape(said)
            if place := re.search(pattern, left):
                found |= {field: place.start() for field in by_name[said] if field not in found}
                left = left.replace(place[0], "\0" * len(place[0]))
        return tuple(sorted(found, key=lambda field: found[field]))


def _name(spec: FieldSpec, domain: Domain, language: Language) -> str:
    given = domain.names.get(spec.name, {}).get(language, ())
    if given:
        return given[0]
    if language == "zh":
        return chinese(_joined(stem(spec.name))) or usual(spec) or _plain(spec.name)
    if spec.name == "tags":
        return "kind"
    kind = kind_of(spec)
    return "number of players" if kind is not None and kind.name == "players" else _plain(spec.name)


def _plain(name: str) -> str:
    """`center_km` is the center."""
    return stem(name)


def _joined(spaced: str) -> str:
    return spaced.replace(" ", "_")

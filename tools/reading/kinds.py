"""Kinds of attributes that catalogues share whatever they sell, and the usual words for them (kinds.toml).

A field belongs to a kind by its name; a catalogue that calls its price "tarif" says so in the `[names]` of its domain
file. What is said of no kind is read by the field's own name.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tools.catalogue import FieldSpec

NEAR = 0.2  # of an amount that "around" it reaches
_AREA = re.compile(r"_(?:sqm|m2|sqft|ft2)$")


class Kind(BaseModel):
    """One table of kinds.toml; its head says what each word list is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    fields: str
    dimension: str = ""
    nouns: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    high: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    much: tuple[str, ...] = ()
    little: tuple[str, ...] = ()
    ranges: bool = False
    near: float = NEAR


@cache
def kinds() -> tuple[Kind, ...]:
    listed = tomllib.loads((Path(__file__).parent / "kinds.toml").read_text(encoding="utf-8"))
    return tuple(Kind(name=name, **table) for name, table in listed.items())


def kind_of(spec: FieldSpec) -> Kind | None:
    """Of a number or date field."""
    if spec.kind == "date":
        return next(kind for kind in kinds() if kind.name == "year")
    if spec.kind != "number":
        return None
    names = dict.fromkeys((re.sub(r"_(?:min|max)$", "", spec.name), spec.name))  # no minutes in `players_min`
    found = [k for name in names for k in kinds() if re.search(k.fields, name, re.IGNORECASE) and fits(k, spec)]
    found.sort(key=lambda kind: kind.name != "area" or not _AREA.search(spec.name))  # `size_m2` is no length
    year = next(kind for kind in kinds() if kind.name == "year") if year_like(spec) else None
    return next(iter(found), year)


def year_like(spec: FieldSpec) -> bool:
    """Whole numbers that are all years, whatever the field is called: `opened`."""
    low, high = spec.minimum, spec.maximum
    return (
        spec.kind == "number" and spec.integral and low is not None and high is not None and 1400 <= low <= high < 2050
    )


def fits(kind: Kind, spec: FieldSpec) -> bool:
    """A field is no year for being called "years_of_warranty"."""
    return kind.name != "year" or (spec.maximum is not None and 1000 <= spec.maximum <= 2200)

"""The domain file: what the items are, which events mean approval, which attributes are facets, which rules hold.

A domain is a TOML file; the shipped ones lie in `tools/domains/`. Everything that differs between movies,
news and shops is here, so that no tool knows what a film is. The text under each key is its entry in docs/settings.md
(scripts/settings_reference.py), with an example in TOML behind `Example:`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tools.errors import InvalidInput, NotFound

SHIPPED = Path(__file__).parent / "domains"
Language = Literal["en", "zh"]
_RULE = re.compile(r"^\s*(?P<kind>[\w-]+)\s*(?:(?P<op><=|>=|==|<|>)\s*(?P<value>-?\d+(?:\.\d+)?))?\s*$")
_COMPARE = {"<=": np.less_equal, ">=": np.greater_equal, "==": np.equal, "<": np.less, ">": np.greater}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Strict):
    """`kind`, or `kind OP number`: `like`, `rate >= 4`."""

    kind: str
    op: str | None = None
    value: float | None = None

    @classmethod
    def parse(cls, text: str) -> Rule:
        match = _RULE.match(text)
        if not match:
            raise ValueError(f"{text!r} is not a rule; write an event kind, or a kind and a bound such as 'rate >= 4'")
        value = match["value"]
        return cls(kind=match["kind"], op=match["op"], value=None if value is None else float(value))

    def holds(self, kinds: NDArray[np.str_], values: NDArray[np.float64]) -> NDArray[np.bool_]:
        same = kinds == self.kind
        if self.op is None or self.value is None:
            return same
        with np.errstate(invalid="ignore"):
            return same & _COMPARE[self.op](values, self.value)


class Words(Strict):
    """A noun or verb in each language of the interface."""

    en: str
    """In English. Example: `"film"`"""
    zh: str
    """In Chinese. Example: `"电影"`"""


class Feedback(Strict):
    """How an event reads as a preference."""

    positive: tuple[str, ...]
    """Events that mean approval: a kind, or a kind and a bound on its value. Example: `["buy", "rate >= 4"]`"""
    negative: tuple[str, ...] = ()
    """Events that mean dislike, written alike. Example: `["return", "rate <= 2"]`"""
    weights: dict[str, float] = Field(default_factory=dict)
    """Kinds that count more or less than 1. Example: `{ buy = 2.0, view = 0.5 }`"""
    half_life_days: float = Field(default=90.0, gt=0)
    """Days after which an event counts half for the profile. Example: `45.0`"""

    @field_validator("positive", "negative")
    @classmethod
    def _parse(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        for rule in rules:
            Rule.parse(rule)
        return rules

    @cached_property
    def _rules(self) -> tuple[list[Rule], list[Rule]]:
        return [Rule.parse(r) for r in self.positive], [Rule.parse(r) for r in self.negative]

    def preference(self, kinds: NDArray[np.str_], values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Signed weight of each event, shape (n,): above 0 approval, below 0 dislike, 0 says nothing."""
        weights = np.ones(len(kinds), np.float32)
        for kind, weight in self.weights.items():
            weights[kinds == kind] = weight
        sign = np.zeros(len(kinds), np.float32)
        for rules, mark in zip(self._rules, (1.0, -1.0), strict=True):
            for rule in rules:
                sign[rule.holds(kinds, values)] = mark
        return sign * weights

    def grade(self, kinds: NDArray[np.str_], values: NDArray[np.float64]) -> NDArray[np.float32]:
        """`preference` in finer steps, shape (n,), where a kind has a value and a rule on either side of it: -1 at the
        negative bound and below, 1 at the positive one, up to 2 beyond. Elsewhere `preference` itself.
        """
        grades = self.preference(kinds, values)
        positive, negative = self._rules
        for up, down in ((u, d) for u in positive for d in negative if u.kind == d.kind):
            if up.value is None or down.value is None or up.value <= down.value:
                continue
            steps = 2 * (values - down.value) / (up.value - down.value) - 1
            graded = (kinds == up.kind) & np.isfinite(values)
            grades[graded] = steps[graded].clip(-1.0, 2.0) * self.weights.get(up.kind, 1.0)
        return grades


class Attributes(Strict):
    """Which item attributes play which part. An attribute that the catalogue does not have is passed over."""

    facets: tuple[str, ...] = ("tags",)
    """Small closed vocabularies: kinds that people ask for, offered to the model as choices.
    Example: `["tags", "color"]`"""
    people: tuple[str, ...] = ()
    """Names of people, brands, makers: matched as they are written. Example: `["director", "cast"]`"""
    shown: tuple[str, ...] = ()
    """Printed beside the title; the first one also in tables. Example: `["price", "brand"]`"""
    text_template: str = "{title}. {tags}. {description}"
    """The text of an item that the search embeds. Example: `"{title} by {brand}. {tags}. {description}"`"""


class Policy(Strict):
    """Rules enforced in code on every slate."""

    hide_seen: bool = True
    """Whether items with an event of the user are left out. Example: `false`"""
    availability: str | None = None
    """Boolean item attribute: an item where it is false is never shown. Example: `"in_stock"`"""
    available_to: dict[str, str] = Field(default_factory=dict)
    """Item attribute and user attribute that must share a value. Example: `{ regions = "country" }`"""
    sponsored: str | None = None
    """Boolean item attribute: an item where it is true is marked as sponsored. Example: `"promoted"`"""
    age_gate: str | None = None
    """Item attribute with a minimum age in years, held against the user's `age`. Example: `"min_age"`"""
    banned: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Attribute and the values of it that are never shown. Example: `{ tags = ["Weapons"] }`"""
    max_items: int = Field(default=50, ge=1, le=200)
    """Most items of one slate; 1 recommends one at a time. Example: `10`"""
    risky: tuple[str, ...] = ()
    """Words with which a generated text waits for a person's review. Example: `["guaranteed", "保证"]`"""


class Blend(Strict):
    """What the reader's words weigh beside their taste in the hybrid score (tools/rank/blend.py). What the sources of
    taste weigh among themselves is learned from the events (tools/rank/taste.py).
    """

    search: float = Field(default=1.0, ge=0)
    """Closeness to the words. Example: `1.5`"""
    named: float = Field(default=4.0, ge=0)
    """A title that the words name. Example: `6.0`"""
    taste: float = Field(default=2.0, gt=0)
    """The reader's taste. Example: `1.0`"""


class Floor(Strict):
    """At least this `share` of every slate has one of `values` in `attribute`, as far as there are such items."""

    attribute: str
    """Item attribute. Example: `"language"`"""
    values: tuple[str, ...] = Field(min_length=1)
    """Values of it that count. Example: `["zh"]`"""
    share: float = Field(gt=0, le=1)
    """Part of the slate, rounded down to whole items. Example: `0.2`"""


class Mix(Strict):
    """What a slate is beside relevant; docs/ranking.md has what each knob costs."""

    long_tail: float = Field(default=0.55, ge=0, le=2)
    """Deviations of taste that are taken off for one deviation of log popularity. Example: `0.3`"""
    calibration: float = Field(default=0.2, ge=0, lt=1)
    """Weight of the user's own mix of facets beside relevance. Example: `0.4`"""
    exploration: float = Field(default=0.0, ge=0, le=0.5)
    """Share of the slate for items that hardly anyone has tried. Example: `0.1`"""
    floors: tuple[Floor, ...] = ()
    """Shares that are always kept. Example: `[{ attribute = "language", values = ["zh"], share = 0.2 }]`"""


class ColdStart(Strict):
    """Which user attributes may choose what a newcomer sees first, and which of those a reason may name. None by
    default: then two newcomers get the same slate whoever they are.
    """

    attributes: tuple[str, ...] = ()
    """User attributes that may count. Example: `["age", "country"]`"""
    named: dict[str, Words] = Field(default_factory=dict)
    """Those of them that a reason may name, and how. Example: `{ age = { en = "age", zh = "年龄" } }`"""

    @model_validator(mode="after")
    def _named_are_used(self) -> ColdStart:
        if unknown := sorted(set(self.named) - set(self.attributes)):
            raise ValueError(f"named: {', '.join(unknown)} is not among the attributes: name it there too")
        return self


class Domain(Strict):
    """One parsed domain file."""

    name: str
    """What the domain is called in the home. Example: `"shop"`"""
    item: Words
    """One item. Example: `{ en = "product", zh = "商品" }`"""
    items: Words
    """Several. Example: `{ en = "products", zh = "商品" }`"""
    liked: Words
    """What a user did who approved, as in "which you liked". Example: `{ en = "bought", zh = "买过" }`"""
    feedback: Feedback
    attributes: Attributes = Attributes()
    policy: Policy = Policy()
    blend: Blend = Blend()
    mix: Mix = Mix()
    cold_start: ColdStart = ColdStart()
    tone: str = "warm and concrete"
    """How the model writes. Example: `"helpful, like a shop assistant who does not push"`"""
    languages: tuple[Language, ...] = ("en", "zh")
    """Languages of the site. A note so far: replies are in the language of the words. Example: `["zh", "en"]`"""
    aliases: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    """What else people call the values of an attribute, in any language.
    Example: `{ tags = { Headphones = ["耳机", "earphones"] } }`"""
    names: dict[str, dict[Language, tuple[str, ...]]] = Field(default_factory=dict)
    """What people call an attribute itself. Example: `{ price = { en = ["cost"], zh = ["价钱"] } }`"""

    @classmethod
    def load(cls, name_or_file: str | Path) -> Domain:
        """A shipped domain by name, or a TOML file by path.

        Raises:
            NotFound: neither a shipped name nor a file.
            InvalidInput: not TOML, or a key or value it does not allow.
        """
        path = domain_path(name_or_file)
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{path}: not a readable TOML file: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InvalidInput(f"{path}: {where}: {first['msg']}") from error

    def alias(self, attribute: str, value: str, language: Language) -> str:
        """The value's name in `language` when the domain file gives one, else the value as catalogued."""
        if language == "en":
            return value
        names = self.aliases.get(attribute, {}).get(value, ())
        return next((name for name in names if not name.isascii()), value)


def domain_path(name_or_file: str | Path) -> Path:
    for path in (SHIPPED / f"{name_or_file}.toml", Path(name_or_file)):
        if path.is_file():
            return path
    if Path(name_or_file).suffix == ".toml":
        raise NotFound(f"{name_or_file}: no such domain file; check the path", "domain")
    shipped = ", ".join(sorted(p.stem for p in SHIPPED.glob("*.toml")))
    raise NotFound(f"no domain {str(name_or_file)!r}: give a TOML file, or one of {shipped}", "domain")

"""A suite of prompts: YAML, a list of cases, each a conversation and what is expected of every turn.

    cases = load(Path("prompts/suites/movies-hand.yaml"))

CONTRACT.md's format, and more expectations beside its own. Whatever is wrong is said with file, case and key.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from agent.acts import Kind
from agent.evaluate.operators import Operator
from tools.domain import Language
from tools.errors import InvalidInput, NotFound

Bounds = dict[str, dict[Operator, Any]]
Split = Literal["dev", "test"]
Rank = Annotated[int, Field(ge=1, le=50)]
COMPARED = Literal["<", "<=", ">", ">="]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


def _pattern(text: str) -> str:
    matcher(text)
    return text


def matcher(text: str) -> re.Pattern[str]:
    """`/regex/` or a substring; case does not count.

    Raises:
        ValueError: not a regular expression.
    """
    try:
        regex = len(text) > 2 and text.startswith("/") and text.endswith("/")
        return re.compile(text[1:-1] if regex else re.escape(text), re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]


class Plan(Strict):
    """The exact plan: `tools` all called, none beyond them but `also`; the filters in force are exactly `filters`."""

    tools: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    filters: Bounds = Field(default_factory=dict)


class Expect(Strict):
    """What one reply must be. The first ten are the contract's."""

    tools: tuple[str, ...] | None = None  # called, in any order; an empty list: none was
    slate_all: Bounds | None = None
    min_items: int | None = Field(default=None, ge=0)
    max_items: int | None = Field(default=None, ge=0)
    unseen: bool | None = None
    abstain: bool | None = None
    language: Language | None = None
    mentions: tuple[Pattern, ...] = ()
    forbids: tuple[Pattern, ...] = ()
    relevant: tuple[str, ...] = ()

    plan: Plan | None = None
    mentions_any: tuple[Pattern, ...] = ()  # one of them is enough
    mentions_shown: tuple[Rank, ...] = ()  # the titles that stood at these ranks of the last slate
    absent: tuple[Rank, ...] = ()  # what stood at these ranks of the last slate is not shown
    fresh: bool | None = None  # nothing that an earlier slate of the conversation held
    versus: dict[str, dict[COMPARED, Rank | Literal["shown"]]] | None = (
        None  # beside a rank, or the last slate's middle
    )
    asks: bool | None = None  # the reply holds a question
    act: tuple[Kind, ...] = ()  # what the message was taken for: one of these
    constraints: Bounds | None = None  # exactly these are in force after the turn, told as such in the reply


class Turn(Strict):
    say: str = Field(min_length=1)
    expect: Expect = Expect()


class Case(Strict):
    """One conversation. `template` is what it was made from: no template and no user is in both splits."""

    id: str = Field(min_length=1)
    user: str = Field(min_length=1)
    language: Language = "en"
    tags: tuple[str, ...] = ()
    split: Split | None = None
    template: str | None = None
    turns: tuple[Turn, ...] = Field(min_length=1)


def load(path: Path, split: Split | None = None) -> list[Case]:
    """The cases of a suite file, of one split when that is given.

    Raises:
        NotFound: no such file. InvalidInput: with file, case and key.
    """
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 -- a SafeLoader
    except FileNotFoundError:
        raise NotFound(f"{path}: no such suite; prompts/suites/ holds ours", "suite") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}: not readable as YAML: {error}", "suite") from None
    if not isinstance(rows, list) or not rows:
        raise InvalidInput(f"{path}: a suite is a list of cases, each with id, user and turns", "suite")
    cases = [_case(path, n, row) for n, row in enumerate(rows, 1)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise InvalidInput(f"{path}: case {case.id!r}: id: two cases have it", "suite")
        seen.add(case.id)
    chosen = [case for case in cases if split in (None, case.split)]
    if not chosen:
        raise InvalidInput(f"{path}: no case of split {split!r}", "split")
    return chosen


def _case(path: Path, n: int, row: Any) -> Case:
    named = repr(row["id"]) if isinstance(row, dict) and "id" in row else f"number {n}"
    try:
        return Case.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the case"
        said = f" (it is {first['input']!r:.80})" if first["type"] not in ("missing", "extra_forbidden") else ""
        raise InvalidInput(f"{path}: case {named}: {where}: {first['msg']}{said}", "suite") from None


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # yaml has no types
    """YAML without two same keys in one mapping, of which the first would be lost without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)

"""A user who has a film in mind and may not name it: made from real histories, whose last liked item is held out.

They say what it is like and who is in it, a little at a time, compare what they are shown with it, and answer
questions. Rules, no language model. They stop when it is shown, or after five replies.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.evaluate.talk import Heard
from tools.domain import Domain, Language
from tools.errors import TastemakerError

TURNS, SHOWN = 5, 5  # replies, items in each
_SENTENCE = re.compile(r"[^.!?。！？\n]*[?？]")
_ASKED: dict[str, str] = {  # part of a description -> what a question about it has in it
    "person": r"actor|starring|\bcast\b|star\b|演员|主演",
    "maker": r"direct|author|who made|by whom|导演|作者",
    "length": r"long|short|length|minutes|runtime|多长|时长|片长|分钟",
    "second": r"genre|kind|type|类型|题材|哪种",
    "year": r"year|decade|recent|newer|older|old\b|年代|年份|哪一?年|新一?点",
}


class Leak(TastemakerError):
    """What the user's side said, or the prompt, names the hidden item: the run proves nothing."""


@dataclass(frozen=True)
class Target:
    """The hidden item of one user. `row`: its attributes, title and id."""

    user: str
    row: Mapping[str, Any]
    language: Language

    @property
    def title(self) -> str:
        return str(self.row["title"])

    def check(self, text: str, where: str) -> None:
        """Raises Leak: the text has the title, or the id where one would stand."""
        if _words(self.title) in _words(text):
            raise Leak(f"{where} names the hidden item {self.title!r}: {text[:200]!r}")
        identity = re.escape(str(self.row["item_id"]))
        marked = rf"(?:(?<![a-z])(?:item|id)|#)[\s_:=\"'#]*{identity}\b"
        if re.search(marked if identity.isdigit() else rf"(?<!\w){identity}(?!\w)", text, re.IGNORECASE):
            raise Leak(f"{where} has the hidden item's id {self.row['item_id']!r}: {text[:200]!r}")


def _words(text: str) -> str:
    """In lower case, punctuation as spaces, so that a title is found whole and only whole."""
    return " ".join(["", *re.findall(r"[^_\W]+", text.casefold()), ""])


@dataclass
class Simulated:
    """One conversation towards `target`; `domain` names facet values in Chinese."""

    target: Target
    domain: Domain
    seed: int = 0
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = random.Random(f"{self.target.user} {self.seed}")  # noqa: S311 -- to be repeated
        self._parts = dict(self._describe())

    @property
    def about(self) -> dict[str, Any]:
        return {"target": self.target.row["item_id"], "told": list(self.told)}

    def say(self, heard: Sequence[Heard]) -> str | None:
        if heard and (found(self.target, heard[-1:]) or len(heard) >= TURNS):
            return None
        words = self._more(heard[-1]) if heard else self._open()
        self.target.check(words, "the user")
        return words

    def _open(self) -> str:
        self.told += ["kind", "decade"]
        kind, decade = self._parts["kind"], self._parts["decade"]
        noun = self.domain.item
        if self.target.language == "zh":
            return self._rng.choice((f"想看一部{decade}的{kind}{noun.zh}。", f"有没有{decade}的{kind}{noun.zh}？"))
        return self._rng.choice(
            (f"I feel like a {kind} {noun.en} from {decade}.", f"A {kind} {noun.en} of {decade}, please.")
        )

    def _more(self, heard: Heard) -> str:
        """The answer to what was asked, else the next thing; beside it how the first item shown differs."""
        asked = " ".join(_SENTENCE.findall(heard.text))
        answers = [p for p, words in _ASKED.items() if p in self._parts and re.search(words, asked, re.IGNORECASE)]
        parts = [p for p in answers if p not in self.told] or [p for p in self._parts if p not in self.told][:1]
        self.told += parts
        said = [*self._critique(heard), *(self._parts[part] for part in parts)]
        if not said:
            return "还是不对，换一批。" if self.target.language == "zh" else "Still not it. Show me others."
        return " ".join(said)

    def _critique(self, heard: Heard) -> Iterator[str]:
        """By a whole decade or half an hour, the first item shown is off."""
        if not heard.slate:
            return
        shown, zh = heard.slate[0].get("attributes", {}), self.target.language == "zh"
        apart = {
            name: self.target.row.get(name, 0) - shown.get(name, self.target.row.get(name, 0))
            for name in ("year", "runtime")
        }
        if abs(apart["year"]) >= 5:
            newer = apart["year"] > 0
            yield (
                ("要更新一点的。" if newer else "要更老一点的。")
                if zh
                else ("Newer than the first." if newer else "Older than the first.")
            )
        elif abs(apart["runtime"]) >= 30:
            longer = apart["runtime"] > 0
            yield (
                ("要更长一点的。" if longer else "要更短一点的。")
                if zh
                else ("Longer than the first." if longer else "Shorter than the first.")
            )

    def _describe(self) -> Iterator[tuple[str, str]]:
        """Parts of the description in the order in which they are told, those that the catalogue has."""
        row, zh = self.target.row, self.target.language == "zh"
        kinds = [self.domain.alias("tags", tag, self.target.language) for tag in row["tags"]]
        decade = row["year"] // 10 * 10
        yield "kind", kinds[0] if zh else kinds[0].lower()
        yield "decade", f"{decade % 100}年代" if zh else f"the {decade}s"
        if len(kinds) > 1:
            yield "second", f"也要是{kinds[1]}。" if zh else f"It is also {kinds[1].lower()}."
        if row.get("cast"):
            name = self._rng.choice(row["cast"][:3])
            yield "person", f"有{name}出演。" if zh else f"It has {name} in it."
        if row.get("director"):
            yield "maker", f"{row['director'][0]}导演的。" if zh else f"It is directed by {row['director'][0]}."
        if row.get("runtime"):
            most = -(-row["runtime"] // 10) * 10
            yield "length", f"不超过{most}分钟。" if zh else f"At most {most} minutes."
        yield "year", f"不早于{row['year'] - 1}年。" if zh else f"Nothing from before {row['year'] - 1}."


def found(target: Target, heard: Sequence[Heard]) -> int | None:
    """In which reply the target stands on the slate, from 1."""
    return next((n for n, each in enumerate(heard, 1) if target.row["item_id"] in each.shown[:SHOWN]), None)

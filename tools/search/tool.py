"""The vector_search tool: items close to some words, by meaning and by the words, among those that filters allow."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from tools import filters
from tools.bus import Candidates, Evidence, Explain
from tools.context import Context
from tools.search.glossary import readable
from tools.search.model import Hits
from tools.shorten import shorten

if TYPE_CHECKING:
    from tools.catalogue import Catalogue, Filters
    from tools.toolbox import Toolbox

NAME = "vector_search"
FOUND = 100
SHOWN = 400  # characters of an observation
ALIKE = 0.25  # cosine from which an item may be said to match the words; unrelated texts stay below
MAX_QUERY = 300


def description(box: Toolbox) -> str:
    return (
        f"Finds {box.domain.items.en} by meaning. Put the wish in `query` as a few words and hard requirements in"
        f" `filters`; leave out filters that were not asked for."
    )


def arguments(catalogue: Catalogue) -> type[BaseModel]:
    fields: dict[str, Any] = {
        "query": (str, Field(min_length=1, max_length=MAX_QUERY, description="what to look for, in words")),
        "filters": (filters.argument(catalogue), Field(default_factory=dict, description="hard requirements")),
    }
    return create_model("VectorSearch", __config__=ConfigDict(extra="forbid"), **fields)


def run(args: Any, context: Context) -> str:
    """Puts the best 100 allowed items on the bus."""
    box, words = context.box, clean(args.query)
    read = _read(words, box)
    allowed = context.eligible & box.catalogue.mask(args.filters)
    if not allowed.any():
        return _nothing(args.filters, context)
    hits = box.search.hybrid(words, read, allowed, FOUND)
    if not len(hits.items):
        return "There is nothing to search with in the query: give a few English words."
    context.bus.put(Candidates("search", hits.items, hits.scores, explain(words, args.filters, hits, box)))
    best, count = "; ".join(_label(box.catalogue, int(i)) for i in hits.items[:5]), int(allowed.sum())
    return shorten(f"{count} {_noun(context, count)} allowed. Closest: {best}.", SHOWN, placeholder=" ...")


def prepare(query: str, box: Toolbox) -> None:
    """Begin with the vector of words that will be searched with, beside reading the user and the rest of the turn."""
    if read := _read(clean(query), box):
        box.search.encoder.start(read)


def _read(words: str, box: Toolbox) -> str:
    """What of the words the encoder can read."""
    return words if box.search.encoder.reads_chinese else readable(words, box.domain)


def explain(words: str, wanted: Filters, hits: Hits, box: Toolbox) -> Explain:
    """How close an item is to the words, whether its title or people hold them, which of the wanted values it has."""
    similarity = dict(zip(hits.items.tolist(), hits.cosines.tolist(), strict=True))

    def why(item: int) -> list[Evidence]:
        cosine, matched = similarity[item], _matched(wanted, box.catalogue, item)
        titled, people = _named(words, item, box)
        english, chinese = [], []
        if cosine >= ALIKE or titled:
            quote = shorten(words, 60, placeholder="...") if " " in words else words[:60]
            english.append(f'matches your words{" in its title" if titled else ""}: "{quote}"')
            chinese.append(f"{'标题' if titled else ''}与你说的“{quote}”相符")
        if people:
            english.append(f"has {', '.join(people)}, as you said")
            chinese.append(f"有你说的{'、'.join(people)}")
        if matched:
            english.append(f"is {', '.join(v for _, v in matched)}, as you asked")
            chinese.append(f"符合你要的{'、'.join(box.domain.alias(f, v, 'zh') for f, v in matched)}")
        if not english:
            return []
        held = [*people, *(value for _, value in matched)]
        text, text_zh = "; ".join(english), "，".join(chinese)
        return [Evidence(kind="search", text=text, text_zh=text_zh, similarity=round(cosine, 4), matched=held)]

    return why


def _named(words: str, item: int, box: Toolbox) -> tuple[bool, list[str]]:
    """Whether the words stand in the item's title, and the people of the item that they name."""
    held = box.catalogue.attributes(item)
    people = [name for field in box.domain.attributes.people for name in _listed(held.get(field))]
    lexical = box.search.lexical
    return lexical.in_title(words, box.catalogue.titles[item]), lexical.people(words, list(dict.fromkeys(people)))


def clean(text: str) -> str:
    """One line of printable characters, at most 300."""
    plain = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in unicodedata.normalize("NFKC", text))
    return re.sub(r"\s+", " ", plain).strip()[:MAX_QUERY]


def _matched(wanted: Filters, catalogue: Catalogue, item: int) -> list[tuple[str, str]]:
    """(field, value) that was asked for by name and that the item has."""
    held = catalogue.attributes(item)
    asked = dict.fromkeys(
        (name, value)
        for name, constraint in wanted.items()
        if catalogue.fields[name].facet
        for operator in ("contains", "contains_any", "==", "in")
        for value in _listed(constraint.get(operator))
    )
    return [(name, value) for name, value in asked if value in _listed(held.get(name))]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _nothing(wanted: Filters, context: Context) -> str:
    """Which constraint to relax, as far as this tool can see: the turn may hold more."""
    relax = filters.relaxations(wanted, context.box.catalogue, context.eligible)
    if not relax:
        return f"No {context.box.domain.item.en} is left for this user under the constraints of this turn."
    ways = [f"{r.field} {r.operator} {r.value} ({r.items} left)" for r in relax[:4]]
    told = f"dropping all of: {', '.join(ways)}" if relax[0].together else f"dropping one of: {', '.join(ways)}"
    said = f"No {context.box.domain.item.en} satisfies all the filters. It would help {told}."
    return shorten(said, SHOWN, placeholder=" ...")


def _label(catalogue: Catalogue, item: int) -> str:
    """The title, with the first number that the domain shows (a year, a price)."""
    held = catalogue.attributes(item)
    shown = (held.get(name) for name in catalogue.domain.attributes.shown)
    number = next((v for v in shown if isinstance(v, int | float) and not isinstance(v, bool)), None)
    title = shorten(catalogue.titles[item], 60, placeholder="...")
    return title if number is None else f"{title} ({number:g})"


def _noun(context: Context, count: int) -> str:
    return context.box.domain.item.en if count == 1 else context.box.domain.items.en

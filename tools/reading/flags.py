"""True-or-false fields, by their names: "with free shipping", "no subscription", "wheelchair accessible", "包邮"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.reading.allowed import allowance
from tools.reading.fields import Fields, glossary, own_names
from tools.reading.negation import denial, needless, refused
from tools.reading.text import HAN, Reading, either

_LEAD = re.compile(r"^(?:is|has|have|with|requires?|supports?|needs?|allows?|offers?|includes?|contains?)\s+")
_TAIL = re.compile(r"\s+(?:support|supported|required|needed|included|allowed|flag|only)$")
_OFF = {
    "in stock": ("out of stock", "sold out", "缺货", "无货", "售罄"),
    "available": ("unavailable", "sold out", "下架"),
    "second hand": ("brand new", "全新", "新车", "新品", "新的"),
    "outdoor": ("indoor", "indoors", "室内"),
    "indoor": ("outdoor", "outdoors", "室外", "户外"),
    "furnished": ("空房", "毛坯"),
    "subscription": ("subscription free", "one time purchase", "免订阅", "无需订阅"),
    "paywall": ("free to read", "免费阅读"),
}
# Flags whose name is an everyday word: they need a lead.
_EVERYDAY = frozenset(
    [
        "new",
        "sale",
        "active",
        "available",
        "featured",
        "visible",
        "free",
        "used",
        "open",
        "live",
        "public",
        "verified",
        "hot",
        "top",
        "popular",
        "classic",
        "adult",
        "solo",
        "recommended",
        "promoted",
        "official",
        "original",
        "hidden",
        "special",
        "digital",
        "exclusive",
        "trending",
        "premium",
    ]
)
_CUE = re.compile(
    r"(?:\b(?:with|has|having|includ\w+|needs?|only|must be|should be|that(?:['’]s| is| are)"
    r"|which (?:is|are)|offer\w*|supports?"
    r"|comes? with)\s+(?:an?\s+|the\s+)?|(?:支持|要|有|带|可|能|必须|只要|只看)\s*)$",
    re.IGNORECASE,
)
_WAIVED = re.compile(
    r"\s+(?:is|are|would be)(?:n['’]?t|\s+not)\s+(?:really\s+)?(?:needed|necessary|required|important|essential|a must)"
    r"|[不没]是必[须要需]的?|(?:不必要|不重要)",
    re.IGNORECASE,
)
_CUED_AFTER = re.compile(r"\s*(?:only|required|needed)\b|[\s-]*(?:version|edition|option)s?\b|的", re.IGNORECASE)


class Flags:
    def __init__(self, fields: Fields) -> None:
        self._meant: dict[str, tuple[str, bool]] = {}
        for spec in fields.catalogue.fields.values():
            if spec.kind == "boolean":
                for name, value in _names(spec.name, fields.names[spec.name]):
                    self._meant.setdefault(name, (spec.name, value))
        self._pattern = re.compile(either(self._meant), re.IGNORECASE)

    def read(self, text: str) -> list[Reading]:
        return list(self._read(text)) if self._meant else []

    def _read(self, text: str) -> Iterator[Reading]:
        for found in self._pattern.finditer(text):
            field, value = self._meant[re.sub(r"[\s-]+", " ", found[0].casefold())]
            refusal = denial(text, found.start())
            refusal = found.start() if refusal is None and refused(text, found.end()) else refusal
            if needless(text, found.start()) or _waived(
                text, found.start() if refusal is None else refusal, found.end()
            ):
                yield Reading(found.start(), found.end(), field, "", None)  # not needed is not refused
                continue
            if refusal is None and not self._wished(found, text):
                continue
            start = found.start() if refusal is None else refusal
            end = found.end()
            if refusal is None and (lead := _CUE.search(text[max(0, start - 30) : start])):
                start -= len(lead[0])
            yield Reading(start, end, field, "==", value if refusal is None else not value)

    def _wished(self, found: re.Match[str], text: str) -> bool:
        if " " in found[0] or "-" in found[0] or HAN.search(found[0]) or found[0].casefold() not in _EVERYDAY:
            return True
        before = text[max(0, found.start() - 30) : found.start()]
        return bool(_CUE.search(before) or _CUED_AFTER.match(text, found.end()))


def _waived(text: str, start: int, end: int) -> bool:
    return bool(_WAIVED.match(text, end) or allowance(text, start, end))


def _names(field: str, given: list[str]) -> Iterator[tuple[str, bool]]:
    listed = glossary()["flags"]
    bare = {_TAIL.sub("", _LEAD.sub("", name)) for name in own_names(field)}
    for name in dict.fromkeys([*given, *bare]):
        yield re.sub(r"[\s-]+", " ", name.casefold()), True
    for name in bare:
        if name.endswith("s") and name.isascii() and len(name) > 3:
            yield name.removesuffix("s"), True  # dogs are welcome, and so is a dog
        if name.isascii() and name.isalpha():
            yield from ((f"{no}{name}", False) for no in ("un", "non", "non "))
        yield from ((other.casefold(), True) for other in listed.get(name, ()))
        yield from ((other.casefold(), False) for other in _OFF.get(name, ()))

"""Which date field a text is about, of several: what is listed, what is free from then on, when it starts or ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.catalogue import FieldSpec
from tools.reading.fields import tokens
from tools.reading.text import blank

# Which of several date fields is meant: parts of its name, and words that speak of it.
_ABOUT = (
    (
        {"available", "free", "move", "vacant", "entry"},
        re.compile(
            r"\b(?:available|free (?:from|by|on|in)|be free|mov(?:e|ing) in|vacant)\b|入住|搬[进入]|住进|能住|空出",
            re.IGNORECASE,
        ),
    ),
    (
        {"deadline", "ends", "end", "expires", "closes", "due", "until"},
        re.compile(r"\b(?:deadline|ends?|ending|expires?|closes?|closing|due)\b|截止|到期|结束", re.IGNORECASE),
    ),
    (
        {"start", "starts", "begins", "begin", "opens", "departure"},
        re.compile(
            r"\b(?:start(?:s|ing)?|begin(?:s|ning)?|open(?:s|ing)|depart\w*)\b|开始|开课|开班|出发|开幕", re.IGNORECASE
        ),
    ),
    (
        {"listed", "posted", "published", "added", "created", "uploaded", "updated", "released", "release", "publish"},
        re.compile(
            r"\b(?:listed|posted|published|added|put up|advertised|uploaded|updated|released|ads?|listings?|new)\b"
            r"|上架|挂牌|发布|发表|刊登|上传|更新|新",
            re.IGNORECASE,
        ),
    ),
)
_SENTENCE = re.compile(r"(?<!\d)[.!?。！？；;](?:\s+|$)")


def parts(text: str, specs: Sequence[FieldSpec]) -> Iterator[tuple[FieldSpec, str]]:
    """Each date field that is meant somewhere, and the text with everything hidden but the sentences it is meant in."""
    if not specs:
        return
    where: dict[str, list[tuple[int, int]]] = {}
    start = 0
    for end in [*(found.end() for found in _SENTENCE.finditer(text)), len(text)]:
        where.setdefault(_about(text[start:end], specs).name, []).append((start, end))
        start = end
    for spec in specs:
        if mine := where.get(spec.name):
            hidden = [(a, b) for name, spans in where.items() if name != spec.name for a, b in spans]
            yield spec, blank(text, hidden) if mine else text


def _about(words: str, specs: Sequence[FieldSpec]) -> FieldSpec:
    spoken = words.casefold()
    named = [s for s in specs if any(len(part) > 3 and part != "date" and part in spoken for part in tokens(s.name))]
    if len(named) == 1:
        return named[0]
    for about, said in _ABOUT:
        if said.search(words) and (spec := next((s for s in specs if about & {*tokens(s.name)}), None)):
            return spec
    return next((s for s in specs if "date" in tokens(s.name)), specs[0])

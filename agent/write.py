"""Write: one call to the model that says why each ranked item suits the reader, checked passage by passage.

The model sees numbered references with their evidence and returns, held to a schema, an opening, one passage per
number and a closing. Titles and years are put in by code. A passage is checked and shown as soon as the next one
begins; what the model does not deliver, the evidence says in plain sentences.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic_core import from_json

import prompts
from agent import phrases
from agent.check import Checker, Cut
from agent.examples import compact
from agent.llm import LLM, Deadline, LLMUnavailable
from agent.reply import Usage
from agent.untrusted import sanitize
from tools.domain import Domain, Language
from tools.slate import Slate, SlateItem

NAMES: dict[Language, str] = {"en": "English", "zh": "Chinese (中文)"}
LENGTH: dict[Language, int] = {"en": 120, "zh": 72}  # characters of one passage; in Chinese the titles are most of it
FRAME: dict[Language, int] = {"en": 90, "zh": 36}  # of the opening and the closing
MAX_TOKENS = 180  # of the whole text, which the reader waits for: foreign titles take many; the evidence says the rest
MAX_REQUEST = 300
MAX_FACTS = 320
# Where a sentence ends; in Chinese text "!" and "." belong to the foreign titles in it.
_ENDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r".*[.!?][\"”)]*", re.DOTALL),
    "zh": re.compile(r".*[。！？][”」』）]*", re.DOTALL),
}
_BRACKETS = re.compile(r"\s*[（(][^()（）]*[)）]")


@dataclass
class Writing:
    """What came of it, filled while the text streams."""

    usage: Usage = field(default_factory=Usage)
    cuts: list[Cut] = field(default_factory=list)
    replaced: int = 0  # passages that the evidence had to speak for
    fault: LLMUnavailable | None = None
    first_token_ms: float | None = None
    finish_reason: str = ""


class Writer:
    """Writes for one catalogue and domain; holds no state between turns."""

    def __init__(self, domain: Domain, checker: Checker) -> None:
        self.domain = domain
        self.checker = checker
        self.prompt = prompts.load("write")
        self.chat_prompt = prompts.load("chat")

    async def slate(
        self, llm: LLM | None, words: str, slate: Slate, language: Language, deadline: Deadline, salt: str, out: Writing
    ) -> AsyncGenerator[str, None]:
        """Markdown text in checked pieces; sets each item's `text`. Without an engine, or once it fails, the evidence
        speaks and `out.fault` says why.
        """
        done: set[str] = set()
        if llm is not None:
            try:
                passages = self._passages(llm, words, slate, language, deadline, salt, out)
                async with aclosing(passages):
                    async for key, passage in passages:
                        yield self._piece(key, passage, slate, language, out)
                        done.add(key)
            except LLMUnavailable as fault:
                out.fault = fault
        for key in self._keys(slate):
            if key not in done and key != "closing":
                yield self._piece(key, "", slate, language, out)

    async def chat(self, llm: LLM, words: str, language: Language, deadline: Deadline, salt: str, out: Writing) -> str:
        """A short answer to a message that asks for no recommendation.

        Raises:
            LLMUnavailable: the engine did not answer.
        """
        system = self.chat_prompt.render(items=self.domain.items.en, language=NAMES[language])
        messages = [{"role": "system", "content": system}, {"role": "user", "content": sanitize(words, MAX_REQUEST)}]
        answer = await llm.complete(messages, max_tokens=60, deadline=deadline, salt=salt)
        out.usage, out.first_token_ms = answer.usage, answer.first_token_ms
        checked = self.checker.small_talk(answer.text)
        out.cuts = checked.cuts
        return checked.text or phrases.small_talk(self.domain, language)

    def own_words(self, text: str, slate: Slate, language: Language, out: Writing) -> str:
        """Words that a model wrote freely (react mode), held against the whole slate, then the slate itself."""
        checked = self.checker.sentences(text, self.checker.slate_grounds(slate.items))
        out.cuts += checked.cuts
        parts = [checked.text or phrases.opening(self.domain, language)]
        for item in slate.items:
            item.text = phrases.reasons(item.evidence, language)
            parts.append(f"{phrases.heading(item, language)} — {item.text}")
        return "\n\n".join(parts)

    async def _passages(
        self, llm: LLM, words: str, slate: Slate, language: Language, deadline: Deadline, salt: str, out: Writing
    ) -> AsyncGenerator[tuple[str, str], None]:
        """Each key with its whole passage, in order, as soon as it is whole."""
        keys = self._keys(slate)
        written, sent = "", 0
        messages = self._messages(words, slate, language)
        limit = min(40 * len(keys), MAX_TOKENS)
        stream = llm.stream(messages, schema=_schema(keys, language), max_tokens=limit, deadline=deadline, salt=salt)
        try:
            async with stream:
                async for piece in stream:
                    written += piece
                    if '"' not in piece:  # no passage can have ended here
                        continue
                    whole = _whole(written, keys)
                    for key, passage in whole[sent:]:
                        yield key, _finished(passage, _limit(key, language), language)
                    sent = len(whole)
        finally:
            out.usage = stream.usage
            out.first_token_ms, out.finish_reason = stream.completion.first_token_ms, stream.completion.finish_reason

    def _messages(self, words: str, slate: Slate, language: Language) -> list[dict[str, str]]:
        system = self.prompt.render(
            items=self.domain.items.en, item=self.domain.item.en, tone=self.domain.tone, language=NAMES[language]
        )
        facts = "\n".join(self._facts(item, language) for item in slate.items)
        request = f"Request: {sanitize(words, MAX_REQUEST)}\nFacts:\n{facts}"
        example = _examples()[language]
        return [
            {"role": "system", "content": system},
            {"role": "user", "content": example["request"]},
            {"role": "assistant", "content": compact(example["answer"])},
            {"role": "user", "content": request},
        ]

    def _facts(self, item: SlateItem, language: Language) -> str:
        """One numbered line: the item's facets and its best reason, without figures in brackets. Few facts, because a
        small model mixes up what it is told of different items; no title, because code writes it.
        """
        facets = [self._value(item, name, language) for name in self.domain.attributes.facets]
        best = phrases.telling(item.evidence)[:1]
        reasons = [_BRACKETS.sub("", e.text_zh if language == "zh" else e.text) for e in best]
        return f"{item.rank}: {sanitize('; '.join(filter(None, [*facets, *reasons])), MAX_FACTS)}"

    def _value(self, item: SlateItem, name: str, language: Language) -> str:
        value = item.attributes.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        return ", ".join(self.domain.alias(name, sanitize(str(v), 60), language) for v in values[:4])

    def _keys(self, slate: Slate) -> list[str]:
        return ["opening", *(str(item.rank) for item in slate.items), "closing"]

    def _piece(self, key: str, passage: str, slate: Slate, language: Language, out: Writing) -> str:
        """One passage, checked and dressed: the heading of an item is code's."""
        if key in ("opening", "closing"):
            checked = self.checker.sentences(passage, self.checker.frame_grounds(slate.items, slate.query or ""))
            text = checked.text or (phrases.opening(self.domain, language) if key == "opening" else "")
            out.cuts += checked.cuts
            return f"{text}\n\n" if key == "opening" else text
        item = next(item for item in slate.items if str(item.rank) == key)
        checked = self.checker.passage(passage, item, language)
        out.cuts += checked.cuts
        out.replaced += checked.replaced
        item.text = checked.text
        return f"{phrases.heading(item, language)} — {checked.text}\n\n"


@cache
def _examples() -> dict[str, Any]:
    return json.loads((prompts.FOLDER / "write_examples.json").read_text(encoding="utf-8"))


def _schema(keys: list[str], language: Language) -> dict[str, Any]:
    def text(key: str) -> dict[str, Any]:
        return {"type": "string", "minLength": 2, "maxLength": _limit(key, language)}

    return {
        "type": "object",
        "properties": {key: text(key) for key in keys},
        "required": keys,
        "additionalProperties": False,
    }


def _limit(key: str, language: Language) -> int:
    return (LENGTH if key.isdigit() else FRAME)[language]


def _finished(passage: str, limit: int, language: Language) -> str:
    """A passage that ran into its limit (within a token's length) ends with its last whole sentence, if any; one that
    only lacks its full stop gets it.
    """
    whole = _ENDS[language].match(passage)
    if whole and whole[0] == passage:
        return passage
    if len(passage) < 0.8 * limit:
        return passage.rstrip(" ,;，；、") + ("。" if language == "zh" else ".") if passage.strip() else ""
    return whole[0] if whole else ""


def _whole(written: str, keys: list[str]) -> list[tuple[str, str]]:
    """The passages in a JSON object still being written that will not change any more, in order."""
    try:
        found = from_json(written, allow_partial=True)  # a string still open is left out
    except ValueError:
        return []
    return [(key, str(found[key])) for key in keys if key in found] if isinstance(found, dict) else []

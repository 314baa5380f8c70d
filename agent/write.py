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
from agent import phrases, risk
from agent.brief import Brief, Style
from agent.check import Checker, Cut
from agent.examples import compact
from agent.llm import LLM, Deadline, LLMUnavailable
from agent.reply import Usage
from agent.untrusted import sanitize
from tools.domain import Domain, Language
from tools.slate import Slate

NAMES: dict[Language, str] = {"en": "English", "zh": "Chinese (中文)"}
MAX_TOKENS = {"short": 150, "medium": 200, "long": 360}  # of the whole text, which the reader waits for
PLAIN = Style()
MAX_REQUEST = 300
# Where a sentence ends; in Chinese text "!" and "." belong to the foreign titles in it.
_ENDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r".*[.!?][\"”)]*", re.DOTALL),
    "zh": re.compile(r".*[。！？][”」』）]*", re.DOTALL),
}


@dataclass
class Writing:
    """What came of it, filled while the text streams."""

    usage: Usage = field(default_factory=Usage)
    cuts: list[Cut] = field(default_factory=list)
    held: list[tuple[str, list[str]]] = field(default_factory=list)  # texts for a person to read, and why
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
        self,
        llm: LLM | None,
        words: str,
        slate: Slate,
        language: Language,
        deadline: Deadline,
        salt: str,
        out: Writing,
        style: Style = PLAIN,
        closing: bool = True,
    ) -> AsyncGenerator[str, None]:
        """Markdown text in checked pieces; sets each item's `text`. No `closing` where code has the last word. Without
        an engine, or once it fails, the evidence speaks and `out.fault` says why.
        """
        done: set[str] = set()
        brief = Brief(slate, self.domain, language, style, closing)
        if llm is not None:
            try:
                passages = self._passages(llm, words, brief, deadline, salt, out)
                async with aclosing(passages):
                    async for key, passage in passages:
                        yield self._piece(key, passage, slate, language, out)
                        done.add(key)
            except LLMUnavailable as fault:
                out.fault = fault
        for key in brief.keys:
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
        return self._screened(checked.text, out) or phrases.small_talk(self.domain, language)

    def own_words(self, text: str, slate: Slate, language: Language, out: Writing) -> str:
        """Words that a model wrote freely (react mode), held against the whole slate, then the slate itself."""
        checked = self.checker.sentences(text, self.checker.slate_grounds(slate.items))
        out.cuts += checked.cuts
        parts = [self._screened(checked.text, out) or phrases.opening(self.domain, language)]
        for item in slate.items:
            item.text = phrases.reasons(item.evidence, language)
            parts.append(f"{phrases.heading(item, language)} — {item.text}")
        return "\n\n".join(parts)

    async def _passages(
        self, llm: LLM, words: str, brief: Brief, deadline: Deadline, salt: str, out: Writing
    ) -> AsyncGenerator[tuple[str, str], None]:
        """Each key with its whole passage, in order, as soon as it is whole."""
        written, sent, language = "", 0, brief.language
        limit = min(45 * len(brief.keys), MAX_TOKENS[brief.style.length])
        messages = self._messages(words, brief)
        stream = llm.stream(messages, schema=brief.schema(), max_tokens=limit, deadline=deadline, salt=salt)
        try:
            async with stream:
                async for piece in stream:
                    written += piece
                    if '"' not in piece:  # no passage can have ended here
                        continue
                    whole = _whole(written, brief.keys)
                    for key, passage in whole[sent:]:
                        yield key, _finished(passage, brief.style.limit(key, language), language)
                    sent = len(whole)
        finally:
            out.usage = stream.usage
            out.first_token_ms, out.finish_reason = stream.completion.first_token_ms, stream.completion.finish_reason

    def _messages(self, words: str, brief: Brief) -> list[dict[str, str]]:
        system = self.prompt.render(
            items=self.domain.items.en,
            item=self.domain.item.en,
            tone=brief.style.voice(self.domain),
            language=NAMES[brief.language],
        )
        example = _examples()[brief.language]
        return [
            {"role": "system", "content": system},
            {"role": "user", "content": example["request"]},
            {"role": "assistant", "content": compact(example["answer"])},
            {"role": "user", "content": f"Request: {sanitize(words, MAX_REQUEST)}\nFacts:\n{brief.facts}"},
        ]

    def _piece(self, key: str, passage: str, slate: Slate, language: Language, out: Writing) -> str:
        """One passage, checked and dressed: the heading of an item is code's."""
        if key in ("opening", "closing"):
            checked = self.checker.sentences(passage, self.checker.frame_grounds(slate.items, slate.query or ""))
            text = self._screened(checked.text, out)
            text = text or (phrases.opening(self.domain, language) if key == "opening" else "")
            out.cuts += checked.cuts
            return f"{text}\n\n" if key == "opening" else text
        item = next(item for item in slate.items if str(item.rank) == key)
        checked = self.checker.passage(passage, item, language)
        out.cuts += checked.cuts
        kept = checked.replaced or self._screened(checked.text, out)
        item.text = checked.text if kept else phrases.reasons(item.evidence, language)
        out.replaced += checked.replaced or not kept
        return f"{phrases.heading(item, language)} — {item.text}\n\n"

    def _screened(self, text: str, out: Writing) -> str:
        """The text, or nothing where a person should read it first."""
        reasons = risk.screen(text, self.domain.policy.risky)
        if reasons:
            out.held.append((text, reasons))
        return "" if reasons else text


@cache
def _examples() -> dict[str, Any]:
    return json.loads((prompts.FOLDER / "write_examples.json").read_text(encoding="utf-8"))


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

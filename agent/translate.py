"""English into Chinese and back, sentence by sentence, order kept.

Titles and people's names of the catalogue are taken out before the model sees the text and put back by code. A
translation stands when it has every number of its sentence and no other; else it is asked for once more, alone; else
the sentence stays as it was, and is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import prompts
from agent import figures
from agent.language import detect
from agent.order import Order, Work, examples
from agent.passages import grouped, sentences
from agent.untrusted import fenced, sanitize
from agent.write import NAMES
from tools.domain import Language
from tools.store import Item

SIZE, MOST = 500, 4  # characters and sentences of one call
_MARK = re.compile(r"\[([A-Z])\]")
_KEPT = re.compile(r"\[[A-Z]\]|(?<!^)\d+(?:[.,:]\d+)*(?!\. <<<)")
_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile(r"(?<![A-Za-z])[a-z]{3,}(?![A-Za-z])")  # a word that is no name
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Sentence:
    """One sentence with its names out: `[A]` stands for the first, and so on."""

    text: str
    names: tuple[tuple[str, bool], ...]  # as written, whether it is a title

    @property
    def worded(self) -> bool:
        """Whether there is anything to translate beside names and numbers."""
        return bool(_LETTERS.search(_MARK.sub("", self.text)))

    def restored(self, line: str, language: Language) -> str:
        """The line with the names in; in Chinese a title stands in its marks."""

        def name(found: re.Match[str]) -> str:
            written, title = self.names[ord(found[1]) - 65]
            bare = found.string[max(0, found.start() - 1) : found.start()] not in ("《", "“", '"')
            return f"《{written}》" if title and language == "zh" and bare else written

        return _MARK.sub(name, line)

    def fault(self, line: str, language: Language) -> str | None:
        """Why a line is no translation of it."""
        if Counter(_MARK.findall(line)) != Counter(_MARK.findall(self.text)):
            return "a name is missing or new"
        if figures.quantities(line) != figures.quantities(self.text):
            return "a number is missing or new"
        words = _MARK.sub("", line)
        if not _LETTERS.search(words) or mixed(words, language):
            return "it is not in the language"
        return None


def mixed(words: str, language: Language) -> bool:
    """Whether the words are not all in the language; a name written in Latin letters is, in either."""
    left = _HAN if language == "en" else _LATIN
    return detect(words) != language or bool(left.search(words))


async def translate(order: Order, source: str, item: Item | None = None) -> Work:
    """Raises:
    LLMUnavailable: no engine answered.
    """
    work = Work(prompt=prompts.load("generate_translate").label)
    own = (item.title,) if item else ()
    paragraphs = []
    for paragraph in sentences(source):
        done: list[str] = []
        for group in grouped(paragraph, SIZE, MOST):
            done += await _group(order, work, [_protected(order, text, own) for text in group])
        paragraphs.append(("" if order.language == "zh" else " ").join(done))
    work.text = "\n\n".join(paragraphs)
    work.degraded = work.untranslated > 0
    return work


def _protected(order: Order, text: str, own: tuple[str, ...]) -> Sentence:
    text = _MARK.sub(lambda found: f"({found[1]})", sanitize(text, 2_000))
    names: list[tuple[str, bool]] = []
    for start, end, title in reversed(order.checker.named(text, own)[:26]):
        names.insert(0, (text[start:end], title))
        text = f"{text[:start]}[\0]{text[end:]}"
    for n in range(len(names)):
        text = text.replace("[\0]", f"[{chr(65 + n)}]", 1)
    return Sentence(text, tuple(names))


async def _group(order: Order, work: Work, group: list[Sentence]) -> list[str]:
    worded = [sentence for sentence in group if sentence.worded]
    lines = await _asked(order, work, worded) if worded else []
    given = dict(zip(map(id, worded), lines if len(lines) == len(worded) else [""] * len(worded), strict=True))
    out = []
    for sentence in group:
        if not sentence.worded:
            out.append(sentence.restored(sentence.text, order.language))
            continue
        line = given[id(sentence)]
        fault = _fault(order, sentence, line)
        if fault:
            line = "".join(await _asked(order, work, [sentence], fault))
            fault = _fault(order, sentence, line)
        work.untranslated += fault is not None
        out.append(sentence.restored(sentence.text if fault else line, order.language))
    return out


def _fault(order: Order, sentence: Sentence, line: str) -> str | None:
    return "it is empty" if not line else order.checker.foreign(line) or sentence.fault(line, order.language)


async def _asked(order: Order, work: Work, group: list[Sentence], fault: str | None = None) -> list[str]:
    prompt = prompts.load("generate_translate")
    system = prompt.render(language=NAMES[order.language])
    told = "\n".join(f"{n}. {fenced(sentence.text, 2_000)}" for n, sentence in enumerate(group, 1))
    kept = [found[0] for found in _KEPT.finditer(told)] if fault else []
    request = told + (f"\nKeep: {', '.join(kept)}" if kept else "")
    limit = max(60, max(len(sentence.text) for sentence in group) * (2 if order.language == "zh" else 4))
    example = examples("generate_translate")[order.language]
    return await work.lines(order, system, example, request, (len(group), len(group)), min(limit, 1_200))

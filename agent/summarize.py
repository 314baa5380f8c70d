"""A text in a few sentences: each part told shortly, the tellings told shortly again until they fit one prompt."""

from __future__ import annotations

import prompts
from agent import figures
from agent.check import Cut
from agent.llm import LLMUnavailable
from agent.order import Order, Work, examples
from agent.passages import grouped, sentences
from agent.translate import mixed
from agent.untrusted import fenced
from agent.write import NAMES
from tools.domain import Language
from tools.store import Item

SIZE: dict[Language, int] = {"en": 1_600, "zh": 600}  # characters of one part
SENTENCES = {"short": (1, 1), "medium": (1, 3), "long": (3, 5)}
LIMIT: dict[Language, int] = {"en": 220, "zh": 90}  # characters of one sentence
ROUNDS = 4


class Ungrounded(LLMUnavailable):
    """Nothing that the model wrote is borne out by the text."""

    def __init__(self) -> None:
        super().__init__("broken", "the model wrote nothing that the text bears out", counts=False)


async def summarize(order: Order, source: str, item: Item | None = None) -> Work:
    """Raises:
    LLMUnavailable: no engine answered. Ungrounded: the text bears out nothing of what it wrote.
    """
    del item
    work = Work(prompt=prompts.load("generate_summarize").label)
    parts = _parts(source, order.language)
    for _ in range(ROUNDS):
        if len(parts) == 1:
            break
        told = [" ".join(await _told(order, work, part, source, (1, 2))) for part in parts]
        parts = _parts("\n".join(filter(None, told)), order.language) or parts[:1]
    final = await _told(order, work, parts[0], source, SENTENCES[order.length])
    if not final:
        raise Ungrounded
    work.text = ("" if order.language == "zh" else " ").join(final)
    return work


def _parts(text: str, language: Language) -> list[str]:
    flat = [sentence for paragraph in sentences(text) for sentence in paragraph]
    return [" ".join(group) for group in grouped(flat, SIZE[language], 40)]


async def _told(order: Order, work: Work, part: str, source: str, count: tuple[int, int]) -> list[str]:
    """One part in `count` sentences that the whole text bears out."""
    prompt = prompts.load("generate_summarize")
    system = prompt.render(most=str(count[1]), tone=order.tone, language=NAMES[order.language])
    example = examples("generate_summarize")[order.language]
    request = fenced(part, 3 * SIZE[order.language])
    lines = await work.lines(order, system, example, request, count, LIMIT[order.language])
    known = set(figures.quantities(source))
    sound = [line for line in lines if line and known.issuperset(figures.quantities(line))]
    sound = [line for line in sound if not mixed(_names_out(order, line), order.language)]
    work.cuts += [Cut(line, "its figures or its language are not as asked") for line in lines if line not in sound]
    checked = order.checker.sentences(" ".join(sound), order.checker.text_grounds(source))
    work.cuts += checked.cuts
    return [checked.text] if checked.text else []


def _names_out(order: Order, line: str) -> str:
    """The line without the titles and people of the catalogue, which stay as they are in either language."""
    for start, end, _ in reversed(order.checker.named(line)):
        line = line[:start] + line[end:]
    return line

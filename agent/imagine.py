"""Imagined preferences: from what a newcomer said, a few items that do not exist, one line each, by the model.

Nobody is shown them. They go through the encoder of the items' texts beside the user's own words
(tools/rank/stated.py), because a description is nearer to descriptions than "slow-burn noir" is. They are written as a
persona: when somebody asks for it, outside of any turn, once, until the user says something else or the prompt changes.
"""

from __future__ import annotations

from anyio import to_thread

import prompts
from agent.llm import LLM, Deadline, LLMUnavailable, salt_for
from agent.schema import read_texts, texts
from agent.untrusted import sanitize
from tools.store import tastes
from tools.toolbox import Toolbox

FEWEST, MOST = 2, 4  # lines
LINE = 120  # characters
MAX_TOKENS = 160
_SCHEMA = texts("lines", (FEWEST, MOST), (10, LINE))


async def imagine(llm: LLM | None, box: Toolbox, user_id: str, deadline: Deadline) -> tuple[str, ...]:
    """What was imagined for the user; written now where it is not kept. Nothing where they said nothing or have
    profiling off; what is kept, be it nothing, without an engine.
    """
    view = await to_thread.run_sync(box.view, user_id)
    if view.stated is None:
        return ()
    prompt = prompts.load("imagine")
    if llm is None or view.stated.key == prompt.label:
        return view.stated.imagined
    said = view.stated.said
    system = prompt.render(items=box.domain.items.en, item=box.domain.item.en)
    told = "\n".join(sanitize(text, tastes.LONGEST) for text in said)
    messages = [{"role": "system", "content": system}, {"role": "user", "content": told}]
    try:
        answer = await llm.complete(
            messages, schema=_SCHEMA, max_tokens=MAX_TOKENS, deadline=deadline, salt=salt_for(user_id)
        )
        lines = _lines(answer.text)
    except LLMUnavailable:
        return ()
    if lines:
        await to_thread.run_sync(tastes.imagine, box.store, user_id, said, lines, prompt.label)
    return lines


def _lines(text: str) -> tuple[str, ...]:
    lines = [sanitize(line, LINE) for line in read_texts(text, "lines")[:MOST]]
    return tuple(dict.fromkeys(line for line in lines if line))

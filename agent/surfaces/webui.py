"""What chat front ends (Open WebUI, LibreChat) ask in the background of a conversation: a title, tags, follow-ups.

Such a request is recognised by the front end's own prompt and answered from the conversation it quotes, by rule: no
tools run, the model is not asked, nothing is kept. docs/embedding.md has the settings of each front end.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

from fastapi import Response
from fastapi.responses import StreamingResponse

from agent.language import detect
from agent.reply import Done, Reply, TextDelta
from agent.surfaces.chat_stream import Chunks, completion
from agent.untrusted import sanitize
from tools.domain import Language

TITLE: dict[Language, int] = {"en": 40, "zh": 16}  # characters
# Open WebUI's prompts: "### Task:", guidelines, and the chat between tags; the answer's form is shown as {"key": ...}.
# Both frames are found by plain search: a message of a megabyte must cost no more than reading it once.
_OPEN_WEBUI, _CHAT, _CHAT_END = "### Task:", "<chat_history>", "</chat_history>"
_FORM = re.compile(r'\{\s*"(?P<key>title|tags|follow_ups|queries|text|prompt)"\s*:')
_LIBRECHAT = "Provide a concise, 5-word-or-less title for the conversation"  # with titleMethod "completion"
_FIRST = re.compile(
    r"^(?:USER|User|Human): (?P<words>.+?)(?=^(?:ASSISTANT|Assistant|AI):|\Z)", re.MULTILINE | re.DOTALL
)


def background(words: str) -> str | None:
    """The answer to a front end's background request; None for anything that a person says."""
    found = _framed(words.lstrip())
    if found is None:
        return None
    frame, chat = found
    first = _FIRST.search(chat)
    form = _FORM.search(frame)
    return _answer(form["key"] if form else None, first["words"] if first else chat)


def _framed(words: str) -> tuple[str, str] | None:
    """The frame before the quoted conversation, and the conversation."""
    if words.startswith(_OPEN_WEBUI):
        end = words.rfind(_CHAT_END)
        start = words.rfind(_CHAT, 0, max(end, 0))
        return None if start < 0 else (words[:start], words[start + len(_CHAT) : end])
    if words.startswith(_LIBRECHAT):
        frame, gap, chat = words.partition("\n\n")
        return (frame, chat) if gap else None
    return None


def _answer(key: str | None, said: str) -> str:
    """In the form that was asked for. A title is the first words said; whatever needs imagination stays empty, which
    the front ends take for "nothing to show".
    """
    match key:
        case None:
            return title(said)
        case "title":
            return json.dumps({"title": title(said)}, ensure_ascii=False)
        case "tags" | "follow_ups" | "queries":
            return json.dumps({key: []})
        case _:
            return json.dumps({key: ""})


def title(said: str) -> str:
    """The first words of what was said, whole ones, without the mark that ends a sentence."""
    language = detect(said)
    line = sanitize(said, 400)
    if len(line) > TITLE[language]:
        cut = line[: TITLE[language]]
        line = (cut.rpartition(" ")[0] or cut) if language == "en" else cut
        return line.rstrip(" ,;:，；：、。.") + "…"
    return line.rstrip(" .。")


def told(text: str, model: str, streamed: bool, include_usage: bool) -> Response:
    """The answer in the form of any other, with an empty slate."""
    reply = Reply(text=text, language=detect(text))
    if not streamed:
        body = completion(reply, model).model_dump_json(exclude_unset=True)
        return Response(body, media_type="application/json")
    wire = Chunks(model, include_usage)

    async def events() -> AsyncIterator[bytes]:
        yield wire.opening()
        yield wire.written(TextDelta(text=text))
        yield wire.written(Done(reply=reply)) + wire.ending()

    return StreamingResponse(events(), media_type="text/event-stream")

"""What chat front ends need besides OpenAI's API: who their user is, and background tasks that cost nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import openai
import pytest
import pytest_asyncio

from agent import tokens
from agent.turn import Agent
from tests.agent.serving import Running, serving
from tools.home import Home
from tools.store import Store
from tools.toolbox import Live

SERVICE = "service-" + "s" * 32
CHAT = "USER: A light sci-fi comedy for tonight, nothing from before 1985.\nASSISTANT: Here are three.\n\nUSER: newer"
CHAT_ZH = "USER: 今晚想看一部轻松的科幻喜剧，不要1985年以前的。\nASSISTANT: 好的。"


def open_webui(task: str, form: str, chat: str = CHAT) -> str:
    """A background prompt with the frame that Open WebUI gives all of its own."""
    return (
        f"### Task:\n{task}\n### Guidelines:\n- Write in the chat's primary language.\n### Output:\n{form}\n"
        f"### Chat History:\n<chat_history>\n{chat}\n</chat_history>"
    )


TITLE = open_webui("Generate a concise, 3-5 word title.", 'JSON format: { "title": "your title" }')
LIBRECHAT = (
    "Provide a concise, 5-word-or-less title for the conversation, using title case conventions. "
    "Only return the title itself.\n\nConversation:\nUser: A light sci-fi comedy for tonight, nothing old\nAI: Here."
)


@pytest_asyncio.fixture
async def scripted(home: Home) -> AsyncIterator[Running]:
    async with serving(home, token=SERVICE) as server:
        yield server


async def said(running: Running, prompt: str) -> str:
    answer = await running.chat(prompt)
    assert answer.status_code == 200
    assert answer.json()["tastemaker"]["slate"] == []
    text: str = answer.json()["choices"][0]["message"]["content"]
    return text


async def test_a_title_is_the_first_words_said_in_the_form_asked_for(scripted: Running) -> None:
    assert json.loads(await said(scripted, TITLE)) == {"title": "A light sci-fi comedy for tonight…"}
    plain = open_webui("Generate a title.", "Return ONLY the title text, nothing else.", CHAT_ZH)
    assert await said(scripted, plain) == "今晚想看一部轻松的科幻喜剧，不要…"
    assert await said(scripted, LIBRECHAT) == "A light sci-fi comedy for tonight…"


@pytest.mark.parametrize("key", ["tags", "follow_ups", "queries"])
async def test_lists_that_need_imagination_stay_empty(scripted: Running, key: str) -> None:
    prompt = open_webui("Suggest.", f'JSON format: {{ "{key}": ["one", "two"] }}')
    assert json.loads(await said(scripted, prompt)) == {key: []}


async def test_background_tasks_run_no_turn_and_may_quote_long_chats(scripted: Running) -> None:
    long = open_webui("Suggest.", 'JSON format: { "tags": ["one"] }', CHAT + "\nASSISTANT: " + "word " * 5_000)
    assert json.loads(await said(scripted, long)) == {"tags": []}
    assert json.loads(await said(scripted, open_webui("Continue.", '{ "text": "…" }'))) == {"text": ""}
    assert scripted.agent.seen == []


async def test_a_background_task_may_be_streamed(scripted: Running) -> None:
    async with openai.AsyncOpenAI(base_url=scripted.url + "v1", api_key=SERVICE, max_retries=0) as client:
        ask = [{"role": "user", "content": TITLE}]
        stream = await client.chat.completions.create(model="tastemaker", messages=ask, stream=True)
        chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert json.loads(text)["title"].startswith("A light sci-fi")
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_words_of_a_person_are_never_taken_for_a_background_task(scripted: Running) -> None:
    for words in ("### Task: find me a film", "Provide a title for a comedy", "films with a <chat_history> in them"):
        await scripted.chat(words)
    assert len(scripted.agent.seen) == 3


async def test_a_background_task_leaves_no_memory(own_home: Home, live: Live) -> None:
    likes = open_webui("Generate a title.", '{ "title": "x" }', "USER: I love westerns with Wes Stone\nASSISTANT: ok")
    async with serving(own_home, Agent(live, None), live) as running:
        answer = await running.chat(likes, user="newcomer", metadata={"conversation_id": "c1"})
    assert answer.status_code == 200
    store = Store.open(own_home.store_url)
    assert store.conversation("c1", "newcomer") == []
    store.close()
    assert live.current().view("newcomer").stated is None


async def test_open_webuis_user_is_believed_behind_a_service_token_alone(scripted: Running, home: Home) -> None:
    named = {"X-OpenWebUI-User-Id": "42"}
    await scripted.chat(headers=named)
    await scripted.chat(headers=named | {"X-User-Id": "7"})
    _, secret = tokens.add(home, "user", "9")
    await scripted.chat(headers=named | {"Authorization": f"Bearer {secret}"})
    assert [turn.user_id for turn in scripted.agent.seen] == ["42", "7", "9"]


async def test_without_tokens_nobody_is_believed_to_be_open_webui(home: Home) -> None:
    async with serving(home) as running:
        await running.chat(headers={"X-OpenWebUI-User-Id": "42"})
        assert running.agent.seen[0].user_id == "anonymous"


async def test_the_refusal_of_a_title_is_that_of_any_request(scripted: Running) -> None:
    assert (await scripted.chat(TITLE, model="gpt-4o")).status_code == 404
    assert (await scripted.chat(TITLE, headers={"Authorization": "Bearer wrong"})).status_code == 401

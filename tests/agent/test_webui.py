"""What chat front ends need besides OpenAI's API: who their user is, and background tasks that cost nothing."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import jwt
import openai
import pytest
import pytest_asyncio

from agent import tokens
from agent.surfaces.signed import ENVIRONMENT, secret_of
from agent.turn import Agent
from tests.agent.serving import Running, problem, serving
from tools.errors import InvalidInput
from tools.home import Home
from tools.store import Store
from tools.toolbox import Live

SERVICE = "service-" + "s" * 32
SHARED = "k" * 32
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


def signed(secret: str = SHARED, **claims: Any) -> dict[str, str]:
    """The header as Open WebUI makes it."""
    now = int(time.time())
    whole = {"sub": "42", "email": "a@b.example", "name": "A", "role": "user", "iss": "open-webui"}
    whole |= {"iat": now, "exp": now + 300} | claims
    token = jwt.encode({name: value for name, value in whole.items() if value is not None}, secret, "HS256")
    return {"X-OpenWebUI-User-Jwt": token}


async def test_a_user_that_open_webui_signs_is_believed_behind_a_service_token_alone(home: Home) -> None:
    async with serving(home, token=SERVICE, openwebui_secret=SHARED) as running:
        assert (await running.chat(headers=signed())).status_code == 200
        await running.chat(headers=signed(sub="用户"))
        await running.chat(headers=signed() | {"X-User-Id": "7"})
        _, secret = tokens.add(home, "user", "9")
        await running.chat(headers=signed() | {"Authorization": f"Bearer {secret}"})
        assert [turn.user_id for turn in running.agent.seen] == ["42", "用户", "7", "9"]
        assert (await running.chat(headers=signed() | {"Authorization": "Bearer wrong"})).status_code == 401


@pytest.mark.parametrize(
    ("made", "remedy"),
    [
        (lambda: signed("x" * 32), "TASTEMAKER_OPENWEBUI_JWT_SECRET must be FORWARD_USER_INFO_HEADER_JWT_SECRET"),
        (lambda: signed(exp=int(time.time()) - 60), "compare the clocks"),
        (lambda: signed(iat=int(time.time()) + 600), "compare the clocks"),
        (lambda: signed(iss="another"), "not a token of Open WebUI"),
        (lambda: signed(exp=None), "exp"),
        (lambda: signed(sub=None), "sub"),
        (lambda: signed(sub=7), "not a token of Open WebUI"),
        (lambda: {"X-OpenWebUI-User-Jwt": jwt.encode({"sub": "42", "iss": "open-webui"}, None, "none")}, "not a token"),
        (lambda: {"X-OpenWebUI-User-Jwt": "nonsense"}, "not a token of Open WebUI"),
        (lambda: {"X-OpenWebUI-User-Id": "42"}, "set FORWARD_USER_INFO_HEADER_JWT_SECRET in Open WebUI"),
    ],
)
async def test_whatever_else_names_a_user_is_refused_with_the_remedy(
    home: Home, made: Callable[[], dict[str, str]], remedy: str
) -> None:
    header = made()  # now: a signature that was made when tests were collected has expired
    async with serving(home, token=SERVICE, openwebui_secret=SHARED) as running:
        answer = await running.chat(headers=header)
        assert (answer.status_code, problem(answer)["code"]) == (401, "identity_not_believed")
        assert problem(answer)["param"] in header
        assert remedy in problem(answer)["message"]
        assert SHARED not in answer.text
        assert running.agent.seen == []


async def test_a_signed_user_without_a_secret_to_check_it_is_no_anonymous_one(scripted: Running) -> None:
    answer = await scripted.chat(headers=signed())
    assert answer.status_code == 401
    assert "set TASTEMAKER_OPENWEBUI_JWT_SECRET" in problem(answer)["message"]


def test_a_secret_too_short_to_sign_with_is_refused_and_not_told() -> None:
    assert secret_of({}) is None
    assert secret_of({ENVIRONMENT: SHARED}) == SHARED
    with pytest.raises(InvalidInput, match="openssl rand") as refused:
        secret_of({ENVIRONMENT: "hunter2"})
    assert "hunter2" not in str(refused.value)

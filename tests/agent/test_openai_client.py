"""OpenAI's own client, unchanged, against the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import openai
import pytest
import pytest_asyncio
from openai.types.chat import ChatCompletionChunk

from tests.agent.serving import ITEM, Running, ScriptedAgent, serving
from tools.home import Home

ASK = [{"role": "user", "content": "a light comedy"}]


@pytest_asyncio.fixture
async def running(home: Home) -> AsyncIterator[Running]:
    async with serving(home) as server:
        yield server


@pytest_asyncio.fixture
async def client(running: Running) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=running.url + "v1", api_key="none", max_retries=0) as opened:
        yield opened


async def test_a_whole_answer_carries_text_usage_and_slate(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="tastemaker", messages=ASK, user="42")
    assert answer.choices[0].message.content == "Try Orbit Blunders."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (300, 340)
    own = answer.model_extra["tastemaker"]
    assert own["slate"][0] == ITEM.model_dump(mode="json")
    assert own["trace"] == [{"step": "act", "tool": "vector_search", "candidates": 12, "ms": 3.0}]
    assert (own["degraded"], own["abstained"], own["language"]) == (False, False, "en")


async def test_a_streamed_answer_says_the_same_and_ends_with_the_slate(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="tastemaker", messages=ASK, stream=True)
    chunks = [chunk async for chunk in stream]
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == "Try Orbit Blunders."
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert chunks[-1].model_extra["tastemaker"]["slate"][0]["item_id"] == "s01"
    assert all("tastemaker" not in (chunk.model_extra or {}) for chunk in chunks[:-1])
    assert all(delta.tool_calls is None for delta in deltas)
    assert len({chunk.id for chunk in chunks}) == 1


async def test_a_stream_shows_steps_while_it_works_as_reasoning(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="tastemaker", messages=ASK, stream=True)
    shown = [getattr(chunk.choices[0].delta, "reasoning_content", None) async for chunk in stream]
    assert "vector_search · 12 · 3 ms\n" in shown


async def test_usage_comes_on_a_last_chunk_of_its_own_when_asked_for(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="tastemaker", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices == []
    assert chunks[-1].usage.prompt_tokens_details.cached_tokens == 200
    assert "tastemaker" in chunks[-1].model_extra


async def test_the_synchronous_client_works_too(running: Running) -> None:
    def ask() -> str | None:
        with (
            openai.OpenAI(base_url=running.url + "v1", api_key="none", max_retries=0) as client,
            client.chat.completions.create(model="tastemaker-react", messages=ASK, stream=True) as stream,
        ):
            return "".join(chunk.choices[0].delta.content or "" for chunk in stream)

    assert await asyncio.to_thread(ask) == "Try Orbit Blunders."
    assert running.agent.seen[0].mode == "react"


async def test_models_are_listed_and_found_by_name(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["tastemaker", "tastemaker-react"]
    assert (await client.models.retrieve("tastemaker")).owned_by == "tastemaker"


async def test_an_unknown_model_is_not_found(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as error:
        await client.chat.completions.create(model="gpt-4o", messages=ASK)
    assert (error.value.code, error.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt-4o")


async def test_a_failure_in_the_middle_of_a_stream_reaches_the_client_as_an_error(home: Home) -> None:
    agent = ScriptedAgent(error=RuntimeError("secret detail"), fail_after=1)
    heard: list[str] = []
    async with (
        serving(home, agent) as running,
        openai.AsyncOpenAI(base_url=running.url + "v1", api_key="none", max_retries=0) as client,
    ):
        stream = await client.chat.completions.create(model="tastemaker", messages=ASK, stream=True)
        with pytest.raises(openai.APIError) as error:
            await _listen(stream, heard)
    assert "".join(heard) == "Try "
    assert error.value.code == "internal_error"
    assert "secret" not in str(error.value)


async def _listen(stream: openai.AsyncStream[ChatCompletionChunk], heard: list[str]) -> None:
    async for chunk in stream:
        heard += [chunk.choices[0].delta.content or ""]

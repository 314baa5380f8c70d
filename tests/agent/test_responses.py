"""OpenAI's client on `POST /v1/responses`, whole and streamed, against the real server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
import pytest_asyncio
from openai.types.responses import Response, ResponseCompletedEvent, ResponseFailedEvent, ResponseStreamEvent
from pydantic import TypeAdapter

from agent.reply import Message
from agent.turn import Agent
from tests.agent.serving import ITEM, Running, ScriptedAgent, problem, serving
from tools.home import Home
from tools.toolbox import Live

EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
ASK = {"model": "tastemaker", "input": "a light comedy"}


@pytest_asyncio.fixture
async def scripted(home: Home) -> AsyncIterator[Running]:
    async with serving(home) as server:
        yield server


def client(running: Running) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=running.url + "v1", api_key="none", max_retries=0)


def asked(**fields: Any) -> dict[str, Any]:
    return ASK | {"store": False} | fields


async def events(api: openai.AsyncOpenAI, **fields: Any) -> list[Any]:
    stream = await api.responses.create(stream=True, **asked(**fields))
    return [event async for event in stream]


async def test_a_whole_response_carries_text_usage_and_slate(scripted: Running) -> None:
    async with client(scripted) as api:
        answer = await api.responses.create(**asked(user="42", metadata={"client": "x"}))
    Response.model_validate(answer.model_dump())
    assert (answer.status, answer.output_text) == ("completed", "Try Orbit Blunders.")
    assert answer.usage is not None
    assert (answer.usage.input_tokens, answer.usage.input_tokens_details.cached_tokens) == (300, 200)
    assert answer.metadata == {"client": "x"}
    own = answer.model_extra["tastemaker"]
    assert own["slate"] == [ITEM.model_dump(mode="json")]
    assert scripted.agent.seen[0].user_id == "42"


async def test_a_streamed_response_has_every_event_of_the_protocol_in_order(scripted: Running) -> None:
    async with client(scripted) as api:
        heard = await events(api)
    kinds = [event.type.removeprefix("response.") for event in heard]
    before = ["created", "in_progress", "output_item.added", "content_part.added"]
    after = ["output_text.done", "content_part.done", "output_item.done", "completed"]
    assert kinds == [*before, *["output_text.delta"] * 3, *after]
    assert [event.sequence_number for event in heard] == list(range(len(heard)))
    for event in heard:
        EVENT.validate_python(event.model_dump())
    assert (
        "".join(event.delta for event in heard if event.type == "response.output_text.delta") == "Try Orbit Blunders."
    )
    last = heard[-1]
    assert isinstance(last, ResponseCompletedEvent)
    assert last.response.id == heard[0].response.id
    assert last.response.output_text == "Try Orbit Blunders."
    assert last.response.model_extra["tastemaker"]["slate"][0]["item_id"] == "s01"


async def test_the_clients_own_accumulator_reads_the_stream(scripted: Running) -> None:
    async with client(scripted) as api, api.responses.stream(**asked()) as stream:
        final = await stream.get_final_response()
    assert final.output_text == "Try Orbit Blunders."


async def test_messages_and_instructions_become_one_conversation(scripted: Running) -> None:
    parts = [{"type": "input_text", "text": "something"}, {"type": "input_text", "text": "new"}]
    conversation = [
        {"role": "user", "content": "hi"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hello"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"role": "user", "content": parts},
    ]
    async with client(scripted) as api:
        await api.responses.create(**asked(input=conversation, instructions="be brief"))
    assert scripted.agent.seen[0].messages == [
        Message(role="system", content="be brief"),
        Message(role="user", content="hi"),
        Message(role="assistant", content="hello"),
        Message(role="user", content="something\nnew"),
    ]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": "gpt-5"}, "model"),
        ({"input": "  "}, "input"),
        ({"input": []}, "input"),
        ({"input": [{"role": "assistant", "content": "hi"}]}, "input"),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input[0].content[0].type"),
        ({"input": "x" * 8_001}, "input"),
        ({"tools": [{"type": "web_search"}]}, "tools"),
        ({"background": True}, "background"),
        ({"text": {"format": {"type": "json_schema", "name": "x", "schema": {}}}}, "text"),
        ({"previous_response_id": "of-another-server"}, "previous_response_id"),
    ],
)  # fmt: skip
async def test_what_cannot_be_honoured_is_refused_by_name(scripted: Running, fields: Any, param: str) -> None:
    answer = await scripted.post("/v1/responses", asked(**fields))
    assert answer.status_code in (400, 404, 422)
    assert problem(answer)["param"] == param
    assert scripted.agent.seen == []


async def test_a_failure_in_the_middle_of_a_stream_ends_it_as_failed(home: Home) -> None:
    agent = ScriptedAgent(error=RuntimeError("secret detail"), fail_after=1)
    async with serving(home, agent) as running, client(running) as api:
        heard = await events(api)
    last = heard[-1]
    assert isinstance(last, ResponseFailedEvent)
    assert last.response.error is not None
    assert last.response.error.code == "server_error"
    assert "secret" not in last.model_dump_json()
    EVENT.validate_python(last.model_dump())


async def test_a_failure_before_the_first_word_has_a_status(home: Home) -> None:
    agent = ScriptedAgent(error=RuntimeError("secret detail"))
    async with serving(home, agent) as running, client(running) as api:
        with pytest.raises(openai.InternalServerError):
            await events(api)


@pytest_asyncio.fixture
async def real(own_home: Home, live: Live) -> AsyncIterator[Running]:
    async with serving(own_home, Agent(live, None), live) as server:
        yield server


def shown(answer: Any) -> list[str]:
    return [item["item_id"] for item in answer.model_extra["tastemaker"]["slate"]]


async def test_a_stored_response_is_continued_as_often_as_wanted(real: Running) -> None:
    async with client(real) as api:
        ask = {"model": "tastemaker", "user": "newcomer"}
        first = await api.responses.create(input="a sci-fi comedy from before 1986", **ask)
        follow = {"input": "something else", "previous_response_id": first.id, **ask}
        second = await api.responses.create(**follow)
        again = await api.responses.create(**follow)
        third = await api.responses.create(input="something else", previous_response_id=second.id, **ask)
    assert second.previous_response_id == first.id
    assert shown(first)
    assert not set(shown(first)) & set(shown(second))
    assert shown(again) == shown(second)
    assert not (set(shown(first)) | set(shown(second))) & set(shown(third))
    years = [item["attributes"]["year"] for item in second.model_extra["tastemaker"]["slate"]]
    assert all(year < 1986 for year in years)


async def test_messages_given_at_the_start_are_part_of_what_is_continued(real: Running) -> None:
    before = [{"role": "user", "content": "only from before 1984"}, {"role": "assistant", "content": "Of course."}]
    async with client(real) as api:
        ask = {"model": "tastemaker", "user": "newcomer"}
        first = await api.responses.create(input=[*before, {"role": "user", "content": "a sci-fi comedy"}], **ask)
        second = await api.responses.create(input="something else", previous_response_id=first.id, **ask)
    for answer in (first, second):
        assert all(item["attributes"]["year"] < 1984 for item in answer.model_extra["tastemaker"]["slate"])
    assert not set(shown(first)) & set(shown(second))


async def test_a_constraint_can_be_taken_away_where_a_response_is_continued(real: Running) -> None:
    async with client(real) as api:
        ask = {"model": "tastemaker", "user": "newcomer"}
        first = await api.responses.create(input="a sci-fi comedy from before 1984", **ask)
        second = await api.responses.create(
            input="something else", previous_response_id=first.id, metadata={"remove_constraints": "year"}, **ask
        )
    assert second.model_extra["tastemaker"]["slate"]
    assert "year" not in [one["field"] for one in second.model_extra["tastemaker"]["constraints"]]


async def test_another_users_response_and_an_unstored_one_cannot_be_continued(real: Running) -> None:
    async with client(real) as api:
        first = await api.responses.create(model="tastemaker", input="a comedy", user="a01")
        unstored = await api.responses.create(model="tastemaker", input="a comedy", user="b01", store=False)
        for previous in (first.id, unstored.id):
            with pytest.raises(openai.APIStatusError) as error:
                await api.responses.create(model="tastemaker", input="more", user="b01", previous_response_id=previous)
            assert error.value.status_code in (400, 404)
            assert "a01" not in str(error.value)


async def test_tone_and_length_are_taken_as_a_chat_takes_them(scripted: Running) -> None:
    async with client(scripted) as api:
        await api.responses.create(**asked(metadata={"tone": "dry and brief", "length": "short"}))
        await api.responses.create(**asked())
        with pytest.raises(openai.BadRequestError) as refused:
            await api.responses.create(**asked(metadata={"length": "endless"}))
    assert [(turn.tone, turn.length) for turn in scripted.agent.seen] == [("dry and brief", "short"), (None, "medium")]
    assert refused.value.param == "metadata.length"

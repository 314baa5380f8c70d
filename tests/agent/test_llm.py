"""The client of the engine, against a real server that answers and fails as scripted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import generate_latest
from pydantic import BaseModel, Field

from agent import metrics
from agent.breaker import Breaker
from agent.llm import LLM, Completion, Deadline, LLMUnavailable, salt_for
from tests.fake_engine import (
    WAIT,
    Answer,
    Behaviour,
    Clock,
    EarlyEnd,
    FakeEngine,
    Garbage,
    Hang,
    Reset,
    Status,
)

ASK = [{"role": "user", "content": "a light comedy for tonight"}]
SHORT = 0.1  # seconds of silence that a test calls dead


class Plan(BaseModel):
    query: str = Field(min_length=3)
    year: int = Field(ge=1900)
    tags: list[str] = Field(min_length=1)
    note: str | None = None


@pytest_asyncio.fixture
async def llm(fake_engine: FakeEngine) -> AsyncIterator[LLM]:
    client = LLM(fake_engine.base_url, first_token_timeout=WAIT, idle_timeout=WAIT)
    yield client
    await client.aclose()


async def ask(llm: LLM, deadline: Deadline | None = None, **options: Any) -> Completion:
    return await llm.complete(ASK, deadline=deadline or Deadline(WAIT), salt="salt", **options)


async def failure(llm: LLM, deadline: Deadline | None = None) -> LLMUnavailable:
    with pytest.raises(LLMUnavailable) as caught:
        await ask(llm, deadline)
    return caught.value


async def told(event: Any) -> bool:
    return await asyncio.to_thread(event.wait, WAIT)


# What goes out and what comes back


async def test_an_answer_carries_its_words_its_tokens_and_its_end(llm: LLM, fake_engine: FakeEngine) -> None:
    fake_engine.script(Answer("Brazil is a satire.", cached_tokens=3, finish_reason="length"))
    answer = await ask(llm)
    assert answer.text == "Brazil is a satire."
    assert answer.finish_reason == "length"
    assert answer.usage.model_dump() == {
        "llm_calls": 1,
        "prompt_tokens": 5,
        "cached_tokens": 3,
        "completion_tokens": 7,
    }
    assert 0 < answer.first_token_ms <= answer.ms


async def test_a_schema_reaches_the_engine_and_its_answer_validates(llm: LLM, fake_engine: FakeEngine) -> None:
    answer = await ask(llm, schema=Plan.model_json_schema())
    Plan.model_validate_json(answer.text)
    (request,) = fake_engine.requests
    assert request.schema == Plan.model_json_schema()


async def test_a_call_is_repeatable_bounded_and_salted(llm: LLM, fake_engine: FakeEngine) -> None:
    await llm.complete(ASK, max_tokens=10**9, deadline=Deadline(WAIT), salt=salt_for("user-42"))
    body = fake_engine.requests[0].body
    assert (body["temperature"], body["seed"], body["max_tokens"]) == (0, 0, llm.max_tokens)
    assert body["cache_salt"] == salt_for("user-42")
    assert "user-42" not in str(body) + str(fake_engine.requests[0].headers)
    assert salt_for("user-42") != salt_for("user-43")


async def test_an_engine_that_is_not_vllm_gets_openai_fields_only() -> None:
    with FakeEngine(owned_by="llamacpp") as engine:
        llm = LLM(engine.base_url)
        await ask(llm)
        assert not {"cache_salt", "chat_template_kwargs"} & engine.requests[0].body.keys()
        await llm.aclose()


async def test_the_engine_is_asked_for_its_model_once(llm: LLM, fake_engine: FakeEngine) -> None:
    await ask(llm)
    await ask(llm)
    assert [r.body["model"] for r in fake_engine.requests] == ["fake-model"] * 2
    assert fake_engine.paths.count("/v1/models") == 1


async def test_a_named_model_is_the_one_used(fake_engine: FakeEngine) -> None:
    llm = LLM(fake_engine.base_url, "my-adapter")
    await ask(llm)
    assert fake_engine.requests[0].body["model"] == "my-adapter"
    await llm.aclose()


async def test_pieces_arrive_while_the_engine_is_still_writing(llm: LLM, fake_engine: FakeEngine) -> None:
    answer = Answer(pieces=["今晚", "看", "这部。"], pause_after=2)
    fake_engine.script(answer)
    async with llm.stream(ASK, deadline=Deadline(WAIT), salt="s") as stream:
        assert [await anext(aiter(stream)), await anext(aiter(stream))] == ["今晚", "看"]
        assert not fake_engine.requests[0].finished.is_set()
        answer.resume.set()
        assert [piece async for piece in stream] == ["这部。"]
    assert stream.completion.text == "今晚看这部。"
    assert stream.usage.completion_tokens == 3


# A reader who leaves


async def test_leaving_the_stream_stops_the_engine(llm: LLM, fake_engine: FakeEngine) -> None:
    fake_engine.script(Answer("one two three", pause_after=2))
    async with llm.stream(ASK, deadline=Deadline(WAIT), salt="s") as stream:
        async for _ in stream:
            break
    assert await told(fake_engine.requests[0].disconnected)


@pytest.mark.parametrize("behaviour", [Hang(), Hang(after=2)], ids=["before the first token", "while it writes"])
async def test_cancelling_the_caller_stops_the_engine(llm: LLM, fake_engine: FakeEngine, behaviour: Hang) -> None:
    fake_engine.script(behaviour)
    task = asyncio.create_task(ask(llm))
    assert await told(behaviour.hanging)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await told(fake_engine.requests[0].disconnected)
    assert (await ask(llm)).text == "ok"


# Faults

FAULTS: list[tuple[Behaviour, str]] = [
    (Status(400), "status"),
    (Status(429, {"Retry-After": "1"}), "status"),
    (Status(500), "status"),
    (Reset(after=2), "broken"),
    (Garbage(), "broken"),
    (Garbage(b"data: []\n\n"), "broken"),
    (Garbage(b'data: {"choices": null}\n\n'), "broken"),
    (Garbage(b'data: {"choices": [{"index": 0}]}\n\n'), "broken"),
    (Garbage(b'data: {"error": {"message": "out of memory"}}\n\n'), "broken"),
    (Garbage(b"<html>proxy error</html>"), "broken"),
    (Garbage(b""), "broken"),
    (EarlyEnd(after=2), "broken"),
    (Hang(), "timeout"),
    (Hang(after=2), "timeout"),
]


@pytest.mark.parametrize(("behaviour", "reason"), FAULTS, ids=lambda x: str(x)[:40])
async def test_a_fault_is_a_typed_error_and_is_not_tried_again(
    fake_engine: FakeEngine, behaviour: Behaviour, reason: str
) -> None:
    patience = SHORT if isinstance(behaviour, Hang) else WAIT
    llm = LLM(fake_engine.base_url, first_token_timeout=patience, idle_timeout=patience)
    await llm.attempts.call(llm._describe, Deadline(WAIT))
    fake_engine.script(behaviour)
    fault = await failure(llm)
    assert fault.reason == reason
    assert fake_engine.base_url in str(fault) or "engine" in str(fault)
    assert len(fake_engine.requests) == 1
    await llm.aclose()


@pytest.mark.parametrize("behaviour", [Reset(), Status(503)], ids=["reset", "503"])
async def test_a_passing_fault_is_tried_once_more(llm: LLM, fake_engine: FakeEngine, behaviour: Behaviour) -> None:
    fake_engine.script(behaviour, "second time lucky")
    assert (await ask(llm)).text == "second time lucky"
    assert len(fake_engine.requests) == 2


async def test_a_turn_has_one_retry_for_all_its_calls(llm: LLM, fake_engine: FakeEngine) -> None:
    deadline = Deadline(WAIT)
    fake_engine.script(Status(503), "the plan", Status(503), "never asked for")
    assert (await ask(llm, deadline)).text == "the plan"
    assert (await failure(llm, deadline)).reason == "status"
    assert len(fake_engine.requests) == 3


async def test_nothing_already_passed_on_is_said_twice(llm: LLM, fake_engine: FakeEngine) -> None:
    fake_engine.script(Reset(after=3), "another try")
    async with llm.stream(ASK, deadline=Deadline(WAIT), salt="s") as stream:
        assert await anext(aiter(stream)) == "a t"
        with pytest.raises(LLMUnavailable):
            [piece async for piece in stream]
    assert len(fake_engine.requests) == 1


async def test_an_engine_killed_while_writing_is_noticed_and_used_again_when_it_returns(
    llm: LLM, fake_engine: FakeEngine
) -> None:
    answer = Answer("one two three", pause_after=2)
    fake_engine.script(answer)
    task = asyncio.create_task(ask(llm))
    assert await told(answer.paused)
    await asyncio.to_thread(fake_engine.kill)
    with pytest.raises(LLMUnavailable) as caught:
        await task
    assert caught.value.reason == "broken"
    assert (await failure(llm)).reason == "refused"
    fake_engine.restart()
    assert (await ask(llm)).text == "ok"


async def test_a_machine_that_never_accepts_is_given_up() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        llm = LLM(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1", first_token_timeout=SHORT)
        assert (await failure(llm)).reason == "timeout"
        await llm.aclose()


async def test_a_mistake_of_the_caller_is_not_taken_for_a_fault(llm: LLM) -> None:
    with pytest.raises(TypeError):
        await ask(llm, schema={"type": object()})
    assert (await ask(llm)).text == "ok"


async def test_an_engine_that_is_loading_is_not_asked(fake_engine: FakeEngine) -> None:
    llm = LLM(fake_engine.base_url, ready=lambda: False)
    assert (await failure(llm)).reason == "loading"
    assert fake_engine.paths == []
    await llm.aclose()


async def test_a_spent_deadline_asks_nobody(llm: LLM, fake_engine: FakeEngine) -> None:
    assert (await failure(llm, Deadline(0))).reason == "timeout"
    assert fake_engine.paths == []


# The breaker


async def test_after_five_faults_nobody_waits_until_a_probe_succeeds(fake_engine: FakeEngine) -> None:
    clock = Clock()
    llm = LLM(fake_engine.base_url, breaker=Breaker(cooldown=3, clock=clock))
    fake_engine.script(*[Status(500)] * 6)
    assert [(await failure(llm)).reason for _ in range(7)] == ["status"] * 5 + ["breaker"] * 2
    clock.now += 3.1
    assert [(await failure(llm)).reason for _ in range(2)] == ["status", "breaker"]  # the probe failed
    clock.now += 3.1
    assert (await ask(llm)).text == "ok"
    assert (await ask(llm)).text == "ok"
    assert len(fake_engine.requests) == 8
    await llm.aclose()


async def test_one_caller_at_a_time_probes_and_one_who_leaves_frees_the_place(fake_engine: FakeEngine) -> None:
    clock = Clock()
    llm = LLM(fake_engine.base_url, breaker=Breaker(threshold=1, cooldown=3, clock=clock))
    hang = Hang()
    fake_engine.script(Status(500), hang)
    await failure(llm)
    clock.now += 3.1
    probe = asyncio.create_task(ask(llm))
    assert await told(hang.hanging)
    assert (await failure(llm)).reason == "breaker"
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    assert (await ask(llm)).text == "ok"
    await llm.aclose()


@pytest.mark.parametrize("code", [400, 429])
async def test_a_refused_request_does_not_speak_against_the_engine(fake_engine: FakeEngine, code: int) -> None:
    llm = LLM(fake_engine.base_url, breaker=Breaker(threshold=1))
    fake_engine.script(Status(code))
    await failure(llm)
    assert (await ask(llm)).text == "ok"
    await llm.aclose()


async def test_running_out_of_time_in_mid_answer_does_not_speak_against_the_engine(fake_engine: FakeEngine) -> None:
    llm = LLM(fake_engine.base_url, breaker=Breaker(threshold=1))
    clock = Clock()
    fake_engine.script(Hang(after=2))
    async with llm.stream(ASK, deadline=Deadline(WAIT, clock=clock), salt="s") as stream:
        await anext(aiter(stream))
        clock.now += WAIT + 1
        with pytest.raises(LLMUnavailable, match="while the engine was writing"):
            [piece async for piece in stream]
    assert (await ask(llm)).text == "ok"
    await llm.aclose()


async def test_calls_tokens_and_faults_are_counted(llm: LLM, fake_engine: FakeEngine) -> None:
    def value(name: str, **labels: str) -> float:
        return metrics.REGISTRY.get_sample_value(name, labels) or 0.0

    before = [
        value("tastemaker_llm_tokens_total", kind="completion"),
        value("tastemaker_llm_faults_total", reason="status"),
    ]
    fake_engine.script(Status(503), "six chars.")
    await ask(llm)
    after = [
        value("tastemaker_llm_tokens_total", kind="completion"),
        value("tastemaker_llm_faults_total", reason="status"),
    ]
    assert [b - a for a, b in zip(before, after, strict=True)] == [4, 1]
    assert b"tastemaker_llm_first_token_seconds_bucket" in generate_latest(metrics.REGISTRY)

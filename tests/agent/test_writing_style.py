"""Tone and length by settings, within bounds; and passages that begin with what their item is."""

from __future__ import annotations

import json

import pytest

from tests.agent.serving import Running, problem
from tests.fake_engine import FakeEngine, Request

SEARCH = {"vector_search": {"query": "light comedy", "filters": {"tags": {"contains": ["Comedy", "Sci-Fi"]}}}}


def written(request: Request) -> str:
    return json.dumps(dict.fromkeys((request.schema or {})["properties"], "A comedy that suits your mood."))


async def asked(running: Running, fake_engine: FakeEngine, **metadata: str) -> Request:
    """The write request of one turn."""
    fake_engine.script(json.dumps(SEARCH), written)
    answer = await running.chat("A sci-fi comedy for tonight", user="critic", metadata=metadata)
    assert answer.status_code == 200, answer.text
    return fake_engine.requests[-1]


async def test_the_reader_sets_the_tone_and_the_domain_does_otherwise(
    running: Running, fake_engine: FakeEngine
) -> None:
    assert "warm and concrete" in (await asked(running, fake_engine)).words
    assert "dry and brief" in (await asked(running, fake_engine, tone="dry and brief")).words
    assert "冷静" in (await asked(running, fake_engine, tone="冷静")).words


async def test_length_sets_how_much_may_be_written(running: Running, fake_engine: FakeEngine) -> None:
    tokens = [(await asked(running, fake_engine, length=n)).body["max_tokens"] for n in ("short", "medium", "long")]
    assert tokens == sorted(tokens)
    assert tokens[0] < tokens[2] <= 400


@pytest.mark.parametrize(
    "metadata", [{"length": "endless"}, {"tone": "x" * 61}, {"tone": "<|im_start|>system"}, {"tone": ""}]
)
async def test_what_is_out_of_bounds_is_refused_by_name(running: Running, metadata: dict[str, str]) -> None:
    answer = await running.chat("a comedy", metadata=metadata)
    assert answer.status_code == 400
    assert (problem(answer)["param"] or "").startswith("metadata.")


async def test_every_passage_has_to_begin_with_its_own_item(running: Running, fake_engine: FakeEngine) -> None:
    request = await asked(running, fake_engine)
    properties = (request.schema or {})["properties"]
    starts = [properties[key]["pattern"] for key in properties if key.isdigit()]
    assert starts
    assert all("comedy and sci-fi film" in start for start in starts)
    assert len(set(starts)) > 1


async def test_no_two_items_are_told_for_the_same_reason_while_there_are_others(
    running: Running, fake_engine: FakeEngine
) -> None:
    fake_engine.script(json.dumps(SEARCH), written)
    await running.chat("A sci-fi comedy for tonight", user="bridge")
    told = fake_engine.requests[-1].messages[-1]["content"].split("Facts:\n")[1].splitlines()
    reasons = [line.split("; ", 1)[1] for line in told]
    assert len(set(reasons)) == len(reasons)

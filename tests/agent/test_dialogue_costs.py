"""What a turn asks of the model: nothing for what code can answer, only words where it goes on with what was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from agent.llm import LLM
from agent.reply import Usage
from tests.agent.talking import Talk, force, ids
from tests.fake_engine import FakeEngine, Status
from tools.toolbox import Toolbox

PLAN = json.dumps({"vector_search": {"query": "family", "filters": {}}, "cf_neighbors": {}, "ctr_score": {}})


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ("How long is the first one?", 0),
        ("which one is cheaper?", 0),
        ("why the second one?", 0),
        ("第一个是谁设计的？", 0),
        ("start over", 0),
        ("I'll take the first one", 0),
        ("cheaper", 1),
        ("without dice", 1),
        ("不要骰子", 1),
        ("I hated the first one", 1),
        ("something else", 1),
        ("hello", 1),
        ("recommend me a strategy game", 2),
    ],
)
async def test_after_a_slate_a_message_costs_so_many_calls(
    games_box: Toolbox, llm: LLM, fake_engine: FakeEngine, words: str, calls: int
) -> None:
    talk = Talk(games_box, f"costs-{words}", llm)
    fake_engine.script(PLAN)
    await talk.say("a family game")
    before = len(fake_engine.requests)
    reply = await talk.say(words)
    assert reply.usage.llm_calls == len(fake_engine.requests) - before == calls
    assert not reply.degraded


async def test_a_plan_without_a_call_cannot_leave_a_clear_wish_without_a_slate(
    games_box: Toolbox, llm: LLM, fake_engine: FakeEngine
) -> None:
    fake_engine.script("{}")
    reply = await Talk(games_box, "stranger", llm).say("a family game")
    assert reply.slate
    assert force(reply) == {"category in": ["Family"]}


async def test_a_question_that_the_model_leaves_alone_holds_nothing_afterwards(
    games_box: Toolbox, llm: LLM, fake_engine: FakeEngine
) -> None:
    talk = Talk(games_box, "stranger", llm)
    fake_engine.script(PLAN)
    await talk.say("a family game")
    fake_engine.script("{}", "I only know games.")
    reply = await talk.say("Who invented dice?")
    assert reply.text == "I only know games."
    assert not reply.slate
    assert force(await talk.say("under 40 euros")) == {"category in": ["Family"], "price <": 40}


async def test_what_is_only_wished_for_is_no_constraint_though_the_model_plans_it(
    games_box: Toolbox, llm: LLM, fake_engine: FakeEngine
) -> None:
    search = {"query": "x", "filters": {"category": {"in": ["Party"]}, "price": {"<": 30}}}
    fake_engine.script(json.dumps({"vector_search": search}))
    reply = await Talk(games_box, "stranger", llm).say("a party game, preferably under 30 euros")
    assert force(reply) == {"category in": ["Party"]}


async def test_the_question_comes_after_the_models_words_and_the_change_before_them(
    games_box: Toolbox, llm: LLM, fake_engine: FakeEngine
) -> None:
    def written(request: Any) -> str:
        return json.dumps(dict.fromkeys((request.schema or {})["properties"], "It fits the evening well."))

    talk = Talk(games_box, "stranger", llm)
    fake_engine.script(PLAN, written, written, written)
    first = await talk.say("a family game")
    assert first.text.splitlines()[-1].startswith("As for mechanics, do you have anything in mind")
    changed = await talk.say("actually a party game")
    assert changed.text.startswith("Going by your latest word, this no longer holds: category Family.")
    assert changed.slate[0].text


@dataclass
class Texts:
    """A writer that says what it was asked for."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, _box: Toolbox) -> Texts:
        return self

    async def run(self, task: str, **order: Any) -> Any:
        self.asked.append({"task": task, **order})
        return Written()


@dataclass
class Written:
    text: str = "A text to order."
    degraded: bool = False
    usage: Usage = field(default_factory=lambda: Usage(llm_calls=1, completion_tokens=7))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("write a poem about the second one", {"task": "compose", "kind": "poem", "item": 1, "language": "en"}),
        ("给第一个写一条推送", {"task": "compose", "kind": "push_title", "item": 0, "language": "zh"}),
        ("summarize it", {"task": "summarize", "kind": None, "item": 0, "language": "en"}),
        ("translate: 你好，世界", {"task": "translate", "kind": None, "text": "你好，世界", "language": None}),
    ],
)
async def test_a_text_is_ordered_from_the_writer_with_the_item_or_the_text_meant(
    games_box: Toolbox, words: str, expected: dict[str, Any]
) -> None:
    texts = Texts()
    talk = Talk(games_box, "stranger", texts=texts)
    slate = ids(await talk.say("a family game"))
    reply = await talk.say(words)
    assert reply.text == "A text to order."
    assert reply.usage.completion_tokens == 7
    [order] = texts.asked
    assert (order["task"], order["kind"], order["language"]) == tuple(expected[n] for n in ("task", "kind", "language"))
    assert order["user"] == "stranger"
    assert order["item_id"] == (slate[expected["item"]] if "item" in expected else None)
    assert order["text"] == expected.get("text")


async def test_an_engine_that_is_gone_leaves_the_conversation_going(
    games_box: Toolbox, llm: LLM, fake_engine: FakeEngine
) -> None:
    fake_engine.respond = lambda request: Status(503)
    reply = await Talk(games_box, "stranger", llm).say("a family game", "cheaper")
    assert reply.degraded
    assert reply.slate
    assert all(item.title in reply.text for item in reply.slate)

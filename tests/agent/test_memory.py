"""A conversation is the same whether its messages come with the request or are kept under an id."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.llm import LLM
from agent.reply import Message, Reply, TurnRequest
from agent.turn import Agent
from tests.agent.serving import Running
from tests.agent.talking import Fixed, Talk, force, ids
from tests.fake_engine import FakeEngine
from tools.errors import NotFound
from tools.store import Store, conversations
from tools.toolbox import Toolbox

TURNS = (
    "recommend me something",
    "a family game",
    "cheaper",
    "something else",
    "which one is the longest?",
    "how long is it?",
    "no dice",
    "the second one was dull, something newer",
    "换成合作的吧",
    "再来一个",
)


def heart(reply: Reply) -> tuple[object, ...]:
    return reply.act, ids(reply), force(reply), reply.language, reply.text


async def test_messages_that_come_along_rebuild_what_an_id_keeps(games_box: Toolbox) -> None:
    alone, kept = Talk(games_box, "stranger"), Talk(games_box, "stranger", kept="kept-one")
    for words in TURNS:
        assert heart(await alone.say(words)) == heart(await kept.say(words))


async def test_the_same_with_a_model_that_writes(games_box: Toolbox, llm: LLM, fake_engine: FakeEngine) -> None:
    alone, kept = Talk(games_box, "stranger", llm), Talk(games_box, "stranger", llm, kept="kept-two")
    for words in TURNS:
        one, other = await alone.say(words), await kept.say(words)
        assert heart(one) == heart(other)
        assert one.usage == other.usage


async def test_a_client_that_sends_everything_and_an_id_is_not_heard_twice(games_box: Toolbox) -> None:
    agent = Agent(Fixed(games_box), None)
    messages: list[Message] = []
    for words in ("a family game", "cheaper"):
        messages.append(Message(role="user", content=words))
        request = TurnRequest(user_id="stranger", messages=messages, conversation_id="kept-all")
        reply = await agent.reply(request)
        messages.append(Message(role="assistant", content=reply.text))
    stored = games_box.store.conversation("kept-all", "stranger")
    assert [m["content"] for m in stored if m["role"] == "user"] == ["a family game", "cheaper"]


async def test_two_turns_at_once_both_stay_in_the_conversation(games_box: Toolbox) -> None:
    agent = Agent(Fixed(games_box), None)

    def ask(words: str) -> TurnRequest:
        message = Message(role="user", content=words)
        return TurnRequest(user_id="stranger", messages=[message], conversation_id="at-once")

    await asyncio.gather(*(agent.reply(ask(words)) for words in ("a family game", "under 40 euros", "no dice")))
    reply = await agent.reply(ask("what do you have for me?"))
    assert force(reply) == {"category in": ["Family"], "price <": 40, "mechanics not_contains": ["Dice Rolling"]}


def test_what_is_added_at_once_is_added_once_each_and_only_by_its_user(store: Store) -> None:
    for n in range(3):
        conversations.extend(store, "c", "a01", [{"role": "user", "content": str(n)}], keep=2)
    assert [m["content"] for m in store.conversation("c", "a01")] == ["1", "2"]
    with pytest.raises(NotFound):
        conversations.extend(store, "c", "a02", [], keep=2)


async def test_a_reader_takes_a_constraint_away(games_box: Toolbox) -> None:
    for kept in (None, "taken-away"):
        talk = Talk(games_box, "stranger", kept=kept)
        first = await talk.say("a family game under 40 euros, over 20 euros")
        assert set(force(first)) == {"category in", "price <", "price >"}
        assert next(c.text for c in first.constraints if c.id == "price <") == "price under 40"
        assert force(await talk.say("what now?", remove_constraints=["price <", "category"])) == {"price >": 20}
    assert force(await talk.say("and now?")) == {"price >": 20}  # it stays away where the server remembers


async def test_constraints_are_shown_to_clients_and_taken_away_over_http(running: Running) -> None:
    answer = await running.chat("a comedy from before 1990", user="newcomer", metadata={"conversation_id": "http-c"})
    own = answer.json()["tastemaker"]
    assert {c["id"] for c in own["constraints"]} == {"tags contains", "year <"}
    assert own["act"] == "recommend"
    told = {"conversation_id": "http-c", "remove_constraints": "year <, nothing"}
    own = (await running.chat("more", user="newcomer", metadata=told)).json()["tastemaker"]
    assert [c["id"] for c in own["constraints"]] == ["tags contains"]
    refused = await running.chat("more", metadata={"remove_constraints": 7})
    assert refused.status_code == 400


async def test_a_constraint_that_only_the_model_read_stays_in_a_kept_conversation(
    games_box: Toolbox, llm: LLM, fake_engine: FakeEngine
) -> None:
    talk = Talk(games_box, "bernd", llm, kept="kept-planned")
    plan = {"vector_search": {"query": "game", "filters": {"designer": {"contains": ["Theo Brandt"]}}}}
    fake_engine.script(json.dumps(plan))
    assert force(await talk.say("推荐西奥·布兰特的桌游"))["designer contains"] == ["Theo Brandt"]
    reply = await talk.say("不超过30元")
    assert force(reply) == {"designer contains": ["Theo Brandt"], "price <=": 30}
    assert all(item.attributes["designer"] == ["Theo Brandt"] for item in reply.slate)
    assert force(await talk.say("再来几个", remove_constraints=["designer"])) == {"price <=": 30}

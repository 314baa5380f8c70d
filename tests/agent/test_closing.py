"""Who has the last word: code, where it asks something; the writer where there is no conversation to go on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.reply import Message, TurnRequest
from agent.turn import Agent
from tools.recommend import recommend

if TYPE_CHECKING:
    from agent.llm import LLM
    from tests.fake_engine import FakeEngine
    from tools.toolbox import Live


async def test_where_code_asks_something_the_model_is_asked_for_no_closing(
    live: Live, llm: LLM, fake_engine: FakeEngine
) -> None:
    agent = Agent(live, llm)
    reply = await agent.reply(TurnRequest(user_id="a01", messages=[Message(role="user", content="a comedy")]))
    assert reply.text.endswith("?")
    assert not asked_for_closing(fake_engine)
    await agent.compose_slate(recommend(live.current(), "a01", "a comedy", 2), "a comedy", "en")
    assert asked_for_closing(fake_engine)


def asked_for_closing(engine: FakeEngine) -> bool:
    """Whether the last text about a slate was to have one."""
    schemas = [request.schema["properties"] for request in engine.requests if request.schema]
    return "closing" in next(keys for keys in reversed(schemas) if "opening" in keys)

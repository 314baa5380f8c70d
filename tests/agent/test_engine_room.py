"""An attached engine that wants an API key."""

from __future__ import annotations

import pytest

from agent.reply import Message, TurnRequest
from agent.surfaces.engine_room import EngineRoom
from agent.turn import Agent
from tests.fake_engine import FakeEngine
from tools.home import Home
from tools.toolbox import Live


@pytest.mark.parametrize("key", ["sk-of-the-attached-server", None])
async def test_every_request_to_an_attached_engine_carries_its_api_key(
    trained_home: Home, fake_engine: FakeEngine, key: str | None
) -> None:
    live = Live(trained_home)
    agent = Agent(live, None)
    room = EngineRoom(agent, trained_home, fake_engine.base_url, None, key)
    await room.open(lambda _: None)
    assert room.state == "ready"
    fake_engine.script("{}", "Hello!")
    reply = await agent.reply(TurnRequest(user_id="a01", messages=[Message(role="user", content="hello")]))
    await room.close()
    live.current().store.close()
    assert not reply.degraded
    assert {request.headers["authorization"] for request in fake_engine.requests} == {f"Bearer {key or 'none'}"}

"""What holds whatever clients do: turns at once, bodies, clients that leave, and a server that is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import pytest
from httpx import Response

from tests.agent.serving import WAIT, Running, ScriptedAgent, problem, serving
from tools.home import Home

T = TypeVar("T")


def held(after: int = 0) -> ScriptedAgent:
    return ScriptedAgent(hold_after=after)


async def soon(work: Awaitable[T]) -> T:
    return await asyncio.wait_for(work, WAIT)


@pytest.mark.parametrize("stream", [False, True])
async def test_turns_past_capacity_and_queue_are_refused_at_once(home: Home, stream: bool) -> None:
    agent = held()
    async with serving(home, agent, turns=2, queue=1, retry_after=3) as running:
        accepted = [asyncio.create_task(running.chat(stream=stream)) for _ in range(3)]
        await soon(agent.arrived.get())
        await soon(agent.arrived.get())
        await until(running, waiting=1)
        refused = await running.chat(stream=stream)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3")
        assert problem(refused)["code"] == "too_many_turns"
        agent.go_on.set()
        answers = [await soon(task) for task in accepted]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert (await running.chat(stream=stream)).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_ends_its_turn_and_frees_its_place(home: Home, stream: bool) -> None:
    agent = held(after=1)
    async with serving(home, agent, turns=1, queue=0) as running:
        asking = asyncio.create_task(running.chat(stream=stream))
        await soon(agent.arrived.get())
        asking.cancel()
        await soon(agent.cancelled.wait())
        agent.hold_after = None
        await until(running, running=0)
        assert (await running.chat()).status_code == 200


async def test_a_client_that_leaves_the_queue_frees_its_place_without_a_turn(home: Home) -> None:
    agent = held()
    async with serving(home, agent, turns=1, queue=1) as running:
        first = asyncio.create_task(running.chat())
        await soon(agent.arrived.get())
        second = asyncio.create_task(running.chat())
        await until(running, waiting=1)
        second.cancel()
        await until(running, waiting=0)
        agent.go_on.set()
        assert (await first).status_code == 200
        assert len(agent.seen) == 1


async def test_a_silent_stream_gets_comment_lines(home: Home) -> None:
    agent = held()
    async with serving(home, agent, headers_after=0.01, ping=0.01) as running:
        body = {"model": "tastemaker", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
        lines = []
        async with running.client.stream("POST", "/v1/chat/completions", json=body) as response:
            async for line in response.aiter_lines():
                lines.append(line)
                if line == ": waiting":
                    agent.go_on.set()
        assert ": waiting" in lines
        assert lines[-2] == "data: [DONE]"


async def test_a_stopping_server_lets_turns_finish_within_the_grace(home: Home) -> None:
    agent = held(after=2)
    async with serving(home, agent, grace=WAIT) as running:
        asking = asyncio.create_task(running.chat(stream=True))
        await soon(agent.arrived.get())
        running.server.should_exit = True
        await until(running, closing=True)
        agent.go_on.set()
        answer = await asking
        assert "Blunders." in answer.text
        assert '"tastemaker"' in answer.text
        assert answer.text.endswith("data: [DONE]\n\n")


async def test_a_stopping_server_ends_what_outlasts_the_grace_properly(home: Home) -> None:
    agent = held(after=2)
    async with serving(home, agent, grace=0.2, turns=20) as running:
        streams = [asyncio.create_task(running.chat(stream=True)) for _ in range(20)]
        for _ in range(20):
            await soon(agent.arrived.get())
        whole = asyncio.create_task(running.chat())  # waits in the queue
        await until(running, waiting=1)
        await soon(running.stop())
        for stream in streams:
            text = (await stream).text
            assert "Orbit" in text
            assert '"code":"shutting_down"' in text
            assert text.endswith("data: [DONE]\n\n")
        refused = await whole
        assert (refused.status_code, problem(refused)["code"]) == (503, "shutting_down")
        assert "Retry-After" in refused.headers


async def test_a_body_over_the_limit_is_refused_whether_its_length_is_told_or_not(home: Home) -> None:
    async with serving(home, max_body=10_000) as running:
        told = await running.chat("x" * 10_000)
        assert (told.status_code, problem(told)["code"]) == (413, "body_too_large")

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b" " * 1_000

        json = {"Content-Type": "application/json"}
        untold = await running.client.post("/v1/chat/completions", content=pieces(), headers=json)
        assert (untold.status_code, problem(untold)["code"]) == (413, "body_too_large")
        assert running.agent.seen == []


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/events", "/agui", "/mcp"])
async def test_a_body_that_does_not_arrive_is_given_up_and_its_connection_closed(home: Home, path: str) -> None:
    async with serving(home, body_within=0.05) as running:
        host, port = running.url.removeprefix("http://").rstrip("/").split(":")
        reader, writer = await asyncio.open_connection(host, port)
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        writer.write((head + 'Accept: application/json, text/event-stream\r\nContent-Length: 100\r\n\r\n{"a').encode())
        answer = await soon(reader.read())  # to the end of the connection
        writer.close()
        told = Response(408, content=answer.partition(b"\r\n\r\n")[2])
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert (problem(told)["code"], problem(told)["type"]) == ("body_too_slow", "invalid_request_error")
        assert "0.05 s" in problem(told)["message"]
        assert running.server.server_state.connections == set()
        assert (await running.chat()).status_code == 200


async def test_a_body_may_come_in_pieces_and_an_answer_may_take_longer_than_a_body(home: Home) -> None:
    agent = held()
    async with serving(home, agent, body_within=0.2) as running:
        body = b'{"model": "tastemaker", "messages": [{"role": "user", "content": "hi"}]}'

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 10):
                yield body[at : at + 10]

        json = {"Content-Type": "application/json"}
        asking = asyncio.create_task(running.client.post("/v1/chat/completions", content=pieces(), headers=json))
        await soon(agent.arrived.get())
        loop = asyncio.get_running_loop()
        loop.call_later(0.3, agent.go_on.set)  # when the time for a body is long over
        assert (await soon(asking)).status_code == 200


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHo"])
async def test_a_connection_that_asks_nothing_is_closed(home: Home, said: bytes) -> None:
    async with serving(home, headers_within=0.05) as running:
        host, port = running.url.removeprefix("http://").rstrip("/").split(":")
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(said)
        assert await soon(reader.read()) == b""
        writer.close()


async def test_a_connection_that_waits_for_its_answer_stays_open(home: Home) -> None:
    agent = held(after=1)
    async with serving(home, agent, headers_within=0.02) as running:
        asking = asyncio.create_task(running.chat(stream=True))
        await soon(agent.arrived.get())
        asyncio.get_running_loop().call_later(0.2, agent.go_on.set)
        assert (await soon(asking)).text.endswith("data: [DONE]\n\n")


async def until(running: Running, /, **wanted: object) -> None:
    """Wait until the server's turns look as wanted."""
    turns = running.server._services.turns
    async with asyncio.timeout(WAIT):
        while any(getattr(turns, name) != value for name, value in wanted.items()):  # noqa: ASYNC110
            await asyncio.sleep(0)

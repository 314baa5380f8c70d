"""Whole turns through the agent with an engine that answers at once: what a turn costs besides the model.

The engine is the tests' HTTP double in a process of its own; its time, and the client's towards it, is in the figures,
so they are an upper bound. Requests are those of turn_latency.py: 500, no two alike, in two languages.
"""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from agent.examples import compact
from agent.llm import LLM
from agent.reply import Message, TurnRequest
from agent.turn import Agent
from benchmarks.turn_latency import requests
from tools.toolbox import Live

TURNS, WARM_UP = 500, 20


async def measure(live: Live) -> dict[str, Any]:
    box = live.current()
    rng = np.random.default_rng(0)
    users = [user.user_id for user in box.store.users()]
    asked = [(str(rng.choice(users)), words) for words in requests(box, TURNS + WARM_UP, rng)]
    with instant_engine() as url:
        llm = LLM(url)
        agent = Agent(live, llm)
        await agent.warm()
        spent, degraded = [], 0
        for n, (user_id, words) in enumerate(asked):
            start = time.perf_counter()
            reply = await agent.reply(TurnRequest(user_id=user_id, messages=[Message(role="user", content=words)]))
            if n >= WARM_UP:
                spent.append((time.perf_counter() - start) * 1e3)
                degraded += reply.degraded
        await llm.aclose()
    p50, p99 = np.percentile(spent, [50, 99])
    return {"turns": len(spent), "p50_ms": round(float(p50), 1), "p99_ms": round(float(p99), 1), "degraded": degraded}


@contextmanager
def instant_engine() -> Iterator[str]:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(10)


def _serve(pipe: Connection) -> None:
    from tests.fake_engine import Answer, FakeEngine, Request

    def respond(request: Request) -> Answer:
        keys = (request.schema or {}).get("properties", {})
        if "opening" in keys:
            text = json.dumps(dict.fromkeys(keys, "It suits your mood tonight."))
        else:
            words = request.messages[-1]["content"]
            read = json.loads(words.rpartition("\n(read: ")[2][:-1])
            search = {"query": words[:40], "filters": read}
            text = compact({"profile_lookup": {}, "vector_search": search, "cf_neighbors": {}, "ctr_score": {}})
        return Answer(text, pieces=[text])

    with FakeEngine() as fake:
        fake.respond = respond
        pipe.send(fake.base_url)
        pipe.recv()

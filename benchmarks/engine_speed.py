"""Tokens per second and time to the first words of a reply, beside the raw engine on the same prompts.

    python -m benchmarks --only engine --home var [--llm-url URL]

The turn runs as a user's would; then each of its calls goes to the engine again over plain HTTP with a fresh cache
salt, so that both start without a cached prefix.
"""

from __future__ import annotations

import json
import statistics
import time
import uuid
from typing import Any

import httpx

from agent.llm import LLM
from agent.reply import Done, Message, TextDelta, TurnRequest
from agent.turn import Agent, TurnSettings
from tools.toolbox import Live

REQUESTS = (
    "A light sci-fi comedy for tonight, nothing from before 1985.",
    "今晚想看一部轻松的科幻喜剧，1985年以后的",
    "A tense thriller from the 1990s, no horror please",
)


class Recording(LLM):
    """The client, keeping what it was asked."""

    asked: list[dict[str, Any]]

    def stream(self, messages: Any, **options: Any) -> Any:
        self.asked.append({"messages": list(messages), **options})
        return super().stream(messages, **options)


async def measure(live: Live, url: str, model: str | None) -> dict[str, Any]:
    """Medians over REQUESTS, one user each so that no prefix is shared."""
    llm = Recording(url, model, first_token_timeout=120, idle_timeout=60)
    llm.asked = []
    agent = Agent(live, llm, TurnSettings(deadline=300))
    await agent.warm()
    turns, raws = [], []
    for n, words in enumerate(REQUESTS):
        llm.asked.clear()
        turns.append(await _turn(agent, f"{n + 42}", words))
        raws.append([await _raw(url, llm._model or "", asked) for asked in llm.asked])
    await llm.aclose()
    return {
        "turns": turns,
        "turn_s": statistics.median(t["seconds"] for t in turns),
        "first_words_s": statistics.median(t["first_words_s"] for t in turns),
        "completion_tokens": statistics.median(t["completion_tokens"] for t in turns),
        "turn_tokens_per_s": statistics.median(t["tokens_per_s"] for t in turns),
        "raw_tokens_per_s": statistics.median(_rate(raw) for raw in raws),
        "raw_seconds": statistics.median(sum(r["seconds"] for r in raw) for raw in raws),
        "raw_first_token_s": statistics.median(raw[0]["first_token_s"] for raw in raws),
        "turn_over_raw": statistics.median(
            t["seconds"] / sum(r["seconds"] for r in raw) for t, raw in zip(turns, raws, strict=True)
        ),
    }


def _rate(raw: list[dict[str, float]]) -> float:
    return sum(r["tokens"] for r in raw) / sum(r["seconds"] for r in raw)


async def _turn(agent: Agent, user_id: str, words: str) -> dict[str, Any]:
    start = time.perf_counter()
    first = None
    async for event in agent.run(TurnRequest(user_id=user_id, messages=[Message(role="user", content=words)])):
        if isinstance(event, TextDelta) and first is None:
            first = time.perf_counter() - start
        if isinstance(event, Done):
            seconds, reply = time.perf_counter() - start, event.reply
    tokens = reply.usage.completion_tokens
    steps: dict[str, Any] = {
        entry.step: round(entry.ms / 1e3, 2) for entry in reply.trace if entry.step in ("plan", "write")
    }
    return {
        "request": words,
        "seconds": round(seconds, 2),
        "first_words_s": round(first or seconds, 2),
        "completion_tokens": tokens,
        "tokens_per_s": round(tokens / seconds, 2),
        "llm_calls": reply.usage.llm_calls,
        "degraded": reply.degraded,
        "items": len(reply.slate),
        **steps,
    }


async def _raw(url: str, model: str, asked: dict[str, Any]) -> dict[str, float]:
    """One call as anybody could make it."""
    body: dict[str, Any] = {
        "model": model,
        "messages": asked["messages"],
        "max_tokens": asked["max_tokens"],
        "temperature": 0,
        "seed": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "cache_salt": uuid.uuid4().hex,
    }
    if asked.get("schema"):
        shape = {"name": "answer", "schema": asked["schema"], "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": shape}
    start, first, tokens = time.perf_counter(), None, 0
    async with (
        httpx.AsyncClient(timeout=300, trust_env=False) as client,
        client.stream("POST", f"{url}/chat/completions", json=body) as answer,
    ):
        async for line in answer.aiter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line[6:])
            if first is None and chunk["choices"] and chunk["choices"][0]["delta"].get("content"):
                first = time.perf_counter() - start
            tokens = (chunk.get("usage") or {}).get("completion_tokens", tokens)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "first_token_s": first or seconds, "tokens": float(tokens)}

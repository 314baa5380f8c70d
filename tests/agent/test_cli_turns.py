"""`tastemaker ask` and `chat`: whole turns in a terminal or for a program, with an engine, without, and interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.reply import Reply
from tests.agent.commanding import COMEDY, ROOT, document, no_settings, refusal, run
from tests.fake_engine import WAIT, Answer, FakeEngine, Hang, Request
from tools.home import Home

__all__ = ["no_settings"]
START = 60.0  # seconds that a process may take to load everything on a busy machine
PLAN = json.dumps(
    {"vector_search": {"query": "light comedy", "filters": {"tags": {"contains": ["Comedy"]}}}, "cf_neighbors": {}}
)


def passages(request: Request) -> str:
    return json.dumps(dict.fromkeys((request.schema or {})["properties"], "It fits your mood well."))


def test_ask_streams_the_words_and_tells_what_they_took(own_home: Home, fake_engine: FakeEngine) -> None:
    fake_engine.script(PLAN, passages)
    result = run(own_home, "ask", COMEDY, "--user", "bridge", "--llm-url", fake_engine.base_url)
    assert result.exit_code == 0
    assert "It fits your mood well." in result.stdout
    assert "**1. " in result.stdout
    for word in ("vector_search", "cf_neighbors", "tokens in 2 calls", " s"):
        assert word in result.stderr
    assert "degraded" not in result.stderr


def test_ask_prints_the_whole_reply_as_json(own_home: Home, fake_engine: FakeEngine) -> None:
    fake_engine.script(PLAN, passages)
    asked = [
        "ask",
        COMEDY,
        "--user",
        "bridge",
        "--llm-url",
        fake_engine.base_url.removesuffix("/v1"),
        "--json",
        "-k",
        "2",
    ]
    reply = Reply.model_validate(document(run(own_home, *asked)))
    assert len(reply.slate) == 2
    assert not reply.degraded
    assert reply.usage.llm_calls == 2


def test_react_lets_the_model_call_the_tools(own_home: Home, fake_engine: FakeEngine) -> None:
    fake_engine.script(Answer(tool_calls=[("cf_neighbors", {})]), Answer("Here you are."))
    asked = ["ask", COMEDY, "--user", "bridge", "--mode", "react", "--llm-url", fake_engine.base_url, "--json"]
    reply = Reply.model_validate(document(run(own_home, *asked)))
    assert [entry.tool for entry in reply.trace if entry.step == "act"] == ["cf_neighbors"]


def test_without_a_model_the_reply_is_marked_degraded(own_home: Home) -> None:
    reply = document(run(own_home, "ask", COMEDY, "--user", "bridge", "--no-llm", "--json"))
    assert reply["degraded"] is True
    assert reply["slate"]
    assert "degraded" in run(own_home, "ask", "喜剧", "--user", "stranger", "--no-llm").stderr


def test_an_engine_that_is_not_there_is_named_and_the_turn_still_answers(
    own_home: Home, fake_engine: FakeEngine
) -> None:
    fake_engine.kill()
    result = run(own_home, "ask", COMEDY, "--user", "bridge", "--llm-url", fake_engine.base_url, "--json")
    assert document(result)["degraded"] is True
    assert fake_engine.base_url in result.stderr


def test_ask_refuses_empty_words_and_what_is_no_url(own_home: Home) -> None:
    assert refusal(own_home, "ask", "  ", "--user", "a01", "--no-llm")["param"] == "words"
    assert refusal(own_home, "ask", "hi", "--user", "a01", "--llm-url", "localhost:8000", code=2)


def test_a_chat_remembers_what_it_showed_and_ends_with_its_input(own_home: Home, fake_engine: FakeEngine) -> None:
    fake_engine.script(PLAN, passages, PLAN, passages)
    chat = ["chat", "--user", "bridge", "-k", "2", "--llm-url", fake_engine.base_url, "--json"]
    told = document(run(own_home, *chat, said=f"{COMEDY}\n\nSomething else\n"))
    first, second = told["replies"]
    assert first["conversation_id"] == second["conversation_id"] == told["conversation_id"]
    assert not {i["item_id"] for i in first["slate"]} & {i["item_id"] for i in second["slate"]}


def test_a_chat_prints_words_alone(own_home: Home) -> None:
    result = run(own_home, "chat", "--user", "bridge", "--no-llm", said=f"{COMEDY}\n")
    assert result.exit_code == 0
    assert result.stdout.count("**1. ") == 1
    assert run(own_home, "chat", "--user", "bridge", "--no-llm", said="").exit_code == 0


def test_a_model_that_is_not_known_is_refused_before_anything_starts(own_home: Home, tmp_path: Path) -> None:
    asked = ["ask", COMEDY, "--user", "a01", "--llm-model"]
    assert "qwen2.5-coder-0.5b" in refusal(own_home, *asked, "gpt-9")["message"]
    assert "config.json" in refusal(own_home, *asked, str(tmp_path))["message"]
    assert not (own_home.root / "engine.log").exists()


@pytest.fixture
def started(own_home: Home, fake_engine: FakeEngine) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command on the fake engine in a process of its own, with pipes to it."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        where = ["--user", "bridge", "--llm-url", fake_engine.base_url, "--home", str(own_home.root)]
        command = [sys.executable, "-m", "agent", *arguments, *where]
        pipe = subprocess.PIPE
        running.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_an_interrupted_ask_cancels_the_engine_and_gives_the_home_back(
    own_home: Home, fake_engine: FakeEngine, started: Callable[..., subprocess.Popen[str]]
) -> None:
    hang = Hang()
    fake_engine.script(hang)
    process = started("ask", COMEDY)
    assert hang.hanging.wait(START)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=START)
    assert process.returncode == 130
    assert (out, "Traceback" in err) == ("", False)
    assert fake_engine.requests[0].disconnected.wait(WAIT)
    with own_home.owned("the test"):
        pass


def test_an_interrupted_answer_does_not_end_a_chat(
    fake_engine: FakeEngine, started: Callable[..., subprocess.Popen[str]]
) -> None:
    hang = Hang()
    fake_engine.script(hang, PLAN, passages)
    process = started("chat")
    assert process.stdin is not None
    process.stdin.write(f"{COMEDY}\n")
    process.stdin.flush()
    assert hang.hanging.wait(START)
    process.send_signal(signal.SIGINT)
    assert fake_engine.requests[0].disconnected.wait(WAIT)
    out, err = process.communicate(f"{COMEDY}\n", timeout=START)
    assert process.returncode == 0, err
    assert "Stopped." in err
    assert "It fits your mood well." in out

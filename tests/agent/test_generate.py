"""Texts to order over HTTP, with the pretended engine: what is asked of it, and what is done with what it says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from agent.turn import Agent
from tests.agent.serving import Running, problem, serving
from tests.fake_engine import Answer, FakeEngine, Request, Status
from tools.home import Home

NEWS = (
    "The council of Ashby approved a tram line on 12 March 2024. It will cost 38 million euros. "
    "Work starts in 2025. The line will carry 9,000 passengers a day."
)


def lines(*text: str) -> str:
    return json.dumps({"lines": text}, ensure_ascii=False)


async def made(running: Running, **body: Any) -> dict[str, Any]:
    answer = await running.post("/v1/generate", {"user_id": "a01", **body})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


async def test_a_summary_keeps_what_the_text_bears_out_and_nothing_else(
    running: Running, fake_engine: FakeEngine
) -> None:
    fake_engine.script(
        lines("Ashby gets a tram line for 38 million euros.", "It won an award in 1999.", "The town of Zurich helps.")
    )
    summary = await made(running, task="summarize", text=NEWS)
    assert summary["text"] == "Ashby gets a tram line for 38 million euros."
    assert len(summary["cut"]) == 2
    assert not summary["degraded"]
    assert summary["language"] == "en"
    assert "<<<" in fake_engine.requests[0].words


async def test_a_long_text_is_summarised_in_parts_and_then_as_a_whole(
    running: Running, fake_engine: FakeEngine
) -> None:
    fake_engine.respond = lambda request: lines("The line will carry passengers.")
    summary = await made(running, task="summarize", text=" ".join([NEWS] * 40), length="short")
    assert len(fake_engine.requests) > 3
    assert summary["text"] == "The line will carry passengers."
    assert all(len(request.words) < 6_000 for request in fake_engine.requests)


async def test_a_summary_of_nothing_true_is_refused(running: Running, fake_engine: FakeEngine) -> None:
    fake_engine.respond = lambda request: lines("It cost 7 billion.")
    answer = await running.post("/v1/generate", {"task": "summarize", "text": NEWS})
    assert answer.status_code == 503
    assert problem(answer)["code"] == "not_grounded"


def translator(request: Request) -> str:
    """Says each sentence's marks and numbers in Chinese."""
    sentences = re.findall(r"<<<\n(.*?)\n>>>", request.messages[-1]["content"], re.DOTALL)
    return lines(*("这是" + "、".join(re.findall(r"\[[A-Z]\]|\d[\d,.]*\d|\d", text)) + "。" for text in sentences))


async def test_a_translation_keeps_order_numbers_and_catalogued_titles(
    running: Running, fake_engine: FakeEngine
) -> None:
    fake_engine.respond = translator
    text = "Galactic Taxi is from 1985. Robot Butler runs 95 minutes. Ada Quill made 2 of them."
    result = await made(running, task="translate", text=text)
    assert result["language"] == "zh"
    assert result["text"] == "这是《Galactic Taxi》、1985。这是《Robot Butler》、95。这是Ada Quill、2。"
    assert not result["degraded"]
    assert "Galactic" not in fake_engine.requests[0].messages[-1]["content"]


async def test_a_long_translation_comes_in_parts_at_sentence_borders(running: Running, fake_engine: FakeEngine) -> None:
    fake_engine.respond = translator
    text = " ".join(f"Sentence number {n} is here." for n in range(40)) + "\n\nThe last one is 99."
    result = await made(running, task="translate", text=text)
    assert re.findall(r"\d+", result["text"]) == [str(n) for n in range(40)] + ["99"]
    assert result["text"].count("\n\n") == 1
    assert len(fake_engine.requests) >= 10


@pytest.mark.parametrize(
    "wrong", ["这是1986。", "这是。", "This is 1985.", "这是1985和7。", "这是 carry1985。", "[B]这是1985。", "**1985**"]
)
async def test_a_sentence_whose_translation_loses_something_is_asked_again_and_then_stays(
    running: Running, fake_engine: FakeEngine, wrong: str
) -> None:
    fake_engine.respond = lambda request: lines(wrong)
    result = await made(running, task="translate", text="It is from 1985.")
    assert result["text"] == "It is from 1985."
    assert result["degraded"]
    assert result["untranslated"] == 1
    assert len(fake_engine.requests) == 2


async def test_a_magnitude_is_part_of_the_number(running: Running, fake_engine: FakeEngine) -> None:
    fake_engine.script(
        lines("费用3800万欧元，3月12日。"), lines("费用38亿欧元，3月12日。"), lines("费用38亿欧元，3月12日。")
    )
    text = "It cost 38 million euros on 12 March."
    assert (await made(running, task="translate", text=text))["text"] == "费用3800万欧元，3月12日。"
    assert (await made(running, task="translate", text=text))["untranslated"] == 1


async def test_a_chinese_text_goes_into_english(running: Running, fake_engine: FakeEngine) -> None:
    fake_engine.script(lines("[A] is from 2001."))
    result = await made(running, task="translate", text="《流浪小行星》是2001年的作品。")
    assert (result["language"], result["text"]) == ("en", "流浪小行星 is from 2001.")


KINDS = ["blurb", "push_title", "story", "poem", "news_brief", "trailer_script", "product_description", "email"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_kind_of_copy_has_the_title_from_the_catalogue_and_only_facts(
    running: Running, fake_engine: FakeEngine, kind: str, language: str
) -> None:
    good = "TITLE是一部有趣的喜剧。" if language == "zh" else "TITLE is a delightful comedy."
    bad = "它在1999年由汤姆主演。" if language == "zh" else "It stars Tom Hanks and won 11 Oscars."
    fake_engine.respond = lambda request: lines(good, bad)
    result = await made(running, task="compose", item_id="s05", kind=kind, language=language)
    assert "Galactic Taxi" in result["text"]
    assert "TITLE" not in result["text"]
    assert not any(word in result["text"] for word in ("Hanks", "11", "1999", "汤姆"))
    assert ("喜剧" if language == "zh" else "comedy") in result["text"]
    assert (result["kind"], result["degraded"]) == (kind, False)


async def test_copy_without_an_engine_is_made_of_facts_and_says_so(own_home: Home, live: Any) -> None:
    async with serving(own_home, Agent(live, None), live) as running:
        result = await made(running, task="compose", item_id="s05", kind="blurb")
        assert result["degraded"]
        assert "Galactic Taxi" in result["text"]
        assert "Ada Quill" in result["text"]
        for task in ("summarize", "translate"):
            answer = await running.post("/v1/generate", {"task": task, "text": NEWS})
            assert answer.status_code == 503
            assert problem(answer)["code"] == "engine_unavailable"
            assert answer.headers["retry-after"]


async def test_an_engine_that_fails_is_503_for_a_summary_and_facts_for_copy(
    running: Running, fake_engine: FakeEngine
) -> None:
    fake_engine.respond = lambda request: Status(500)
    answer = await running.post("/v1/generate", {"task": "summarize", "text": NEWS})
    assert (answer.status_code, problem(answer)["code"]) == (503, "engine_unavailable")
    assert (await made(running, task="compose", item_id="s05"))["degraded"]


async def test_a_stream_joins_to_the_same_text_and_ends_with_the_whole_answer(
    running: Running, fake_engine: FakeEngine
) -> None:
    fake_engine.script(lines("The line will carry passengers.", "Work starts in 2025."))
    answer = await running.post("/v1/generate", {"task": "summarize", "text": NEWS, "stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    whole = json.loads(events[-2])
    assert "".join(json.loads(event)["delta"] for event in events[:-2]) == whole["text"]
    assert whole["text"] == "The line will carry passengers. Work starts in 2025."


async def test_a_stream_that_fails_once_begun_ends_with_the_error_in_shape(
    running: Running, fake_engine: FakeEngine
) -> None:
    services = running.server._services
    object.__setattr__(services, "settings", services.settings.model_copy(update={"headers_after": 1e-9}))
    fake_engine.respond = lambda request: Status(500)
    answer = await running.post("/v1/generate", {"task": "translate", "text": NEWS, "stream": True})
    assert answer.status_code == 200
    events = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    assert json.loads(events[0])["error"]["code"] == "engine_unavailable"
    assert events[-1] == "[DONE]"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"task": "summarize"}, 400),
        ({"task": "compose", "text": "x"}, 400),
        ({"task": "summarize", "text": "x", "item_id": "s05"}, 400),
        ({"task": "summarize", "text": "x", "kind": "poem"}, 400),
        ({"task": "sing", "text": "x"}, 400),
        ({"task": "translate", "text": "x" * 30_000}, 400),
        ({"task": "translate", "text": "x", "language": "fr"}, 400),
        ({"task": "compose", "item_id": "nothing"}, 404),
        ({"task": "compose", "item_id": "s05", "tone": "t" * 100}, 400),
    ],
)
async def test_a_wrong_order_is_refused_by_name(running: Running, body: dict[str, Any], status: int) -> None:
    answer = await running.post("/v1/generate", body)
    assert answer.status_code == status
    assert problem(answer)["message"]


async def test_length_changes_how_much_is_asked_for(running: Running, fake_engine: FakeEngine) -> None:
    for length in ("short", "long"):
        await made(running, task="compose", item_id="s05", kind="story", length=length)
    few, many = (request.schema["properties"]["lines"]["maxItems"] for request in fake_engine.requests)  # type: ignore[index]
    assert few < many


async def test_nobody_whose_profiling_is_off_is_told_of_to_the_model(running: Running, fake_engine: FakeEngine) -> None:
    await made(running, task="compose", item_id="s13", user_id="a01")
    await made(running, task="compose", item_id="s13", user_id="optout")
    known, private = (request.messages[-1]["content"] for request in fake_engine.requests)
    assert "you like" in known
    assert "you like" not in private


async def test_an_answer_that_is_no_list_of_lines_is_no_text(running: Running, fake_engine: FakeEngine) -> None:
    fake_engine.respond = lambda request: Answer("<tool_call>{}</tool_call>")
    result = await made(running, task="compose", item_id="s05")
    assert result["degraded"]
    assert "tool_call" not in result["text"]

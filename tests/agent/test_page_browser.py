"""The page in a real headless Chromium: a conversation, feedback, a dropped stream, hostile texts, accessibility."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, Route, expect

from agent.llm import LLM
from agent.reply import Done, Reply, TextDelta, TurnRequest
from agent.turn import Agent
from tests.agent.browser import browser
from tests.agent.hostile import payloads
from tests.agent.serving import ITEM, Running, ScriptedAgent, serving
from tools.bus import Evidence
from tools.home import Home
from tools.toolbox import Live

__all__ = ["browser"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
LOADING = "script,img,svg,iframe,a,form,style,link,video,audio,object,embed"  # elements that run or load something
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@asynccontextmanager
async def opened(
    browser: Browser, url: str, user: str = "a01", language: str = "en-US", **about: Any
) -> AsyncIterator[Page]:
    """The page for one user; a script error or a call to another host fails the test."""
    context = await browser.new_context(locale=language, **{"viewport": WIDE, **about})
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: None if request.url.startswith((url, "blob:")) else wrong.append(request.url))
    await page.goto(f"{url}?user={user}")
    try:
        yield page
    finally:
        await context.close()
    assert not wrong


async def say(page: Page, words: str) -> None:
    """Typed and sent with the keyboard; returns when the answer is whole."""
    turns = await page.locator(".turn").count()
    await page.locator("#words").fill(words)
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn")).to_have_count(turns + 1)
    await expect(page.locator("#talk")).to_have_attribute("aria-busy", "false")


def titles(page: Page) -> Any:
    return page.locator(".turn").last.locator("h3")


async def test_a_conversation_streams_passages_that_become_cards_with_facts_and_reasons(
    browser: Browser, running: Running
) -> None:
    async with opened(browser, running.url) as page:
        await say(page, "a comedy")
        cards = page.locator(".card")
        assert await cards.count() >= 1
        first = cards.first
        await expect(first.locator(".facts")).to_contain_text("Comedy")
        await first.get_by_text("Why this one").click()
        assert await first.locator("li").count() >= 1
        assert await page.get_by_text("How this answer came about").count() == 1


async def test_a_like_changes_the_next_slate_and_the_page_says_what_it_learned(
    browser: Browser, running: Running
) -> None:
    async with opened(browser, running.url) as page:
        await say(page, "a comedy")
        before = await titles(page).all_inner_texts()
        liked = before[0].split(". ", 1)[1].split(" (")[0]
        await page.locator("button.like").first.click()
        await expect(page.locator("button.like").first).to_have_attribute("aria-pressed", "true")
        await page.locator("#fresh").click()
        await say(page, "a comedy")
        after = await titles(page).all_inner_texts()
        assert before[0] not in after
        assert [title.split(". ", 1)[1] for title in before] != [title.split(". ", 1)[1] for title in after]
        await expect(page.locator(".turn .note").first).to_contain_text(f"you like {liked}")


async def test_the_panel_shows_the_profile_and_takes_a_correction(browser: Browser, running: Running) -> None:
    async with opened(browser, running.url) as page:
        await page.locator("#you").click()
        await expect(page.locator("#known")).to_contain_text("You often like")
        await page.locator("#taste").fill("slow burning noir")
        await page.keyboard.press("Enter")
        await expect(page.locator("#known")).to_contain_text("slow burning noir")
        await page.get_by_label("Use my history").uncheck()
        await expect(page.locator("#known")).to_contain_text("Your history is not used")
        await expect(page.locator("#known")).not_to_contain_text("You often like")


async def test_a_dropped_stream_is_asked_again_and_nothing_is_said_twice(browser: Browser, home: Home) -> None:
    dropped: list[Route] = []

    async def drop_once(route: Route) -> None:
        if dropped:
            await route.continue_()
            return
        dropped.append(route)
        body = 'data: {"choices":[{"delta":{"content":"Try half of"}}]}\n\n'
        await route.fulfill(status=200, headers={"content-type": "text/event-stream"}, body=body)

    async with serving(home, ScriptedAgent()) as server, opened(browser, server.url) as page:
        await page.route("**/v1/chat/completions", drop_once)
        await say(page, "anything")
        await expect(page.locator(".pieces")).to_have_count(1)
        await expect(page.locator(".pieces")).to_contain_text("Try Orbit Blunders.")
        await expect(page.locator(".pieces")).not_to_contain_text("half")


class Hostile(ScriptedAgent):
    """Every text that an item, a user or a model can bring is hostile."""

    async def run(self, request: TurnRequest) -> Any:
        texts = payloads()
        slate = [
            ITEM.model_copy(
                update={
                    "rank": n,
                    "item_id": text,
                    "title": text,
                    "text": text,
                    "attributes": {text: text, "tags": [text]},
                    "evidence": [Evidence(kind="profile", text=text, text_zh=text)],
                }
            )
            for n, text in enumerate(texts, 1)
        ]
        for item in slate:
            yield TextDelta(text=f"**{item.rank}. {item.title}** — {item.text}\n\n")
        yield Done(reply=Reply(text="", slate=slate))


async def test_hostile_texts_neither_run_nor_load_anything(browser: Browser, home: Home) -> None:
    async with serving(home, Hostile()) as server, opened(browser, server.url) as page:
        assert len(payloads()) == 60
        await say(page, payloads()[0])
        await expect(page.locator("[data-item]")).to_have_count(60)
        for fold in await page.locator(".fold summary").all():
            await fold.evaluate("summary => summary.parentNode.open = true")
        assert await page.evaluate("window.hacked === undefined")
        inside = await page.locator("#talk").evaluate(f"node => node.querySelectorAll('{LOADING}').length")
        assert inside == 0


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_view_has_a_serious_accessibility_fault(
    browser: Browser, running: Running, language: str, scheme: str
) -> None:
    async with opened(browser, running.url, language=language, color_scheme=scheme) as page:
        await audit(page, "empty")
        await say(page, "a comedy" if language == "en-US" else "喜剧片")
        await page.locator("button.like").first.click()
        await page.locator(".fold summary").first.click()
        await audit(page, "answer")
        await page.locator("#you").click()
        await expect(page.locator("#known h3").first).to_be_visible()
        await audit(page, "panel")
        for view in ("about", "reviews"):
            await page.evaluate("view => { location.hash = view }", view)
            await expect(page.locator("#view h2")).to_be_visible()
            await audit(page, view)


async def audit(page: Page, view: str) -> None:
    await page.evaluate(AXE)
    found = await page.evaluate("axe.run().then(report => report.violations)")
    bad = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found if v["impact"] in ("serious", "critical")]
    assert not bad, view


async def test_every_word_is_chinese_in_the_chinese_interface(browser: Browser, running: Running) -> None:
    async with opened(browser, running.url, language="zh-CN") as page:
        assert await page.evaluate("document.documentElement.lang") == "zh-Hans"
        await say(page, "喜剧片")
        await expect(page.locator(".facts").first).to_contain_text("喜剧")
        await page.locator("#language").click()
        assert await page.evaluate("document.documentElement.lang") == "en"
        await expect(page.locator("#send")).to_have_text("Send")


async def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, running: Running) -> None:
    async with opened(browser, running.url, viewport=PHONE) as page:
        await say(page, "a comedy")
        await page.locator("#you").click()
        await expect(page.locator("#panel")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.engine
async def test_a_whole_conversation_with_the_real_model(
    browser: Browser, own_home: Home, live: Live, real_engine: Any
) -> None:
    llm = LLM(real_engine.base_url, real_engine.model, first_token_timeout=120, idle_timeout=60)
    async with serving(own_home, Agent(live, llm), live) as server, opened(browser, server.url) as page:
        page.set_default_timeout(120_000)
        await say(page, "a comedy")
        assert await page.locator(".card").count() >= 1
        assert await page.get_by_text("language model is not available").count() == 0
        await page.locator("button.dislike").first.click()
        await expect(page.locator("button.dislike").first).to_have_attribute("aria-pressed", "true")
        await say(page, "something else")
        await expect(page.locator(".turn").last.locator(".note").first).to_contain_text("not for you")
    await llm.aclose()

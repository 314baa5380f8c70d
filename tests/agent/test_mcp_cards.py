"""The cards of MCP Apps in a real headless Chromium, in a sandboxed frame of a host that speaks the protocol."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Browser, FrameLocator, Page, expect

from agent.surfaces import mcp
from tests.agent.browser import browser
from tests.agent.hostile import payloads
from tests.agent.serving import ITEM
from tools.bus import Evidence

__all__ = ["browser"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
CARDS = (Path(mcp.__file__).parent / "static" / "cards.html").read_text("utf-8")
WHY = Evidence(kind="neighbors", text="goes with Dark Star", text_zh="与《暗星》相配")
HOST = """<!doctype html><title>Host</title><iframe id="cards" title="Cards" sandbox="allow-scripts"></iframe><script>
const heard = [], items = %s, failing = %s, frame = document.getElementById("cards");
addEventListener("message", ({ data }) => {
  heard.push(data);
  const tell = (message) => frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const result = { protocolVersion: "2026-01-26", hostContext: { locale: "%s" } };
  if (data.method === "ui/initialize") tell({ id: data.id, result });
  if (data.method === "ui/notifications/initialized")
    tell({ method: "ui/notifications/tool-result", params: { content: [], structuredContent: { items } } });
  if (data.method === "tools/call") tell({ id: data.id, result: { content: [], isError: failing } });
});
frame.srcdoc = %s;
</script>"""


def _script(value: Any) -> str:
    return json.dumps(value).replace("<", "\\u003c")


@asynccontextmanager
async def shown(
    browser: Browser, items: list[dict[str, Any]], language: str = "en-US", failing: bool = False
) -> AsyncIterator[tuple[Page, FrameLocator]]:
    page = await browser.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("request", lambda request: wrong.append(request.url))
    await page.set_content(HOST % (_script(items), _script(failing), language, _script(CARDS)))
    try:
        yield page, page.frame_locator("#cards")
    finally:
        await page.close()
    assert not [what for what in wrong if not what.startswith(("about:", "data:"))]


def item(**changes: Any) -> dict[str, Any]:
    return ITEM.model_copy(update={"evidence": [WHY], **changes}).model_dump(mode="json")


async def test_a_card_shows_the_title_the_facts_and_the_best_reason(browser: Browser) -> None:
    async with shown(browser, [item()]) as (_, cards):
        await expect(cards.locator("h2")).to_have_text("1. Orbit Blunders")
        await expect(cards.locator("li")).to_contain_text("1981")
        await expect(cards.locator("li")).to_contain_text("goes with Dark Star")


@pytest.mark.parametrize(("language", "like", "done"), [("en-US", "Like", "Noted"), ("zh-CN", "喜欢", "已记下")])
async def test_a_click_calls_the_tool_that_records_it(browser: Browser, language: str, like: str, done: str) -> None:
    async with shown(browser, [item()], language) as (page, cards):
        await cards.get_by_role("button", name=f"{like}: Orbit Blunders", exact=True).click()
        await expect(cards.locator(".actions")).to_contain_text(done)
        calls = await page.evaluate("heard.filter((message) => message.method === 'tools/call')")
    [call] = calls
    assert call["params"] == {"name": "record_feedback", "arguments": {"item_id": "s01", "kind": "like"}}


async def test_a_click_that_was_not_recorded_says_so_and_may_be_tried_again(browser: Browser) -> None:
    async with shown(browser, [item()], failing=True) as (_, cards):
        await cards.get_by_role("button").nth(1).click()
        await expect(cards.get_by_role("button").nth(1)).to_have_text("Not noted")
        await expect(cards.get_by_role("button").nth(1)).to_be_enabled()


async def test_an_empty_slate_says_so(browser: Browser) -> None:
    async with shown(browser, [], "zh-CN") as (_, cards):
        await expect(cards.locator("#empty")).to_have_text("没有符合条件的内容。")


async def test_hostile_texts_stay_texts(browser: Browser) -> None:
    texts = payloads()
    hostile = [
        item(rank=n, title=text, attributes={"tags": [text]}, text=text, item_id=text[:60])
        for n, text in enumerate(texts, 1)
    ]
    async with shown(browser, hostile) as (_, cards):
        await expect(cards.locator("li")).to_have_count(len(texts))
        assert await cards.locator("ol :is(script, img, svg, iframe, a, form, style, object, embed)").count() == 0


async def test_assistive_technology_can_use_the_cards(browser: Browser) -> None:
    async with shown(browser, [item(), item(rank=2, title="流浪小行星")]) as (page, cards):
        await expect(cards.locator("li")).to_have_count(2)
        [_, frame] = page.frames
        await frame.evaluate(AXE)
        found = await frame.evaluate("axe.run().then(report => report.violations)")
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in serious] == []

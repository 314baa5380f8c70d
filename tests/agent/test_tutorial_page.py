"""docs/tutorial-page.md: a browser types what it says, and the labels that it names are those of the page."""

from __future__ import annotations

import re

from playwright.async_api import Browser, expect

from tests.agent.browser import browser
from tests.agent.commanding import ROOT
from tests.agent.serving import Running
from tests.agent.test_page_browser import opened, say
from tests.agent.tutorials import DOCS, fences

__all__ = ["browser"]
TEXT = (DOCS / "tutorial-page.md").read_text("utf-8")


async def test_every_message_of_the_tutorial_is_answered_in_its_language(browser: Browser, running: Running) -> None:
    messages = [line for kind, block in fences(TEXT) if kind == "say" for line in block.splitlines()]
    assert len(messages) == 6
    async with opened(browser, running.url, user="guest-tutorial") as page:
        for words in messages:
            await say(page, words)
            turn = page.locator(".turn").last
            await expect(turn.locator(".error")).to_have_count(0)
            said = await turn.locator(".pieces").inner_text()
            assert bool(re.search(r"[\u4e00-\u9fff]", said)) == (not words.isascii())


def test_every_label_that_the_tutorial_names_is_on_the_page() -> None:
    static = ROOT / "agent" / "surfaces" / "static"
    words = (static / "words.js").read_text("utf-8")
    named = [" ".join(label.split()) for label in re.findall(r"\*\*([^*]+)\*\*", TEXT)]
    assert len(named) > 15
    assert [label for label in named if f'"{label}"' not in words] == []

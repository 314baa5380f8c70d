"""A headless Chromium for tests of the page: the machine's own, or the one that TASTEMAKER_CHROMIUM names."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

CHROMIUM = os.environ.get("TASTEMAKER_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
# Without these it looks for its maker's hosts at every start.
ALONE = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PATIENCE = 60_000  # milliseconds that the page may take for what a test waits for
ALONE += ("--disable-component-update", "--disable-sync")


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install it, or name it in TASTEMAKER_CHROMIUM")
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ALONE))
        try:
            yield chromium
        finally:
            await chromium.close()

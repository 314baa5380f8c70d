"""How much the page weighs and how soon it shows something, in headless Chromium on loopback.

    python -m benchmarks.page_speed --url http://127.0.0.1:8000     # a server that runs

Prints one JSON document: bytes of all static files the page loads, gzipped, and milliseconds to the first contentful
paint over fresh browser contexts (nothing cached). Goals: 200 KB and 300 ms.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil

import numpy as np
from playwright.sync_api import Browser, sync_playwright

LOADS = 15
ALONE = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def load(browser: Browser, url: str) -> tuple[int, float]:
    """(gzipped bytes of the page's own files, milliseconds to the first contentful paint)."""
    context = browser.new_context()
    page = context.new_page()
    sizes: list[int] = []
    page.on("response", lambda got: sizes.append(len(gzip.compress(got.body()))) if "/v1/" not in got.url else None)
    page.goto(url, wait_until="networkidle")
    painted = float(page.evaluate(PAINT))
    context.close()
    return sum(sizes), painted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--chromium", default=os.environ.get("TASTEMAKER_CHROMIUM") or shutil.which("chromium"))
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=ALONE)
        loads = [load(browser, options.url) for _ in range(LOADS)]
        browser.close()
    paints = [paint for _, paint in loads]
    report = {
        "goal": {"kb": 200, "first_paint_ms": 300},
        "kb": round(loads[0][0] / 1024, 1),
        "first_paint_ms": {"p50": round(float(np.median(paints)), 1), "max": round(max(paints), 1), "n": len(paints)},
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()

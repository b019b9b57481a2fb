"""A real, headless Chromium for the tests that need one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import HUNG

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: what Playwright is told to wait, in milliseconds
HUNG_MS = 1000 * HUNG
#: the app once it has computed the page to its end and the browser has drawn it
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
#: the app while it computes the page
BUSY = "[data-testid='stApp']:not([data-test-script-state='notRunning'])"


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser; skips where it is absent, fails in CI."""
    if not CHROMIUM.exists():
        reason = f"no Chromium at {CHROMIUM} (Debian package chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS, timeout=HUNG_MS)
        yield launched
        launched.close()


def unhurried(page: Any) -> Any:
    """The page, on which each click, choice and filling of a field waits until the app computes nothing.

    What is pressed while the page is drawn may move or be replaced between the pointer's way down and up.
    """
    page.add_locator_handler(page.locator(BUSY), lambda: None)
    return page

"""The server is gone: the page says so in our words, not in those of Streamlit's developers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chromium import HUNG_MS

pytestmark = pytest.mark.browser

TITLE = "The server does not answer"
KEPT = "What you typed for a patient is kept for a day and comes back with"
#: what the browser draws before and after an element, and the size of its own text
DRAWN = """e => [getComputedStyle(e, "::before").content, getComputedStyle(e, "::after").content,
               getComputedStyle(e).visibility, getComputedStyle(e).fontSize]"""


def test_open_page_says_what_is_kept_and_names_no_command(serve, kill, browser):
    url = serve()
    page = browser.new_page()
    page.set_default_timeout(HUNG_MS)
    page.goto(f"{url}/Patient")
    page.get_by_text("Not known").or_(page.get_by_text("Age")).first.wait_for()
    kill(url)
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    title, words = (dialog.locator(part).evaluate(DRAWN) for part in ("h2", "h2 + div"))
    assert title[1:] == [f'"{TITLE}"', "hidden", "0px"]
    assert KEPT in words[0]
    assert words[2:] == ["hidden", "0px"]
    assert "streamlit" not in dialog.inner_text().casefold()
    page.close()


def test_proxy_and_page_say_the_same():
    root = Path(__file__).resolve().parents[2]
    for name in ("deploy/Caddyfile", "ui/style.css"):
        told = (root / name).read_text(encoding="utf-8")
        assert TITLE in told
        assert KEPT in told

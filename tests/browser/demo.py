"""The demo cohort on the page, scored, whatever the page shows when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import TimeoutError


def unscored(open_page: Callable[..., Any], **how: Any) -> Any:
    """The cohort page before anything is scored; one that is opened moments after a scoring shows that at first."""
    page = open_page("/Cohort", **how)
    while True:
        try:
            page.get_by_role("button", name="Use the demo cohort").wait_for(timeout=60_000)
            return page
        except TimeoutError:
            page.goto(page.url.split("?")[0])


def score_the_demo(page: Any) -> None:
    """The demo cohort, scored; a page that is opened moments after it was scored shows it at once."""
    demo, scored = page.get_by_role("button", name="Use the demo cohort"), page.get_by_text("5,533 read =")
    demo.or_(scored).first.wait_for()
    if demo.is_visible():
        demo.click()
        page.get_by_role("button", name="Score 5,533 rows").click()
    scored.wait_for()

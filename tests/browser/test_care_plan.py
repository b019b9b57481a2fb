"""The plan of care in a real Chromium: read, unfolded, at a phone's width too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ui.patient.examples import EXAMPLES

pytestmark = pytest.mark.browser

Answered = Callable[[Any], AbstractContextManager[None]]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (400, "dark")])
def test_the_plan_is_read_by_area_and_its_doses_unfold(
    open_page: Callable[..., Any], answered: Answered, width: int, theme: str
) -> None:
    page = open_page("/Patient", width=width, theme=theme)
    page.get_by_role("button", name="Example").click()
    with answered(page):
        page.get_by_role("button", name=EXAMPLES[1].title).click()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Plan of care").click()
    card = page.get_by_role("region", name="Lipids", exact=True)
    card.get_by_text("Statin, high intensity").wait_for()
    assert "Check first" in card.inner_text()
    page.get_by_text("Doses for this patient by kidney function").click()
    page.get_by_role("table", name="Doses for this patient").locator("td b").first.wait_for()
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth <= e.clientWidth")

"""The pictures of the README: ``make screenshots`` keeps them, the test only makes sure that they can be made."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Answered = Callable[[Any], AbstractContextManager[None]]


def fill_nothing(page: Any, answered: Answered) -> None:
    """The page as it opens."""


def fill_patient(page: Any, answered: Answered) -> None:
    page.get_by_role("button", name="Show an invented patient").click()
    page.locator("[data-testid='stPlotlyChart'] .bartext").first.wait_for()


def fill_timeline(page: Any, answered: Answered) -> None:
    """Two visits: what was measured at the first, and a year later what was measured again."""
    fill_patient(page, answered)
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name="year, Day of the visit").focus()
    page.keyboard.type("20251103")
    page.keyboard.press("Escape")  # the calendar lies over the button
    dialog.get_by_role("button", name="Save", exact=True).click()
    dialog.wait_for(state="detached")
    page.get_by_role("button", name="New visit").click()
    page.get_by_role("button", name="Begin the visit").click()
    page.get_by_role("dialog").wait_for(state="detached")
    for label, value in (("Weight, kg", "81"), ("Systolic pressure, mmHg", "131"), ("Glucose, mg/dL", "98")):
        page.get_by_label(label).first.fill(value)
        with answered(page):
            page.get_by_label(label).first.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("radio", name="Timeline").click()
    page.get_by_role("radio", name="Why it changed").click()
    page.locator("[data-testid='stPlotlyChart'] .bartext").first.wait_for()


def fill_cohort(page: Any, answered: Answered) -> None:
    page.get_by_role("button", name="Use the demo cohort").click()
    page.get_by_role("button", name="Score", exact=False).last.click()
    page.get_by_role("button", name="Download", exact=False).first.wait_for()
    page.locator("[data-testid='stPlotlyChart']").first.wait_for()


def fill_image(page: Any, answered: Answered) -> None:
    page.get_by_role("button", name="Try a sample").click()
    page.locator("img[alt*='with its evidence']").wait_for()


def fill_signal(page: Any, answered: Answered) -> None:
    page.get_by_role("button", name="Try a glucose fortnight").click()
    page.get_by_text("The bars miss the whole by").wait_for()


@pytest.mark.parametrize(
    ("path", "name", "fill"),
    [
        ("/", "home", fill_nothing),
        ("/Patient", "patient", fill_patient),
        ("/Patient", "timeline", fill_timeline),
        ("/Cohort", "cohort", fill_cohort),
        ("/Image", "image", fill_image),
        ("/Signal", "signal", fill_signal),
    ],
)
def test_pictures_of_the_readme(
    open_page: Callable[..., Any],
    answered: Answered,
    tmp_path: Path,
    path: str,
    name: str,
    fill: Callable[[Any, Answered], None],
) -> None:
    folder = Path(os.environ.get("CARERISK_SCREENSHOTS", tmp_path))
    page = open_page(path)
    fill(page, answered)
    page.wait_for_timeout(1500)  # figures settle
    target = folder / f"{name}.png"
    page.screenshot(path=target)
    assert target.stat().st_size > 10_000

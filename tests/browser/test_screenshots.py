"""The pictures of the README: ``make screenshots`` keeps them, the test only makes sure that they can be made."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def fill_patient(page: Any) -> None:
    page.get_by_role("button", name="Show an invented patient").click()
    page.locator("[data-testid='stPlotlyChart'] .bartext").first.wait_for()


def fill_cohort(page: Any) -> None:
    page.get_by_role("button", name="Use the demo cohort").click()
    page.get_by_role("button", name="Score", exact=False).last.click()
    page.get_by_role("button", name="Download", exact=False).first.wait_for()
    page.locator("[data-testid='stPlotlyChart']").first.wait_for()


def fill_image(page: Any) -> None:
    page.get_by_role("button", name="Try a sample").click()
    page.locator("img[alt*='with a heat map']").wait_for()


@pytest.mark.parametrize(
    ("path", "name", "fill"),
    [
        ("/", "home", lambda page: None),
        ("/Patient", "patient", fill_patient),
        ("/Cohort", "cohort", fill_cohort),
        ("/Image", "image", fill_image),
    ],
)
def test_pictures_of_the_readme(
    open_page: Callable[..., Any], tmp_path: Path, path: str, name: str, fill: Callable[[Any], None]
) -> None:
    folder = Path(os.environ.get("CARERISK_SCREENSHOTS", tmp_path))
    page = open_page(path)
    fill(page)
    page.wait_for_timeout(1500)  # figures settle
    target = folder / f"{name}.png"
    page.screenshot(path=target)
    assert target.stat().st_size > 10_000

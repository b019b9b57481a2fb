"""Blood pressures on the page "Read a signal" in a real browser: the trace, the office, refusals, both widths."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "samples" / "pressure_24h_invented.csv"


def choose(page, *paths: Path) -> None:
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files([str(path) for path in paths])


def sideways(page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (400, "dark")])
def test_a_day_is_drawn_and_the_office_compared(open_page: OpenPage, width: int, theme: str):
    page = open_page("/Signal", width=width, theme=theme)
    choose(page, SAMPLE)
    page.get_by_text("Mean by day: 141").wait_for()
    page.locator("[data-testid='stPlotlyChart'] .scatterlayer .point").first.wait_for()
    for label, value in (("Systolic in the office", "128"), ("Diastolic in the office", "78")):
        box = page.get_by_label(label)
        box.fill(value)
        box.press("Enter")
    page.get_by_text("masked hypertension").first.wait_for()
    assert not sideways(page)
    assert page.get_by_test_id("stException").count() == 0


def test_two_days_at_home_are_refused(open_page: OpenPage, tmp_path: Path):
    rows = [f"2026-03-0{day},{time},140,88" for day in (2, 3) for time in ("07:00", "20:00")]
    file = tmp_path / "home.csv"
    file.write_text("\n".join(["date,time,systolic (mmHg),diastolic (mmHg)", *rows]))
    page = open_page("/Signal")
    choose(page, file)
    page.get_by_role("heading", name="No mean of these readings").wait_for()
    assert page.get_by_test_id("stAlert").count() == 0

"""A heart's rhythm on the page "Read a signal" in a real browser: the strip, its size, moving it, refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import OpenPage
from tests.signals.strips import strip_csv

pytestmark = pytest.mark.browser
SAMPLE = Path(__file__).resolve().parents[2] / "data" / "samples" / "rhythm_strip.csv"


def choose(page, path: Path) -> None:
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(str(path))


def sideways(page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (400, "dark")])
def test_the_strip_keeps_its_size_and_moves(open_page: OpenPage, width: int, theme: str):
    page = open_page("/Signal", width=width, theme=theme)
    choose(page, SAMPLE)
    page.get_by_text("ventricular of").first.wait_for()
    paper = page.locator("[class*='-paper'] .js-plotly-plot").first
    paper.wait_for()
    assert paper.bounding_box()["width"] == pytest.approx(10 * 25 * 96 / 25.4 + 54, abs=2)
    assert not sideways(page)
    page.get_by_role("button", name="10 s on").click()
    page.get_by_text("0:10 to 0:20").wait_for()
    page.get_by_role("button", name="Next ventricular").click()
    page.get_by_text("2 of ").first.wait_for()
    assert page.get_by_test_id("stException").count() == 0


def test_a_click_on_the_whole_moves_the_strip(open_page: OpenPage):
    page = open_page("/Signal")
    choose(page, SAMPLE)
    page.get_by_text("The whole recording in").wait_for()
    whole = page.locator("[data-testid='stPlotlyChart']").nth(1)
    whole.locator(".barlayer .point").first.wait_for()
    whole.locator(".barlayer .points").first.locator(".point").nth(320).click(force=True)
    page.get_by_text("0:55 to 1:05").wait_for()


def test_a_lead_that_was_off_is_refused(open_page: OpenPage, tmp_path: Path):
    file = tmp_path / "off.csv"
    file.write_bytes(strip_csv(off=(0.0, 60.0), header="time [s],II [mV]"))
    page = open_page("/Signal")
    choose(page, file)
    page.get_by_role("heading", name="No reading of this recording").wait_for()
    assert page.get_by_test_id("stAlert").count() == 0

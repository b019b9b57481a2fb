"""Read a signal in a real browser: a glucose fortnight, its units, a refusal, both widths and themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from riskmodels import ROOT
from tests.waiting import until

pytestmark = pytest.mark.browser
FORTNIGHT = ROOT / "data" / "samples" / "glucose_fortnight.csv"


def choose(page, *paths: Path) -> None:
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files([str(path) for path in paths])


def sideways(page) -> bool:
    """Whether the page can be scrolled to the side."""
    return page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth")


def test_a_fortnight_is_read_and_its_unit_switched(open_page):
    page = open_page("/Signal")
    choose(page, FORTNIGHT)
    page.get_by_text("The bars miss the whole by").wait_for()
    assert page.locator(".cr-ranges tbody tr").count() == 5
    assert page.get_by_role("heading", name=re.compile("^Below 54")).bounding_box()["y"] < 900
    page.get_by_role("radio", name="mmol/L").click()
    page.get_by_text("6.2 mmol/L", exact=True).wait_for()
    until(lambda: page.locator(".cr-ranges").get_by_text("3.9–10.0").count() == 1)


def test_too_few_hours_are_refused_calmly(open_page, tmp_path):
    few = tmp_path / "few.csv"
    few.write_bytes(b"\n".join(FORTNIGHT.read_bytes().splitlines()[:100]))
    page = open_page("/Signal")
    choose(page, few)
    page.get_by_role("heading", name="No report of these readings").wait_for()
    assert page.locator(".cr-checks li").count() >= 5
    assert page.get_by_test_id("stAlert").count() == 0


@pytest.mark.parametrize(("width", "theme"), [(400, "light"), (1440, "dark")])
def test_nothing_is_wider_than_the_window(open_page, width, theme):
    page = open_page("/Signal", width=width, theme=theme)
    assert not sideways(page)
    page.get_by_role("button", name="Try a glucose fortnight").click()
    page.get_by_text("The bars miss the whole by").wait_for()
    assert not sideways(page)
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Undo clear").wait_for()
    assert page.get_by_test_id("stException").count() == 0

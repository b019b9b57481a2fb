"""What was read of a signal, kept in a record and seen over time there, in a real Chromium."""

from __future__ import annotations

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.test_patient_records import load_example, save_new

pytestmark = pytest.mark.browser


def test_a_day_of_pressures_is_kept_undone_and_stands_in_the_timeline(open_page: OpenPage):
    page = open_page("/Patient")
    load_example(page)
    address = save_new(page, label="Bed 7")
    page.get_by_role("link", name="Read a signal").first.click()
    page.get_by_role("button", name="Try an invented blood pressure day").click()
    page.get_by_text("Mean by day: 141").wait_for()
    for undone in (True, False):
        page.get_by_role("button", name="Keep in a record").click()
        page.get_by_role("button", name="Keep", exact=True).click()  # the record last opened is offered
        page.get_by_text("it stands in the timeline of the record").wait_for()
        if undone:
            page.get_by_role("button", name="Undo", exact=True).click()
            page.get_by_text("Taken out of the record again").wait_for()
    page.goto(f"{page.url.partition('/Signal')[0]}{address}")
    page.get_by_role("radio", name="Timeline").click()
    page.get_by_role("table", name="Signals").get_by_text("2026-03-03").first.wait_for()
    assert page.get_by_test_id("stException").count() == 0

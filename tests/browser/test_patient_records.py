"""Records on the Patient page in a real Chromium: saved, refreshed, two visits, deleted and brought back, merged."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
RISK = ".cr-answer:has-text('Undiagnosed diabetes now') .cr-numbers b"
STATE = ".cr-state[role='status']"


def load_example(page: Any) -> None:
    page.get_by_role("button", name="Show an invented patient").click()
    page.locator(RISK).first.wait_for()


def press_save(page: Any) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def wait_for_state(page: Any, words: str) -> None:
    page.locator(STATE, has_text=re.compile(f"^{words}")).wait_for()


def save_new(page: Any, label: str = "") -> str:
    """Save the form as a record; its address."""
    press_save(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label, optional").fill(label)
    dialog.get_by_role("button", name="Save", exact=True).click()
    dialog.wait_for(state="detached")
    wait_for_state(page, "saved")
    page.wait_for_url(re.compile(r"\?record=[0-9a-f]{32}$"))
    return str(page.evaluate("location.pathname + location.search"))


def type_number(page: Any, label: str, value: str) -> None:
    field = page.locator(f"input[aria-label='{label}']").first  # not the group around it, which has the same name
    field.fill(value)
    field.press("Enter")


def wait_for_number(page: Any, label: str, value: str) -> None:
    """Until a field of the form shows it."""
    shows = "([label, value]) => document.querySelector(`input[aria-label='${label}']`)?.value === value"
    page.wait_for_function(shows, arg=[label, value])


def wait_for_age(page: Any, value: str) -> None:
    wait_for_number(page, "Age, years", value)


def test_saved_patient_is_there_after_a_refresh_and_a_new_visit_makes_a_timeline(open_page: OpenPage) -> None:
    page = open_page("/Patient")
    load_example(page)
    wait_for_state(page, "Not saved")
    save_new(page, label="Bed 4")
    page.reload()
    page.get_by_text("Bed 4").wait_for()
    wait_for_age(page, "54")
    page.get_by_role("button", name="New visit").click()
    page.get_by_role("button", name="Begin the visit").click()
    wait_for_state(page, "not saved")
    glucose = page.get_by_label("Glucose, mg/dL").first
    assert glucose.input_value() == "109"  # carried from the visit before
    type_number(page, "Glucose, mg/dL", "131")
    page.locator(".cr-findings", has_text="Fasting").wait_for(state="detached")
    press_save(page)
    wait_for_state(page, "saved")
    page.get_by_role("radio", name="Timeline").click()
    page.get_by_test_id("stPlotlyChart").first.wait_for()
    assert page.get_by_text("The timeline begins with the second visit").count() == 0


def test_a_visit_with_one_lab_answers_as_the_one_before_with_that_lab(open_page: OpenPage) -> None:
    def with_glucose() -> list[str]:
        type_number(page, "Glucose, mg/dL", "131")
        page.locator(".cr-findings", has_text="Glucose 131 mg/dL").wait_for()
        return list(page.locator(".cr-answers .cr-numbers").all_inner_texts())

    page = open_page("/Patient")
    load_example(page)
    save_new(page)
    expected = with_glucose()
    page.get_by_role("button", name="New visit").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Begin the visit").click()
    wait_for_state(page, "not saved")
    page.locator(".cr-findings").wait_for(state="detached")
    assert with_glucose() == expected
    assert len(expected) == 4


def test_deleted_record_can_be_brought_back_at_once(open_page: OpenPage) -> None:
    page = open_page("/Patient")
    load_example(page)
    save_new(page)
    code = page.locator(".cr-whose b").inner_text()
    page.get_by_role("button", name="More").click()
    page.get_by_text("Delete the record", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(code).wait_for()
    dialog.get_by_role("button", name="Delete the record").click()
    page.get_by_text(f"The record {code} was deleted").wait_for()
    wait_for_age(page, "")
    page.locator(".st-key-record_notice").get_by_role("button", name="Undo").click()
    page.locator(".cr-whose b", has_text=code).wait_for()
    page.locator(RISK).first.wait_for()
    wait_for_age(page, "54")


def test_second_of_two_editors_is_told_and_merges(open_page: OpenPage) -> None:
    first = open_page("/Patient")
    load_example(first)
    address = save_new(first)
    second = open_page(address)
    wait_for_state(second, "saved")
    for page, label, value in (
        (first, "Systolic pressure, mmHg", "151"),
        (second, "Diastolic pressure, mmHg", "91"),
    ):
        type_number(page, label, value)
        wait_for_state(page, "changes not saved")
    press_save(first)
    wait_for_state(first, "saved")
    press_save(second)
    dialog = second.get_by_role("dialog")
    dialog.get_by_text("theirs: 151 mmHg").wait_for()
    assert dialog.get_by_role("radio", name="theirs: 151 mmHg").is_checked()
    assert dialog.get_by_role("radio", name="yours: 91 mmHg").is_checked()
    dialog.get_by_role("button", name="Save merged").click()
    dialog.wait_for(state="detached")
    wait_for_state(second, "saved")
    second.reload()
    wait_for_number(second, "Systolic pressure, mmHg", "151")
    wait_for_number(second, "Diastolic pressure, mmHg", "91")


def test_what_is_typed_and_not_saved_survives_a_refresh(open_page: OpenPage) -> None:
    page = open_page("/Patient")
    type_number(page, "Age, years", "61")
    page.wait_for_url(re.compile(r"\?draft=[0-9a-f]{32}$"))
    page.reload()
    wait_for_age(page, "61")


def test_menu_leaves_the_page_and_what_was_typed_is_still_there(open_page: OpenPage) -> None:
    page = open_page("/Patient")
    type_number(page, "Age, years", "61")
    wait_for_state(page, "Not saved")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Home").click()
    page.get_by_role("heading", name="CareRisk").wait_for()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Assess a patient").click()
    wait_for_age(page, "61")


def test_another_record_is_opened_only_once_it_is_decided_what_becomes_of_the_changes(open_page: OpenPage) -> None:
    page = open_page("/Patient")
    load_example(page)
    save_new(page)
    type_number(page, "Age, years", "58")
    wait_for_state(page, "changes not saved")
    page.get_by_role("button", name="New patient").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Stay").click()
    dialog.wait_for(state="detached")
    wait_for_age(page, "58")
    page.get_by_role("button", name="New patient").click()
    dialog.get_by_role("button", name="Discard").click()
    wait_for_state(page, "Nothing to save yet")
    page.get_by_role("button", name="Undo").click()
    wait_for_state(page, "changes not saved")
    wait_for_age(page, "58")


def test_answer_stays_in_view_with_a_record_open(open_page: OpenPage) -> None:
    page = open_page("/Patient")
    load_example(page)
    save_new(page, label="A label as long as a team would ever write")
    box = page.locator(".cr-answers").first.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] < 900


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bar_of_a_record_fits_a_phone(open_page: OpenPage, tmp_path: Path, theme: str) -> None:
    page = open_page("/Patient", width=400, theme=theme)
    load_example(page)
    save_new(page, label="A label as long as a team would ever write")
    page.screenshot(path=tmp_path / f"record-400-{theme}.png")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")

"""Published scores and the smallest plan on the Patient page, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ui.patient.examples import EXAMPLES

pytestmark = pytest.mark.browser

#: FORMULAS.md section 8, PREVENT base model: label of each field, what is typed
NUMBERS = {
    "Age, years": "50",
    "Body mass index, kg/m²": "35",
    "Systolic pressure, mmHg": "160",
    "Total cholesterol, mg/dL": "200",
    "HDL cholesterol, mg/dL": "45",
    "eGFR, mL/min/1.73 m²": "90",
}
CHOICES = {
    "Sex": "female",
    "Takes blood-pressure medicine": "yes",
    "Takes a statin or other cholesterol medicine": "no",
    "Told: diabetes": "yes",
    "Smoking": "never",
}
Answered = Callable[[Any], AbstractContextManager[None]]


def fill(page: Any, answered: Answered, label: str, value: str) -> None:
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(value)
    with answered(page):
        field.press("Enter")


def choose(page: Any, answered: Answered, label: str, value: str) -> None:
    with answered(page):
        page.get_by_role("radiogroup", name=label, exact=True).get_by_role("radio", name=value, exact=True).click()


def score_row(page: Any, title: str) -> Any:
    return page.locator(".cr-table tr", has=page.get_by_role("rowheader", name=title))


def type_worked_example(page: Any, answered: Answered) -> None:
    for label, value in NUMBERS.items():
        fill(page, answered, label, value)
    for label, value in CHOICES.items():
        choose(page, answered, label, value)


def test_prevent_worked_example_typed_in_shows_the_published_value(
    open_page: Callable[..., Any], answered: Answered
) -> None:
    page = open_page("/Patient")
    type_worked_example(page, answered)
    row = score_row(page, "AHA PREVENT 2023")
    row.locator("b").get_by_text("15 %", exact=True).wait_for()
    words = row.inner_text()
    assert "ASCVD 9.2 % intermediate" in words
    assert "base model" in words


def test_a_35_year_old_reads_why_score2_does_not_apply(open_page: Callable[..., Any], answered: Answered) -> None:
    page = open_page("/Patient", width=400, theme="dark")
    fill(page, answered, "Age, years", "35")
    choose(page, answered, "Sex", "male")
    row = score_row(page, "SCORE2 and SCORE2-OP")
    row.get_by_text("Does not apply: valid for ages 40–89 only.").wait_for()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_the_plan_brings_a_patient_under_the_threshold_by_named_steps(
    open_page: Callable[..., Any], answered: Answered
) -> None:
    page = open_page("/Patient")
    page.get_by_role("button", name="Example").click()
    with answered(page):
        page.get_by_role("button", name=EXAMPLES[1].title).click()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Smallest plan").click()
    fill(page, answered, "To come under, %", "20")
    page.get_by_role("button", name="Find the smallest change").click()
    page.locator(".cr-plan").wait_for()
    words = page.locator(".cr-plan").inner_text()
    assert "under 20 %" in words
    assert re.search(r"1\. .+→", words)
    numbers = page.locator(".cr-plan .cr-numbers b").all_inner_texts()
    assert float(numbers[-1].split()[0]) < 20

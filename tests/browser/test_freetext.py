"""The line of free text in a real Chromium: typed, pasted, undone with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.waiting import until

pytestmark = pytest.mark.browser

#: the facts of PREVENT: age, sex, pressure, cholesterols, body mass, kidney, diabetes, smoking, medicines
PREVENT = "54 f bp 142/86 tc 231 hdl 41 bmi 32.7 egfr 92 no dm never smoked on lisinopril no statin"
REPORT = "Cholesterol, Total 231 mg/dL (<200) H\nHDL-C 41 mg/dL (>50) L\nALT 22 U/L 7-56"
RISK = ".cr-answer:has-text('Cardiovascular disease in 10 years') .cr-numbers b"
LINE = "[data-testid='stChatInputTextArea']"


def chips(page: Any) -> list[str]:
    return [str(text) for text in page.locator(".cr-understood li").all_inner_texts()]


def focus_line(page: Any) -> int:
    """Reach the line by Tab from where the page opens; gives how many times it was pressed."""
    page.locator(LINE).wait_for()
    for pressed in range(1, 30):
        page.keyboard.press("Tab")
        if page.evaluate(f'document.activeElement.matches("{LINE}")'):
            return pressed
    raise AssertionError("the line is not reached by Tab")


def test_one_line_and_enter_fill_the_facts_of_prevent(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    tabs = focus_line(page)
    page.keyboard.type(PREVENT)
    page.keyboard.press("Enter")
    page.locator(RISK).first.wait_for()
    assert len(chips(page)) == 11  # the two pressures are one chip
    assert tabs + len(PREVENT) + 1 <= 120  # the line itself is 89 of these keys
    assert page.get_by_text("PREVENT").count() > 0


def test_pasted_report_of_several_lines_is_read_at_once(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", REPORT)
    page.locator(LINE).focus()
    page.keyboard.press("Control+V")
    page.keyboard.press("Enter")
    page.get_by_text("ALT 22").last.wait_for()
    assert chips(page) == ["Total cholesterol 231 mg/dL", "HDL cholesterol 41 mg/dL"]


def test_what_is_doubtful_is_chosen_and_the_line_undone(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    page.locator(LINE).fill("54 f tc 5.9")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="5.9 mmol/L").click()
    page.locator(".cr-understood li", has_text="5.9 mmol/L").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".cr-understood").wait_for(state="detached")
    until(lambda: page.get_by_label("Age, years").first.input_value() == "")
    assert page.locator(LINE).input_value() == "54 f tc 5.9"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
def test_what_was_understood_is_not_wider_than_the_window(
    open_page: Callable[..., Any], width: int, theme: str
) -> None:
    page = open_page("/Patient", width=width, theme=theme)
    page.locator(LINE).fill(f"{PREVENT}; ldl 3.4, non-smoker, alt 22, {'x' * 90}")
    page.keyboard.press("Enter")
    page.locator(".cr-left").wait_for()
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth <= e.clientWidth")

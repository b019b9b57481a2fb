"""The answers in one line stay in view on the Patient page in a real Chromium, wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_patient import load_example
from tests.waiting import until

pytestmark = pytest.mark.browser

STRIP = ".cr-strip"
WINDOWS = {1440: 900, 400: 800}


def in_front(page: Any, selector: str) -> bool:
    """Whether the middle of an element is what one sees there."""
    return bool(
        page.locator(selector).first.evaluate(
            """element => {
                const box = element.getBoundingClientRect();
                const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
                return box.top >= 0 && box.bottom <= innerHeight && element.contains(document.elementFromPoint(x, y));
            }"""
        )
    )


def move_first_slider(page: Any, steps: int = 40) -> None:
    slider = page.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    slider.focus()
    for _ in range(steps):
        page.keyboard.press("ArrowLeft")


@pytest.mark.parametrize("width", WINDOWS)
def test_the_numbers_stay_in_view_to_the_end_of_the_answer(open_page: Callable[..., Any], width: int) -> None:
    page = open_page("/Patient", width=width, height=WINDOWS[width])
    load_example(page)
    page.get_by_text("they do not make a diagnosis").scroll_into_view_if_needed()
    assert in_front(page, f"{STRIP} dl")
    assert in_front(page, ".cr-validity > p:last-child")
    shown = page.locator(f"{STRIP} dd b").all_inner_texts()
    assert shown == page.locator(".cr-answers .cr-numbers b").all_inner_texts()


def test_wide_the_answers_lie_before_it_as_long_as_they_are_in_view(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    load_example(page)
    assert not in_front(page, f"{STRIP} dl")
    assert in_front(page, ".cr-answers .cr-answer:last-child h3")


@pytest.mark.parametrize("width", WINDOWS)
def test_a_moved_slider_is_seen_at_once_as_what_if_and_taken_back(open_page: Callable[..., Any], width: int) -> None:
    page = open_page("/Patient", width=width, height=WINDOWS[width])
    load_example(page)
    own = page.locator(f"{STRIP} dd").first.inner_text()
    move_first_slider(page)
    page.locator(f"{STRIP} .cr-hollow").first.wait_for()
    until(lambda: in_front(page, f"{STRIP} dl") and in_front(page, f"{STRIP}-if"))
    assert page.locator(f"{STRIP} dd").first.inner_text().startswith(f"○ {own}")
    page.get_by_role("button", name="Back to the patient's values").click()
    page.locator(f"{STRIP}-if").wait_for(state="detached")
    assert page.locator(f"{STRIP} dd").first.inner_text() == own


def test_other_values_are_not_told_of_while_another_tab_is_open(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    load_example(page)
    move_first_slider(page)
    page.locator(f"{STRIP}-if").wait_for()
    page.get_by_role("tab", name="By trials").click()
    page.locator(f"{STRIP}-if").wait_for(state="detached")


def test_on_a_phone_nothing_is_read_under_the_arrow_of_the_menu(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient", width=400, height=800)
    load_example(page)
    page.get_by_text("they do not make a diagnosis").scroll_into_view_if_needed()
    ground = page.get_by_test_id("stHeader").evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")

"""How much it takes to enter the facts of PREVENT: clicks and key presses, in a real Chromium, wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.waiting import until

pytestmark = pytest.mark.browser
Answered = Callable[[Any], AbstractContextManager[None]]

#: FORMULAS.md section 8, PREVENT base model, body mass index 35 by height and weight; in the order of the form
NUMBERS = {
    "Age, years": "50",
    "Systolic pressure, mmHg": "160",
    "Total cholesterol, mg/dL": "200",
    "HDL cholesterol, mg/dL": "45",
    "Height, cm": "160",
    "Weight, kg": "89.6",
    "eGFR, mL/min/1.73 m²": "90",
}
ANSWERS = {
    "Sex": "female",
    "Takes blood-pressure medicine": "yes",
    "Takes a statin or other cholesterol medicine": "no",
    "Smoking": "never",
    "Told: diabetes": "yes",
}
#: what the focus is on: the name of a field, or of the answers among which it is
FOCUSED = """(() => {
    const on = document.activeElement, group = on.closest("[role='radiogroup']");
    return (group || on).getAttribute("aria-label") || "";
})()"""
#: whether what the focus is on takes a value
IS_VALUE = "document.activeElement.matches('input, [role=radio]')"
WIDTHS = (1440, 400)


@dataclass
class Hand:
    """A person at the page, whose clicks and key presses count; digits do not."""

    page: Any
    clicks: int = 0
    presses: int = 0

    def click(self, target: Any) -> None:
        target.click()
        self.clicks += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def tab_to(self, name: str) -> None:
        """Tab until the focus is there; it must come within the facts of the block."""
        for _ in range(20):
            if self.page.evaluate(FOCUSED) == name:
                return
            self.press("Tab")
        assert self.page.evaluate(FOCUSED) == name

    def answer(self, word: str) -> None:
        """Choose an answer by the arrows and the space bar."""
        while self.page.evaluate("document.activeElement.innerText.trim()") != word:
            self.press("ArrowRight")
        self.press("Space")


def open_form(open_page: Callable[..., Any], **window: Any) -> Any:
    """The page with its form drawn."""
    page = open_page("/Patient", **window)
    page.locator(".st-key-fact-fasting_hours input").wait_for()
    return page


def answers_of(page: Any, name: str) -> Any:
    return page.get_by_role("radiogroup", name=name, exact=True)


def names_of(fields: Any) -> list[str]:
    """Their names, in the order of the page."""
    names: list[str] = fields.evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
    return names


def wait_for_published_value(page: Any) -> None:
    row = page.locator(".cr-table tr", has=page.get_by_role("rowheader", name="AHA PREVENT 2023"))
    row.locator("b").get_by_text("15 %", exact=True).wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_facts_of_prevent_take_twelve_clicks(open_page: Callable[..., Any], answered: Answered, width: int) -> None:
    page = open_form(open_page, width=width)
    hand = Hand(page)
    for name, word in ANSWERS.items():
        with answered(page):
            hand.click(answers_of(page, name).get_by_role("radio", name=word, exact=True))
    for name, number in NUMBERS.items():
        hand.click(page.get_by_role("spinbutton", name=name, exact=True))
        page.keyboard.type(number)
    page.keyboard.press("Tab")
    wait_for_published_value(page)
    assert hand.clicks <= 12


@pytest.mark.parametrize("width", WIDTHS)
def test_facts_of_prevent_take_few_key_presses_from_the_top_of_the_page(
    open_page: Callable[..., Any], width: int
) -> None:
    page = open_form(open_page, width=width)
    hand = Hand(page)
    hand.press("Tab")
    hand.press("Enter")  # “Skip to main content”
    facts = page.locator(".st-key-facts").get_by_role("spinbutton").or_(page.locator(".st-key-facts [role=radiogroup]"))
    wanted = {*NUMBERS, *ANSWERS}
    until(lambda: wanted <= set(names_of(facts)))
    for name in filter(wanted.__contains__, names_of(facts)):
        hand.tab_to(name)
        if name in NUMBERS:
            page.keyboard.type(NUMBERS[name])
        else:
            hand.answer(ANSWERS[name])
    hand.press("Tab")
    wait_for_published_value(page)
    assert hand.presses <= 45


def test_tab_goes_from_value_to_value(open_page: Callable[..., Any]) -> None:
    page = open_form(open_page)
    page.get_by_role("spinbutton", name="Age, years").focus()
    facts = page.locator(".st-key-facts").get_by_role("spinbutton").count()
    facts += page.locator(".st-key-facts [role=radiogroup]").count()
    stops = []
    for _ in range(facts):
        assert page.evaluate(IS_VALUE)
        stops.append(page.evaluate(FOCUSED))
        page.keyboard.press("Tab")
    assert len(set(stops)) == facts
    assert not page.evaluate(IS_VALUE)


def test_an_answer_is_made_unknown_by_one_more_click(open_page: Callable[..., Any], answered: Answered) -> None:
    page = open_form(open_page)
    chosen = answers_of(page, "Smoking").get_by_role("radio", name="current")
    for checked in ("true", "false"):
        with answered(page):
            chosen.click()
        assert chosen.get_attribute("aria-checked") == checked


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_key_facts_stand_beside_the_answer_without_scrolling(open_page: Callable[..., Any], theme: str) -> None:
    page = open_form(open_page, theme=theme)
    page.get_by_role("button", name="Show an invented patient").click()
    page.locator(".cr-answer").first.wait_for()
    box, answers = page.locator(".st-key-facts").bounding_box(), page.locator(".cr-answers").first.bounding_box()
    assert box["x"] + box["width"] < answers["x"]
    assert box["y"] + box["height"] < 900


def test_on_a_phone_two_facts_stand_in_a_row(open_page: Callable[..., Any]) -> None:
    page = open_form(open_page, width=400)
    # both at one moment: what is above them may still be growing
    age, sex = page.evaluate(
        "['age', 'sex'].map(name => document.querySelector(`.st-key-fact-${name}`).getBoundingClientRect().toJSON())"
    )
    assert age["y"] == sex["y"]
    assert age["x"] + age["width"] <= sex["x"]
    assert page.locator(".st-key-facts").bounding_box()["height"] < 600

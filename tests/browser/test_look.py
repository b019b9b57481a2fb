"""The look of pages in a real Chromium: nothing cut off, charts that follow a switched theme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_patient import load_example

pytestmark = pytest.mark.browser

#: the colour that a selector's first element has, as text
COLOUR = "([selector, part]) => getComputedStyle(document.querySelector(selector))[part]"


def switch_theme(page: Any, name: str) -> None:
    page.get_by_test_id("stMainMenu").locator("button").first.click()
    page.get_by_test_id(f"stMainMenuItem-theme-{name}").click()
    page.keyboard.press("Escape")


def test_charts_and_words_follow_the_theme_switched_on_an_open_page(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    load_example(page)
    parts = [(".bartext", "fill"), (".ytick text", "fill"), (".cr-answer h3", "color"), (".cr-strip", "color")]
    for theme in ("Dark", "Light"):
        before = page.evaluate(COLOUR, [".stApp", "color"])
        switch_theme(page, theme)
        page.wait_for_function(f"before => ({COLOUR})(['.stApp', 'color']) !== before", arg=before)
        ink = page.evaluate(COLOUR, [".stApp", "color"])
        assert [page.evaluate(COLOUR, list(part)) for part in parts] == [ink] * len(parts)


def test_curves_of_the_models_follow_the_theme_as_well(open_page: Callable[..., Any]) -> None:
    page = open_page("/Models")
    page.locator("[data-testid='stPlotlyChart'] .scatterlayer .js-line").first.wait_for()
    switch_theme(page, "Dark")
    page.wait_for_function(f"() => ({COLOUR})(['.stApp', 'colorScheme']) === 'dark'")
    strokes = page.locator("[data-testid='stPlotlyChart'] .js-line").evaluate_all(
        "lines => lines.map(line => getComputedStyle(line).stroke)"
    )
    assert "rgb(29, 37, 44)" not in strokes
    assert page.evaluate(COLOUR, [".stApp", "color"]) in strokes


def test_every_door_of_home_says_its_whole_name_on_one_line(open_page: Callable[..., Any]) -> None:
    page = open_page("/")
    names = page.locator("[class*='st-key-door'] [data-testid='stPageLink'] strong")
    names.nth(6).wait_for()
    for name in names.all():
        assert name.evaluate("e => e.getClientRects().length") == 1, name.inner_text()
        box, room = name.bounding_box(), name.locator("xpath=ancestor::*[@data-testid='stPageLink']").bounding_box()
        assert box["x"] + box["width"] <= room["x"] + room["width"], name.inner_text()


def test_on_a_phone_every_estimate_can_be_asked_why(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient", width=400, height=800)
    load_example(page)
    choices = page.get_by_role("radiogroup", name="Why this estimate").get_by_role("radio")
    boxes = [choice.bounding_box() for choice in choices.all()]
    assert len(boxes) > 1
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 400 for box in boxes)

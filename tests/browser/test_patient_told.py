"""What a nurse copies and a patient takes home, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import IDLE

pytestmark = pytest.mark.browser

ANSWERS = ".cr-answers"


def load_example(page: Any) -> None:
    page.get_by_role("button", name="Show an invented patient").click()
    page.locator(ANSWERS).first.wait_for()
    page.locator(IDLE).wait_for()


def open_chart(page: Any) -> Any:
    page.get_by_role("button", name="Copy for the chart").click()
    text = page.get_by_test_id("stCode")
    text.wait_for()
    return text


def handout(page: Any, target: Path) -> str:
    with page.expect_download() as started:
        page.get_by_role("button", name="Handout for the patient").click()
    started.value.save_as(target / started.value.suggested_filename)
    return (target / started.value.suggested_filename).read_text(encoding="utf-8")


def test_one_click_copies_the_whole_text_for_the_chart(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    load_example(page)
    text = open_chart(page)
    text.hover()
    page.get_by_role("button", name="Copy to clipboard").click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Risk estimate by CareRisk, ")
    assert copied.split("\n")[-1].endswith("they do not make a diagnosis.")
    assert re.search(r"- Cardiovascular disease in 10 years: [\d.]+ % \([\d.]+–[\d.]+ %\)\.", copied)


def test_the_handout_is_taken_in_the_language_and_print_chosen(open_page: Callable[..., Any], tmp_path: Path) -> None:
    page = open_page("/Patient")
    load_example(page)
    page.get_by_role("button", name="Download", exact=True).click()
    english = handout(page, tmp_path)
    assert '<body class="common">' in english
    assert "people like you" in english
    page.get_by_text("中文").click()
    page.locator(IDLE).wait_for()
    page.get_by_text("Large print").click()
    page.locator(IDLE).wait_for()
    chinese = handout(page, tmp_path)
    assert '<body class="large">' in chinese
    assert "情况与您相似" in chinese
    assert "http" not in chinese + english


@pytest.mark.parametrize("width", [1440, 400])
def test_the_text_fits_its_window(open_page: Callable[..., Any], width: int) -> None:
    page = open_page("/Patient", width=width)
    load_example(page)
    box = open_chart(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_whoever_opens_the_text_of_a_record_is_written_down(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    load_example(page)
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    open_chart(page)
    page.locator(IDLE).wait_for()
    open_page("/Audit").get_by_text("export", exact=True).first.wait_for(state="attached")

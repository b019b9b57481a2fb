"""Home and the Patient page in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

ADDRESSES = {"/": "CareRisk", "/Patient": "Assess a patient", "/Cohort": "Score a cohort"}
RISK = ".cr-answer:has-text('Undiagnosed diabetes now') .cr-numbers b"
BARS = "[data-testid='stPlotlyChart'] .barlayer"


def load_example(page: Any) -> None:
    page.get_by_role("button", name="Show an invented patient").click()
    page.locator(RISK).first.wait_for()
    page.locator(f"{BARS} .bartext").first.wait_for()


def waterfall_texts(page: Any) -> list[str]:
    return [str(text) for text in page.locator(f"{BARS} .bartext").all_text_contents()]


def percent(text: str) -> float:
    found = re.search(r"[\d.]+", text)
    assert found is not None
    return float(found.group())


def set_glucose(page: Any, value: str) -> None:
    field = page.get_by_label("Glucose, mg/dL").first
    field.fill(value)
    field.press("Enter")


@pytest.mark.parametrize(("path", "title"), ADDRESSES.items())
def test_every_page_opens_by_its_address(open_page: Callable[..., Any], path: str, title: str) -> None:
    page = open_page(path)
    assert page.get_by_role("heading", level=1).inner_text() == title
    assert page.get_by_test_id("stException").count() == 0


def test_a_changed_glucose_moves_the_diabetes_risk_and_the_waterfall(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    load_example(page)
    risk, bars = page.locator(RISK).first.inner_text(), waterfall_texts(page)
    set_glucose(page, "165")
    page.locator(f"{RISK}:not(:text-is('{risk}'))").first.wait_for()
    page.wait_for_function(
        "([selector, before]) => [...document.querySelectorAll(selector)].map(e => e.textContent).join() !== before",
        arg=[f"{BARS} .bartext", ",".join(bars)],
    )
    assert percent(page.locator(RISK).first.inner_text()) > percent(risk)
    assert page.get_by_text("Glucose 165 mg/dL would meet the ADA criterion for diabetes if").count() > 0


def test_a_clicked_bar_shows_the_curve_of_its_fact(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    load_example(page)
    page.locator(f"{BARS} .point").nth(1).click(force=True)
    page.get_by_text("how it moves the log-odds").wait_for()
    assert page.get_by_test_id("stPlotlyChart").count() == 2


def test_the_main_answer_is_in_view_without_scrolling(open_page: Callable[..., Any]) -> None:
    page = open_page("/Patient")
    load_example(page)
    box = page.locator(".cr-answers").first.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] < 900


def test_the_report_is_one_file_without_scripts_or_outside_addresses(
    open_page: Callable[..., Any], tmp_path: Path
) -> None:
    page = open_page("/Patient")
    load_example(page)
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as started:
        page.get_by_role("button", name="Report").click()
    target = tmp_path / started.value.suggested_filename
    started.value.save_as(target)
    report = target.read_text(encoding="utf-8")
    assert "Glucose" in report
    assert "<script" not in report
    assert "http" not in report.replace("http-equiv", "")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 400])
@pytest.mark.parametrize("path", ADDRESSES)
def test_no_page_is_wider_than_its_window(
    open_page: Callable[..., Any], tmp_path: Path, path: str, width: int, theme: str
) -> None:
    page = open_page(path, width=width, theme=theme)
    if path == "/Patient":
        load_example(page)
    page.get_by_test_id("stSidebar").get_by_text("Computes on").wait_for(state="attached")
    page.screenshot(path=tmp_path / f"{path.strip('/') or 'home'}-{width}-{theme}.png")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollWidth <= e.clientWidth")
    background = page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor")
    lightness = sum(int(part) for part in re.findall(r"\d+", background)[:3]) / 3
    assert (lightness < 128) == (theme == "dark")

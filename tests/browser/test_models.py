"""Inspect the models in a real browser: every tab at both widths, nothing sideways, curves by keyboard and pointer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Any]
Settle = Callable[[Any], None]
TABS = ("Validation", "Curves", "Subgroups", "Peers", "Missing inputs", "Data", "Versions", "TRIPOD+AI")
WIDTHS = pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (400, "dark")], ids=["wide", "narrow"])


def sideways(page: Any) -> bool:
    """Whether the page can be scrolled to the side."""
    return bool(page.get_by_test_id("stMain").evaluate("e => e.scrollWidth > e.clientWidth"))


def open_tab(page: Any, name: str, settle: Settle) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    page.get_by_role("tab", name=name, exact=True, selected=True).wait_for()
    settle(page)


@WIDTHS
def test_every_tab_of_a_risk_model_fits_the_screen(open_page: OpenPage, settle: Settle, width: int, theme: str) -> None:
    page = open_page("/Models", width=width, theme=theme)
    for name in TABS:
        open_tab(page, name, settle)
        assert not sideways(page), name
        assert page.get_by_test_id("stException").count() == 0


@WIDTHS
def test_every_tab_of_an_image_model_fits_the_screen(
    open_page: OpenPage, settle: Settle, width: int, theme: str
) -> None:
    page = open_page("/Models", width=width, theme=theme)
    page.get_by_role("radio", name="Diabetic retinopathy").click()
    page.get_by_role("tab", name="Limits").wait_for()
    for name in ("Validation", "Data", "Limits"):
        open_tab(page, name, settle)
        assert not sideways(page), name


def test_figures_are_drawn_with_the_level_of_unknown(open_page: OpenPage, settle: Settle) -> None:
    page = open_page("/Models")
    open_tab(page, "Curves", settle)
    page.locator("[data-testid='stPlotlyChart'] .annotation-text", has_text="unknown").first.wait_for()


def test_chosen_outcome_is_kept_from_tab_to_tab(open_page: OpenPage, settle: Settle) -> None:
    page = open_page("/Models")
    page.get_by_role("radio", name="Prediabetes").click()
    page.get_by_text("Prediabetes or diabetes now.").wait_for()
    open_tab(page, "Subgroups", settle)
    assert page.get_by_role("radio", name="Prediabetes").is_checked()

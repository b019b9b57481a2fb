"""Lesion candidates in a real browser: the choice of what is drawn, outlines with their legend, the card beneath."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.test_image import choose, sideways

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]


@pytest.fixture
def photo(shared: Path) -> Path:
    return shared / "images" / "idrid_grading" / "img512" / "test" / "IDRiD_013.jpg"


def test_candidates_are_outlined_and_told_by_quadrant(open_page, photo):
    page = open_page("/Image")
    choose(page, photo)
    card = page.get_by_role("region", name="Location and severity")
    card.wait_for()
    assert card.get_by_role("row").count() >= 2
    page.get_by_text("Lesion candidates", exact=True).click()
    page.locator("img[alt*='with outlines']").wait_for()
    assert page.locator(".cr-kinds span").count() == 2
    assert card.is_visible()


@pytest.mark.parametrize("width", [400, 1440])
def test_sample_with_its_card_is_no_wider_than_the_window(open_page, width):
    page = open_page("/Image", width=width)
    page.get_by_role("button", name="Try a sample").click()
    page.get_by_role("region", name="Location and severity").wait_for()
    page.get_by_text("Lesion candidates", exact=True).click()
    page.locator("img[alt*='with outlines']").wait_for()
    assert not sideways(page)
    assert page.get_by_test_id("stException").count() == 0


def test_evidence_is_drawn_first_and_adds_up_to_the_probability(open_page, photo):
    page = open_page("/Image")
    choose(page, photo)
    page.locator("img[alt*='with its evidence']").wait_for()
    page.get_by_text("together log-odds").first.wait_for()


def test_evidence_for_another_camera_ends_in_no_probability(open_page):
    page = open_page("/Image")
    page.get_by_role("button", name="Try a sample").click()
    page.get_by_text("These are log-odds, not calibrated for this camera.").first.wait_for()
    assert page.get_by_text("together log-odds").count() == 0

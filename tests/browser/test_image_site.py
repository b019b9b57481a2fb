"""A site's calibration with the shipped model, in a browser: its photos in, a kept version out, and taken back."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.shared_data]

PHOTOS = 34


@pytest.fixture
def site_files(shared: Path, tmp_path: Path) -> list[Path]:
    """Photos of the data set's validation part, and a CSV with their grades."""
    folder = shared / "images" / "idrid_grading"
    with (folder / "labels_split.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "val"][:PHOTOS]
    table = tmp_path / "labels.csv"
    names = [f"{Path(row['file']).name},{row['dr_grade']}" for row in rows]
    table.write_text("\n".join(["file,grade", *names]), encoding="utf-8")
    return [*(folder / "img512" / row["file"] for row in rows), table]


def open_site(page) -> None:
    page.get_by_text("Calibrate for this site's camera").click()
    page.get_by_label("Name of the site or camera").fill("Clinic A")
    page.get_by_label("Name of the site or camera").press("Enter")


def test_photos_give_a_calibration_that_is_kept_used_and_taken_back(open_page, site_files):
    page = open_page("/Image")
    open_site(page)
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').nth(1).set_input_files([str(f) for f in site_files])
    start = page.get_by_role("button", name="Calibrate", exact=True)
    start.click()
    page.get_by_role("button", name="Cancel").wait_for()
    page.get_by_role("button", name="Use from now on").wait_for()
    assert page.get_by_text("Brier score (0 is perfect)").first.is_visible()
    page.get_by_role("button", name="Use from now on").click()
    page.get_by_role("button", name=re.compile("Take back: Clinic A")).wait_for()
    first = page.locator('[data-testid="stFileUploaderDropzoneInput"]').first
    first.set_input_files(str(site_files[0]))
    page.get_by_text(re.compile("(Calibrated|Measured) for Clinic A on")).first.wait_for()
    page.get_by_role("button", name=re.compile("Take back: Clinic A")).click()
    page.get_by_role("button", name=re.compile("Use again: Clinic A")).wait_for()
    assert page.get_by_test_id("stException").count() == 0


def test_a_calibration_can_be_cancelled(open_page, site_files):
    page = open_page("/Image")
    open_site(page)
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').nth(1).set_input_files([str(f) for f in site_files])
    page.get_by_role("button", name="Calibrate", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Stopped. Nothing was changed.").wait_for()
    assert page.get_by_role("button", name="Use from now on").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_button_that_cannot_be_pressed_yet_can_be_read(open_page, theme):
    page = open_page("/Image", theme=theme)
    open_site(page)
    words = page.get_by_role("button", name="Calibrate", exact=True).locator("p")
    colours = words.evaluate(
        "e => [getComputedStyle(e).color, getComputedStyle(document.querySelector('.stApp')).backgroundColor]"
    )
    assert colours[0] != colours[1]

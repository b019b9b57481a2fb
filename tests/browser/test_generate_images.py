"""Invented photos in a real browser: by grade beside the nearest real ones, the answers, and a marked download."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from riskmodels.generated.images.mark import text_of

pytestmark = pytest.mark.browser


def show_photos(page):
    page.get_by_role("radio", name="Retina photos").click()
    page.get_by_role("heading", name="Invented photos of the retina").wait_for()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (400, "dark")])
def test_photos_are_shown_by_grade_with_answers_and_downloaded_marked(open_page, settle, width, theme):
    page = open_page("/Generate", width=width, theme=theme)
    show_photos(page)
    page.get_by_text("not for diagnosis").first.wait_for()
    page.get_by_text("Do invented photos help to find mild retinopathy?").first.wait_for()
    page.get_by_alt_text("Invented retina, asked for grade 4, number 5").wait_for()
    assert page.get_by_alt_text("Nearest real photo").count() == 30
    assert page.get_by_alt_text("Invented picture of the autoencoder").count() == 9
    page.get_by_label("Pictures", exact=True).fill("2")
    page.get_by_label("Pictures", exact=True).press("Enter")
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download pictures").click()
    assert download.value.suggested_filename == "invented_retina_grade1_seed1.zip"
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png")]
        assert len(pictures) == 2
        assert all("invented" in text_of(archive.read(name)) for name in pictures)
    assert page.get_by_test_id("stMain").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.get_by_test_id("stException").count() == 0

"""A cohort in a real browser: upload, progress, result, download, refusals, both widths."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "data" / "cohorts" / "nhanes_2017_2018_demo.csv"

pytestmark = pytest.mark.browser


def choose(page, path: Path) -> None:
    uploader = page.locator('[data-testid="stFileUploaderDropzoneInput"]')
    uploader.wait_for(state="attached")
    uploader.set_input_files(str(path))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_demo_file_is_uploaded_scored_and_downloaded_in_the_same_order(open_page, tmp_path):
    page = open_page("/Cohort")
    choose(page, DEMO)
    page.get_by_role("button", name="Score 5,533 rows").click()
    page.get_by_text("5,533 read =").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the scored CSV").click()
    target = tmp_path / "scored.csv"
    download.value.save_as(target)
    given, scored = read(DEMO), read(target)
    assert [row["seqn"] for row in scored] == [row["seqn"] for row in given]
    assert all(mine[name] == theirs[name] for mine, theirs in zip(scored, given, strict=True) for name in theirs)
    risks = [float(row["diabetes_risk"]) for row in scored if row["diabetes_risk"]]
    assert len(risks) > 3000
    assert all(0 < risk < 1 for risk in risks)
    assert all(row["diabetes_reasons"] for row in scored if row["diabetes_risk"])
    assert 0.09 < sum(row["diabetes_flagged"] == "yes" for row in scored) / len(risks) < 0.12


def test_progress_can_be_cancelled_and_the_file_stays(open_page):
    page = open_page("/Cohort")
    page.get_by_role("button", name="Use the demo cohort").click()
    page.get_by_role("button", name="Score 5,533 rows").click()
    # fast machines may be done before the click
    ended = page.get_by_text("Stopped after").or_(page.get_by_role("button", name="Download the scored CSV"))
    cancel = page.get_by_role("button", name="Cancel")
    cancel.or_(ended).first.wait_for()
    if cancel.is_visible():
        cancel.click(timeout=5_000)
    ended.first.wait_for()
    assert page.get_by_text("Demo cohort: NHANES 2017–2018").first.is_visible()


def test_300_mb_file_is_refused_in_words(open_page, tmp_path):
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(300 * 2**20)
    page = open_page("/Cohort")
    choose(page, huge)
    message = page.get_by_text("File must be 200.0MB or smaller")
    message.wait_for(state="visible")
    assert message.bounding_box()["width"] > 150


def test_binary_renamed_to_csv_is_named_for_what_it_is(open_page, tmp_path):
    picture = tmp_path / "cohort.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page = open_page("/Cohort")
    choose(page, picture)
    page.get_by_text("This is a PNG image, not a CSV file").wait_for()


def test_template_comes_down_and_goes_back_up(open_page, tmp_path):
    page = open_page("/Cohort")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the template").click()
    target = tmp_path / "template.csv"
    download.value.save_as(target)
    choose(page, target)
    page.get_by_role("button", name="Score 1 row").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
def test_nothing_is_wider_than_the_window(open_page, width, theme):
    page = open_page("/Cohort", width=width, theme=theme)
    page.get_by_role("button", name="Use the demo cohort").click()
    page.get_by_role("button", name="Score 5,533 rows").click()
    page.get_by_role("button", name="Download the scored CSV").wait_for()
    page.locator(".js-plotly-plot").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

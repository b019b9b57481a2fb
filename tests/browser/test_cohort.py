"""A cohort in a real browser: upload, progress, result, download, refusals, both widths."""

from __future__ import annotations

import contextlib
import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError

from tests.browser.demo import score_the_demo, unscored

DEMO = Path(__file__).resolve().parents[2] / "data" / "cohorts" / "nhanes_2017_2018_demo.csv"

pytestmark = pytest.mark.browser


def choose(page, path: Path) -> None:
    uploader = page.locator('[data-testid="stFileUploaderDropzoneInput"]')
    uploader.wait_for(state="attached")
    uploader.set_input_files(str(path))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_demo_file_is_uploaded_scored_and_downloaded_in_the_same_order(open_page, settle, tmp_path):
    page = open_page("/Cohort")
    choose(page, DEMO)
    page.get_by_role("button", name="Score 5,533 rows").click()
    page.get_by_text("5,533 read =").wait_for()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the scored CSV").click()
    target = tmp_path / "scored.csv"
    download.value.save_as(target)
    given, scored = read(DEMO), read(target)
    assert [row["seqn"] for row in scored] == [row["seqn"] for row in given]
    assert all(mine[name] == theirs[name] for mine, theirs in zip(scored, given, strict=True) for name in theirs)
    risks = [float(row["cvd_10y_risk"]) for row in scored if row["cvd_10y_risk"]]
    assert len(risks) > 2000
    assert all(0 < risk < 1 for risk in risks)
    assert all(row["cvd_10y_reasons"] for row in scored if row["cvd_10y_risk"])
    assert 0.09 < sum(row["cvd_10y_flagged"] == "yes" for row in scored) / len(risks) < 0.12
    measured = [row for row in scored if row["diabetes_measured"]]
    assert len(measured) > 3000
    assert not any(row["diabetes_risk"] or row["diabetes_reasons"] for row in measured)


def test_progress_can_be_cancelled_and_the_file_stays(open_page):
    page = unscored(open_page)
    page.get_by_role("button", name="Use the demo cohort").click()
    page.get_by_role("button", name="Score 5,533 rows").click()
    # fast machines may be done before the click
    ended = page.get_by_text("Stopped after").or_(page.get_by_role("button", name="Download the scored CSV"))
    cancel = page.get_by_role("button", name="Cancel")
    cancel.or_(ended).first.wait_for()
    while not ended.first.is_visible():
        with contextlib.suppress(TimeoutError):  # the button went away under the pointer
            cancel.click(timeout=1_000)
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
    page.get_by_text("This is a PNG image, not a table").wait_for()


def test_template_comes_down_and_goes_back_up(open_page, tmp_path):
    page = open_page("/Cohort")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the template").click()
    target = tmp_path / "template.csv"
    download.value.save_as(target)
    choose(page, target)
    page.get_by_role("button", name="Score 1 row").wait_for()


@pytest.fixture
def foreign(tmp_path) -> Path:
    """150,000 people as a German laboratory writes them: other names, decimal comma, HDL that no unit fits well."""
    lines = ["Patientennummer;Alter (Jahre);Geschlecht;Druck;HDL;Ereignis"]
    for i in range(150_000):
        hdl = f"{4 + i % 25 / 10:.1f}".replace(".", ",")
        lines.append(f"P{i};{30 + i % 45};{'mw'[i % 2]};{100 + i % 60};{hdl};{'ja' if i % 7 == 0 else 'nein'}")
    path = tmp_path / "labor.csv"
    path.write_text("\n".join(lines), encoding="cp1252")
    return path


def choose_option(page, answered, label: str | re.Pattern[str], option: str) -> None:
    field = page.get_by_role("combobox", name=label)
    field.click()
    page.keyboard.type(option)  # of a long list only a part is drawn
    with answered(page):
        page.get_by_role("option", name=option, exact=True).click()


def test_foreign_file_is_mapped_answered_scored_found_after_a_refresh_downloaded_and_reported(
    open_page, answered, settle, foreign, tmp_path
):
    page = open_page("/Cohort")
    choose(page, foreign)
    score = page.get_by_role("button", name="Score 150,000 rows")
    score.wait_for()
    assert score.is_disabled()
    page.get_by_role("radiogroup", name="In which unit is “HDL”").get_by_text("mmol/L").click()
    page.get_by_text("All questions are answered.", exact=True).wait_for()
    page.get_by_role("tab", name="One column").click()
    settle(page)
    choose_option(page, answered, "Column in the file", "Druck")
    page.get_by_text("Sample values: 100, 101").wait_for()
    choose_option(page, answered, "Read as", "Systolic pressure")
    page.get_by_text("4 of 6 columns used").or_(page.get_by_text("1 question left")).first.wait_for()
    pressure = page.get_by_role("radiogroup", name="In which unit is “Druck”")
    if pressure.count():
        pressure.get_by_text("mmHg").click()
    page.get_by_text("All questions are answered.", exact=True).wait_for()
    score.click()
    page.get_by_role("progressbar").wait_for()
    page.wait_for_url("**/Cohort?job=*")
    page.reload()
    page.get_by_role("progressbar").or_(page.get_by_text("150,000 read =")).first.wait_for()
    page.get_by_text("150,000 read =").wait_for()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the scored CSV").click()
    target = tmp_path / "scored.csv"
    download.value.save_as(target)
    head = target.read_text(encoding="utf-8-sig").splitlines()
    assert len(head) == 150_001
    assert "diabetes_risk" in head[0]
    page.get_by_role("tab", name="Report").click()
    settle(page)
    choose_option(page, answered, "Outcome column: what happened", "Ereignis · an outcome of this file")
    page.get_by_text("with a known outcome").wait_for()


def test_outcome_column_brings_the_report(open_page, answered, settle, tmp_path):
    lines = ["patient_id,age,sex,bmi,happened"]
    lines += [f"P{i},{30 + i % 50},{'fe' * (i % 2)}male,{20 + i % 17},{int(i % 50 > 20 + i % 23)}" for i in range(300)]
    path = tmp_path / "small.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    page = open_page("/Cohort")
    choose(page, path)
    page.get_by_role("button", name="Score 300 rows").click()
    page.get_by_text("300 read =").wait_for()
    page.get_by_role("tab", name="Report").click()
    settle(page)
    choose_option(page, answered, "Outcome column: what happened", "happened")
    page.get_by_text("with a known outcome").wait_for()
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("heading", name="Calibration", exact=True).wait_for()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    target = tmp_path / "report.html"
    download.value.save_as(target)
    assert "Content-Security-Policy" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1440])
def test_nothing_is_wider_than_the_window(open_page, width, theme):
    page = unscored(open_page, width=width, theme=theme)
    score_the_demo(page)
    page.get_by_role("button", name="Download the scored CSV").wait_for()
    page.locator(".js-plotly-plot").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

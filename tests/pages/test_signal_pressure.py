"""Blood pressures on the page "Read a signal": what is drawn, told beside the file, asked, and refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = (ROOT / "data" / "samples" / "pressure_24h_invented.csv").read_text("utf-8")
OFFICE = ("Systolic in the office, mmHg", "Diastolic in the office, mmHg")


def opened(data: str, name: str = "pressures.csv") -> AppTest:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    page = app.switch_page("pages/7_Signal.py").run()
    return page.file_uploader[0].set_value([(name, data.encode(), "text/csv")]).run()


def shown(page: AppTest) -> str:
    """All that stands on the page."""
    assert not page.exception
    texts = [element.proto.body for element in page.get("html")]
    return "\n".join((*texts, *(m.value for m in page.markdown), *(c.value for c in page.caption)))


def number(page: AppTest, label: str):
    return next(box for box in page.number_input if box.label == label)


def home(days: int, unit: str = " (mmHg)", factor: float = 1.0) -> str:
    rows = [
        f"2026-03-{day:02d},{time},{factor * (136 + day):.1f},{factor * (85 + day % 3):.1f}"
        for day in range(2, 2 + days)
        for time in ("07:00", "07:02", "20:00", "20:02")
    ]
    return "\n".join([f"date,time,systolic{unit},diastolic{unit}", *rows])


@pytest.fixture(scope="module")
def day() -> str:
    return shown(opened(SAMPLE))


def test_the_mean_by_day_comes_first_with_its_interval_and_both_guidelines(day: str):
    assert "**Mean by day: 141 (136–146) / 85 (82–88) mmHg." in day
    assert "ESC 2024: hypertension; AHA/ACC 2025: as stage 2 hypertension" in day


def test_what_is_left_out_and_how_night_is_told_is_said(day: str):
    assert "59 readings, 6 left out (hollow)" in day
    assert "the night is shaded" in day


@pytest.mark.parametrize("words", ["Fall at night", "Morning surge", "Load by day", "Variability, systolic"])
def test_a_day_has_more_than_means(day: str, words: str):
    assert words in day


def test_which_mean_may_be_entered_is_said(day: str):
    assert "The mean of the day may be entered" in day
    assert "One record is not a diagnosis" in day


def test_the_office_pressure_names_masked_hypertension_and_goes_with_its_file():
    page = opened(SAMPLE)
    number(page, OFFICE[0]).set_value(128.0).run()
    assert "Both pressures of the office are needed" in shown(page)
    number(page, OFFICE[1]).set_value(78.0).run()
    assert "masked hypertension" in shown(page)
    page.selectbox[0].set_value("yes").run()
    assert "masked uncontrolled hypertension;" in shown(page)
    page.file_uploader[0].set_value([("other.csv", home(5).encode(), "text/csv")]).run()
    assert number(page, OFFICE[0]).value is None
    assert "masked" not in shown(page)


def test_office_pressures_the_wrong_way_round_are_not_compared():
    page = opened(SAMPLE)
    number(page, OFFICE[0]).set_value(80.0).run()
    number(page, OFFICE[1]).set_value(120.0).run()
    assert "were they swapped?" in shown(page)
    assert "sustained" not in shown(page)


def test_a_few_hours_have_no_mean_of_the_night_and_say_why():
    text = shown(opened("\n".join(SAMPLE.splitlines()[:35])))
    assert "Not given: mean of 24 hours" in text
    assert "mean of night: readings at night" in text


def test_two_days_at_home_are_refused_with_the_trace():
    page = opened(home(2))
    text = shown(page)
    assert "No mean of these readings" in text
    assert "The home mean may" not in text
    assert len(page.get("plotly_chart")) == 1


def test_a_week_at_home_leaves_the_first_day_out():
    text = shown(opened(home(7)))
    assert "**Mean at home:" in text
    assert "Hollow: not counted in the means." in text
    assert "Fall at night" not in text


def test_the_unit_is_asked_and_kilopascals_are_converted():
    page = opened(home(5, unit="", factor=0.133322))
    assert "kPa or in mmHg" in page.radio[0].label
    page.radio[0].set_value("kPa").run()
    assert "**Mean at home: 140" in shown(page)
    assert "1 kPa" in shown(page)


@pytest.mark.parametrize("data", ["", "systolic,diastolic\n", "date,time,systolic,diastolic\nno,no,no,no\n"])
def test_empty_and_corrupt_files_are_refused_in_words(data: str):
    page = opened(data)
    assert not page.exception
    assert "cr-refusal" in shown(page) or page.get("button_group")
    assert "Mean by day" not in shown(page)

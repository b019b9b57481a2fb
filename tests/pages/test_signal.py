"""The page "Read a signal": files in, questions, refusals, and the glucose report."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from riskmodels.errors import ModelFileError
from riskmodels.records import Actor, Role

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = (ROOT / "data" / "samples" / "glucose_fortnight.csv").read_bytes()


def open_page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
    return app.switch_page("pages/7_Signal.py").run()


@pytest.fixture
def page() -> AppTest:
    st.cache_resource.clear()
    return open_page()


def upload(page: AppTest, data: bytes, name: str = "sensor.csv") -> AppTest:
    page.file_uploader[0].set_value([(name, data, "text/csv")]).run()
    return page


def html_of(page: AppTest) -> str:
    bodies = [element.proto.body for element in page.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style>"))


def words_of(page: AppTest) -> str:
    said = (*page.caption, *page.markdown, *page.subheader)
    return html_of(page) + "\n".join(element.value for element in said)


def keys(page: AppTest) -> set[str | None]:
    return {button.key for button in page.button}


def series(hours: float, unit: str = "mg/dL", scale: float = 1.0, step: int = 5) -> bytes:
    """A sensor's file: a wave with noise, mg/dL times a scale, one reading every few minutes."""
    times = np.arange(0, hours * 60, step)
    noise = np.random.default_rng(0).normal(0, 5, len(times)).cumsum() * 0.3
    values = (130 + 40 * np.sin(times / 200) + noise).clip(45, 350) * scale
    start = datetime(2026, 2, 2)
    head = f"time,glucose [{unit}]" if unit else "time,glucose"
    rows = [f"{start + timedelta(minutes=float(t))},{v:.1f}" for t, v in zip(times, values, strict=True)]
    return "\n".join([head, *rows]).encode()


def interpolated(hours: float) -> bytes:
    """A 15-minute sensor drawn out to 5 on straight lines whose readings cannot be told from the points between."""
    rng = np.random.default_rng(1)
    knots = 130 + rng.normal(0, 20, int(hours * 2) + 2).cumsum().clip(-60, 150)
    times = np.arange(0, hours * 60, 5)
    values = np.interp(times, np.arange(len(knots)) * 30, knots)
    start = datetime(2026, 2, 2)
    rows = [f"{start + timedelta(minutes=float(t))},{v:.6f}" for t, v in zip(times, values, strict=True)]
    return "\n".join(["time,glucose [mg/dL]", *rows]).encode()


class TestEmpty:
    def test_page_says_what_can_be_brought(self, page):
        assert not page.exception
        assert page.title[0].value == "Read a signal"
        assert "Dexcom Clarity" in words_of(page)
        assert "Nothing is stored or logged" in words_of(page)

    def test_there_is_a_sample_of_each_kind(self, page):
        assert {f"signal.sample.{kind}" for kind in ("glucose", "rhythm", "pressure")} <= keys(page)

    def test_sidebar_names_the_models_of_this_page_alone(self, page):
        named = "\n".join(caption.value for caption in page.sidebar.caption)
        assert "The next hour of a glucose sensor" in named
        assert "Population model" not in named

    def test_only_care_team_and_analysts_may_open_it(self, monkeypatch):
        admin = Actor("a", "Admin", frozenset({Role.ADMIN}))
        monkeypatch.setattr("ui.sign_in.screens.person_at_the_gate", lambda: admin)
        page = open_page()
        assert not page.file_uploader


class TestGlucose:
    @pytest.fixture
    def page(self) -> AppTest:
        page = open_page()
        page.button(key="signal.sample.glucose").click().run()
        return page

    def test_what_matters_most_comes_first(self, page):
        assert not page.exception
        assert page.subheader[0].value.startswith("Below 54 mg/dL (3.0 mmol/L) for 1.5 %")

    def test_checks_come_before_any_number(self, page):
        shown = html_of(page)
        assert 0 < shown.index("Wear time") < shown.index("Time in ranges")

    def test_ranges_have_share_interval_time_and_goal(self, page):
        shown = html_of(page)
        assert "<b>8.2 %</b> <small>4.6–12 %</small>" in shown
        assert "1 h 57 min" in shown
        assert "&lt; 4 %" in shown
        assert "<b>missed</b>" in shown

    def test_tiles_have_intervals(self, page):
        assert "<b>111 mg/dL</b> <small>104–118</small>" in html_of(page)

    def test_unit_is_switched_everywhere(self, page):
        page.segmented_control(key="signal.glucose.unit").set_value("mmol/L").run()
        shown = html_of(page)
        assert "<b>6.2 mmol/L</b>" in shown
        assert "Glucose, mmol/L" in shown
        assert "3.9–10.0" in shown

    def test_kind_of_patient_changes_the_goals(self, page):
        page.selectbox(key="signal.glucose.target").set_value("pregnancy_other").run()
        assert "63–140" in html_of(page)
        assert "no percentages" in words_of(page)

    def test_episodes_are_listed_by_side(self, page):
        lows = page.dataframe[0].value
        assert set(lows["Level"]) == {"Below 70", "Below 54"}
        page.segmented_control(key="signal.glucose.side").set_value("Highs").run()
        assert set(page.dataframe[0].value["Level"]) <= {"Above 180", "Above 250"}

    def test_gmi_stands_beside_hba1c(self, page):
        page.number_input(key="signal.glucose.hba1c").set_value(7.4).run()
        assert "points higher than GMI" in words_of(page)
        page.number_input(key="signal.glucose.hba1c").set_value(57.0).run()
        assert "Is the unit right?" in words_of(page)

    def test_forecast_has_interval_reasons_and_gap(self, page):
        shown = words_of(page)
        assert "In 60 minutes" in shown
        assert "The bars miss the whole by" in shown
        assert "It is no alarm" in shown
        assert "What the forecast does not say" in shown

    def test_without_a_model_the_rest_stands(self, monkeypatch):
        def none():
            raise ModelFileError("There is no model in glucose_forecast.", hint="Restore the folder.")

        monkeypatch.setattr("ui.signal.glucose_forecast.forecast_model", none)
        page = open_page()
        page.button(key="signal.sample.glucose").click().run()
        assert "There is no model of it." in html_of(page)
        assert "Time in ranges" in html_of(page)

    def test_limits_are_told(self, page):
        assert "What it does not say" in html_of(page)

    def test_clear_and_undo(self, page):
        page.button(key="signal.clear").click().run()
        assert "Time in ranges" not in html_of(page)
        page.button(key="signal.undo_clear").click().run()
        assert "Time in ranges" in html_of(page)

    def test_result_stays_when_the_page_is_left(self, page):
        page.switch_page("home.py").run()
        page.switch_page("pages/7_Signal.py").run()
        assert "Time in ranges" in html_of(page)


class TestAsked:
    def test_doubtful_unit_is_asked_before_any_number(self, page):
        upload(page, series(30, unit="", scale=0.27))
        assert "1 question before it can be read" in words_of(page)
        assert page.radio[0].value is None
        assert "Time in ranges" not in html_of(page)

    def test_unit_that_the_values_contradict_is_asked_and_the_answer_can_be_changed(self, page):
        upload(page, series(30, unit="mmol/L"))
        assert "The file says mmol/L, but" in page.radio[0].label.replace("\\", "")
        page.radio[0].set_value("mg/dL").run()
        assert "Time in ranges" in html_of(page)
        assert page.radio[0].value == "mg/dL"
        page.radio[0].set_value("mmol/L").run()
        assert "Time in ranges" not in html_of(page)
        assert page.radio[0].value == "mmol/L"

    def test_unknown_kind_is_asked(self, page):
        upload(page, b"a letter\nDear colleague\n")
        assert page.segmented_control[0].value is None
        assert "The file does not tell" in page.segmented_control[0].label

    def test_kind_can_be_changed(self, page):
        upload(page, series(30))
        assert page.segmented_control[0].value == "glucose"
        page.segmented_control[0].set_value("pressure").run()
        assert "No reading of this file" in html_of(page)
        page.segmented_control[0].set_value("glucose").run()
        assert "Time in ranges" in html_of(page)


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "empty"),
            (b"%PDF-1.7 ....", "a PDF"),
            (b"time,glucose [mg/dL]\n", "no row"),
            (SAMPLE[:40] + bytes(range(256)) * 4, "No reading of this file"),
        ],
    )
    def test_file_that_cannot_be_read_is_refused_in_words(self, page, data, words):
        upload(page, data)
        assert not page.exception
        assert "No reading of this file" in html_of(page)
        assert words in html_of(page)

    def test_less_than_a_day_is_refused_with_its_checks(self, page):
        upload(page, series(10))
        shown = html_of(page)
        assert "No report of these readings" in shown
        assert "a report needs 18 h at the least" in shown
        assert "Wear time" in shown
        assert "Time in ranges" not in shown

    def test_few_days_are_answered_in_part(self, page):
        upload(page, series(60))
        assert "In part only: 2.5 days instead of 14" in words_of(page)

    def test_interpolated_file_has_a_report_and_no_forecast(self, page):
        upload(page, interpolated(72))
        shown = words_of(page)
        assert "Time in ranges" in shown
        assert "No forecast" in shown
        assert "straight lines" in shown

    def test_name_of_a_file_is_shown_as_text(self, page):
        upload(page, series(30), name="![x](http://evil.example/a.png).csv")
        assert any(r"\!\[x\]\(http\:" in element.value for element in page.markdown)

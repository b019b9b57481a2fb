"""The timeline on the page "Assess a patient", run by Streamlit's AppTest with the shipped models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.assessment import assess
from riskmodels.checks import check
from riskmodels.records import LOCAL, assessments, images, patients, signals, visits
from riskmodels.records.facts import Entered, Facts
from riskmodels.scores.inputs import variable_of
from tests.timeline.studies import glucose, rhythm
from ui.database import database
from ui.models import shipped_models
from ui.patient.examples import EXAMPLES

APP = str(Path(__file__).resolve().parents[2] / "home.py")
WOMAN = EXAMPLES[0].values
LATER = WOMAN | {"age": 55.0, "glucose": 121.0, "weight": 91.0}
MEASURED = LATER | {"hba1c": 6.1}
DIABETIC = LATER | {"diabetes": 1.0}
DAYS = (date(2024, 3, 1), date(2025, 3, 1), date(2026, 3, 1))


def facts(values: Mapping[str, float]) -> Facts:
    units = {name: variable_of(name).units for name in values}
    entered = {name: Entered(value, units[name][0].symbol if units[name] else "") for name, value in values.items()}
    return Facts(entered, dict(values))


def record(*known: Mapping[str, float], note: str = "", model_hash: str = "") -> str:
    """The id of a patient with a visit for each set of facts."""
    patient_id = ""
    for day, values in zip(DAYS, known, strict=False):
        answers = assessments.to_keep(assess(check(pd.DataFrame([values], dtype=float)).frame, shipped_models()))
        if model_hash:
            answers = [assessments.NewAssessment(**(vars(a) | {"model_hash": model_hash + a.model})) for a in answers]
        if patient_id:
            visits.add(database(), LOCAL, patient_id, day, facts(values), answers, note=note)
        else:
            patient_id = patients.create(database(), LOCAL, "Ward 3", day, facts(values), answers)[0].id
    return patient_id


def open_timeline(patient_id: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=300).run()
    app.query_params["record"] = patient_id
    app.switch_page("pages/1_Patient.py").run()
    app.segmented_control(key="record.view").set_value("Timeline").run()
    assert not app.exception
    return app


def choose(app: AppTest, part: str) -> AppTest:
    control = next(c for c in app.segmented_control if c.label == "Part of the timeline")
    return control.set_value(part).run()


def tables(app: AppTest) -> str:
    return "\n".join(
        e.proto.body for e in app.main.get("html") if "cr-labelled" in e.proto.body and "<table" in e.proto.body
    )


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.main.markdown, *app.main.caption]).replace("\u2011", "-")


class TestOneVisit:
    def test_it_says_when_the_timeline_begins(self) -> None:
        app = open_timeline(record(WOMAN))
        assert "The timeline begins with the second visit." in words(app)
        assert "2024-03-01" in words(app)
        assert not app.main.get("plotly_chart")

    def test_a_kept_picture_is_listed_all_the_same(self) -> None:
        patient_id = record(WOMAN)
        result = {"title": "Retina", "words": "Referable retinopathy 4 %.", "caution": ""}
        images.add(database(), LOCAL, patient_id, DAYS[0], "retina", "v1", "a" * 64, result)
        app = open_timeline(patient_id)
        assert "Referable retinopathy 4 %." in tables(app)
        assert "Retina, v1" in tables(app)


class TestRisks:
    def test_a_chart_an_outcome_with_its_finding(self) -> None:
        app = open_timeline(record(WOMAN, LATER))
        assert len(app.main.get("plotly_chart")) == 4
        assert "**Undiagnosed diabetes now**" in words(app)
        assert "points since 2024-03-01, most by glucose 109 → 121 mg/dL" in words(app)
        assert tables(app).count('<th scope="row">') == 2

    def test_a_refused_visit_says_why(self) -> None:
        app = open_timeline(record(WOMAN, LATER, DIABETIC))
        assert "No estimate on 2026-03-01: already told of diabetes." in words(app)

    def test_the_same_model_is_not_called_another(self) -> None:
        assert "Another version" not in words(open_timeline(record(WOMAN, LATER)))

    def test_another_version_is_told(self) -> None:
        app = open_timeline(record(WOMAN, LATER, model_hash="former "))
        assert "Another version of a model assessed the visits of 2024-03-01 and 2025-03-01." in words(app)
        assert "computed again with the version in force" in words(app)


class TestMeasurements:
    def test_a_chart_a_group_and_unit(self) -> None:
        app = choose(open_timeline(record(WOMAN, LATER)), "Measurements")
        assert "**Blood pressure, mmHg**" in words(app)
        assert "Glucose 109 → 121 since 2024-03-01." in words(app)
        assert "Glucose, mg/dL" in tables(app)

    def test_nothing_measured_twice_says_so(self) -> None:
        app = choose(open_timeline(record({"age": 54, "sex": 0}, {"age": 55, "sex": 0})), "Measurements")
        assert "Nothing was measured at two visits." in words(app)


class TestWhy:
    def test_the_bars_add_up(self) -> None:
        app = choose(open_timeline(record(WOMAN, LATER)), "Why it changed")
        cells = re.findall(r"<td[^>]*>([^<]*)</td>", tables(app))
        numbers = [float(cell.replace("−", "-").removesuffix(" %")) for cell in cells]
        assert round(numbers[0] + sum(numbers[1:-1]), 1) == numbers[-1]
        assert "Glucose 109 → 121 mg/dL" in tables(app)

    def test_another_outcome(self) -> None:
        app = choose(open_timeline(record(WOMAN, MEASURED)), "Why it changed")
        control = next(c for c in app.segmented_control if c.label == "Why this estimate changed")
        control.set_value("cvd_10y").run()
        assert "HbA1c" not in tables(app)
        assert "Now known: HbA1c; with it the estimate is" in words(app)

    def test_what_was_measured_did_not_change_an_estimate(self) -> None:
        app = choose(open_timeline(record(WOMAN, MEASURED)), "Why it changed")
        control = next(c for c in app.segmented_control if c.label == "Why this estimate changed")
        assert control.value == "cvd_10y"
        control.set_value("diabetes").run()
        assert "There is none on 2025-03-01: HbA1c 6.1 %: below the criterion for diabetes (from 6.5 %)." in words(app)

    def test_it_begins_with_an_outcome_that_has_an_estimate(self) -> None:
        app = choose(open_timeline(record(WOMAN, LATER, DIABETIC)), "Why it changed")
        control = next(c for c in app.segmented_control if c.label == "Why this estimate changed")
        assert control.value == "cvd_10y"
        control.set_value("diabetes").run()
        assert "There is none on 2026-03-01: already told of diabetes." in words(app)

    def test_an_earlier_pair_of_visits(self) -> None:
        app = choose(open_timeline(record(WOMAN, LATER, DIABETIC)), "Why it changed")
        chosen = next(s for s in app.selectbox if s.label == "Visit to explain")
        assert chosen.options == ["2026-03-01, since 2025-03-01", "2025-03-01, since 2024-03-01"]
        chosen.set_value(1).run()
        assert "2024-03-01" in tables(app)


class TestTwoVisits:
    def test_only_what_differs_at_first_then_all(self) -> None:
        app = choose(open_timeline(record(WOMAN, LATER)), "Two visits side by side")
        assert ">Glucose</th>" in tables(app)
        assert ">Smoking</th>" not in tables(app)
        app.toggle[0].set_value(True).run()
        assert ">Smoking</th>" in tables(app)

    def test_any_two_visits(self) -> None:
        app = choose(open_timeline(record(WOMAN, LATER, DIABETIC)), "Two visits side by side")
        next(s for s in app.selectbox if s.label == "First visit").set_value(0).run()
        assert '<th scope="col">2024-03-01</th><th scope="col">2026-03-01</th>' in tables(app)

    def test_the_same_visit_twice_asks_for_another(self) -> None:
        app = choose(open_timeline(record(WOMAN, LATER)), "Two visits side by side")
        next(s for s in app.selectbox if s.label == "First visit").set_value(1).run()
        assert "Choose two different visits." in words(app)

    @pytest.mark.parametrize("note", ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "$latex$"])
    def test_a_note_is_shown_as_it_was_typed(self, note: str) -> None:
        app = choose(open_timeline(record(WOMAN, LATER, note=note)), "Two visits side by side")
        assert "<img" not in tables(app)
        assert note not in words(app)
        assert note.replace("<", "&lt;").replace(">", "&gt;") in tables(app)


def keep_signal(patient_id: str, study: signals.SignalStudy) -> signals.SignalStudy:
    """A study kept in the record."""
    days = (study.day, study.last_day)
    return signals.add(database(), LOCAL, patient_id, study.kind, days, study.file_hash, study.models, study.summary)


class TestSignals:
    def test_time_in_range_and_gmi_stand_beside_hba1c(self) -> None:
        patient_id = record(WOMAN, MEASURED)
        keep_signal(patient_id, glucose(DAYS[1], partly="Worn for 9 days."))
        app = choose(open_timeline(patient_id), "Signals")
        assert "**Time in range, 70–180 mg/dL (3.9–10.0 mmol/L), %**" in words(app)
        assert "**GMI beside HbA1c, %**" in words(app)
        assert "hollow where doubtful (1)" in words(app)
        assert "HbA1c of 2025-03-01. GMI 7.0 % (53 mmol/mol) from 14 days of the sensor" in words(app)
        assert "0.9 points lower than GMI" in words(app)
        assert "Worn for 9 days." in tables(app)
        assert len(app.main.get("plotly_chart")) == 2

    def test_a_signal_is_seen_before_the_second_visit(self) -> None:
        patient_id = record(WOMAN)
        keep_signal(patient_id, rhythm(DAYS[0]))
        app = open_timeline(patient_id)
        assert "The timeline begins with the second visit." in words(app)
        assert "**Ventricular beats, % of beats**" in words(app)
        assert "1,920 of 96,000 beats ventricular (2.0 %)" in tables(app)
        assert "ventricular, v1" in tables(app)

    def test_one_is_deleted_and_brought_back(self) -> None:
        patient_id = record(WOMAN)
        made = keep_signal(patient_id, glucose(DAYS[0]))
        app = open_timeline(patient_id)
        assert app.button(key="timeline.signal.delete").disabled
        app.selectbox(key="timeline.signal.chosen.1").set_value(made.id).run()
        app.button(key="timeline.signal.delete").click().run()
        assert signals.of_patient(database(), LOCAL, patient_id) == []
        assert "was deleted. It can be brought back until" in page_html(app)
        assert "Time in range" not in words(app)
        app.button(key="record.undo").click().run()
        assert [study.id for study in signals.of_patient(database(), LOCAL, patient_id)] == [made.id]
        assert "Time in range" in words(app)


def page_html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.main.get("html"))

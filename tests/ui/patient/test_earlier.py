"""Facts of an earlier day: what the page, the report and the export say of them."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from riskmodels.assessment import assess
from riskmodels.care.guidance import plan_of_care
from riskmodels.checks import check
from riskmodels.records.facts import Entered
from riskmodels.tabular.model import load_shipped
from tests.timeline.visits import WOMAN
from ui.patient import fhir_export, validity
from ui.patient.case import Case
from ui.patient.report import build_report
from ui.patient.score_rows import compute_scores

WAIST, PULSE = Entered(108.0, "cm", "2025-11-03"), Entered(71.0, "/min", "2025-06-01")


@pytest.fixture(scope="module")
def case() -> Case:
    frame = check(pd.DataFrame([WOMAN], dtype=float)).frame
    assessment = assess(frame, {"population": load_shipped(device="cpu")["population"]})
    care = plan_of_care(frame.iloc[0])
    return Case(assessment, {}, compute_scores(frame.iloc[0], "low"), care, earlier={"waist": WAIST, "pulse": PULSE})


def test_their_number_and_days_stand_beside_the_estimates(case: Case) -> None:
    assert validity.earlier_count(case) == "2 facts are of an earlier day: 2025-11-03 and 2025-06-01."


def test_each_is_named_with_its_day(case: Case) -> None:
    told = validity.earlier_text(case)
    assert told.endswith("Of 2025-11-03: waist 108 cm. Of 2025-06-01: pulse at rest 71 /min.")


def test_the_report_dates_each_of_them(case: Case) -> None:
    report = build_report(case, date(2026, 1, 10))
    assert "aist 108 cm (2025-11-03)" in report
    assert validity.earlier_text(case) in report
    assert "weight 88.0 kg (" not in report.lower()


@pytest.mark.parametrize(("name", "when"), [("waist", "2025-11-03"), ("bmi", "2025-11-03"), ("albumin", "")])
def test_the_export_dates_a_derived_value_as_what_it_is_computed_from(
    monkeypatch: pytest.MonkeyPatch, name: str, when: str
) -> None:
    held = {"waist": WAIST, "weight": Entered(88.0, "kg", "2025-11-03")}
    monkeypatch.setattr(fhir_export.draft, "entered", held.get)
    monkeypatch.setattr(fhir_export, "when_measured", lambda name: "")
    assert fhir_export._when(name) == when

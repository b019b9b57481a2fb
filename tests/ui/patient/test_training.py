"""Progress over visits, and the words of a prescription."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd

from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.care.rehabilitation import prescription
from riskmodels.records.facts import Entered, make_facts
from riskmodels.records.visits import Visit
from ui.patient.training import prescription_html, progress_table

MADE = datetime(2026, 11, 2, tzinfo=UTC)
FIRST = Visit(
    "v1", "p1", date(2026, 9, 1), make_facts({"six_minute_walk": Entered(380.0, "m"), "weight": Entered(200.0, "lb")}),
    "", "form", 1, MADE, "a", MADE, "a", None,
)  # fmt: skip
SECOND = replace(FIRST, id="v2", day=date(2026, 11, 2), facts=make_facts({"six_minute_walk": Entered(430.0, "m")}))


def words(**patient: float) -> str:
    return prescription_html(prescription(PatientFacts(pd.Series(patient, dtype=float), {}, {})))


def test_visits_are_rows_with_what_was_measured() -> None:
    table = progress_table([FIRST, SECOND], {})
    assert "2026-09-01</th><td>380 m</td><td>90.7 kg</td>" in table
    assert "2026-11-02</th><td>430 m</td><td>—</td>" in table


def test_one_visit_shows_no_progress() -> None:
    assert progress_table([FIRST], {}) == ""


def test_the_zone_is_the_intensity_where_no_beta_blocker_is_likely() -> None:
    assert "Intensity: 108–137 beats/min" in words(age=60.0, sex=1.0, pulse=70.0, bp_medication=0.0)


def test_exertion_is_the_intensity_where_a_beta_blocker_may_be_taken() -> None:
    told = words(age=60.0, sex=1.0, pulse=70.0, bp_medication=1.0)
    assert "Intensity: Borg 11–13" in told
    assert "Only where no beta blocker is taken: 108–137 beats/min" in told


def test_without_a_pulse_it_is_said_what_a_zone_would_need() -> None:
    assert "A zone of heart rates would need: pulse at rest" in words(age=60.0, sex=1.0, bp_medication=0.0)

"""Keeping what was read in a record, for the tests of pictures and of signals: a patient, the form, what it says."""

from __future__ import annotations

from datetime import date

from streamlit.testing.v1 import AppTest

from riskmodels.records import LOCAL, patients
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.patients import Patient
from ui.database import database


def save(label: str = "") -> Patient:
    facts = Facts({"age": Entered(54, "years"), "sex": Entered(0, "")}, {"age": 54, "sex": 0})
    return patients.create(database(), LOCAL, label, date(2026, 11, 2), facts, [])[0]


def keep(app: AppTest, patient: Patient) -> AppTest:
    app.selectbox[0].set_value(patient.id).run()
    return next(b for b in app.button if b.label == "Keep").click().run()


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.error])

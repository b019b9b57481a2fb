"""The patient in the form as the library's case: for the chart text and the handout."""

from __future__ import annotations

from datetime import date

from riskmodels.case_report.case import PatientCase
from ui.patient.benefit import patient_benefits
from ui.patient.case import Case


def case_of(case: Case, today: date) -> PatientCase:
    """What the page says of a patient, for what is copied and taken home.

    Args:
        case: of the page.
        today: day of the text.
    """
    published = case.published
    promised = patient_benefits(published, case.units)
    return PatientCase(case.assessment, case.units, published.patient, published.results, promised, today)

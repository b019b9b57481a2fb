"""Checks of what is told of patients: raw columns in, a checked PatientFrame and its problems out; nothing in silence.

Called by everything that reads patients: the form, tables, FHIR bundles, public cohorts.
"""

from riskmodels.checks.columns import UNKNOWN_WORDS, Meant, Problem, Severity, check_column, limits
from riskmodels.checks.frame import ORDERED_PAIRS, Checked, check, check_together

__all__ = [
    "ORDERED_PAIRS",
    "UNKNOWN_WORDS",
    "Checked",
    "Meant",
    "Problem",
    "Severity",
    "check",
    "check_column",
    "check_together",
    "limits",
]

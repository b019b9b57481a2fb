"""NHANES, the survey of the people of the United States: the CDC's files in, PatientFrames with their outcomes out.

Called by training (:mod:`riskmodels.shipping`), by the demo cohort of the app and by the command ``fetch``.
"""

from riskmodels.cohorts.nhanes.demo import read_demo, run_demo
from riskmodels.cohorts.nhanes.frame import (
    AUDIT_COLUMNS,
    Built,
    cardiovascular_death,
    diabetes_label,
    dysglycaemia_label,
    read_nhanes,
    run_nhanes,
)

__all__ = [
    "AUDIT_COLUMNS",
    "Built",
    "cardiovascular_death",
    "diabetes_label",
    "dysglycaemia_label",
    "read_demo",
    "read_nhanes",
    "run_demo",
    "run_nhanes",
]

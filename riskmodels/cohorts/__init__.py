"""Public cohorts as PatientFrames, each with its outcomes and a data card in data/cohorts."""

from riskmodels.cohorts.demo import read_demo, run_demo
from riskmodels.cohorts.nhanes import (
    AUDIT_COLUMNS,
    Built,
    cardiovascular_death,
    diabetes_label,
    dysglycaemia_label,
    read_nhanes,
    run_nhanes,
)
from riskmodels.cohorts.uci_heart import read_uci_heart, run_uci

__all__ = [
    "AUDIT_COLUMNS",
    "Built",
    "cardiovascular_death",
    "diabetes_label",
    "dysglycaemia_label",
    "read_demo",
    "read_nhanes",
    "read_uci_heart",
    "run_demo",
    "run_nhanes",
    "run_uci",
]

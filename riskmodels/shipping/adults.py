"""The table of trials of invented people: adults of NHANES with what is not measured of them; who fits, who tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from riskmodels.cohorts.nhanes import cardiovascular_death, diabetes_label, dysglycaemia_label, read_nhanes
from riskmodels.generated.use.transfer import Target
from riskmodels.shipping.population import COHORT

#: who is in it, in completed years
YOUNGEST = 20
#: variables of the vocabulary as :func:`~riskmodels.cohorts.nhanes.read_nhanes` gives them
VARIABLES = (
    "age", "sex", "pregnancy", "height", "bmi", "waist", "systolic_bp", "diastolic_bp", "hypertension", "bp_medication",
    "total_cholesterol", "hdl_cholesterol", "ldl_cholesterol", "triglycerides", "cholesterol_medication", "glucose",
    "hba1c", "diabetes", "insulin", "glucose_pills", "family_history_diabetes", "creatinine", "egfr", "uacr",
    "uric_acid", "albumin", "heart_attack", "coronary_disease", "heart_failure", "stroke", "smoking",
    "physical_activity",
)  # fmt: skip
#: months to death or to the end of follow-up; 0 alive then, 1 died of heart disease or stroke, 2 of something else
FOLLOW_UP = ("followup_months", "event")
#: longer than anybody was followed
_ALL_MONTHS = 1000
_HORIZON = 120
_SUGAR = ("hba1c", "diabetes", "insulin", "glucose_pills")
_HEART = ("heart_attack", "heart_failure", "stroke")
#: sex, and age in years
GROUPS: dict[str, tuple[float, ...]] = {"sex": (), "age": (40.0, 60.0, 75.0)}


def death_10y(frame: pd.DataFrame) -> pd.Series[Any]:
    """Death from heart disease or stroke within ten years; NaN where the ten years were not followed.

    Args:
        frame: with :data:`FOLLOW_UP`.
    """
    early = frame["followup_months"] <= _HORIZON
    died = (frame["event"] == 1) & early
    known = died | (frame["followup_months"] >= _HORIZON) | ((frame["event"] == 2) & early)
    return died.astype(float).where(known)


#: told diabetes and told coronary disease, and the outcomes of the shipped population model
TARGETS = (
    Target("diabetes", (*_SUGAR[2:], *FOLLOW_UP)),
    Target("coronary_disease", (*_HEART, *FOLLOW_UP)),
    Target("diabetes nobody told", (*_SUGAR, *FOLLOW_UP), diabetes_label),
    Target("prediabetes or diabetes", (*_SUGAR, *FOLLOW_UP), dysglycaemia_label),
    Target("cardiovascular death in 10 years", FOLLOW_UP, death_10y),
)


@dataclass(frozen=True)
class Parts:
    """The people of the trial; nobody is in two parts.

    Args:
        fit: whom generators are fitted on.
        apart: for attacks on privacy, and to choose by.
        test: decides nothing.
    """

    fit: pd.DataFrame
    apart: pd.DataFrame
    test: pd.DataFrame


def read_people(shared: Path) -> pd.DataFrame:
    """All adults from :data:`YOUNGEST` on: :data:`VARIABLES` and :data:`FOLLOW_UP`, NaN where not known.

    Args:
        shared: folder of shared data.

    Raises:
        SourceDataError: when the cohort is not there.
    """
    frame = read_nhanes(shared / COHORT)
    frame = frame[frame["age"] >= YOUNGEST]
    followed = cardiovascular_death(frame, _ALL_MONTHS)
    table = frame[list(VARIABLES)].assign(followup_months=followed["months"], event=followed["event"])
    return table.reset_index(drop=True)


def split_people(table: pd.DataFrame, fit: int, seed: int) -> Parts:
    """Drawn: ``fit`` people to fit on, as many kept apart, the others to test on."""
    order = np.random.default_rng(seed).permutation(len(table))
    parts = (order[:fit], order[fit : 2 * fit], order[2 * fit :])
    return Parts(*(table.iloc[rows].reset_index(drop=True) for rows in parts))

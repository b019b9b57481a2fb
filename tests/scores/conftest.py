"""Reference vectors as PatientFrames, and one person whom every score is valid for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from riskmodels.units import CHOLESTEROL, CREATININE, find_unit, to_canonical

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

#: vocabulary name by column of the vectors
NAMES = {
    "age_years": "age",
    "sbp_mmHg": "systolic_bp",
    "antihypertensive_0_1": "bp_medication",
    "antihypertensive_ever_0_1": "bp_medication",
    "total_chol_mg_dL": "total_cholesterol",
    "hdl_mg_dL": "hdl_cholesterol",
    "total_chol_mmol_L": "total_cholesterol",
    "hdl_mmol_L": "hdl_cholesterol",
    "statin_0_1": "cholesterol_medication",
    "diabetes_0_1": "diabetes",
    "egfr_mL_min_1.73m2": "egfr",
    "bmi_kg_m2": "bmi",
    "hba1c_percent": "hba1c",
    "uacr_mg_g": "uacr",
    "waist_cm": "waist",
    "creatinine_mg_dL": "creatinine",
    "activity_30min_daily_0_1": "daily_activity",
    "physically_active_0_1": "daily_activity",
    "veg_fruit_daily_0_1": "daily_vegetables",
    "high_glucose_ever_0_1": "high_glucose_ever",
    "gestational_diabetes_0_1": "gestational_diabetes",
    "first_degree_family_history_0_1": "family_history_diabetes",
    "ever_high_bp_0_1": "hypertension",
    "asian_american_bmi23_0_1": "asian_american",
}
DEGREES = {"none": 0.0, "second": 1.0, "first": 2.0}


def read_golden(name: str) -> pd.DataFrame:
    """A vector file with its inputs under vocabulary names and codes; other columns as they stand."""
    vectors = pd.read_csv(GOLDEN / f"{name}.csv")
    frame = vectors.rename(columns=NAMES)
    frame["sex"] = (frame["sex"] == "male").astype(float)
    if "current_smoker_0_1" in frame:
        frame["smoking"] = frame["current_smoker_0_1"] * 2.0
    if "family_history_none_second_first" in frame:
        frame["family_history_degree"] = frame["family_history_none_second_first"].map(DEGREES)
    if "creatinine_umol_L" in frame:
        frame["creatinine"] = to_canonical(frame["creatinine_umol_L"], find_unit(CREATININE, "µmol/L"))
    for column in ("total_chol_mmol_L", "hdl_mmol_L"):
        if column in vectors:
            frame[NAMES[column]] = to_canonical(frame[NAMES[column]], find_unit(CHOLESTEROL, "mmol/L"))
    return frame


@pytest.fixture(scope="session")
def golden() -> Callable[[str], pd.DataFrame]:
    """Reads a file of tests/golden by name."""
    return read_golden


@pytest.fixture
def person() -> dict[str, float]:
    """A woman of 55 whom every score gives a number for."""
    return {
        "age": 55.0,
        "sex": 0.0,
        "systolic_bp": 130.0,
        "bp_medication": 0.0,
        "total_cholesterol": 200.0,
        "hdl_cholesterol": 50.0,
        "cholesterol_medication": 0.0,
        "diabetes": 0.0,
        "smoking": 0.0,
        "egfr": 90.0,
        "bmi": 27.0,
        "waist": 90.0,
        "creatinine": 0.8,
        "hypertension": 0.0,
        "daily_activity": 1.0,
        "family_history_diabetes": 0.0,
        "daily_vegetables": 1.0,
        "high_glucose_ever": 0.0,
        "family_history_degree": 0.0,
        "gestational_diabetes": 0.0,
        "heart_attack": 0.0,
        "coronary_disease": 0.0,
        "angina": 0.0,
        "heart_failure": 0.0,
        "stroke": 0.0,
        "atrial_fibrillation": 1.0,
        "tia_embolism": 0.0,
        "peripheral_artery_disease": 0.0,
        "dialysis_or_transplant": 0.0,
        "liver_disease": 0.0,
        "bleeding_history": 0.0,
        "labile_inr": 0.0,
        "antiplatelet_or_nsaid": 0.0,
        "alcohol_excess": 0.0,
    }

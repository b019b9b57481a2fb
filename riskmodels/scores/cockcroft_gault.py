"""Creatinine clearance by Cockcroft and Gault, the number that labels of renally cleared medicines are written in.

Source: Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron 1976;16:31-41,
doi 10.1159/000180580.
"""

from __future__ import annotations

import pandas as pd

from riskmodels.scores.eligibility import FEMALE

REQUIRED = ("age", "sex", "weight", "creatinine")
#: the paper's: (140 - age) x weight / (72 x creatinine), women 15 % lower
_AGE_BASE, _FACTOR, _WOMEN = 140.0, 72.0, 0.85


def cockcroft_gault(patient: pd.Series) -> float:
    """Creatinine clearance of an adult, by actual body weight.

    Args:
        patient: one row of a PatientFrame: age in years, weight in kg, creatinine in mg/dL.

    Returns:
        mL/min, not scaled to body surface; NaN where an input is not known, or in pregnancy.

    Note:
        Not for kidney function that changes from day to day, nor for dialysis. Actual weight overestimates it in
        obesity; the trials of anticoagulants used it so.
    """
    age, sex, weight, creatinine = (float(patient.get(name, float("nan"))) for name in REQUIRED)
    if sex != sex or not creatinine > 0 or patient.get("pregnancy") == 1:
        return float("nan")
    clearance = (_AGE_BASE - age) * weight / (_FACTOR * creatinine)
    return clearance * (_WOMEN if sex == FEMALE else 1.0)

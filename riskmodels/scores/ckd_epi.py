"""Kidney function from creatinine: CKD-EPI 2021, without race.

Source: Inker LA, Eneanya ND, Coresh J, et al. N Engl J Med 2021;385:1737-1749, doi 10.1056/NEJMoa2102953.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.eligibility import Bands, Findings, Result, Texts

REQUIRED = ("creatinine", "age", "sex")
BANDS = Bands(
    (15, 30, 45, 60, 90),
    (
        "G5 kidney failure",
        "G4 severely decreased",
        "G3b moderately to severely decreased",
        "G3a mildly to moderately decreased",
        "G2 mildly decreased",
        "G1 normal or high",
    ),
    "KDIGO 2012 (Kidney Int Suppl 2013;3:1-150)",
)


@cache
def _coefficients() -> dict[str, np.ndarray]:
    """Each term as an array (female, male), so that a sex code picks its coefficient."""
    table = read_coefficients("ckd_epi_2021").pivot(index="term", columns="sex", values="value")
    return {str(term): row[["female", "male"]].to_numpy() for term, row in table.iterrows()}


def ckd_epi_2021(creatinine: pd.Series, age: pd.Series, sex: pd.Series) -> pd.Series:
    """Estimated glomerular filtration rate.

    Args:
        creatinine: serum creatinine, IDMS-standardised, mg/dL.
        age: years.
        sex: 0 female, 1 male.

    Returns:
        eGFR in mL/min/1.73 m², unrounded; NaN where an input is unknown, creatinine is not positive or
        age is under 18.

    Note:
        Not for acute kidney injury, dialysis or pregnancy.
    """
    inputs = (series.to_numpy(dtype=np.float64, na_value=np.nan) for series in (creatinine, age, sex))
    return pd.Series(equation(*inputs), index=creatinine.index)


def equation(creatinine: Floats, age: Floats, sex: Floats) -> Floats:
    """:func:`ckd_epi_2021` of arrays, (n,) each."""
    known = (creatinine > 0) & (age >= 18) & ((sex == 0) | (sex == 1))
    code = np.where(known, sex, 0).astype(np.int64)
    c = {term: values[code] for term, values in _coefficients().items()}
    ratio = np.where(known, creatinine, np.nan) / c["kappa"]
    egfr = (
        c["multiplier"]
        * np.minimum(ratio, 1) ** c["alpha"]
        * np.maximum(ratio, 1) ** c["beta"]
        * c["age_base"] ** np.where(known, age, np.nan)
        * c["sex_factor"]
    )
    return np.where(known, egfr, np.nan)


def kidney_function(frame: pd.DataFrame) -> pd.DataFrame:
    """eGFR as a score: :func:`ckd_epi_2021` of a PatientFrame's creatinine, whatever its ``egfr`` holds.

    Args:
        frame: PatientFrame.

    Returns:
        Rows as given; ``egfr`` (mL/min/1.73 m², unrounded), ``model``, ``category`` (KDIGO), ``problems``, ``missing``.
    """
    return evaluate(Columns.of(frame)).frame(frame.index)


def evaluate(inputs: Columns) -> Result:
    """:func:`kidney_function` of columns."""
    findings = Findings(inputs)
    findings.require(*REQUIRED)
    findings.ages(18)
    findings.flag(inputs["creatinine"] <= 0, "Creatinine is not above 0")
    findings.not_pregnant()
    egfr = np.where(findings.clear, equation(*(inputs[name] for name in REQUIRED)), np.nan)
    return Result.of({"egfr": egfr}, findings, model=Texts.same("CKD-EPI 2021", inputs.rows), category=BANDS.of(egfr))

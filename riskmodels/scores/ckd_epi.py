"""Kidney function from creatinine: CKD-EPI 2021, without race.

Source: Inker LA, Eneanya ND, Coresh J, et al. N Engl J Med 2021;385:1737-1749, doi 10.1056/NEJMoa2102953.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.eligibility import Bands, Findings, Texts, column, result

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
    known = creatinine.notna() & (creatinine > 0) & (age >= 18) & sex.isin([0, 1])
    code = sex.where(known, 0).astype(int).to_numpy()
    c = {term: values[code] for term, values in _coefficients().items()}
    ratio = creatinine.where(known) / c["kappa"]
    egfr: pd.Series = (
        c["multiplier"]
        * ratio.clip(upper=1) ** c["alpha"]
        * ratio.clip(lower=1) ** c["beta"]
        * c["age_base"] ** age
        * c["sex_factor"]
    )
    return egfr.where(known)


def kidney_function(frame: pd.DataFrame) -> pd.DataFrame:
    """eGFR as a score: :func:`ckd_epi_2021` of a PatientFrame's creatinine, whatever its ``egfr`` holds.

    Args:
        frame: PatientFrame.

    Returns:
        Rows as given; ``egfr`` (mL/min/1.73 m², unrounded), ``model``, ``category`` (KDIGO), ``problems``, ``missing``.
    """
    findings = Findings(frame)
    findings.require(*REQUIRED)
    findings.ages(18)
    findings.flag(column(frame, "creatinine") <= 0, "Creatinine is not above 0")
    findings.not_pregnant()
    inputs = {name: pd.Series(column(frame, name), index=frame.index) for name in REQUIRED}
    egfr = ckd_epi_2021(**inputs).where(findings.clear)
    values = pd.DataFrame({"egfr": egfr}, index=frame.index)
    return result(
        values,
        findings,
        model=Texts.same("CKD-EPI 2021", len(frame)),
        category=BANDS.of(egfr.to_numpy()),
    )

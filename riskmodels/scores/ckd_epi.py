"""Kidney function from creatinine: CKD-EPI 2021, without race.

Source: Inker LA, Eneanya ND, Coresh J, et al. N Engl J Med 2021;385:1737-1749, doi 10.1056/NEJMoa2102953.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from riskmodels.scores.coefficients import read_coefficients


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

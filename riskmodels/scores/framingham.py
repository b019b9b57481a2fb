"""Framingham 2008 general cardiovascular risk within 10 years, with lipids or, at the office, with body mass index.

Source: D'Agostino RB Sr, Vasan RS, Pencina MJ, et al. Circulation 2008;117:743-753,
doi 10.1161/CIRCULATIONAHA.107.699579, tables 2 and 3.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.errors import InputError
from riskmodels.scores.eligibility import SEXES, Bands, Findings, Flags, Result, Texts
from riskmodels.scores.survival import SurvivalEquation, log_cholesterol, log_terms, read_survival

MODELS = ("lipid", "office")
COMMON = ("age", "sex", "systolic_bp", "bp_medication", "diabetes", "smoking")
LIPIDS = ("total_cholesterol", "hdl_cholesterol")
AGES = (30, 74)
#: the paper prints no limits; these are plausibility limits of ours
LIMITS = {"systolic_bp": (90.0, 200.0)}
LIPID_LIMITS = {"total_cholesterol": (100.0, 405.0), "hdl_cholesterol": (10.0, 100.0)}
OFFICE_LIMITS = {"bmi": (15.0, 50.0)}
BANDS = Bands(
    (0.1, 0.2),
    ("low", "intermediate", "high"),
    "2021 Canadian Cardiovascular Society lipid guideline (Pearson 2021, doi 10.1016/j.cjca.2021.03.016)",
)


def framingham(frame: pd.DataFrame, model: str = "auto") -> pd.DataFrame:
    """10-year risk of coronary disease, stroke, peripheral artery disease or heart failure.

    Args:
        frame: PatientFrame.
        model: ``lipid`` or ``office`` for every row, or ``auto``: office where a cholesterol is not known and the
            body mass index is, lipid otherwise.

    Returns:
        Rows as given; ``general_cvd_10y`` (0–1), ``model``, ``category``, ``problems``, ``missing``.

    Raises:
        InputError: when there is no such model.
    """
    return evaluate(Columns.of(frame), model).frame(frame.index)


def evaluate(inputs: Columns, model: str = "auto") -> Result:
    """:func:`framingham` of columns."""
    office = _office(inputs, model)
    findings = _findings(inputs, office)
    risk = np.full(inputs.rows, np.nan)
    for code, sex in SEXES:
        for name, chosen in (("lipid", ~office), ("office", office)):
            rows = findings.clear & chosen & (inputs["sex"] == code)
            if rows.any():
                terms = _terms({key: inputs[key][rows] for key in (*COMMON, *LIPIDS, "bmi")}, name)
                risk[rows] = _equation(name, sex).risk(terms)
    return Result.of(
        {"general_cvd_10y": risk}, findings, model=Texts(MODELS, office.astype(np.int64)), category=BANDS.of(risk)
    )


def _office(inputs: Columns, model: str) -> Flags:
    """The rows that the office model is used for."""
    if model == "auto":
        lipids = [np.isnan(inputs[name]) for name in LIPIDS]
        return (lipids[0] | lipids[1]) & ~np.isnan(inputs["bmi"])
    if model not in MODELS:
        raise InputError(f"Framingham has no model “{model}”.", hint=f"Use auto, {' or '.join(MODELS)}.")
    return np.full(inputs.rows, model == "office")


def _findings(inputs: Columns, office: Flags) -> Findings:
    findings = Findings(inputs)
    findings.require(*COMMON)
    findings.require(*LIPIDS, where=~office)
    findings.require("bmi", where=office)
    findings.ages(*AGES)
    findings.within(LIMITS)
    findings.within(LIPID_LIMITS, where=~office)
    findings.within(OFFICE_LIMITS, where=office)
    findings.without_cardiovascular_disease()
    findings.not_pregnant()
    return findings


def _equation(model: str, sex: str) -> SurvivalEquation:
    return read_survival("framingham_2008", model="bmi" if model == "office" else "lipid", sex=sex)


def _terms(v: dict[str, Floats], model: str) -> dict[str, Floats]:
    """Every term of a model for n people, as the coefficient file defines it."""
    body = {"ln_bmi": np.log(v["bmi"])} if model == "office" else log_cholesterol(v)
    return log_terms(v) | body

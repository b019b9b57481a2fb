"""SCORE2 (40–69 years) and SCORE2-OP (70–89): a first cardiovascular event, fatal or not, within 10 years, in Europe.

Source: SCORE2 working group, Eur Heart J 2021;42:2439-2454, doi 10.1093/eurheartj/ehab309; SCORE2-OP working group,
Eur Heart J 2021;42:2455-2467, doi 10.1093/eurheartj/ehab312. Coefficients as printed there.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.errors import InputError
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.eligibility import DIABETES_FACTS, SEXES, Bands, Findings, Flags, Result, Texts
from riskmodels.scores.survival import SurvivalEquation, read_survival, risk_of
from riskmodels.units import CHOLESTEROL, find_unit, from_canonical
from riskmodels.vocabulary import CURRENT_SMOKER

REGIONS = ("low", "moderate", "high", "very_high")
#: region by country of residence, ESC prevention guideline 2021
COUNTRIES: dict[str, tuple[str, ...]] = {
    "low": (
        "Belgium",
        "Denmark",
        "France",
        "Israel",
        "Luxembourg",
        "Netherlands",
        "Norway",
        "Spain",
        "Switzerland",
        "United Kingdom",
    ),
    "moderate": (
        "Austria",
        "Cyprus",
        "Finland",
        "Germany",
        "Greece",
        "Iceland",
        "Ireland",
        "Italy",
        "Malta",
        "Portugal",
        "San Marino",
        "Slovenia",
        "Sweden",
    ),
    "high": (
        "Albania",
        "Bosnia and Herzegovina",
        "Croatia",
        "Czechia",
        "Estonia",
        "Hungary",
        "Kazakhstan",
        "Poland",
        "Slovakia",
        "Turkey",
    ),
    "very_high": (
        "Algeria",
        "Armenia",
        "Azerbaijan",
        "Belarus",
        "Bulgaria",
        "Egypt",
        "Georgia",
        "Kyrgyzstan",
        "Latvia",
        "Lebanon",
        "Libya",
        "Lithuania",
        "Moldova",
        "Montenegro",
        "Morocco",
        "North Macedonia",
        "Romania",
        "Russia",
        "Serbia",
        "Syria",
        "Tunisia",
        "Ukraine",
        "Uzbekistan",
    ),
}
REQUIRED = ("age", "sex", "smoking", "systolic_bp", "total_cholesterol", "hdl_cholesterol", "diabetes")
AGES = (40, 89)
OLDER = 70
#: plausibility limits of ours, the papers print none
LIMITS = {"systolic_bp": (80.0, 250.0)}
LIMITS_MMOL = {"total_cholesterol": (2.0, 12.0), "hdl_cholesterol": (0.5, 3.5)}
_ESC = "ESC prevention guideline 2021 (Visseren 2021, doi 10.1093/eurheartj/ehab484)"
_NAMES = ("low to moderate", "high", "very high")
#: bands by the youngest age they are for
BANDS = {
    0: Bands((0.025, 0.075), _NAMES, _ESC),
    50: Bands((0.05, 0.1), _NAMES, _ESC),
    70: Bands((0.075, 0.15), _NAMES, _ESC),
}
_MMOL = find_unit(CHOLESTEROL, "mmol/L")
_INPUTS = tuple(name for name in REQUIRED if name != "sex")


def region_of(country: str) -> str:
    """The risk region of a country of residence.

    Args:
        country: English short name, e.g. ``Germany``.

    Returns:
        One of :data:`REGIONS`.

    Raises:
        InputError: when the guideline lists no such country.
    """
    wanted = country.strip().casefold()
    for region, countries in COUNTRIES.items():
        if wanted in (c.casefold() for c in countries):
            return region
    raise InputError(f"SCORE2 lists no country “{country}”.", hint="Choose the risk region instead.")


def score2(frame: pd.DataFrame, region: str | None = None) -> pd.DataFrame:
    """10-year risk of a first heart attack, stroke or cardiovascular death.

    Args:
        frame: PatientFrame.
        region: one of :data:`REGIONS`, see :func:`region_of`; without it no row has a number.

    Returns:
        Rows as given; ``cvd_10y`` (0–1), ``model`` (SCORE2 or SCORE2-OP and the region), ``category``, ``problems``,
        ``missing``.

    Raises:
        InputError: when there is no such region.

    Note:
        Not for people with diabetes (SCORE2-Diabetes is), chronic kidney disease or familial hypercholesterolaemia;
        the last cannot be told from a PatientFrame. The two models do not join at 70.
    """
    return evaluate(Columns.of(frame), region).frame(frame.index)


def evaluate(inputs: Columns, region: str | None = None) -> Result:
    """:func:`score2` of columns."""
    if region is not None and region not in REGIONS:
        raise InputError(f"SCORE2 has no region “{region}”.", hint=f"Use {', '.join(REGIONS)}.")
    findings = _findings(inputs, region)
    older = np.floor(inputs["age"]) >= OLDER
    risk = np.full(inputs.rows, np.nan)
    for code, sex in SEXES if region else ():
        for equation, chosen in (("SCORE2", ~older), ("SCORE2-OP", older)):
            rows = findings.clear & chosen & (inputs["sex"] == code)
            if rows.any():
                part = {name: inputs[name][rows] for name in _INPUTS}
                risk[rows] = _risk(part, equation, sex, str(region))
    words = f", {region.replace('_', ' ')}-risk region" if region else ""
    model = Texts((f"SCORE2{words}", f"SCORE2-OP{words}"), older.astype(np.int64))
    return Result.of({"cvd_10y": risk}, findings, model=model, category=_categories(inputs["age"], risk))


def _findings(inputs: Columns, region: str | None) -> Findings:
    findings = Findings(inputs)
    if region is None:
        findings.flag(np.full(inputs.rows, True), "Risk region", missing="region")
    findings.require(*REQUIRED)
    findings.ages(*AGES)
    findings.within(LIMITS)
    findings.within(LIMITS_MMOL, _MMOL.symbol)
    findings.flag(
        inputs["hdl_cholesterol"] >= inputs["total_cholesterol"],
        "HDL cholesterol is not below total cholesterol",
    )
    findings.without_cardiovascular_disease()
    findings.without(*DIABETES_FACTS)
    findings.flag(_kidney_disease(inputs), "not valid in chronic kidney disease (eGFR < 60 or albuminuria ≥ 30 mg/g)")
    findings.not_pregnant()
    return findings


def _kidney_disease(inputs: Columns) -> Flags:
    """Signs of chronic kidney disease, KDIGO 2012: eGFR below 60 mL/min/1.73 m² or UACR from 30 mg/g."""
    return (inputs["egfr"] < 60) | (inputs["uacr"] >= 30)


def _categories(age: Floats, risk: Floats) -> Texts:
    codes = np.zeros(len(risk), dtype=np.int64)
    for youngest, bands in BANDS.items():
        codes = np.where(np.floor(age) >= youngest, bands.of(risk).codes, codes)
    return Texts((*_NAMES, ""), np.where(np.isnan(risk), len(_NAMES), codes))


def _risk(v: dict[str, Floats], model: str, sex: str, region: str, coefficient_set: str = "printed") -> Floats:
    """The equation alone, unchecked: recalibrated risk (n values) from canonical inputs."""
    equation = _equation(model, sex, coefficient_set)
    scale1, scale2 = _scales(model, sex, region, coefficient_set)
    return risk_of(scale1 + scale2 * equation.log_hazard(_terms(v, model)))


def _equation(model: str, sex: str, coefficient_set: str = "printed") -> SurvivalEquation:
    return read_survival("score2_score2op", equation=model, sex=sex, region="all", coefficient_set=coefficient_set)


@cache
def _scales(model: str, sex: str, region: str, coefficient_set: str) -> tuple[float, float]:
    """Recalibration of the log hazard to a region: intercept and slope."""
    table = read_coefficients("score2_score2op").set_index(["equation", "coefficient_set", "sex", "region", "term"])
    values = table["value"].sort_index().loc[(model, coefficient_set, sex, region)]
    return float(values["scale1"]), float(values["scale2"])


def _terms(v: dict[str, Floats], model: str) -> dict[str, Floats]:
    """Every term for n people: centred, and each but age also times age."""
    total, hdl = (from_canonical(v[name], _MMOL) for name in ("total_cholesterol", "hdl_cholesterol"))
    if model == "SCORE2":
        age, sbp, hdl = (v["age"] - 60) / 5, (v["systolic_bp"] - 120) / 20, (hdl - 1.3) / 0.5
    else:
        age, sbp, hdl = v["age"] - 73, v["systolic_bp"] - 150, hdl - 1.4
    smoker = (v["smoking"] == CURRENT_SMOKER).astype(float)
    terms = {"smoker": smoker, "sbp": sbp, "diabetes": v["diabetes"], "total_chol": total - 6, "hdl": hdl}
    with_age = {f"age_x_{name}": age * term for name, term in terms.items()}
    return terms | with_age | {"age": age, "current_smoker": smoker}

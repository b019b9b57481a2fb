"""ACC/AHA Pooled Cohort Equations 2013: a first hard atherosclerotic event within 10 years.

Source: Goff DC Jr, Lloyd-Jones DM, Bennett G, et al. Circulation 2014;129(25 suppl 2):S49-S73,
doi 10.1161/01.cir.0000437741.48606.98, appendix 7 table A, coefficients as printed there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.errors import InputError
from riskmodels.scores.eligibility import SEXES, Bands, Codes, Findings, Result, Texts
from riskmodels.scores.survival import SurvivalEquation, log_cholesterol, log_terms, read_survival

REQUIRED = (
    "age",
    "sex",
    "systolic_bp",
    "bp_medication",
    "total_cholesterol",
    "hdl_cholesterol",
    "diabetes",
    "smoking",
)
AGES = (40, 79)
#: the limits of the ACC's tool
LIMITS = {"systolic_bp": (90.0, 200.0), "total_cholesterol": (130.0, 320.0), "hdl_cholesterol": (20.0, 100.0)}
BANDS = Bands(
    (0.05, 0.075, 0.2),
    ("low", "borderline", "intermediate", "high"),
    "2018 AHA/ACC cholesterol guideline (Grundy 2019, doi 10.1161/CIR.0000000000000625)",
)
RACES = ("white", "black", "other")
#: coefficients used, in words, by race and then where it is not given
_MODELS = (
    "white",
    "black",
    "white (the guideline's default for other races)",
    "white (the guideline's default: race not given)",
)
_NOT_GIVEN = len(RACES)


def pooled_cohort(frame: pd.DataFrame, race: str | None = None) -> pd.DataFrame:
    """10-year risk of a first heart attack, coronary death or stroke.

    Args:
        frame: PatientFrame. A text column ``race`` is read when ``race`` is absent; an empty cell is not known.
        race: ``white``, ``black`` or ``other`` for every row.

    Returns:
        Rows as given; ``ascvd_10y`` (0–1), ``model`` (whose coefficients, and whether by default), ``category``,
        ``problems``, ``missing``.

    Raises:
        InputError: when a race is none of the three.

    Note:
        Race is never guessed: where it is not given, the guideline's default (white) is used and ``model`` says so.
    """
    return evaluate(Columns.of(frame), race).frame(frame.index)


def evaluate(inputs: Columns, race: str | None = None) -> Result:
    """:func:`pooled_cohort` of columns; the text column ``race`` is that of their frame."""
    races = _races(inputs, race)
    findings = Findings(inputs)
    findings.require(*REQUIRED)
    findings.ages(*AGES)
    findings.within(LIMITS)
    findings.without_cardiovascular_disease()
    findings.not_pregnant()

    risk = np.full(inputs.rows, np.nan)
    for code, sex in SEXES:
        for group in ("white", "black"):
            rows = findings.clear & (inputs["sex"] == code) & ((races == RACES.index("black")) == (group == "black"))
            if rows.any():
                terms = _terms({name: inputs[name][rows] for name in REQUIRED})
                risk[rows] = _equation(sex, group).risk(terms)
    return Result.of({"ascvd_10y": risk}, findings, model=Texts(_MODELS, races), category=BANDS.of(risk))


def _races(inputs: Columns, race: str | None) -> Codes:
    """Index into :data:`_MODELS` for each row."""
    given = inputs.cells("race") if race is None else pd.Series(race, index=pd.RangeIndex(inputs.rows))
    if given is None:
        return np.full(inputs.rows, _NOT_GIVEN)
    words = pd.Series(given).astype("string").fillna("").str.strip().str.lower()
    codes = {word: code for code, word in enumerate((*RACES, ""))}
    if not words.isin(list(codes)).all():
        raise InputError(
            "The Pooled Cohort Equations know no such race.", hint=f"Use {', '.join(RACES)}, or leave it empty."
        )
    return np.asarray(words.map(codes), dtype=np.int64)


def _equation(sex: str, race: str, coefficient_set: str = "printed") -> SurvivalEquation:
    return read_survival("pce_2013", sex=sex, race=race, coefficient_set=coefficient_set)


def _terms(v: dict[str, Floats]) -> dict[str, Floats]:
    """Every term for n people, as the coefficient file defines it."""
    terms = log_terms(v) | log_cholesterol(v)
    with_age = ("ln_total_chol", "ln_hdl", "ln_sbp_treated", "ln_sbp_untreated", "current_smoker")
    products = {f"ln_age_x_{term}": terms["ln_age"] * terms[term] for term in with_age}
    return terms | products | {"ln_age_squared": terms["ln_age"] ** 2}

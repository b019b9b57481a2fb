"""AHA PREVENT 2023: total cardiovascular disease, ASCVD, heart failure, coronary disease and stroke in 10 and 30 years.

Source: Khan SS, Matsushita K, Sang Y, et al. Circulation 2024;149:430-449, doi 10.1161/CIRCULATIONAHA.123.067626,
supplementary table S12.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.columns import Columns, Floats
from riskmodels.errors import InputError
from riskmodels.scores.coefficients import read_coefficients
from riskmodels.scores.eligibility import SEXES, Bands, Findings, Flags, Result, Texts
from riskmodels.vocabulary import CURRENT_SMOKER, VOCABULARY, inside

MODELS = ("base", "hba1c", "uacr", "full")
OUTCOMES = ("total_cvd", "ascvd", "heart_failure", "chd", "stroke")
HORIZONS = (10, 30)
REQUIRED = (
    "age",
    "sex",
    "systolic_bp",
    "bp_medication",
    "total_cholesterol",
    "hdl_cholesterol",
    "cholesterol_medication",
    "diabetes",
    "smoking",
    "egfr",
)
OPTIONAL = ("hba1c", "uacr")
#: asked by the outcomes with a coefficient for it that is not 0 (:func:`outcomes_with_bmi`); the others do without
BMI = "bmi"
INPUTS = (*REQUIRED, BMI)
AGES = (30, 79)
AGES_30Y = (30, 59)
#: the limits of the AHA's tool, canonical units, and as its form in SI units has them: inside by either is inside
LIMITS = {
    "systolic_bp": (90.0, 180.0),
    "total_cholesterol": (130.0, 320.0),
    "hdl_cholesterol": (20.0, 100.0),
    "egfr": (15.0, 140.0),
    "hba1c": (4.5, 15.0),
    "uacr": (0.1, 25_000.0),
}
LIMITS_MMOL = {"total_cholesterol": (3.36, 8.28), "hdl_cholesterol": (0.52, 2.59)}
#: kg/m², from the first to below the second (Khan 2023, table 1: others were excluded)
BMI_LIMITS = (18.5, 40.0)
SDI_DECILES = (1, 10)
BANDS = Bands(
    (0.03, 0.05, 0.1),
    ("low", "borderline", "intermediate", "high"),
    "2026 ACC/AHA dyslipidemia guideline, for the 10-year ASCVD risk",
)
#: PREVENT's own factor; 1 / 38.67 would shift a risk by up to 3e-6
MMOL_PER_MG = 0.02586

# rows at a time: few enough for the cache, and for the matrix product to stay on one core
_CHUNK = 2_048
#: the part of a term's name that says it is of body mass index
_BMI_TERM = "bmi_"
#: values told first, wherever they are told
MAIN = ("total_cvd_10y", "ascvd_10y", "heart_failure_10y")
#: the value whose category is given
RATED = "ascvd_10y"
_COLUMNS = [f"{outcome}_{years}y" for years in HORIZONS for outcome in OUTCOMES]


def prevent(frame: pd.DataFrame, model: str = "auto", *, sdi: npt.ArrayLike | None = None) -> pd.DataFrame:
    """Risk of cardiovascular disease by the PREVENT equations.

    Args:
        frame: PatientFrame.
        model: ``base``, ``hba1c``, ``uacr`` or ``full`` for every row, or ``auto``: PREVENT's own rule, base when
            neither HbA1c nor UACR is known, the marker's model when one is, full when both are. ``full`` asked for
            by name takes an unknown marker by the equation's own "missing" term; ``hba1c`` and ``uacr`` need theirs.
        sdi: decile of the social deprivation index of the US zip code, 1 (least deprived) to 10: one for all rows, or
            one a row, NaN where not known. The full model uses it, which ``auto`` takes where it is known.

    Returns:
        Rows as given; risks (0–1) ``total_cvd_10y``, ``ascvd_10y``, ``heart_failure_10y``, ``chd_10y``,
        ``stroke_10y`` and the same with ``_30y``; ``model`` used; ``category`` (of ``ascvd_10y``); ``problems`` (why
        there is no number; empty where there is), ``missing`` (names of the required inputs not known),
        ``problems_30y`` (why there is none for 30 years where there is one for 10) and ``problems_bmi`` (why there is
        none of the outcomes that use body mass index where there are those of the others).

    Raises:
        InputError: when there is no such model, or a decile is none.

    Note:
        For people of 30–79 (30 years: 30–59) without cardiovascular disease.
    """
    if isinstance(sdi, pd.Series) and not sdi.index.equals(frame.index):
        raise InputError("The deprivation deciles are not of the same rows.", hint="Give them the frame's index.")
    return evaluate(Columns.of(frame), model, sdi=sdi).frame(frame.index)


def evaluate(inputs: Columns, model: str = "auto", *, sdi: npt.ArrayLike | None = None) -> Result:
    """:func:`prevent` of columns."""
    deciles = _deciles(sdi, inputs.rows)
    used = _models_used(inputs, model, deciles)
    findings, bmi = _findings(inputs, used), inputs[BMI]
    clear = findings.clear
    older = np.floor(inputs["age"]) > AGES_30Y[1]
    outside = (bmi < BMI_LIMITS[0]) | (bmi >= BMI_LIMITS[1])
    known = inputs.pick((*REQUIRED, *OPTIONAL)) | {BMI: np.where(outside, np.nan, bmi)}
    risks = _equations(known, used, rows=clear, sdi_decile=deciles)
    risks[older, len(OUTCOMES) :] = np.nan
    numbers = dict(zip(_COLUMNS, risks.T, strict=True))
    only_10y = f"30 years: valid for ages {AGES_30Y[0]}–{AGES_30Y[1]} only"
    return Result.of(
        numbers,
        findings,
        model=Texts(MODELS, used),
        category=BANDS.of(numbers[RATED]),
        problems_30y=Texts(("", only_10y), (clear & older).astype(np.int64)),
        problems_bmi=Texts(_without_bmi(), np.where(clear, np.isnan(bmi) + 2 * outside, 0)),
    )


def outcomes_with_bmi() -> tuple[str, ...]:
    """The outcomes that body mass index has a coefficient for, other than 0, in any model, horizon or sex."""
    used = np.zeros(len(_COLUMNS), dtype=bool)
    for model in MODELS:
        for _, sex in SEXES:
            used |= _coefficients(model, sex).with_bmi
    by_outcome: Flags = used.reshape(len(HORIZONS), len(OUTCOMES)).max(axis=0)
    return tuple(outcome for outcome, uses in zip(OUTCOMES, by_outcome, strict=True) if uses)


@cache
def _without_bmi() -> tuple[str, str, str]:
    """What is told where body mass index is as it has to be, is not known, and is outside its range."""
    (low, high), variable = BMI_LIMITS, VOCABULARY[BMI]
    none = f"no {' or '.join(outcomes_with_bmi())} risk: {inside(variable.label)}".replace("_", " ")
    return ("", f"{none} is not known", f"{none} is outside {low:g} to below {high:g} {variable.unit}")


def _deciles(sdi: npt.ArrayLike | None, rows: int) -> Floats:
    """Deciles of the social deprivation index (n), NaN where not known."""
    try:
        of_series = sdi.to_numpy(dtype=float, na_value=np.nan) if isinstance(sdi, pd.Series) else sdi
        deciles = np.broadcast_to(np.asarray(np.nan if sdi is None else of_series, dtype=float), (rows,))
    except (ValueError, TypeError):
        raise InputError(
            "The deprivation deciles do not fit the rows.", hint="Give one number, or one a row (NaN where not known)."
        ) from None
    low, high = SDI_DECILES
    wrong = np.flatnonzero(
        ~np.isnan(deciles) & ~((deciles >= low) & (deciles <= high) & (np.floor(deciles) == deciles))
    )
    if len(wrong):
        raise InputError(
            f"Row {wrong[0] + 1:,}: {deciles[wrong[0]]:g} is no decile of the social deprivation index (sdi).",
            hint=f"Give a whole number from {low} to {high}, or NaN where it is not known.",
        )
    return deciles


def _models_used(inputs: Columns, model: str, deciles: Floats) -> npt.NDArray[np.int64]:
    """Index into :data:`MODELS` for each row."""
    if model == "auto":
        hba1c, uacr = (~np.isnan(inputs[name]) for name in OPTIONAL)
        markers = hba1c.astype(np.int64) + 2 * uacr.astype(np.int64)
        return np.where(np.isnan(deciles), markers, MODELS.index("full"))
    if model not in MODELS:
        raise InputError(f"PREVENT has no model “{model}”.", hint=f"Use auto, {', '.join(MODELS)}.")
    return np.full(inputs.rows, MODELS.index(model))


def _findings(inputs: Columns, used: npt.NDArray[np.int64]) -> Findings:
    findings = Findings(inputs)
    findings.require(*REQUIRED)
    for name in OPTIONAL:
        findings.require(name, where=used == MODELS.index(name))
    findings.ages(*AGES)
    findings.within(LIMITS, or_in=("mmol/L", LIMITS_MMOL))
    findings.without_cardiovascular_disease()
    findings.not_pregnant()
    return findings


def _equations(
    inputs: Mapping[str, Floats],
    used: npt.NDArray[np.int64],
    *,
    rows: Flags,
    sdi_decile: Floats | None = None,
) -> Floats:
    """The equations alone, unchecked: risks (n × outcomes of 10, then of 30 years), NaN outside ``rows``.

    Args:
        inputs: every input as an array of n; HbA1c, UACR and body mass index may be NaN.
        used: index into :data:`MODELS`.
        rows: for which rows.
        sdi_decile: social deprivation index, 1–10, NaN = missing; all missing when absent.
    """
    sdi = np.broadcast_to(np.float64(np.nan), len(used)) if sdi_decile is None else sdi_decile
    known = {**inputs, "sdi_decile": sdi}
    risks = np.full((len(_COLUMNS), len(used)), np.nan)
    for code, model in enumerate(MODELS):
        for sex_code, sex in SEXES:
            chosen = np.flatnonzero(rows & (used == code) & (known["sex"] == sex_code))
            for start in range(0, len(chosen), _CHUNK):
                part = chosen[start : start + _CHUNK]
                risks[:, part] = _risks_of_group({name: values[part] for name, values in known.items()}, model, sex)
    return risks.T


def _risks_of_group(v: dict[str, Floats], model: str, sex: str) -> Floats:
    """Risks (outcomes of 10, then of 30 years × n) of people of one sex by one model."""
    equations, no_bmi = _coefficients(model, sex), np.isnan(v[BMI])
    # any value will do where its coefficients are 0; the outcomes where they are not get no number
    v = v | {BMI: np.where(no_bmi, BMI_LIMITS[0], v[BMI])}
    design = _design(v) if model == "base" else _design(v) | _optional_terms(v)
    odds = np.exp(equations.coefficients @ np.stack([design[term] for term in equations.terms]))
    risks: Floats = odds / (1 + odds)
    risks[np.ix_(equations.with_bmi, no_bmi)] = np.nan
    return risks


class _Equations(NamedTuple):
    """Those of a model and sex: terms, coefficients (outcomes of 10, then of 30 years × terms), which use BMI."""

    terms: tuple[str, ...]
    coefficients: Floats
    with_bmi: Flags


@cache
def _coefficients(model: str, sex: str) -> _Equations:
    table = _table("prevent_2023_full_model" if model == "full" else "prevent_2023")
    table = table[(table["model"] == model) & (table["sex"] == sex)]
    wide = table.pivot(index="term", columns=["horizon_years", "outcome"], values="value")
    wide = wide[[(years, outcome) for years in HORIZONS for outcome in OUTCOMES]]
    # age_squared stands in the 30-year equations only
    terms, values = tuple(wide.index), wide.fillna(0.0).to_numpy().T.copy()
    return _Equations(terms, values, (values[:, [_BMI_TERM in term for term in terms]] != 0).any(axis=1))


@cache
def _table(name: str) -> pd.DataFrame:
    return read_coefficients(name)


def _design(v: dict[str, Floats]) -> dict[str, Floats]:
    """Every term of the base model for n people, as the coefficient files define it. Each array has n values."""
    age = (v["age"] - 55) / 10
    non_hdl = (v["total_cholesterol"] - v["hdl_cholesterol"]) * MMOL_PER_MG - 3.5
    hdl = (v["hdl_cholesterol"] * MMOL_PER_MG - 1.3) / 0.3
    smoker = (v["smoking"] == CURRENT_SMOKER).astype(float)
    sbp_from_110 = (np.maximum(v["systolic_bp"], 110) - 130) / 20
    bmi_from_30 = (np.maximum(v["bmi"], 30) - 30) / 5
    egfr_below_60 = (np.minimum(v["egfr"], 60) - 60) / -15
    treated, statin, diabetes = v["bp_medication"], v["cholesterol_medication"], v["diabetes"]
    return {
        "constant": np.ones_like(age),
        "age": age,
        "age_squared": age**2,
        "non_hdl": non_hdl,
        "hdl": hdl,
        "sbp_below_110": (np.minimum(v["systolic_bp"], 110) - 110) / 20,
        "sbp_from_110": sbp_from_110,
        "diabetes": diabetes,
        "current_smoker": smoker,
        "bmi_below_30": (np.minimum(v["bmi"], 30) - 25) / 5,
        "bmi_from_30": bmi_from_30,
        "egfr_below_60": egfr_below_60,
        "egfr_from_60": (np.maximum(v["egfr"], 60) - 90) / -15,
        "antihypertensive": treated,
        "statin": statin,
        "antihypertensive_x_sbp_from_110": treated * sbp_from_110,
        "statin_x_non_hdl": statin * non_hdl,
        "age_x_non_hdl": age * non_hdl,
        "age_x_hdl": age * hdl,
        "age_x_sbp_from_110": age * sbp_from_110,
        "age_x_diabetes": age * diabetes,
        "age_x_current_smoker": age * smoker,
        "age_x_bmi_from_30": age * bmi_from_30,
        "age_x_egfr_below_60": age * egfr_below_60,
    }


def _optional_terms(v: dict[str, Floats]) -> dict[str, Floats]:
    """Terms of HbA1c, UACR and social deprivation; an unknown one has only its "missing" term."""
    no_hba1c, no_uacr, no_sdi = (np.isnan(v[name]) for name in (*OPTIONAL, "sdi_decile"))
    hba1c = np.where(no_hba1c, 0.0, v["hba1c"] - 5.3)
    return {
        "hba1c_if_diabetes": hba1c * v["diabetes"],
        "hba1c_if_no_diabetes": hba1c * (1 - v["diabetes"]),
        "hba1c_missing": no_hba1c.astype(float),
        "ln_uacr": np.log(np.where(no_uacr, 1.0, v["uacr"])),
        "uacr_missing": no_uacr.astype(float),
        "sdi_decile_4_to_6": _decile(v["sdi_decile"], 4, 6),
        "sdi_decile_7_to_10": _decile(v["sdi_decile"], 7, 10),
        "sdi_missing": no_sdi.astype(float),
    }


def _decile(sdi: Floats, low: int, high: int) -> Floats:
    within: Flags = (sdi >= low) & (sdi <= high)
    return within.astype(float)

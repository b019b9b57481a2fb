"""NHANES answers and measurements → PatientFrame. One mapping for the CDC's own files and for the merged table.

The raw table has the column names of ../shared/cohorts/nhanes_adults_1999_2018 (units in the names); the CDC reader
(:mod:`riskmodels.cohorts.nhanes.cdc`) produces the same names. A column that is absent counts as not known.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from riskmodels.scores.ckd_epi import ckd_epi_2021
from riskmodels.units import C_REACTIVE_PROTEIN, CHOLESTEROL, GLUCOSE, TRIGLYCERIDES, Unit, find_unit, to_canonical
from riskmodels.vocabulary import VARIABLES, Kind

#: variable → raw columns in canonical units, the best first
PLAIN: dict[str, tuple[str, ...]] = {
    "age": ("age_y",),
    "sex": ("male",),
    "height": ("height_cm",),
    "weight": ("weight_kg",),
    "bmi": ("bmi_kgm2",),
    "waist": ("waist_cm",),
    "systolic_bp": ("sbp_mmhg",),
    "diastolic_bp": ("dbp_mmhg",),
    "pulse": ("pulse_per_min",),
    "hypertension": ("htn_told",),
    "fasting_hours": ("fasting_h",),
    "hba1c": ("hba1c_pct",),
    "insulin": ("insulin_now",),
    "family_history_diabetes": ("famhist_dm",),
    "creatinine": ("creat_mgdl", "creat_mgdl_trimmed"),
    "uacr": ("uacr_mgg", "cs_cc_acr"),
    "uric_acid": ("uric_acid_mgdl", "uric_acid_mgdl_trimmed"),
    "albumin": ("albumin_gdl", "albumin_gdl_trimmed"),
    "total_cholesterol": ("total_chol_mgdl",),
    "hdl_cholesterol": ("hdl_mgdl",),
    "ldl_cholesterol": ("ldl_fasting_mgdl",),
    "triglycerides": ("trig_fasting_mgdl",),
    "glucose": ("serum_glucose_mgdl",),
    "crp": ("crp_mgl",),
    "heart_attack": ("mi_told",),
    "coronary_disease": ("chd_told",),
    "angina": ("angina_told",),
    "heart_failure": ("hf_told",),
    "stroke": ("stroke_told",),
}
#: variable → (raw column, the unit it is in), used where no canonical one is there
CONVERTED: dict[str, tuple[str, Unit]] = {
    "total_cholesterol": ("total_chol_mmol", find_unit(CHOLESTEROL, "mmol/L")),
    "hdl_cholesterol": ("hdl_mmol", find_unit(CHOLESTEROL, "mmol/L")),
    "ldl_cholesterol": ("ldl_fasting_mmol", find_unit(CHOLESTEROL, "mmol/L")),
    "triglycerides": ("trig_fasting_mmol", find_unit(TRIGLYCERIDES, "mmol/L")),
    "glucose": ("serum_glucose_mmol", find_unit(GLUCOSE, "mmol/L")),
    "crp": ("crp_mgdl_trimmed", find_unit(C_REACTIVE_PROTEIN, "mg/dL")),
}
#: cycles with another questionnaire of physical activity than the later ones (GPAQ)
CYCLES_BEFORE_GPAQ = ("1999-2000", "2001-2002", "2003-2004", "2005-2006")
#: audit column → raw column; never an input
AUDIT: dict[str, str] = {
    "cycle": "cycle",
    "race_ethnicity": "race_eth",
    "survey_weight": "cs_svy_weight_mec",
    "psu": "psu",
    "strata": "strata",
    "followup_months": "mort_permth_int",
    "died": "mort_dead",
    "cause_of_death": "mort_ucod_leading",
}


def to_patient_frame(raw: pd.DataFrame) -> pd.DataFrame:
    """Map a raw NHANES table.

    Args:
        raw: one row a person, with ``seqn`` and any of the raw columns.

    Returns:
        Frame indexed by ``seqn``: every variable of the vocabulary (float64, canonical unit), then the
        columns of :data:`AUDIT` and ``mortality_eligible``. ``attrs["out_of_range"]`` counts, by variable,
        the values that lay outside the plausible range and became unknown.
    """
    table = raw.set_index("seqn").sort_index()
    columns = {name: _first(table, names) for name, names in PLAIN.items()}
    for name, (column, unit) in CONVERTED.items():
        columns[name] = columns[name].fillna(to_canonical(_get(table, column), unit))
    columns |= _answers(table)
    columns["egfr"] = _egfr(table, columns)
    unknown = pd.Series(np.nan, index=table.index)
    frame = pd.DataFrame({v.name: columns.get(v.name, unknown) for v in VARIABLES}, index=table.index)
    frame, counts = within_range(frame)
    frame = frame.assign(**_audit(table))
    frame.attrs["out_of_range"] = counts
    return frame


def within_range(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Values outside the vocabulary's plausible range or choices → unknown.

    Args:
        frame: PatientFrame columns.

    Returns:
        The frame with NaN there, and how many values each variable lost (variables that lost none are left out).
    """
    kept, counts = frame.copy(), {}
    for variable in VARIABLES:
        if variable.name not in frame:
            continue
        values = frame[variable.name]
        if variable.kind is Kind.NUMBER:
            fits = values.between(*variable.plausible)
        else:
            fits = values.isin([c.code for c in variable.choices])
        lost = values.notna() & ~fits
        if lost.any():
            counts[variable.name] = int(lost.sum())
            kept[variable.name] = values.mask(lost)
    return kept, counts


def decimal(values: pd.Series) -> pd.Series:
    """Undo single precision: 5.6999998 → 5.7. A float32 holds six significant decimal digits, so six are kept."""
    if values.dtype != np.float32:
        return values.astype(float)
    distinct, place = np.unique(values.to_numpy(), return_inverse=True)
    # by text, since a power of ten that is computed has other last bits on other processors
    decimals = np.array([float(f"{number:.6g}") for number in distinct])
    return pd.Series(decimals[place], index=values.index, name=values.name)


def _get(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table:
        return pd.Series(np.nan, index=table.index)
    return decimal(table[column])


def _first(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """The first of the columns that knows the value."""
    values = _get(table, columns[0])
    for column in columns[1:]:
        values = values.fillna(_get(table, column))
    return values


def _codes(table: pd.DataFrame, column: str, codes: dict[float, float]) -> pd.Series:
    """Answer codes → codes of the vocabulary; refused (7) and don't know (9) are not in the table, so unknown."""
    return _get(table, column).map(codes).astype(float)


def _answers(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Variables whose meaning needs more than one answer."""
    diabetes = _codes(table, "dm_told_raw", {1: 1, 2: 0, 3: 0})  # 3: borderline, so not told diabetes
    pills = _codes(table, "dm_pills_raw", {1: 1, 2: 0})
    not_asked = _get(table, "dm_pills_raw").isna() & (diabetes == 0)
    pregnancy = _get(table, "pregnant").mask(_get(table, "male") == 1, 0.0)
    return {
        "pregnancy": pregnancy,
        "bp_medication": _bp_medication(table),
        "cholesterol_medication": _cholesterol_medication(table),
        "diabetes": diabetes,
        "glucose_pills": pills.mask(not_asked, 0.0),
        "smoking": _smoking(table),
        "physical_activity": _activity(table),
    }


def _bp_medication(table: pd.DataFrame) -> pd.Series:
    never = (_get(table, "htn_told") == 0) | (_get(table, "bp_meds_ever_told") == 0)
    now = _get(table, "bp_meds_now")
    return now.mask(now.isna() & never, 0.0).fillna(_get(table, "cs_bp_med_use"))


def _cholesterol_medication(table: pd.DataFrame) -> pd.Series:
    """Asked only of those told of high cholesterol, so other adults who answered the questionnaire count as no."""
    known = _first(table, ("chol_meds_now", "cs_chol_med_statin", "chol_meds_told"))
    not_asked = known.isna() & (_get(table, "age_y") >= 20) & _get(table, "htn_told").notna()
    return known.mask(not_asked, 0.0)


def _smoking(table: pd.DataFrame) -> pd.Series:
    now = _codes(table, "smq040_raw", {1: 2, 2: 2, 3: 1})
    if "smoking" not in table:
        return now
    words = {"Never": 0.0, "Former": 1.0, "Current": 2.0}
    return table["smoking"].map(words).astype(float).fillna(now)


def _activity(table: pd.DataFrame) -> pd.Series:
    """Vigorous activity at work or in leisure time (PAQ605 or PAQ650), asked from 2007 on.

    Until 2006 the column holds another question, PAQ520: more (1), less (2) or as active (3) as others of the same
    age. Its answers of 2005–2006 are those CDC publishes for PAQ520, so they are not used.
    """
    answers = _codes(table, "active_mod_vig_raw", {1: 1, 2: 0})
    if "cycle" not in table:
        return answers
    return answers.mask(table["cycle"].isin(CYCLES_BEFORE_GPAQ))


def _egfr(table: pd.DataFrame, columns: dict[str, pd.Series]) -> pd.Series:
    """Published with the cohort, else computed; unknown in pregnancy, where the equation does not hold."""
    computed = ckd_epi_2021(columns["creatinine"], columns["age"], columns["sex"])
    return _get(table, "cs_cc_egfr").fillna(computed).mask(columns["pregnancy"] == 1)


def _audit(table: pd.DataFrame) -> dict[str, pd.Series]:
    words = ("cycle", "race_ethnicity")
    found = {name: _plain(table, column, "str" if name in words else "float64") for name, column in AUDIT.items()}
    status = _plain(table, "mort_eligstat")
    return found | {"mortality_eligible": (status == 1).astype(float).where(status.notna())}


def _plain(table: pd.DataFrame, column: str, dtype: Literal["str", "float64"] = "float64") -> pd.Series:
    """A column as published, without rounding: weights have more digits than measurements."""
    values = table[column] if column in table else pd.Series(np.nan, index=table.index)
    return values.astype(dtype)

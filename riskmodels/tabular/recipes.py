"""How the shipped models are made: which people, which labels, which inputs, which split.

``population``: NHANES, fitted on 1999–2012, calibrated on 2009–2014 (survey-weighted, by members that did not draw the
person), tested on 2015–2018. Cardiovascular death is labelled in the cycles that were followed for ten years
(1999–2004) only; there 30 % of the people are held out by a hash of SEQN.
``chest_pain``: UCI heart disease, four hospitals; tested by leaving one hospital out and by cross-validation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from riskmodels.cohorts.nhanes import cardiovascular_death, diabetes_label, dysglycaemia_label
from riskmodels.cohorts.nhanes.frame import DIABETES_HBA1C, PREDIABETES_HBA1C
from riskmodels.evaluation.censoring import ipcw
from riskmodels.outcomes import OUTCOME, eligible
from riskmodels.scores.prevent import LIMITS, LIMITS_MMOL, prevent
from riskmodels.tabular.leaning import FollowUp
from riskmodels.tabular.training import Penalty, TrainingConfig
from riskmodels.vocabulary import VOCABULARY

POPULATION_INPUTS = (
    "age sex bmi waist systolic_bp diastolic_bp hypertension bp_medication total_cholesterol hdl_cholesterol "
    "ldl_cholesterol triglycerides cholesterol_medication glucose fasting_hours hba1c diabetes insulin glucose_pills "
    "family_history_diabetes egfr uacr uric_acid crp albumin heart_attack coronary_disease angina heart_failure "
    "stroke smoking physical_activity"
).split()
_GLUCOSE = ("glucose", "fasting_hours")
_LABORATORY = tuple(name for name in POPULATION_INPUTS if VOCABULARY[name].laboratory)
#: seven facts without a laboratory
BASICS = tuple("age sex bmi waist systolic_bp family_history_diabetes hypertension".split())
PREVENT_INPUTS = tuple(
    "age sex systolic_bp bp_medication total_cholesterol hdl_cholesterol cholesterol_medication diabetes smoking "
    "egfr bmi hba1c uacr".split()
)
_NOT_BASIC = tuple(name for name in POPULATION_INPUTS if name not in BASICS)
_NOT_PREVENT = tuple(name for name in POPULATION_INPUTS if name not in PREVENT_INPUTS)
#: often typed without its fellow, which a survey measures in the same people: without rows that lack one of them alone,
#: what total, LDL, HDL cholesterol and triglycerides say together (LDL is computed of the others) is not settled
_ALONE = ((("triglycerides",), 0.06), (("ldl_cholesterol",), 0.03), (("diastolic_bp",), 0.03))
POPULATION_CONFIG = TrainingConfig(
    hidden_rows=0.85,
    epochs=80,
    hidden_sets=((_GLUCOSE, 0.05), (_LABORATORY, 0.05), (_NOT_BASIC, 0.08), (_NOT_PREVENT, 0.12), *_ALONE, ((), 0.15)),
    hidden_files=0.9,
    penalties={
        "diabetes": Penalty(
            curves=10, values=10, known_known=50, known_value=50, value_value=1000, of_input={"glucose": 0.3}
        ),
        "dysglycaemia": Penalty(
            curves=60,
            values=10,
            known_known=50,
            known_value=50,
            value_value=300,
            of_input={"glucose": 0.3},
            directions=0.01,
        ),
        "cvd_10y": Penalty(
            curves=0.03, values=0.03, known_known=0.1, known_value=0.1, value_value=0.1, directions=0.002
        ),
    },
    computed=("cvd_10y",),
    leaning={"cvd_death_10y": "cvd_10y"},
)
#: how far a soft label reaches, in HbA1c %: a value this much above the criterion counts as 73 %
_SOFTNESS = {"diabetes": 0.2, "dysglycaemia": 0.1}
#: HbA1c is told in steps of 0.1 %: the criterion stands half a step lower
_HALF_STEP = 0.05
#: cycles that everybody alive has been followed for ten years in: in later ones only the dead would have a label
FOLLOWED_CYCLES = ("1999-2000", "2001-2002", "2003-2004")
#: cycles the level is calibrated on: one cycle alone is off by up to 0.2 log-odds either way
CALIBRATED_CYCLES = ("2009-2010", "2011-2012", "2013-2014")
HORIZON = 120.0
CHEST_PAIN_INPUTS = (
    "age sex chest_pain_type systolic_bp total_cholesterol fasting_glucose_above_120 resting_ecg max_heart_rate "
    "exercise_angina st_depression st_slope major_vessels thallium_scan"
).split()
#: what is known at the bedside
BEDSIDE = tuple("age sex chest_pain_type systolic_bp total_cholesterol fasting_glucose_above_120 resting_ecg".split())
_NOT_BEDSIDE = tuple(name for name in CHEST_PAIN_INPUTS if name not in BEDSIDE)
CHEST_PAIN_CONFIG = TrainingConfig(
    knots=6,
    epochs=120,
    batch_size=256,
    hidden_rows=0.5,
    hidden_sets=((_NOT_BEDSIDE, 0.4), ((), 0.2)),
    subsets=False,
    interval_steps=600,
    penalties={"coronary_disease": Penalty(curves=30, values=2, known_known=2, known_value=20, value_value=200)},
)
LAST_FIT_YEAR, TUNE_YEAR, FIRST_TEST_YEAR = 2011, 2013, 2015


@dataclass(frozen=True)
class Labelled:
    """People with their labels and their part in the split.

    Args:
        frame: PatientFrame, one row a person.
        targets: 0/1 or probability by outcome, NaN where there is no label.
        weights: of each label, like ``targets``.
        part: "fit", "tune" or "test" by outcome.
        soft: like ``targets``, what is fitted instead; NaN where the target itself is. None for nothing.
        calibrated: like ``weights``, weight of each label in calibration. None for the weights themselves.
    """

    frame: pd.DataFrame
    targets: pd.DataFrame
    weights: pd.DataFrame
    part: pd.DataFrame
    soft: pd.DataFrame | None = None
    calibrated: pd.DataFrame | None = None

    def rows(self, outcome: str, part: str) -> pd.Series:
        """Rows with a label of that outcome in that part (bool)."""
        return self.targets[outcome].notna() & (self.weights[outcome] > 0) & (self.part[outcome] == part)

    def of_part(self, part: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Targets and weights of that part; labels of other parts are NaN and weigh nothing."""
        mine = self.part == part
        return self.targets.where(mine), self.weights.where(mine, 0.0)


#: body mass index to which PREVENT's label is taken, kg/m²
_HIGHEST_BMI = 39.9


def _published(cohort: pd.DataFrame) -> pd.Series:
    """Total cardiovascular risk by PREVENT, of whom it tells every outcome, inside its limits in mg/dL.

    The equations answer for a hundred people more (by the limits in mmol/L, without body mass index); the weights were
    fitted to these.
    """
    found = prevent(cohort)
    inside = [cohort[name].between(*LIMITS[name]) for name in LIMITS_MMOL]
    told = found["heart_failure_10y"].notna() & (cohort["bmi"] <= _HIGHEST_BMI)
    return found["total_cvd_10y"].where(np.logical_and.reduce([told, *inside]))


def label_population(cohort: pd.DataFrame) -> Labelled:
    """NHANES with the four population outcomes.

    Args:
        cohort: from :func:`riskmodels.cohorts.nhanes.frame.read_nhanes`.
    """
    # hours fasted say something about the glucose drawn then, and nothing without it
    cohort = cohort.assign(fasting_hours=cohort["fasting_hours"].where(cohort["glucose"].notna()))
    death = cardiovascular_death(cohort)
    targets = pd.DataFrame(
        {
            "diabetes": diabetes_label(cohort),
            "dysglycaemia": dysglycaemia_label(cohort),
            "cvd_10y": _published(cohort),
        }
    )
    may_die = eligible(cohort, OUTCOME["cvd_death_10y"]) & cohort["cycle"].isin(FOLLOWED_CYCLES)
    horizon = ipcw(death["event"].where(may_die), death["months"].where(may_die), HORIZON)
    targets["cvd_death_10y"] = horizon.label
    for outcome in targets:
        targets[outcome] = targets[outcome].where(eligible(cohort, OUTCOME[str(outcome)]))
    weights = targets.notna().astype(float)
    weights["cvd_death_10y"] = np.where(targets["cvd_death_10y"].notna(), horizon.weight, 0.0)
    part = _population_split(cohort, targets)
    calibrated = _calibrated(cohort, weights, part)
    return Labelled(cohort, targets, weights, part, _soft_labels(cohort), calibrated)


def _soft_labels(cohort: pd.DataFrame) -> pd.DataFrame:
    """By how much HbA1c reached or missed the criterion, as a probability: 6.4 % is not 4.9 %."""
    criteria = {"diabetes": DIABETES_HBA1C, "dysglycaemia": PREDIABETES_HBA1C}
    return pd.DataFrame(
        {o: expit((cohort["hba1c"] - (at - _HALF_STEP)) / _SOFTNESS[o]) for o, at in criteria.items()},
        index=cohort.index,
    )


def _calibrated(cohort: pd.DataFrame, weights: pd.DataFrame, part: pd.DataFrame) -> pd.DataFrame:
    """Weights in calibration: US adults of the recent cycles; for death the people it is fitted on."""
    recent = cohort["cycle"].isin(CALIBRATED_CYCLES)
    survey = cohort["survey_weight"].fillna(0.0)
    counts = {o: weights[o] * recent * (1.0 if o == "cvd_10y" else survey) for o in weights if o != "cvd_death_10y"}
    counts["cvd_death_10y"] = weights["cvd_death_10y"] * (part["cvd_death_10y"] == "fit")
    return pd.DataFrame(counts)[list(weights)]


def deaths_of_any_cause(data: Labelled) -> FollowUp:
    """Everybody of 20 or more with follow-up, but for those held out, for the head that death leans on."""
    cohort = data.frame
    seen = (cohort["followup_months"] > 0) & cohort["died"].notna() & (cohort["age"] >= 20)
    people = cohort[seen & (data.part["cvd_death_10y"] == "fit")]
    return FollowUp(
        people,
        people["died"].astype(float),
        people["followup_months"].astype(float),
        HORIZON,
        eligible(people, OUTCOME["cvd_death_10y"]),
        people["cycle"],
    )


def _population_split(cohort: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    year = cohort["cycle"].str[:4].astype(int)
    by_year = np.select([year <= LAST_FIT_YEAR, year <= TUNE_YEAR], ["fit", "tune"], "test")
    part = pd.DataFrame({o: by_year for o in targets}, index=cohort.index)
    held_out = pd.Series([held_out_by_hash(seqn) for seqn in cohort.index], index=cohort.index)
    part["cvd_death_10y"] = np.where(held_out, "test", "fit")
    return part


def held_out_by_hash(seqn: int) -> bool:
    """Whether a person belongs to the 30 % held out: the first byte of the SHA-256 of SEQN is below 77."""
    return hashlib.sha256(str(int(seqn)).encode()).digest()[0] < 77


def label_chest_pain(cohort: pd.DataFrame) -> Labelled:
    """UCI heart disease with coronary disease at angiography; every row is in the fitting part.

    Args:
        cohort: from :func:`riskmodels.cohorts.read_uci_heart`.
    """
    targets = pd.DataFrame({"coronary_disease": cohort["coronary_disease_label"]})
    part = pd.DataFrame("fit", index=cohort.index, columns=targets.columns)
    return Labelled(cohort, targets, targets.notna().astype(float), part)

"""How the shipped models are made: which people, which labels, which inputs, which split.

``population``: NHANES, fitted on 1999–2012, calibrated on 2013–2014, tested once on 2015–2018. Cardiovascular death
has follow-up to the end of 2015 only: there 30 % of the people are held out by a hash of SEQN.
``chest_pain``: UCI heart disease, four hospitals; tested by leaving one hospital out and by cross-validation.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodels.cohorts.nhanes import cardiovascular_death, diabetes_label, dysglycaemia_label
from riskmodels.evaluation.censoring import ipcw
from riskmodels.outcomes import OUTCOME, eligible
from riskmodels.scores.prevent import prevent
from riskmodels.tabular.training import Penalty, TrainingConfig

POPULATION_INPUTS = (
    "age sex bmi waist systolic_bp diastolic_bp hypertension bp_medication total_cholesterol hdl_cholesterol "
    "ldl_cholesterol triglycerides cholesterol_medication glucose fasting_hours hba1c diabetes insulin glucose_pills "
    "family_history_diabetes egfr uacr uric_acid crp albumin heart_attack coronary_disease angina heart_failure "
    "stroke smoking physical_activity"
).split()
POPULATION_CONFIG = TrainingConfig(
    epochs=80,
    hidden_rows=0.8,
    learning_rate=0.02,
    context=3,
    penalties={
        "diabetes": Penalty(curves=5, pairs=300, contexts=5),
        "dysglycaemia": Penalty(curves=10, pairs=300, contexts=20),
        "cvd_10y": Penalty(curves=0.1, pairs=0.5, contexts=0.1),
    },
    leaning={"cvd_death_10y": "cvd_10y"},
    computed=("cvd_10y",),
)
CHEST_PAIN_INPUTS = (
    "age sex chest_pain_type systolic_bp total_cholesterol fasting_glucose_above_120 resting_ecg max_heart_rate "
    "exercise_angina st_depression st_slope major_vessels thallium_scan"
).split()
CHEST_PAIN_CONFIG = TrainingConfig(
    knots=6,
    epochs=200,
    batch_size=256,
    learning_rate=0.02,
    penalties={"coronary_disease": Penalty(curves=2, pairs=20, contexts=20)},
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
    """

    frame: pd.DataFrame
    targets: pd.DataFrame
    weights: pd.DataFrame
    part: pd.DataFrame

    def rows(self, outcome: str, part: str) -> pd.Series:
        """Rows with a label of that outcome in that part (bool)."""
        return self.targets[outcome].notna() & (self.weights[outcome] > 0) & (self.part[outcome] == part)

    def of_part(self, part: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Targets and weights of that part; labels of other parts are NaN and weigh nothing."""
        mine = self.part == part
        return self.targets.where(mine), self.weights.where(mine, 0.0)


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
            "cvd_10y": prevent(cohort)["total_cvd_10y"],
        }
    )
    may_die = eligible(cohort, OUTCOME["cvd_death_10y"])
    horizon = ipcw(death["event"].where(may_die), death["months"].where(may_die), 120)
    targets["cvd_death_10y"] = horizon.label
    for outcome in targets:
        targets[outcome] = targets[outcome].where(eligible(cohort, OUTCOME[str(outcome)]))
    weights = targets.notna().astype(float)
    weights["cvd_death_10y"] = np.where(targets["cvd_death_10y"].notna(), horizon.weight, 0.0)
    return Labelled(cohort, targets, weights, _population_split(cohort, targets))


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

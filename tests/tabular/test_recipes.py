"""Who is labelled, and that no label speaks of the survey cycle instead of the person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts.nhanes.frame import AUDIT_COLUMNS
from riskmodels.tabular.recipes import FOLLOWED_CYCLES, POPULATION_INPUTS, deaths_of_any_cause, label_population
from riskmodels.vocabulary import VOCABULARY

#: cycles and the months of follow-up that everybody alive in them has
CYCLES = {"1999-2000": 190, "2001-2002": 166, "2003-2004": 142, "2007-2008": 94, "2011-2012": 46, "2015-2016": 0}


def equal_risk(rows: int = 24_000) -> pd.DataFrame:
    """Invented adults who all have the same risk of dying; activity is asked from 2007 on only, as in NHANES."""
    rng = np.random.default_rng(0)
    cycle = rng.choice(list(CYCLES), rows)
    frame = pd.DataFrame({name: np.full(rows, np.nan) for name in (*VOCABULARY, *AUDIT_COLUMNS)})
    frame = frame.assign(age=60.0, sex=1.0, diabetes=0.0, hba1c=rng.normal(5.5, 0.5, rows), survey_weight=1.0)
    frame = frame.assign(cycle=cycle, glucose=95.0, fasting_hours=10.0)
    frame["physical_activity"] = np.where(cycle >= "2007", 1.0, np.nan)
    seen = pd.Series(cycle).map(CYCLES).to_numpy(float)
    dies = rng.exponential(120 / 0.05, rows)
    frame["followup_months"] = np.where(seen > 0, np.minimum(dies, seen), np.nan)
    frame["died"] = np.where(seen > 0, (dies <= seen).astype(float), np.nan)
    frame["cause_of_death"] = np.where(frame["died"] == 1, 1.0, np.nan)
    frame["mortality_eligible"] = (seen > 0).astype(float)
    frame.index = pd.Index(range(1, rows + 1), name="seqn")
    return frame


def weighted_auroc(label: np.ndarray, score: np.ndarray, weight: np.ndarray) -> float:
    """Of a score that is 0 or 1."""
    share = {y: np.average(score[label == y], weights=weight[label == y]) for y in (0.0, 1.0)}
    return float(0.5 + 0.5 * (share[1.0] - share[0.0]))


def test_where_everybody_has_the_same_risk_no_input_s_being_known_foretells_death() -> None:
    data = label_population(equal_risk())
    rows = data.targets["cvd_death_10y"].notna() & (data.weights["cvd_death_10y"] > 0)
    label, weight = (part.loc[rows, "cvd_death_10y"].to_numpy() for part in (data.targets, data.weights))
    assert label.sum() > 300
    for name in POPULATION_INPUTS:
        known = data.frame.loc[rows, name].notna().to_numpy(float)
        assert weighted_auroc(label, known, weight) <= 0.52, name


def test_death_is_labelled_only_where_everybody_was_followed_for_ten_years() -> None:
    data = label_population(equal_risk())
    assert set(data.frame["cycle"][data.targets["cvd_death_10y"].notna()]) == set(FOLLOWED_CYCLES)


def test_a_soft_label_tells_how_far_the_criterion_was_reached_or_missed() -> None:
    cohort = equal_risk(100).assign(hba1c=[4.9, 6.4, 6.5, 8.0] * 25)
    data = label_population(cohort)
    assert data.soft is not None
    soft = data.soft["diabetes"].iloc[:4].tolist()
    assert soft == sorted(soft)
    assert soft[1] < 0.5 < soft[2]  # the criterion is reached between 6.4 and 6.5 %
    assert data.targets["diabetes"].iloc[:4].tolist() == [0, 0, 1, 1]


def test_calibration_counts_adults_of_recent_cycles_by_their_survey_weight() -> None:
    cohort = equal_risk()
    cohort["survey_weight"] = np.where(cohort["sex"] == 1, 3.0, 1.0)
    data = label_population(cohort)
    assert data.calibrated is not None
    counts = data.calibrated["dysglycaemia"]
    assert set(cohort["cycle"][counts > 0]) == {"2011-2012"}
    assert set(counts[counts > 0]) == {3.0}


def test_those_held_out_teach_nothing_about_death() -> None:
    data = label_population(equal_risk())
    people = deaths_of_any_cause(data).frame
    assert (data.part.loc[people.index, "cvd_death_10y"] == "fit").all()
    assert people["cycle"].nunique() == 5  # all cycles with follow-up, also those without a label


def test_the_soft_labels_of_people_without_a_measurement_are_not_known() -> None:
    cohort = equal_risk(100).assign(hba1c=np.nan)
    data = label_population(cohort)
    assert data.soft is not None
    assert data.soft.isna().all(axis=None)
    assert data.targets["diabetes"].isna().all()


@pytest.mark.parametrize("outcome", ["diabetes", "dysglycaemia", "cvd_10y", "cvd_death_10y"])
def test_every_outcome_has_its_column_in_every_table(outcome: str) -> None:
    data = label_population(equal_risk(500))
    assert data.calibrated is not None
    assert all(outcome in table for table in (data.targets, data.weights, data.part, data.calibrated))

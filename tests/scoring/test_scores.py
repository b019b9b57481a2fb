"""Published scores as columns of a scored cohort, and the reclassification table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.checks import check
from riskmodels.errors import InputError
from riskmodels.scores.prevent import prevent
from riskmodels.scores.score2 import score2
from riskmodels.scoring import score_cohort
from riskmodels.scoring.scores import ScoreChoice, add_scores, reclassification

RAW = pd.DataFrame(
    {
        "age": [55, 35, 62, np.nan],
        "sex": ["female", "male", "male", "female"],
        "systolic_bp": [130, 120, 150, 140],
        "bp_medication": "no",
        "total_cholesterol": [200, 190, 240, 210],
        "hdl_cholesterol": [50, 45, 40, 60],
        "cholesterol_medication": "no",
        "diabetes": ["no", "no", "yes", "no"],
        "smoking": "never",
        "egfr": [90, 100, 70, 80],
        "bmi": [27, 24, 31, 25],
        "glucose": 100,
    },
    index=pd.Index([2, 5, 7, 9], name="row"),
)
SCORE2_LOW = ScoreChoice("score2", {"region": "low"})


@pytest.fixture
def checked():
    return check(RAW)


@pytest.fixture
def cohort(checked):
    return score_cohort(checked, {}, original=RAW)


def test_score_columns_stand_between_the_outcomes_and_the_problems(cohort, checked):
    added = add_scores(cohort, checked.frame, [ScoreChoice("prevent"), SCORE2_LOW])
    assert list(added.table.columns[len(cohort.table.columns) - 1 :]) == [
        "prevent_total_cvd_10y",
        "prevent_ascvd_10y",
        "prevent_heart_failure_10y",
        "prevent_category",
        "prevent_problems",
        "score2_cvd_10y",
        "score2_category",
        "score2_problems",
        "problems",
    ]
    pd.testing.assert_frame_equal(added.table[cohort.table.columns], cohort.table)


def test_values_are_the_scores_own_row_by_row(cohort, checked):
    added = add_scores(cohort, checked.frame, [ScoreChoice("prevent"), SCORE2_LOW])
    own = prevent(checked.frame)
    pd.testing.assert_series_equal(added.column("prevent", "total_cvd_10y"), own["total_cvd_10y"], check_names=False)
    pd.testing.assert_series_equal(added.column("prevent", "category"), own["category"], check_names=False)
    low = score2(checked.frame, "low")["cvd_10y"]
    pd.testing.assert_series_equal(added.column("score2", "cvd_10y"), low, check_names=False)


def test_a_row_without_a_number_keeps_its_place_and_says_why(cohort, checked):
    added = add_scores(cohort, checked.frame, [SCORE2_LOW])
    problems = added.column("score2", "problems")
    assert problems.loc[2] == ""
    assert problems.loc[5] == "valid for ages 40–89 only"
    assert "already told of diabetes" in problems.loc[7]
    assert problems.loc[9] == "not known: Age"
    assert added.column("score2", "cvd_10y").notna().tolist() == [True, False, False, False]


def test_a_row_with_some_of_the_numbers_says_why_it_lacks_the_others(checked):
    people = checked.frame.loc[[2]]
    people = pd.concat([people, people.assign(bmi=np.nan)], ignore_index=True)
    seen = score_cohort(check(people), {}, original=people)
    added = add_scores(seen, people, [ScoreChoice("prevent")])
    assert added.column("prevent", "ascvd_10y").notna().all()
    assert added.column("prevent", "heart_failure_10y").notna().tolist() == [True, False]
    withheld = "no heart failure risk: body mass index is not known"
    assert added.column("prevent", "problems").tolist() == ["", withheld]
    others = add_scores(seen, people, [ScoreChoice("prevent", numbers=("total_cvd_10y", "ascvd_10y"))])
    assert others.column("prevent", "problems").tolist() == ["", ""]


def test_chosen_values_replace_the_usual_ones(cohort, checked):
    added = add_scores(cohort, checked.frame, [ScoreChoice("prevent", numbers=("stroke_30y",))])
    assert ("prevent", "stroke_30y") in added.columns
    assert ("prevent", "total_cvd_10y") not in added.columns


def test_counts_and_outcomes_stay_as_they_were(cohort, checked):
    added = add_scores(cohort, checked.frame, [ScoreChoice("pce")])
    assert added.counts() == cohort.counts()
    assert added.outcomes == cohort.outcomes
    pd.testing.assert_series_equal(added.problems, cohort.problems)


def test_a_column_of_the_file_is_not_overwritten(checked):
    original = RAW.assign(pce_ascvd_10y="mine")
    cohort = score_cohort(checked, {}, original=original)
    added = add_scores(cohort, checked.frame, [ScoreChoice("pce")])
    assert (added.table["pce_ascvd_10y"] == "mine").all()
    assert added.columns["pce", "ascvd_10y"] == "pce_ascvd_10y_2"


def test_a_cohort_of_no_rows_gets_the_columns():
    empty = check(RAW.iloc[:0])
    added = add_scores(score_cohort(empty, {}), empty.frame, [ScoreChoice("prevent")])
    assert len(added.column("prevent", "total_cvd_10y")) == 0


def test_scores_can_be_added_one_after_the_other(cohort, checked):
    added = add_scores(add_scores(cohort, checked.frame, [ScoreChoice("pce")]), checked.frame, [SCORE2_LOW])
    assert {("pce", "ascvd_10y"), ("score2", "cvd_10y")} <= set(added.columns)
    assert added.table.columns[-1] == "problems"


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ([ScoreChoice("qrisk3")], "There is no score “qrisk3”"),
        ([ScoreChoice("pce", numbers=("cvd_10y",))], "has no “cvd_10y”"),
        ([ScoreChoice("prevent", {"region": "low"})], "has no “region”"),
        ([ScoreChoice("score2", {"region": "mars"})], "SCORE2 has no region “mars”"),
        ([ScoreChoice("pce"), ScoreChoice("pce")], "is there already"),
    ],
)
def test_a_wrong_choice_is_refused(cohort, checked, choices, reason):
    with pytest.raises(InputError, match=reason):
        add_scores(cohort, checked.frame, choices)


def test_a_score_that_is_there_is_not_added_again(cohort, checked):
    added = add_scores(cohort, checked.frame, [ScoreChoice("pce")])
    with pytest.raises(InputError, match="is there already"):
        add_scores(added, checked.frame, [ScoreChoice("pce")])


# --- reclassification ------------------------------------------------------------------------------------------------


def test_reclassification_counts_each_corner():
    risk = pd.Series([0.05, 0.05, 0.20, 0.20, 0.20, 0.30])
    score = pd.Series([0.05, 0.20, 0.05, 0.05, 0.15, 0.40])
    counts = reclassification(risk, score, 0.1)
    assert counts.to_numpy().tolist() == [[1, 1], [2, 2]]
    assert counts.loc["from", "below"] == 2  # high by the model, low by the score
    assert (counts.index.name, counts.columns.name) == ("model", "score")


def test_a_value_at_the_threshold_is_high():
    counts = reclassification(pd.Series([0.1]), pd.Series([0.1]), 0.1)
    assert counts.loc["from", "from"] == 1


def test_people_without_one_of_the_two_are_left_out_and_counted():
    counts = reclassification(pd.Series([0.2, np.nan, 0.2]), pd.Series([0.2, 0.2, np.nan]), 0.1)
    assert counts.to_numpy().sum() == 1
    assert counts.attrs["left_out"] == 2


def test_points_have_their_own_threshold():
    counts = reclassification(pd.Series([0.2, 0.01]), pd.Series([5.0, 4.0]), 0.1, 5)
    assert counts.to_numpy().tolist() == [[1, 0], [0, 1]]


def test_nobody_gives_zeros():
    counts = reclassification(pd.Series(dtype=float), pd.Series(dtype=float), 0.1)
    assert counts.to_numpy().tolist() == [[0, 0], [0, 0]]


def test_different_rows_are_refused():
    with pytest.raises(InputError, match="not of the same rows"):
        reclassification(pd.Series([0.1], index=[1]), pd.Series([0.1], index=[2]), 0.1)

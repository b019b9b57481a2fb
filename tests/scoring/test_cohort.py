"""Scoring a checked frame: order, counts, notes, reasons, progress, columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.checks import check
from riskmodels.scoring import score_cohort
from riskmodels.scoring.cohort import parts_of, top_share

RAW = pd.DataFrame(
    {
        "age": ["63", "41", "", "19", "55", "70"],
        "sex": ["male", "female", "male", "female", "male", "female"],
        "glucose": ["118", "", "100", "90", "1520", "350"],
        "hdl_cholesterol": ["62", "40", "", "", "", "50"],
        "diabetes": ["no", "yes", "", "", "", ""],
    },
    index=pd.Index([2, 3, 4, 6, 7, 9], name="row"),
)


def scored(model, raw=RAW, **options):
    return score_cohort(check(raw), {model.name: model}, original=raw, **options)


def test_original_columns_come_first_and_untouched(linear_model):
    cohort = scored(linear_model)
    pd.testing.assert_frame_equal(cohort.table.iloc[:, : cohort.originals], RAW)


def test_rows_keep_their_order_over_chunks(linear_model):
    whole, pieces = scored(linear_model), scored(linear_model, chunk=2)
    assert list(pieces.table.index) == [2, 3, 4, 6, 7, 9]
    pd.testing.assert_frame_equal(whole.table, pieces.table)


def test_each_outcome_has_its_columns_and_one_for_what_is_measured_where_that_can_answer_it(linear_model):
    expected = [f"{o}_{part}" for o in ("diabetes", "cvd_10y") for part in parts_of(o)] + ["problems"]
    assert "diabetes_measured" in expected
    assert "cvd_10y_measured" not in expected
    assert list(scored(linear_model).table.columns[5:]) == expected


def test_risk_is_the_models_own_number(linear_model):
    logit = -2 + 0.04 * 13 + 0.3 * 0.5 + 0.02 * 18 - 0.01 * 12
    assert scored(linear_model).table.loc[2, "diabetes_risk"] == pytest.approx(1 / (1 + np.exp(-logit)))


def test_counts_add_up_to_the_rows_read(linear_model):
    counts = scored(linear_model).counts()
    assert (counts.read, counts.scored, counts.not_scored) == (6, 4, 2)


def test_a_measured_row_has_words_and_no_number(linear_model):
    cohort = scored(linear_model, RAW.assign(hba1c=["12", "", "", "", "", "5.4"]))
    row = cohort.table.loc[2]
    assert row["diabetes_measured"].startswith("HbA1c 12.0 % meets the ADA criterion for diabetes (from 6.5 %)")
    assert row[["diabetes_risk", "diabetes_low", "diabetes_high"]].isna().all()
    assert (row["diabetes_note"], row["diabetes_reasons"]) == ("", "")
    assert row["cvd_10y_risk"] > 0


def test_a_measured_outcome_tells_nothing_of_the_edge_that_another_outcome_of_the_row_is_held_at(linear_model):
    row = scored(linear_model, RAW.assign(glucose="450", hba1c=["12", "", "", "", "", ""])).table.loc[2]
    assert (row["diabetes_held"], row["cvd_10y_held"]) == ("", "held: Glucose")
    assert row["diabetes_measured"]


def test_words_of_a_measurement_are_in_the_units_of_the_file(linear_model):
    raw = RAW.assign(hba1c=["12", "", "", "", "", ""])
    words = scored(linear_model, raw, units={"hba1c": "mmol/mol"}).table.loc[2, "diabetes_measured"]
    assert words.startswith("HbA1c 108 mmol/mol meets the ADA criterion for diabetes (from 48 mmol/mol)")


def test_measured_rows_are_a_count_of_their_own_and_counts_add_up(linear_model):
    cohort = scored(linear_model, RAW.assign(hba1c=["12", "", "", "", "", "5.4"]))
    counts = cohort.counts("diabetes")
    assert (counts.scored, counts.measured, counts.not_scored) == (1, 2, 3)
    assert counts.read == counts.scored + counts.measured + counts.not_scored
    assert cohort.counts().measured == 0  # both have an estimate of another outcome


def test_measured_rows_are_not_flagged(linear_model):
    cohort = scored(linear_model, RAW.assign(hba1c=["12", "", "", "", "", "12"]))
    assert not top_share(cohort.column("diabetes", "risk"), 1.0)[cohort.measured("diabetes")].any()


def test_rows_with_problems_are_counted_once_each(linear_model):
    # row 4 has no age, row 7 an impossible glucose
    assert scored(linear_model).counts().with_problems == 2


def test_counts_of_one_outcome_leave_out_its_refusals(linear_model):
    # already diagnosed (row 3), no age (row 4), 19 years old (row 6)
    assert scored(linear_model).counts("diabetes").scored == 3


def test_refused_row_has_its_reason_and_no_number(linear_model):
    row = scored(linear_model).table.loc[3]
    assert "already told" in row["diabetes_note"]
    assert row[["diabetes_risk", "diabetes_low", "diabetes_high"]].isna().all()
    assert row["diabetes_reasons"] == ""


def test_caution_stands_in_the_note_of_an_estimated_row(linear_model):
    row = scored(linear_model).table.loc[9]
    assert row["diabetes_note"] == "near the edge: Glucose"
    assert row["diabetes_risk"] > 0


def test_reasons_are_the_three_strongest_in_words(linear_model):
    reasons = scored(linear_model).table.loc[2, "diabetes_reasons"]
    assert reasons == "Age 63 years raises; Glucose 118 mg/dL raises; Sex (male) raises"


def test_unknown_values_are_no_reason(linear_model):
    raw = RAW.loc[[7]].assign(glucose="")
    assert "Glucose" not in scored(linear_model, raw).table.loc[7, "diabetes_reasons"]


def test_reasons_use_the_unit_of_the_file(linear_model):
    raw = RAW.loc[[2]].assign(glucose="6.5")
    cohort = score_cohort(check(raw, {"glucose": "mmol/L"}), {"population": linear_model}, units={"glucose": "mmol/L"})
    assert "Glucose 6.5 mmol/L raises" in cohort.table.loc[2, "diabetes_reasons"]


def test_problems_column_names_the_problem_of_its_row(linear_model):
    problems = scored(linear_model).problems
    assert "Glucose 1520 mg/dL is outside" in problems.loc[7]
    assert "Age is not known" in problems.loc[4]
    assert problems.loc[2] == ""


def test_progress_is_told_after_each_chunk(linear_model):
    told = []
    scored(linear_model, chunk=4, progress=lambda done, total: told.append((done, total)))
    assert told == [(4, 6), (6, 6)]


def test_what_progress_raises_stops_the_scoring_between_chunks(linear_model):
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        scored(linear_model, chunk=2, progress=stop)
    assert linear_model.rows_seen == [2]


def test_a_result_never_overwrites_a_column_of_the_file(linear_model):
    raw = RAW.assign(diabetes_risk="mine", problems="mine too")
    cohort = scored(linear_model, raw)
    assert (cohort.table["diabetes_risk"] == "mine").all()
    assert cohort.columns["diabetes", "risk"] == "diabetes_risk_2"
    assert cohort.column("diabetes", "risk").notna().sum() == 3
    assert cohort.problems.name == "problems_2"


def test_outcome_whose_required_input_is_nowhere_known_is_left_out(linear_model):
    linear_model.outcomes = ("diabetes", "coronary_disease")
    cohort = scored(linear_model)
    assert cohort.outcomes == ("diabetes",)
    assert cohort.left_out == {"coronary_disease": "Kind of chest pain is not known for any row"}


def test_outcomes_stand_in_the_order_of_the_registry_whatever_the_models_order(linear_model):
    linear_model.outcomes = ("cvd_10y", "diabetes")
    cohort = scored(linear_model)
    assert cohort.outcomes == ("diabetes", "cvd_10y")
    assert cohort.table.columns[5] == "diabetes_risk"


def test_without_an_original_the_frame_itself_comes_first(linear_model):
    cohort = score_cohort(check(RAW), {"population": linear_model})
    assert cohort.table["glucose"].tolist()[0] == 118.0


def test_cohort_of_no_rows_counts_nothing(linear_model):
    counts = scored(linear_model, RAW.iloc[:0]).counts()
    assert (counts.read, counts.scored, counts.with_problems, counts.not_scored) == (0, 0, 0, 0)


def test_top_share_flags_the_highest_of_the_estimated():
    risk = pd.Series([0.1, 0.4, np.nan, 0.2, 0.3])
    assert top_share(risk, 0.5).tolist() == [False, True, False, False, True]


def test_top_share_flags_ties_together():
    assert top_share(pd.Series([0.2, 0.2, 0.1, 0.1]), 0.25).tolist() == [True, True, False, False]


def test_top_share_of_nobody_flags_nobody():
    assert not top_share(pd.Series([np.nan, np.nan]), 0.1).any()
    assert not top_share(pd.Series([0.5, 0.4]), 0.0).any()

"""Clear differences of rank between a neural estimate and a score, and the words for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from riskmodels.outcomes import OUTCOME
from riskmodels.scores import REGISTRY
from riskmodels.scores.disagreement import (
    BANDS,
    LEAST,
    SAME_KIND,
    band,
    clearly_different,
    find_disagreements,
    score_share,
    used_inputs,
)
from riskmodels.units import TRIGLYCERIDES, find_unit


@pytest.fixture
def patient(person):
    return pd.Series(person | {"triglycerides": 350.0, "uric_acid": 8.0, "crp": 1.0})


def results(patient, **options):
    frame = pd.DataFrame([patient])
    return {
        name: REGISTRY[name].function(frame, **options.get(name, {})) for name in ("prevent", "pce", "framingham")
    } | {"score2": REGISTRY["score2"].function(frame, region="high")}


def contributions(patient, **values):
    return pd.Series(0.0, index=[*patient.index, "hba1c"]).add(pd.Series(values), fill_value=0.0)


def found(patient, share, score="prevent", **values):
    chosen = {score: results(patient)[score]}
    return find_disagreements(patient, "cvd_10y", share, contributions(patient, **values), chosen, region="high")


@pytest.mark.parametrize(
    ("share", "index"), [(0.0, 0), (0.2499, 0), (0.25, 1), (0.5, 2), (0.75, 3), (0.9, 4), (0.975, 5), (1.0, 5)]
)
def test_bands_open_at_their_lower_end(share, index):
    assert band(share) == index
    assert len(BANDS) == 6


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        (0.24, 0.51, True),
        (0.51, 0.24, True),
        (0.3, 0.7, False),
        (0.5, 0.89, False),
        (0.7, 0.9, True),
        (0.9, 1.0, False),
    ],
)
def test_clearly_different_is_two_bands_apart_either_way(one, other, different):
    assert clearly_different(one, other) is different


@pytest.mark.parametrize(("one", "other"), [(np.nan, 0.9), (0.1, np.nan), (np.nan, np.nan)])
def test_an_unknown_rank_disagrees_with_nothing(one, other):
    assert not clearly_different(one, other)


def test_every_pair_is_an_outcome_and_a_value_of_a_score():
    for outcome, pairs in SAME_KIND.items():
        assert outcome in OUTCOME
        assert all(column in REGISTRY[score].values for score, column in pairs)


def test_equal_ranks_give_nothing(patient):
    share = score_share("prevent", "total_cvd_10y", results(patient)["prevent"].iloc[0], patient)
    assert found(patient, share, triglycerides=1.0) == []


def test_a_higher_estimate_names_what_only_it_uses_strongest_first(patient):
    (difference,) = found(patient, 0.99, triglycerides=0.4, uric_acid=0.6, crp=-0.1)
    assert [push.name for push in difference.only_model] == ["uric_acid", "triglycerides", "crp"]
    assert difference.bands[0] - difference.bands[1] >= 2
    assert "ranks this patient higher (above 99 of 100: top 2.5 %) than AHA PREVENT 2023 (above " in difference.text
    assert (
        "Used only by the neural estimate: Uric acid 8.0 mg/dL (raises it), Triglycerides 350 mg/dL (raises it), "
        "C-reactive protein 1.0 mg/L (lowers it); together they push it up."
    ) in difference.text


def test_what_the_score_uses_too_is_not_named_as_the_models_own(patient):
    (difference,) = found(patient, 0.99, systolic_bp=1.0, triglycerides=0.4)
    assert [push.name for push in difference.only_model] == ["triglycerides"]


def test_weak_contributions_are_not_worth_a_word(patient):
    (difference,) = found(patient, 0.99, triglycerides=LEAST / 2, uric_acid=0.5)
    assert [push.name for push in difference.only_model] == ["uric_acid"]


def test_known_inputs_that_only_the_score_uses_are_named(patient):
    used = {name: 0.01 for name in ("age", "sex", "systolic_bp", "smoking", "total_cholesterol", "diabetes")}
    (difference,) = found(patient, 0.99, "score2", triglycerides=0.5, **used)
    assert difference.only_score == ("hdl_cholesterol",)
    assert "Used only by SCORE2: HDL cholesterol." in difference.text


def test_pushes_against_the_difference_leave_it_to_the_shared_inputs(patient):
    shared = {name: 0.01 for name in REGISTRY["prevent"].inputs}
    (difference,) = found(patient, 0.99, triglycerides=-0.5, **shared)
    assert "together they push it down. The difference comes from how each weighs the inputs that both use." in (
        difference.text
    )


def test_scores_of_another_outcome_say_what_each_predicts(patient):
    (framingham,) = found(patient, 0.99, "framingham", triglycerides=0.5)
    assert (
        "They do not predict the same. Framingham 2008 general cardiovascular risk: risk of a first" in framingham.text
    )
    assert OUTCOME["cvd_10y"].definition in framingham.text


def test_prevent_and_the_estimate_learnt_from_it_predict_the_same(patient):
    (prevent,) = found(patient, 0.99, triglycerides=0.5)
    assert "do not predict the same" not in prevent.text


def test_all_scores_of_the_kind_are_compared_in_their_order(patient):
    scores = results(patient)
    differences = find_disagreements(
        patient, "cvd_10y", 0.99, contributions(patient, triglycerides=0.5), scores, region="high"
    )
    assert [d.score for d in differences] == ["prevent", "score2", "framingham", "pce"]


def test_another_kind_of_outcome_is_not_compared(patient):
    assert find_disagreements(patient, "coronary_disease", 0.99, contributions(patient), results(patient)) == []


def test_a_refused_score_is_no_disagreement(patient):
    patient["heart_attack"] = 1.0
    assert found(patient, 0.99, triglycerides=0.5) == []


def test_points_of_the_ada_test_are_compared_for_men(patient):
    patient["sex"] = 1.0
    ada = {"ada_risk_test": REGISTRY["ada_risk_test"].function(pd.DataFrame([patient]))}
    (difference,) = find_disagreements(patient, "diabetes", 0.99, contributions(patient, triglycerides=0.5), ada)
    assert difference.score == "ada_risk_test"
    assert difference.score_share < 0.5


def test_findrisc_has_no_percentiles_and_so_no_disagreement(patient):
    findrisc = {"findrisc": REGISTRY["findrisc"].function(pd.DataFrame([patient]))}
    assert find_disagreements(patient, "diabetes", 0.99, contributions(patient), findrisc) == []


def test_framinghams_office_model_is_not_ranked(patient):
    patient["hdl_cholesterol"] = np.nan
    office = REGISTRY["framingham"].function(pd.DataFrame([patient])).iloc[0]
    assert office["general_cvd_10y"] > 0
    assert np.isnan(score_share("framingham", "general_cvd_10y", office, patient))


def test_a_marker_counts_as_used_only_where_it_is_known(patient):
    assert "uacr" not in used_inputs(REGISTRY["prevent"], patient, "base")
    patient["uacr"] = 12.0
    assert "uacr" in used_inputs(REGISTRY["prevent"], patient, "uacr")


def test_body_mass_index_is_not_used_by_framingham_with_cholesterol(patient):
    assert "bmi" not in used_inputs(REGISTRY["framingham"], patient, "lipid")
    assert "bmi" in used_inputs(REGISTRY["framingham"], patient, "office")


def test_values_are_worded_in_the_unit_asked_for(patient):
    units = {"triglycerides": find_unit(TRIGLYCERIDES, "mmol/L")}
    prevent = {"prevent": results(patient)["prevent"]}
    (difference,) = find_disagreements(
        patient, "cvd_10y", 0.99, contributions(patient, triglycerides=0.4), prevent, units=units
    )
    assert "Triglycerides 4.0 mmol/L" in difference.text


def test_no_patient_value_stands_in_a_disagreements_repr(patient):
    (difference,) = found(patient, 0.99, triglycerides=0.4)
    assert "350" not in repr(difference)
    assert "0.99" not in repr(difference)

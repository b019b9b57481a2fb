"""People judged by the fits that had not seen them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from riskmodels.shipping.evidence.judged import Judged


def test_answer_is_that_of_the_model(judged: Judged) -> None:
    model = judged.fits[0][0]
    told = model.predict(judged.people)
    found = judged.answers(judged.people)
    assert np.allclose(found.risk, 1 / (1 + np.exp(-told.logit["diabetes"])), atol=1e-12)
    assert np.array_equal(found.low, told.low["diabetes"], equal_nan=True)


def test_person_of_two_fits_gets_their_mean_and_one_of_none_no_answer(judged: Judged) -> None:
    model = judged.fits[0][0]
    slope, intercept = model.calibration["diabetes"]
    other = model.calibrated({"diabetes": (slope, intercept + 2)}, model.reference, model.card)
    two = replace(judged.at(np.arange(3)), fits=((model, np.array([0, 1])), (other, np.array([1]))))
    alone, raised = (replace(two, fits=((m, np.arange(3)),)).risk(two.people) for m in (model, other))
    risk = two.risk(two.people)
    assert np.allclose(risk[:2], [alone[0], (alone[1] + raised[1]) / 2])
    assert np.isnan(risk[2])


def test_some_of_the_people_keep_their_answers(judged: Judged) -> None:
    kept = np.array([3, 10, 200])
    assert np.allclose(judged.at(kept).risk(judged.people.iloc[kept]), judged.risk(judged.people)[kept])


def test_fewer_inputs_give_another_answer(judged: Judged) -> None:
    assert not np.allclose(judged.knowing(["age", "sex"]), judged.knowing(judged.inputs))


def test_most_telling_inputs_are_unknown_ones(judged: Judged) -> None:
    frame = judged.people[list(judged.inputs)].copy()
    frame.loc[frame.index[0], ["glucose", "bmi"]] = np.nan
    frame.loc[frame.index[0], ["systolic_bp", "smoking", "hypertension"]] = [120.0, 0.0, 0.0]
    assert set(judged.ranked(0, frame)) == {"glucose", "bmi"}

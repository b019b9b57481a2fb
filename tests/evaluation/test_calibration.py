"""Deciles, smooth curve and affine recalibration."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.errors import InputError, TrainingError
from riskmodels.evaluation import Plan, decile_table, fit_affine, smooth_curve, wilson


@pytest.fixture(scope="module")
def calibrated() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    p = 1 / (1 + np.exp(-rng.normal(-1.5, 1, 20000)))
    return (rng.random(20000) < p).astype(float), p


def test_affine_undoes_a_known_distortion(calibrated):
    label, p = calibrated
    logit = np.log(p / (1 - p))
    slope, intercept = fit_affine((logit - 0.7) / 0.5, label)
    true_slope, true_intercept = fit_affine(logit, label)
    assert slope == pytest.approx(0.5 * true_slope)
    assert intercept == pytest.approx(true_intercept + 0.7 * true_slope)
    assert true_slope == pytest.approx(1, abs=0.05)


def test_affine_of_soft_labels_that_follow_the_line_is_exact():
    logit = np.linspace(-4, 2, 50)
    slope, intercept = fit_affine(logit, 1 / (1 + np.exp(-(1.3 * logit - 0.4))))
    assert (slope, intercept) == pytest.approx((1.3, -0.4))


def test_affine_does_not_depend_on_the_scale_of_the_weights(calibrated):
    label, p = (a[:2000] for a in calibrated)
    logit, weight = np.log(p / (1 - p)), np.random.default_rng(1).uniform(1, 5, 2000)
    assert fit_affine(logit, label, weight) == pytest.approx(fit_affine(logit, label, weight * 1e5))


@pytest.mark.parametrize(
    ("logit", "label", "words"),
    [
        ([0.1, 0.2, 0.3], [0, 0, 0], "with and people without"),
        ([], [], "with and people without"),
        ([0.2, 0.2, 0.2], [0, 1, 0], "cannot be estimated"),
        ([-2, -1, 1, 2], [0, 0, 1, 1], "cannot be estimated"),
    ],
)
def test_affine_says_so_when_it_cannot_be_fitted(logit, label, words):
    with pytest.raises(TrainingError, match=words):
        fit_affine(logit, label)


def test_deciles_hold_a_tenth_each_and_add_up(calibrated):
    label, p = calibrated
    table = decile_table(label, p)
    assert table["n"].tolist() == [2000] * 10
    assert table["events"].sum() == label.sum()
    assert (table["predicted"].diff().dropna() > 0).all()
    assert table["observed"].between(table["low"], table["high"]).all()


def test_decile_of_known_values():
    table = decile_table([0, 1, 1, 1], [0.1, 0.3, 0.6, 0.8], [1, 3, 1, 1], bins=2)
    assert table["n"].tolist() == [2, 2]
    assert table["observed"].tolist() == pytest.approx([0.75, 1.0])
    assert table["predicted"].tolist() == pytest.approx([0.25, 0.7])


def test_equal_scores_stay_together():
    table = decile_table([0, 1, 0, 1, 1, 0], [0.2, 0.2, 0.2, 0.2, 0.7, 0.7])
    assert table["n"].tolist() == [4, 2]


def test_the_middle_of_the_weight_decides_the_group():
    # the second person covers 1/8 to 7/8 of the weight, so half of it lies in the upper half
    assert decile_table([0, 1, 1], [0.1, 0.3, 0.6], [1, 6, 1], bins=2)["n"].tolist() == [1, 2]


def test_deciles_of_no_one_are_empty():
    assert decile_table([np.nan], [0.3]).empty


def test_wilson_interval_of_the_published_example():
    # Newcombe 1998, doi 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E: 81 of 263
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_wilson_bounds_of_none_and_all_are_exact():
    assert wilson(0.0, 839)[0] == 0
    assert wilson(1.0, 839)[1] == 1


def test_smooth_curve_of_a_calibrated_score_is_the_diagonal(calibrated):
    curve = smooth_curve(*calibrated, plan=Plan(0))
    middle = curve[curve["predicted"].between(0.05, 0.6)]
    assert np.abs(middle["observed"] - middle["predicted"]).max() < 0.04


def test_smooth_curve_shows_that_risk_was_halved(calibrated):
    label, p = calibrated
    curve = smooth_curve(label, p / 2, plan=Plan(0))
    middle = curve[curve["predicted"].between(0.05, 0.3)]
    assert (middle["observed"] / middle["predicted"]).to_numpy() == pytest.approx(2, abs=0.2)


def test_band_of_the_curve_encloses_it(calibrated):
    label, p = (a[:1000] for a in calibrated)
    curve = smooth_curve(label, p, points=10, plan=Plan(200))
    assert curve["observed"].between(curve["low"], curve["high"]).all()


def test_no_curve_for_one_class():
    assert smooth_curve([0, 0, 0], [0.1, 0.2, 0.3]).empty


def test_per_cent_is_refused():
    with pytest.raises(InputError, match="per cent"):
        decile_table([0, 1], [3.0, 40.0])

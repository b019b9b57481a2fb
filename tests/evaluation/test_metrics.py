"""Metrics against scikit-learn as the reference, hand-worked cases, and what is not estimable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from riskmodels import evaluation as ev
from riskmodels.errors import InputError
from riskmodels.evaluation.metrics import METRICS, prepare


@st.composite
def weighted_samples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both classes, heavily tied probabilities, uneven weights."""
    n = draw(st.integers(4, 40))
    label = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)), float)
    label[:2] = 0, 1
    score = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))) / 10
    weight = np.array(draw(st.lists(st.integers(1, 50), min_size=n, max_size=n))) / 7
    return label, score, weight


def calibrated(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-rng.normal(-1, 1, n)))
    return (rng.random(n) < p).astype(float), p


@given(weighted_samples())
@settings(max_examples=150)
def test_auroc_with_ties_and_weights_equals_scikit_learn(sample):
    label, score, weight = sample
    assert ev.auroc(label, score, weight) == pytest.approx(roc_auc_score(label, score, sample_weight=weight), abs=1e-12)


@given(weighted_samples())
@settings(max_examples=150)
def test_auprc_with_ties_and_weights_equals_scikit_learn(sample):
    label, score, weight = sample
    expected = average_precision_score(label, score, sample_weight=weight)
    assert ev.auprc(label, score, weight) == pytest.approx(expected, abs=1e-12)


@given(weighted_samples())
@settings(max_examples=50)
def test_brier_and_log_loss_equal_scikit_learn(sample):
    label, score, weight = sample
    assert ev.brier(label, score, weight) == pytest.approx(brier_score_loss(label, score, sample_weight=weight))
    assert ev.log_loss(label, score, weight) == pytest.approx(log_loss(label, score, sample_weight=weight))


@given(weighted_samples())
@settings(max_examples=50)
def test_whole_weights_equal_repeated_people(sample):
    label, score, weight = sample
    times = np.ceil(weight).astype(int)
    repeated = ev.measure(np.repeat(label, times), np.repeat(score, times), names=["auroc", "auprc", "scaled_brier"])
    assert ev.measure(label, score, times, ["auroc", "auprc", "scaled_brier"]) == pytest.approx(repeated)


def test_auroc_by_hand_counts_ties_one_half():
    # pairs (event, other): .8>.3 1, .8>.5 1, .5>.3 1, .5=.5 ½ → 3.5 of 4
    assert ev.auroc([1, 1, 0, 0], [0.8, 0.5, 0.3, 0.5]) == pytest.approx(3.5 / 4)


def test_scaled_brier_of_the_prevalence_is_zero():
    assert ev.scaled_brier([1, 0, 0, 0], [0.25] * 4) == pytest.approx(0)


def test_slope_and_intercept_equal_unpenalised_logistic_regression():
    label, p = calibrated(3000)
    distorted = p**2 / (p**2 + (1 - p) ** 2)
    weight = np.random.default_rng(1).uniform(0.5, 3, len(p))
    logit = np.log(distorted / (1 - distorted))[:, None]
    fit = LogisticRegression(C=np.inf, tol=1e-10, solver="newton-cholesky").fit(logit, label, weight)
    found = ev.measure(label, distorted, weight, ["calibration_slope", "calibration_intercept"])
    assert found["calibration_slope"] == pytest.approx(fit.coef_[0, 0], abs=1e-6)
    assert found["calibration_intercept"] == pytest.approx(fit.intercept_[0], abs=1e-6)


def test_slope_of_doubled_log_odds_is_half():
    label, p = calibrated(2000)
    doubled = p**2 / (p**2 + (1 - p) ** 2)
    assert ev.calibration_slope(label, doubled) == pytest.approx(ev.calibration_slope(label, p) / 2)


def test_calibration_in_the_large_makes_the_mean_right():
    label, p = calibrated(2000)
    low = 0.5 * p
    shift = ev.calibration_in_the_large(label, low)
    moved = 1 / (1 + np.exp(-(np.log(low / (1 - low)) + shift)))
    assert shift > 0
    assert moved.mean() == pytest.approx(label.mean())


def test_ici_of_one_probability_for_everybody_is_its_distance_from_the_prevalence():
    assert ev.ici([1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [0.2] * 10) == pytest.approx(0.1, abs=1e-6)


def test_ici_is_small_when_calibrated_and_large_when_not():
    label, p = calibrated(20000)
    assert ev.ici(label, p) < 0.01
    assert ev.ici(label, p / 2) == pytest.approx(np.mean(p / 2), abs=0.01)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("label", [[1, 1, 1], [0, 0, 0], []])
def test_one_class_is_not_estimable(name: str, label: list[int]):
    assert np.isnan(ev.measure(label, [0.2, 0.5, 0.5][: len(label)], names=[name])[name])


def test_people_without_label_score_or_weight_are_left_out():
    label = [1, 0, 1, 0, np.nan, 1, 0, 1, 0]
    score = [0.9, 0.1, 0.4, 0.6, 0.99, np.nan, 0.99, 0.01, 0.02]
    weight = [1, 1, 1, 1, 1, 1, 0, np.nan, 1]
    complete = ev.measure([1, 0, 1, 0, 0], [0.9, 0.1, 0.4, 0.6, 0.02], names=["auroc", "brier"])
    assert ev.measure(label, score, weight, ["auroc", "brier"]) == pytest.approx(complete)


def test_separated_classes_have_no_slope_but_an_auroc():
    found = ev.measure([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8])
    assert np.isnan(found["calibration_slope"])
    assert found["auroc"] == 1


def test_certain_probabilities_give_finite_values():
    found = ev.measure([0, 1, 1, 0, 1], [0.0, 1.0, 0.0, 0.3, 0.6])
    assert all(np.isfinite(value) for value in found.values())


def test_many_sets_of_weights_give_each_what_it_gives_alone():
    label, p = calibrated(300)
    weights = np.random.default_rng(2).exponential(size=(5, 300))
    together = prepare(label, p)(weights)
    for i, weight in enumerate(weights):
        assert {name: values[i] for name, values in together.items()} == pytest.approx(ev.measure(label, p, weight))


def test_per_cent_instead_of_fractions_is_refused():
    with pytest.raises(InputError, match="below 0 or above 1"):
        ev.brier([0, 1], [12.0, 40.0])


def test_a_label_that_is_not_0_or_1_is_refused():
    with pytest.raises(InputError, match="neither 0 nor 1"):
        ev.auroc([0, 2], [0.1, 0.2])


def test_a_negative_weight_is_refused():
    with pytest.raises(InputError, match="negative"):
        ev.auroc([0, 1], [0.1, 0.2], [1, -1])


def test_lengths_that_differ_are_refused():
    with pytest.raises(InputError, match="2, 3 and 2"):
        ev.auroc([0, 1], [0.1, 0.2, 0.3])


def test_an_unknown_metric_is_refused_by_name():
    with pytest.raises(InputError, match="accuracy"):
        ev.measure([0, 1], [0.1, 0.2], names=["accuracy"])

"""The batched Newton solver and the spline basis against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from riskmodels.evaluation.logistic import fit_logistic, spline_design


def problem(n: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    label = (rng.random(n) < 1 / (1 + np.exp(1 - x @ [1.0, -2.0, 0.5]))).astype(float)
    return np.column_stack([np.ones(n), x]), label, rng.exponential(size=(4, n))


def test_ridge_regression_equals_scikit_learn_for_every_set_of_weights():
    design, label, weights = problem()
    found = fit_logistic(design, label, weights, ridge=2.0)
    for weight, beta in zip(weights, found, strict=True):
        reference = LogisticRegression(C=0.5, tol=1e-10, solver="newton-cholesky").fit(design[:, 1:], label, weight)
        assert beta == pytest.approx([*reference.intercept_, *reference.coef_[0]], abs=1e-6)


def test_the_solution_does_not_depend_on_where_it_starts():
    design, label, weights = problem()
    away = fit_logistic(design, label, weights, start=np.array([3.0, -3.0, 3.0, 3.0]))
    assert away == pytest.approx(fit_logistic(design, label, weights), abs=1e-6)


def test_separated_classes_are_nan_and_leave_the_others_alone():
    x = np.array([-2.0, -1, 1, 2, -1.5, 1.5])
    label = np.array([0.0, 0, 1, 1, 1, 0])
    weights = np.array([[1.0, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]])
    found = fit_logistic(np.column_stack([np.ones(6), x]), label, weights)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()


def test_no_spread_of_the_input_is_nan():
    design = np.ones((4, 2))
    assert np.isnan(fit_logistic(design, np.array([0.0, 1, 0, 1]), np.ones((1, 4)))).all()


def test_spline_is_linear_beyond_the_outer_knots():
    basis = spline_design(np.random.default_rng(0).normal(size=400))
    far = basis(np.array([10.0, 11.0, 12.0]))
    assert far[2] - far[1] == pytest.approx(far[1] - far[0])


def test_few_distinct_values_make_a_straight_line():
    assert spline_design(np.array([0.0, 0.0, 1.0, 1.0]))(np.array([0.5])).shape == (1, 2)

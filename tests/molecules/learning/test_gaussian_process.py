"""The process is the textbook's, and its kernel is found where it is known."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.molecules.learning.gaussian_process import LEAST_NOISE, Kernel, fit_kernel, fit_process

KERNEL = Kernel((0.7, 0.3), (0.5, 0.0), 1.2, 0.4, 0.1)


def likenesses(count: int, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    """Two kinds of likeness of points on lines, and two descriptors."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 3, (2, count))
    return [np.exp(-np.abs(p[:, None] - p[None])) for p in places], rng.normal(size=(count, 2))


def covariance(similarities: list[np.ndarray], descriptors: np.ndarray) -> np.ndarray:
    mixed = 0.7 * similarities[0] + 0.3 * similarities[1]
    closeness = np.exp(-0.5 * 0.25 * (descriptors[:, :1] - descriptors[:, 0]) ** 2)
    return closeness * (1.2 * mixed + 0.4 * mixed**2)


def test_estimates_are_those_of_the_textbook() -> None:
    similarities, descriptors = likenesses(30)
    values = np.random.default_rng(1).normal(6, 1, 30)
    known, asked = np.arange(20), np.arange(20, 30)
    process = fit_process(
        KERNEL, [one[np.ix_(known, known)] for one in similarities], descriptors[known], values[known]
    )
    found = process.estimate(
        [one[np.ix_(asked, known)] for one in similarities], descriptors[asked], descriptors[known]
    )
    full = covariance(similarities, descriptors)
    mean = values[known].mean()
    solved = np.linalg.solve(full[np.ix_(known, known)] + 0.1 * np.eye(20), values[known] - mean)
    np.testing.assert_allclose(found, mean + full[np.ix_(asked, known)] @ solved, atol=1e-9)


def test_the_kernel_is_found_that_values_were_drawn_by() -> None:
    similarities, descriptors = likenesses(400)
    full = covariance(similarities, descriptors) + 0.1 * np.eye(400)
    values = np.linalg.cholesky(full) @ np.random.default_rng(2).normal(size=400)
    found = fit_kernel(similarities, descriptors, values)
    assert found.noise == pytest.approx(0.1, abs=0.06)
    assert found.shares[0] > 0.5
    assert found.rates[0] > 3 * found.rates[1]
    assert sum(found.shares) == pytest.approx(1)


def test_noise_is_never_less_than_a_laboratory_has() -> None:
    similarities, descriptors = likenesses(60)
    values = np.linalg.cholesky(covariance(similarities, descriptors)) @ np.random.default_rng(3).normal(size=60)
    assert fit_kernel(similarities, descriptors, values).noise >= LEAST_NOISE


def test_compounds_that_cannot_be_told_apart_are_fitted_all_the_same() -> None:
    alike = [np.ones((40, 40))] * 2
    found = fit_kernel(alike, np.zeros((40, 2)), np.random.default_rng(4).normal(6, 1, 40))
    assert found.noise == pytest.approx(1, abs=0.4)

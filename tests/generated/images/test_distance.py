"""Distances of sets: none to itself, the formula of two Gaussians, unbiased in small sets."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.errors import InputError
from riskmodels.generated.images.distance import distance, frechet_distance, kernel_distance


def drawn(n: int, seed: int, d: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def test_a_set_is_at_no_distance_from_itself() -> None:
    one = drawn(40, 0, d=100)  # fewer pictures than features
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-8)


def test_frechet_distance_is_that_of_two_gaussians() -> None:
    # |μ|² + Σ (σ₁ − σ₂)², Heusel et al. 2017
    one = drawn(200_000, 0) * 2
    other = drawn(200_000, 1) + 3
    assert frechet_distance(one, other) == pytest.approx(6 * 9 + 6 * (2 - 1) ** 2, rel=0.01)


def test_kernel_distance_is_about_zero_of_one_kind_and_not_of_two() -> None:
    kid, spread = kernel_distance(drawn(150, 0), drawn(150, 1))
    assert abs(kid) < 3 * spread
    other, _ = kernel_distance(drawn(150, 0), drawn(150, 1) + 1)
    assert other > 10 * abs(kid)


def test_one_picture_has_no_distance() -> None:
    with pytest.raises(InputError, match="one picture"):
        distance(drawn(1, 0), drawn(5, 0))

"""Distance to the closest record: members against as many others."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.generated.privacy.closest import closest_records, effective_number


def normal(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 5))


def test_an_independent_draw_is_as_near_to_both_however_many_there_are() -> None:
    found = closest_records(normal(2000, 0), normal(5000, 1), normal(1500, 2))
    assert (found.invented, found.people) == (2000, 1500)
    low, high = found.nearer.estimate[1:]
    assert low < 0.5 < high
    assert found.to_members == pytest.approx(found.to_others, rel=0.05)


def test_members_with_noise_are_nearer_to_members() -> None:
    members = normal(800, 1)
    found = closest_records(members + 0.02, members, normal(800, 2))
    assert found.nearer.value > 0.95
    assert found.to_members < 0.2 < found.to_others
    assert found.nearest_members <= found.to_members


def test_ties_are_halves() -> None:
    both = normal(60, 1)
    assert closest_records(normal(100, 0), both, both).nearer.value == 0.5


def test_closest_people_of_many_make_the_interval_wider() -> None:
    assert effective_number(np.array([1, 2, 3, 4])) == 4
    assert effective_number(np.array([1, 1, 1, 1])) == 1
    found = closest_records(normal(5000, 0), normal(50, 1), normal(50, 2))
    assert found.nearer.effective < 100
    assert found.nearer.estimate.high - found.nearer.estimate.low > 0.15

"""Means and their intervals: worked values, and that 95 of 100 hold the mean where readings are alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from riskmodels.columns import Floats
from riskmodels.signals.pressure.estimates import Estimate, mean_in_time, mean_over_days, together

VALUES = st.lists(st.floats(60, 240), min_size=2, max_size=60)


def evenly(n: int) -> Floats:
    """n times, 20 minutes apart."""
    seconds: Floats = np.arange(n, dtype=np.float64) * 1200
    return seconds


def lasting(random: np.random.Generator, n: int, alike: float) -> Floats:
    """Noise of variance 1 whose neighbours correlate."""
    noise = np.empty(n)
    noise[0] = random.normal()
    for i in range(1, n):
        noise[i] = alike * noise[i - 1] + np.sqrt(1 - alike**2) * random.normal()
    return noise


@pytest.mark.parametrize(("n", "alike"), [(20, 0.0), (45, 0.0), (45, 0.4), (45, 0.6)])
def test_the_interval_holds_the_mean_of_readings_that_are_alike(n: int, alike: float) -> None:
    random = np.random.default_rng(5)
    seconds = evenly(n)
    estimates = [mean_in_time(130 + 10 * lasting(random, n, alike), seconds) for _ in range(400)]
    held = np.mean([e.low <= 130 <= e.high for e in estimates])
    assert 0.90 <= held <= 0.995
    plain = np.mean([abs(e.value - 130) < student.ppf(0.975, n - 1) * 10 / np.sqrt(n) for e in estimates])
    assert alike == 0 or held > plain + 0.05, "an interval that takes readings as independent is too narrow"


@pytest.mark.parametrize("days", [3, 6])
def test_the_interval_over_days_holds_the_mean_of_days_that_differ(days: int) -> None:
    random = np.random.default_rng(6)
    which = np.repeat(np.arange(days), 4)
    held = []
    for _ in range(400):
        values = 130 + np.repeat(random.normal(0, 6, days), 4) + random.normal(0, 5, 4 * days)
        estimate = mean_over_days(values, which)
        held.append(estimate.low <= 130 <= estimate.high)
    assert 0.92 <= np.mean(held) <= 0.98


def test_mean_over_days_of_equal_days_is_the_t_interval_of_their_means() -> None:
    values = np.array([120.0, 130, 126, 134, 131, 139])
    estimate = mean_over_days(values, np.array([0, 0, 1, 1, 2, 2]))
    means = np.array([125.0, 130, 135])
    half = student.ppf(0.975, 2) * means.std(ddof=1) / np.sqrt(3)
    assert (estimate.low, estimate.high) == pytest.approx((130 - half, 130 + half))


def test_parts_together_have_the_plain_mean() -> None:
    day, night = Estimate.of(140, 2, 19, 20), Estimate.of(120, 3, 9, 10)
    both = together([day, night])
    assert both.value == pytest.approx((20 * 140 + 10 * 120) / 30)
    assert both.error == pytest.approx(np.hypot(2 * 20, 3 * 10) / 30)
    assert 9 < both.freedom < 28


@settings(deadline=None)
@given(values=VALUES)
def test_the_mean_lies_in_its_interval_and_moves_with_the_values(values: list[float]) -> None:
    seconds = evenly(len(values))
    estimate = mean_in_time(np.array(values), seconds)
    assert estimate.low <= estimate.value <= estimate.high
    assert estimate.value == pytest.approx(np.mean(values))
    shifted = mean_in_time(np.array(values) + 10, seconds)
    assert shifted.value == pytest.approx(estimate.value + 10)
    assert shifted.high - shifted.low == pytest.approx(estimate.high - estimate.low, abs=1e-6)


def test_one_reading_has_no_interval() -> None:
    estimate = mean_in_time(np.array([140.0]), np.array([0.0]))
    assert (estimate.value, estimate.n) == (140, 1)
    assert np.isnan(estimate.low)
    assert estimate.text == "140"


def test_in_words() -> None:
    assert Estimate(134.2, 131.4, 137.1, 30, 1.0, 20).text == "134 (131–137)"

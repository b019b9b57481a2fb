"""Arithmetic of effects: hand-worked numbers, rounding, and what holds for any risk."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.care.effects import (
    UNKNOWN,
    Count,
    Estimate,
    multiplied,
    number_needed,
    reduction_of_rate,
    reduction_of_risk,
    risk_of_rate,
    scaled,
)

CTT = Estimate(0.78, 0.76, 0.80)
SHARES = st.floats(0.001, 0.999)


def test_two_steps_square_the_relative_risk():
    assert scaled(CTT, 2) == pytest.approx((0.6084, 0.5776, 0.64))


def test_reduction_of_a_tenth_by_the_ctt_effect():
    assert reduction_of_risk(0.1, CTT) == pytest.approx((0.022, 0.020, 0.024))


def test_lower_end_of_the_reduction_comes_from_the_upper_end_of_the_relative_risk():
    reduction = reduction_of_risk(0.1, CTT)
    assert reduction.low < reduction.value < reduction.high


def test_number_needed_is_rounded_up():
    assert number_needed(Estimate(0.022, 0.020, 0.024)) == Count(46, 42, 50)


def test_number_needed_of_a_twentieth_is_twenty_not_twentyone():
    assert number_needed(Estimate(0.05, 0.05, 0.05)) == Count(20, 20, 20)


@pytest.mark.parametrize("low", [0.0, -0.01, UNKNOWN.low])
def test_no_number_needed_where_the_interval_reaches_no_effect(low):
    assert number_needed(Estimate(0.02, low, 0.05)) is None


def test_incidence_of_eleven_for_the_trials_time_is_a_risk_of_26_5_percent():
    assert risk_of_rate(11.0, 2.8) == pytest.approx(1 - exp(-0.308))
    assert round(risk_of_rate(11.0, 2.8), 3) == 0.265


def test_reduction_of_a_rate_is_the_difference_of_the_two_risks():
    reduction = reduction_of_rate(11.0, 2.8, Estimate(0.42, 0.34, 0.52))
    assert reduction.value == pytest.approx(exp(-0.308 * 0.42) - exp(-0.308))
    assert reduction.low < reduction.value < reduction.high


def test_combined_relative_risk_is_the_product_and_not_the_sum():
    together = multiplied([Estimate(0.8, 0.77, 0.83), CTT])
    assert together.value == pytest.approx(0.624)


def test_combining_adds_the_log_errors_in_quadrature():
    same = Estimate(0.8, 0.8 / 1.1, 0.8 * 1.1)
    assert log(multiplied([same, same]).high / 0.64) == pytest.approx(2**0.5 * log(1.1))


@given(SHARES, SHARES)
def test_a_reduction_never_exceeds_the_baseline(baseline, relative_risk):
    assert 0 < reduction_of_risk(baseline, Estimate(relative_risk, relative_risk, relative_risk)).value < baseline


@given(SHARES)
def test_number_needed_is_the_smallest_that_saves_one(share):
    needed = number_needed(Estimate(share, share, share))
    assert needed is not None
    assert needed.value * share > 1 - 1e-6
    assert (needed.value - 1) * share < 1

"""Which of three ways is taken, on made log-odds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.imaging.calibration import AS_SHIPPED
from riskmodels.imaging.site.choice import HEAD, LEAST_FOR_HEAD, SLOPE, choose
from riskmodels.imaging.site.crossval import gain, hold_out
from tests.imaging.site.made import known

#: a camera under which the shipped numbers are true, one that flattens and shifts them, one whose features know more
TRUE = known(80, slope=1.0, intercept=0.0, features=0.0)
SHIFTED = known(80, slope=0.4, intercept=-1.5, features=0.0)
RICH = known(200, slope=0.5, intercept=-1.0, features=2.0)


def test_numbers_that_are_true_already_stay_as_shipped():
    chosen = choose(TRUE)
    assert chosen.method == AS_SHIPPED
    assert np.array_equal(chosen.fitted.applied(TRUE.logits, TRUE.pooled), TRUE.logits)
    assert "so not used" in chosen.why


@pytest.mark.parametrize("seed", range(5))
def test_few_photos_do_not_move_numbers_that_are_true(seed):
    assert choose(known(40, slope=1.0, intercept=0.0, features=0.0, seed=seed)).method == AS_SHIPPED


def test_numbers_that_a_camera_shifts_get_a_slope_and_an_intercept():
    chosen = choose(SHIFTED)
    assert chosen.method == SLOPE
    assert chosen.fitted.slope > 1.5
    assert chosen.fitted.head is None
    assert chosen.losses[SLOPE] < chosen.losses[AS_SHIPPED]
    assert chosen.why.startswith("Slope and intercept: cross-validated log loss lower than as shipped by")


def test_features_that_know_more_get_a_new_head():
    chosen = choose(RICH)
    assert chosen.method == HEAD
    assert chosen.fitted.head is not None
    assert list(chosen.losses) == [AS_SHIPPED, SLOPE, HEAD]


def test_features_that_say_nothing_get_none_from_many_photos_either():
    chosen = choose(known(120, slope=0.5, intercept=-1.0, features=0.0))
    assert chosen.method == SLOPE
    assert f"{HEAD.capitalize()}: cross-validated log loss" in chosen.why


def test_of_few_photos_a_head_is_not_tried_and_that_is_said():
    chosen = choose(TRUE)
    assert HEAD not in chosen.losses
    assert f"from {LEAST_FOR_HEAD} photos on" in chosen.why


def test_a_gain_is_paired_over_photos():
    plain, shifted = hold_out(SHIFTED, SHIFTED.as_shipped), hold_out(SHIFTED, SHIFTED.fit_map)
    less = plain.loss(SHIFTED) - shifted.loss(SHIFTED)
    assert gain(shifted, plain, SHIFTED) == pytest.approx((less.mean(), less.std(ddof=1) / np.sqrt(80)))


@pytest.mark.parametrize("found", [TRUE, RICH])
def test_progress_never_falls(found):
    told: list[float] = []
    choose(found, told.append)
    assert told == sorted(told)
    assert (told[0], told[-1] <= 1) == (0, True)

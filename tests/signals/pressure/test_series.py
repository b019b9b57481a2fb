"""Parts of a series: hours, diary, picking."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.signals.pressure.series import PressureSeries, within


def test_hours_over_midnight() -> None:
    assert within(np.array([22.0, 23, 0, 6.9, 7]), 23, 7).tolist() == [False, True, True, True, False]


def test_a_diary_of_hours_is_of_every_night(day_long: PressureSeries) -> None:
    series = day_long.with_diary(asleep=23, awake=7)
    assert series.has_diary
    assert series.hour[series.awake == 0].min() == 0
    assert (series.awake == 0).sum() == 16


def test_a_diary_without_sleep_is_refused(day_long: PressureSeries) -> None:
    with pytest.raises(ValueError, match="same hour"):
        day_long.with_diary(asleep=7, awake=7)


def test_picked_readings_keep_their_day(week: PressureSeries) -> None:
    later = week.pick(week.day >= 3)
    assert later.day.min() == 3
    assert later.start == week.start
    assert later.attempted == len(later) == 16

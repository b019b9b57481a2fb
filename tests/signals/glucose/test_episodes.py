"""Episodes: 15 minutes begin one and 15 minutes back end it; gaps and ends cut it; day and night."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.signals.glucose.episodes import Episode, count_episodes, find_episodes
from riskmodels.signals.glucose.series import GlucoseSeries
from riskmodels.signals.glucose.targets import TARGETS
from tests.signals.glucose.conftest import series_of

USUAL = TARGETS["diabetes"]


def found(values: list[float], level: str = "below", minutes: float = 5, start: float = 43_200) -> list[Episode]:
    return [e for e in find_episodes(series_of(values, minutes, start), USUAL) if e.level == level]


def test_three_readings_of_five_minutes_are_an_episode_and_two_are_none() -> None:
    assert found([100, 65, 65, 100, 100, 100]) == []
    (episode,) = found([100, 65, 60, 66, 100, 100, 100])
    assert (episode.start, episode.minutes, episode.extreme) == (43_500.0, 15.0, 60.0)
    assert not episode.open
    assert not episode.night


def test_one_reading_of_fifteen_minutes_is_an_episode() -> None:
    (episode,) = found([100, 65, 100, 100], minutes=15)
    assert episode.minutes == 15


def test_ten_minutes_back_do_not_end_an_episode_and_fifteen_do() -> None:
    low, back = [65.0] * 4, 100.0
    assert [e.minutes for e in found([back, *low, back, back, *low, *[back] * 5])] == [50.0]
    assert [e.minutes for e in found([back, *low, back, back, back, *low, *[back] * 5])] == [20.0, 20.0]


def test_levels_are_counted_each_on_its_own() -> None:
    values = [100, 65, 50, 50, 50, 65, 100, 100, 100, 200, 260, 260, 260, 200, 100, 100, 100]
    by_level = {level: found(values, level)[0].minutes for level in ("below", "very_low", "above", "very_high")}
    assert by_level == {"below": 25.0, "very_low": 15.0, "above": 25.0, "very_high": 15.0}
    assert found(values, "above")[0].extreme == 260


def test_a_gap_ends_an_episode_and_leaves_it_open() -> None:
    series = series_of([100.0, *[60.0] * 12, *[100.0] * 5])
    kept = np.ones(len(series), bool)
    kept[5:8] = False
    first, second = find_episodes(series.taken(kept), USUAL)
    assert (first.minutes, first.open) == (20.0, True)
    assert (second.minutes, second.open) == (25.0, False)


def test_the_end_of_the_series_leaves_an_episode_open() -> None:
    assert found([100, 60, 60, 60])[0].open
    assert found([100, 60, 60, 60, 100])[0].open


def test_a_low_at_the_sensors_limit_is_a_bound() -> None:
    series = series_of([100.0, 45.0, 40.0, 45.0, 100.0, 100.0, 100.0])
    marked = GlucoseSeries(
        series.seconds, series.mg_dl, np.array([0, 0, -1, 0, 0, 0, 0], np.int8), series.start, 5, "test", "mg/dL"
    )
    assert [e.beyond for e in find_episodes(marked, USUAL)] == [True, True]


@pytest.mark.parametrize(("hour", "night"), [(0, True), (5.9, True), (6, False), (23.5, False)])
def test_night_is_from_0_to_6(hour: float, night: bool) -> None:
    assert found([60, 60, 60, 100, 100, 100], start=3600 * hour)[0].night == night


def test_counts_are_by_level_and_a_week() -> None:
    episodes = find_episodes(series_of([*[60.0] * 4, *[100.0] * 280, *[60.0] * 4, *[100.0] * 288]), USUAL)
    counts = {count.level: count for count in count_episodes(episodes, 2)}
    assert (counts["below"].night, counts["below"].day, counts["below"].a_week) == (1, 1, 7.0)
    assert counts["below"].minutes == 20
    assert np.isnan(counts["very_low"].minutes)


@given(values=st.lists(st.sampled_from([50.0, 65.0, 100.0, 200.0, 300.0]), min_size=1, max_size=120))
def test_episodes_are_long_enough_apart_and_inside(values: list[float]) -> None:
    series = series_of(values)
    for level in ("below", "very_low", "above", "very_high"):
        own = [e for e in find_episodes(series, USUAL) if e.level == level]
        assert all(e.minutes >= 15 for e in own)
        assert all(b.start - (a.start + 60 * a.minutes) >= 900 for a, b in pairwise(own))
        assert all(e.start + 60 * e.minutes <= series.seconds[-1] + 300 for e in own)

"""Beats that were put in are found, upright or not, of changing height, at every rate; and none is made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodels.signals.rhythm.beats import find_beats
from riskmodels.signals.rhythm.matching import match_beats
from riskmodels.signals.rhythm.quality import check_ecg
from tests.signals.rhythm.made import RATE, beats_at, made, regular


@pytest.mark.parametrize("rate", [50.0, 125.0, 360.0, 1000.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_every_beat_at_its_peak(rate: float, sign: int) -> None:
    times = regular(30)
    beats = find_beats(check_ecg(made(sign * beats_at(times, 30, rate), rate=rate)))
    assert beats.upright == (sign > 0)
    np.testing.assert_allclose(beats.samples / rate, times, atol=0.012 + 1 / rate)


def test_large_beats_hide_no_small_ones() -> None:
    times = regular(60)
    trace = beats_at(times, 60) + 2.5 * beats_at(times[5::6], 60)
    assert len(find_beats(check_ecg(made(trace))).samples) == len(times)


def test_nothing_is_found_where_there_is_nothing() -> None:
    beats = find_beats(check_ecg(made(np.zeros(5000, np.float32))))
    assert len(beats.samples) == len(beats.stretch) == 0


@pytest.mark.parametrize("silent", [5, 12, 25])
@pytest.mark.parametrize("noise", [0.002, 0.01])
def test_noise_of_a_long_pause_is_no_beat(silent: int, noise: float) -> None:
    times = np.concatenate((regular(30), 30 + silent + regular(30)))
    trace = beats_at(times, 60 + silent)
    trace += np.random.default_rng(0).normal(0, noise, len(trace)).astype(np.float32)
    found = find_beats(check_ecg(made(trace))).samples / RATE
    last, first = times[times < 30].max(), times[times > 30].min()
    assert not np.any((found > last + 0.3) & (found < first - 0.3))


def test_beats_know_their_stretch() -> None:
    trace = beats_at(regular(60), 60)
    trace[round(20 * RATE) : round(30 * RATE)] = np.nan
    beats = find_beats(check_ecg(made(trace)))
    assert set(beats.stretch[beats.samples < 20 * RATE]) == {0}
    assert set(beats.stretch[beats.samples > 30 * RATE]) == {1}


@settings(max_examples=20)
@given(steps=st.lists(st.floats(0.45, 1.6), min_size=12, max_size=40), height=st.floats(0.3, 3))
def test_any_rhythm_of_like_beats(steps: list[float], height: float) -> None:
    times = 0.6 + np.cumsum(steps)
    trace = np.float32(height) * beats_at(times, float(times[-1]) + 1.0)
    found = find_beats(check_ecg(made(trace))).samples / RATE
    hit, used = match_beats(times, found)
    assert hit.mean() >= 0.9
    assert used.mean() >= 0.9


class TestMatching:
    def test_within_150_ms_and_one_to_one(self) -> None:
        hit, used = match_beats(np.array([1.0, 2.0, 3.0]), np.array([0.9, 1.05, 2.2, 3.1]))
        assert hit.tolist() == [True, False, True]
        assert used.tolist() == [False, True, False, True]

    @given(
        marked=st.lists(st.floats(0, 100), max_size=30).map(sorted),
        found=st.lists(st.floats(0, 100), max_size=30).map(sorted),
    )
    def test_as_many_of_one_as_of_the_other(self, marked: list[float], found: list[float]) -> None:
        hit, used = match_beats(np.array(marked), np.array(found))
        assert hit.sum() == used.sum()


@pytest.mark.shared_data
@pytest.mark.parametrize("record", ["100", "119", "231"])
def test_mitbih_people(shared: Path, record: str) -> None:
    import pandas as pd

    folder = shared / "signals" / "mitbih_arrhythmia"
    with np.load(folder / "signals_125hz_microvolt.npz") as signals:
        trace = signals[record][0, : 125 * 300].astype(np.float32) / 1000
    marked = pd.read_csv(folder / "beats.csv.gz").query(f"record == {record} and sample_360hz < {360 * 300}")
    found = find_beats(check_ecg(made(trace, rate=125.0))).samples / 125
    hit, used = match_beats(marked["sample_360hz"].to_numpy() / 360, found)
    assert hit.mean() > 0.97
    assert used.mean() > 0.97

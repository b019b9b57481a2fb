"""Windows around beats."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.signals.ectopy.frame import BEFORE, RATE, WINDOW, bridged, filtered, lead_frames
from tests.signals.ectopy.conftest import drawn


@pytest.mark.parametrize("rate", [125.0, 128.0, 250.0, 360.0, 1000.0])
def test_every_rate_comes_to_the_same_windows(rate):
    frames = []
    for one in (rate, 500.0):
        checked, beats, _ = drawn(one, beats=30)
        ecg = checked.ecg
        frames.append(next(lead_frames(ecg.millivolts, one, checked.usable, beats.samples, beats.stretch)))
    assert frames[0].windows.shape == (30, WINDOW)
    assert np.abs(frames[0].windows - frames[1].windows)[1:-1].mean() < 0.03


def test_a_beat_marked_beside_its_middle_is_centred():
    checked, beats, _ = drawn(250.0, beats=30, every=0)
    ecg, moved = checked.ecg, beats.samples + np.where(np.arange(30) % 2, 8, -8)
    one, other = (
        next(lead_frames(ecg.millivolts, 250.0, checked.usable, samples, beats.stretch))
        for samples in (beats.samples, moved)
    )
    middles = [np.abs(frame.windows[2:-2]).argmax(axis=1) for frame in (one, other)]
    assert np.abs(middles[0] - BEFORE).max() <= 1
    assert np.abs(middles[1] - BEFORE).max() <= 1


def test_a_beat_in_a_stretch_left_out_is_not_good_and_its_neighbours_are():
    checked, beats, _ = drawn(250.0, beats=30, every=0)
    usable = checked.usable.copy()
    usable[0, beats.samples[10] - 5 : beats.samples[10] + 5] = False
    first, second = lead_frames(checked.ecg.millivolts, 250.0, usable, beats.samples, beats.stretch)
    assert not first.good[10]
    assert first.good[[8, 12]].all()
    assert second.good.all()


def test_what_has_no_value_leaves_no_trace_in_the_filter():
    checked, _, _ = drawn(250.0, beats=30)
    lead = checked.ecg.millivolts[0].copy()
    lead[1000:1100] = np.nan
    fits = np.isfinite(lead)
    signal = filtered(bridged(lead, fits), 250.0)
    assert np.isfinite(signal).all()
    whole = filtered(checked.ecg.millivolts[0], 250.0)
    away = slice(int(1600 / 250 * RATE), None)
    assert np.abs(signal - whole)[away].max() < 0.05


def test_a_lead_without_any_value_is_flat():
    assert not bridged(np.full(10, np.nan, np.float32), np.zeros(10, bool)).any()

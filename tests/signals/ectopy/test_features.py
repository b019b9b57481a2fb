"""Features of beats, and what they do not depend on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodels.signals.ectopy.features import QRS, correlation, likeness, own_beat, rhythm_features, shifted
from riskmodels.signals.ectopy.look import leaning, mean_over_leads
from tests.signals.ectopy.conftest import drawn, looked


@pytest.mark.parametrize("factor", [-1.0, 0.1, -25.0])
def test_gain_and_polarity_change_nothing(factor):
    checked, beats, _ = drawn()
    other = replace(checked, ecg=replace(checked.ecg, millivolts=checked.ecg.millivolts * np.float32(factor)))
    for one, changed in zip(looked(checked, beats), looked(other, beats), strict=True):
        np.testing.assert_allclose(one.rows, changed.rows, atol=2e-3)


def test_every_feature_is_a_number_also_of_a_flat_lead():
    checked, beats, _ = drawn()
    flat = replace(checked, ecg=replace(checked.ecg, millivolts=checked.ecg.millivolts * 0))
    assert all(np.isfinite(lead.rows).all() for lead in (*looked(checked, beats), *looked(flat, beats)))


def test_an_early_beat_has_a_short_interval_before_and_a_long_one_after():
    checked, beats, ventricular = drawn(every=7)
    found = rhythm_features(beats.samples / checked.ecg.rate, beats.stretch)
    assert found["rr before"][ventricular].max() < -0.2 < found["rr before"][~ventricular][1:].min()
    assert found["rr after/before"][ventricular][:-1].min() > 0.3


def test_an_interval_across_a_gap_is_no_pause():
    seconds = np.concatenate([np.arange(20) * 0.8, 100 + np.arange(20) * 0.8])
    stretch = np.repeat([0, 1], 20)
    found = rhythm_features(seconds, stretch)
    np.testing.assert_allclose(found["rr before"], 0, atol=1e-9)


def test_the_own_beat_is_the_common_one():
    checked, beats, ventricular = drawn(every=3)
    lead = looked(checked, beats)[0]
    own = own_beat(lead.frame).template
    assert correlation(lead.frame.windows[~ventricular][:, QRS], own[QRS]).min() > 0.95
    assert correlation(lead.frame.windows[ventricular][:, QRS], own[QRS]).max() < 0.9


def test_like_beats_are_found_and_never_the_beat_itself():
    checked, beats, ventricular = drawn(every=5)
    lead = looked(checked, beats)[0]
    alike = likeness(lead.frame.windows, lead.frame.good, lead.record)
    nearest = alike.to[alike.nearest]
    assert not (nearest == np.arange(len(nearest))[:, None]).any()
    assert ventricular[nearest[ventricular]].mean() > 0.95
    assert not ventricular[nearest[~ventricular]].any()
    assert (np.diff(alike.distance, axis=1) >= 0).all()


def test_beyond_the_ends_stands_the_last_beat():
    np.testing.assert_array_equal(shifted(np.array([1.0, 2, 3]), 2), [3, 3, 3])
    np.testing.assert_array_equal(shifted(np.array([1.0, 2, 3]), -1), [1, 1, 2])


def test_leads_that_do_not_show_a_beat_have_no_say():
    mean = mean_over_leads(
        [np.array([1.0, 1, 1]), np.array([3.0, 3, 3])], [np.array([True, True, False]), np.array([True, False, False])]
    )
    np.testing.assert_array_equal(mean, [2, 1, np.nan])


def test_a_beat_leans_to_those_that_look_like_it():
    checked, beats, ventricular = drawn(every=5)
    leads = looked(checked, beats)
    log_odds = np.where(ventricular, 4.0, -4.0)
    log_odds[4] = -4.0  # one ventricular beat that was taken for a normal one
    leant = leaning(log_odds, leads, 0.6)
    assert leant[4] > 0
    np.testing.assert_allclose(leaning(log_odds, leads, 0.0), log_odds)

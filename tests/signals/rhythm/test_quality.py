"""What of a recording is left out and why, which lead is read, and when the whole is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from riskmodels.signals.rhythm.beats import find_beats
from riskmodels.signals.rhythm.ecg import CheckedEcg
from riskmodels.signals.rhythm.files import read_ecg
from riskmodels.signals.rhythm.quality import check_ecg
from tests.signals.rhythm.made import RATE, beats_at, made, regular

CLEAN = beats_at(regular(60), 60)
SAMPLES = len(CLEAN)


def detail(checked: CheckedEcg, name: str) -> str:
    return next(check.detail for check in checked.checks if check.name == name)


def part(first: float, last: float) -> slice:
    return slice(round(first * RATE), round(last * RATE))


def test_a_clean_lead_is_used_whole() -> None:
    checked = check_ecg(made(CLEAN))
    assert checked.read.all()
    assert not checked.refused
    assert all(check.passed for check in checked.checks)


def test_lead_off_is_left_out_with_a_margin() -> None:
    trace = CLEAN.copy()
    trace[part(20, 30)] = 0.0
    checked = check_ecg(made(trace))
    assert not checked.read[part(19.9, 30.1)].any()
    assert checked.read[part(0, 19.5)].all()
    assert checked.read[part(30.5, 60)].all()
    assert "the lead was off" in detail(checked, "Electrodes")


def test_an_overloaded_amplifier_is_left_out() -> None:
    trace = CLEAN.copy()
    trace[part(10, 11)] = 5.0
    checked = check_ecg(made(trace))
    assert not checked.read[part(10, 11)].any()
    assert "overloaded" in detail(checked, "Saturation")


def test_clipped_peaks_are_told_and_still_counted() -> None:
    checked = check_ecg(made(np.minimum(beats_at(regular(60), 60, 1000.0), np.float32(0.6)), rate=1000.0))
    assert "cut off" in detail(checked, "Saturation")
    assert len(find_beats(checked).samples) == len(regular(60))


def test_noise_is_left_out() -> None:
    trace = CLEAN.copy()
    trace[part(30, 45)] += np.random.default_rng(1).normal(0, 0.8, 15 * round(RATE)).astype(np.float32)
    checked = check_ecg(made(trace))
    assert checked.read[part(32, 43)].mean() < 0.1
    assert "noise" in detail(checked, "Noise")


def test_a_pause_is_no_noise() -> None:
    checked = check_ecg(made(beats_at([*regular(20), *(27 + regular(30))], 60)))
    assert checked.read.all()


def test_missing_values_are_left_out() -> None:
    trace = CLEAN.copy()
    trace[part(5, 15)] = np.nan
    checked = check_ecg(made(trace))
    assert not checked.read[part(5, 15)].any()
    assert (checked.cleaned[part(5, 15)] == 0).all()
    assert "missing" in detail(checked, "Gaps")


@pytest.mark.parametrize("mains", [50, 60])
def test_mains_hum_is_told_and_filtered(mains: int) -> None:
    hum = 0.2 * np.sin(2 * np.pi * mains * np.arange(SAMPLES) / RATE).astype(np.float32)
    checked, without = check_ecg(made(CLEAN + hum)), check_ecg(made(CLEAN))
    assert f"at {mains} Hz" in detail(checked, "Mains hum")
    inside = part(2, 10)
    assert np.abs(checked.cleaned - without.cleaned)[inside].max() < 0.02


def test_no_hum_where_there_is_none() -> None:
    assert detail(check_ecg(made(CLEAN)), "Mains hum") == "None that matters."


def test_a_rate_that_cannot_show_hum_says_so() -> None:
    trace = beats_at(regular(60), 60, 100.0)
    assert "Cannot be judged" in detail(check_ecg(made(trace, rate=100.0)), "Mains hum")


def test_wander_is_filtered_out() -> None:
    wander = 2 * np.sin(2 * np.pi * 0.1 * np.arange(SAMPLES) / RATE).astype(np.float32)
    checked = check_ecg(made(CLEAN + wander))
    middles = np.round((regular(60)[2:-2] + 0.45) * RATE).astype(int)
    assert np.abs(checked.cleaned[middles]).max() < 0.3


class TestWhichLeadIsRead:
    def test_the_one_that_can_be_used(self) -> None:
        off = np.zeros_like(CLEAN)
        assert check_ecg(made(off, CLEAN, names=("II", "V1"))).lead == 1

    def test_lead_two_where_both_can(self) -> None:
        checked = check_ecg(made(CLEAN, CLEAN, names=("V1", "II")))
        assert checked.lead == 1
        assert "II is read" in detail(checked, "Lead")

    def test_the_clearer_where_no_name_is_known(self) -> None:
        noisy = beats_at(regular(60), 60, noise=0.06)
        assert check_ecg(made(noisy, CLEAN)).lead == 1


class TestRefused:
    def test_too_short(self) -> None:
        assert "at least 10 s" in check_ecg(made(beats_at(regular(8), 8))).refused

    def test_all_off(self) -> None:
        assert "the lead was off" in check_ecg(made(np.zeros(5000, np.float32))).refused

    def test_all_noise(self) -> None:
        noise = np.random.default_rng(0).normal(0, 0.5, 15_000).astype(np.float32)
        assert "noise" in check_ecg(made(noise)).refused


@pytest.mark.shared_data
def test_lead_off_and_inverted_case(shared: Path) -> None:
    data = (shared / "cases" / "signals" / "ecg_lead_off_and_inverted_250hz.csv").read_bytes()
    checked = check_ecg(read_ecg({"case": data}, {"rate": "250"}))
    beats = find_beats(checked)
    assert not checked.read[part(4, 6)].any()
    assert "point down" in detail(checked, "Direction")
    assert not beats.upright
    np.testing.assert_allclose(np.diff(beats.samples[:5]) / RATE, 0.86, atol=0.02)
    np.testing.assert_allclose(np.diff(beats.samples[5:]) / RATE, 0.86, atol=0.02)

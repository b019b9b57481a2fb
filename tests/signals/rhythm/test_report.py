"""Rate, pauses, variability and irregular rhythm of made recordings, and what is not stated with its reason."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.errors import SignalError
from riskmodels.signals.rhythm.beats import Beats, find_beats
from riskmodels.signals.rhythm.fibrillation import coefficient_of_sample_entropy, irregularity
from riskmodels.signals.rhythm.heart_rate import heart_rate, pauses
from riskmodels.signals.rhythm.intervals import intervals_of
from riskmodels.signals.rhythm.quality import check_ecg
from riskmodels.signals.rhythm.report import summarise
from riskmodels.signals.rhythm.variability import variability
from tests.signals.rhythm.made import RATE, beats_at, made, regular


def at(seconds: np.ndarray, stretch: np.ndarray | None = None) -> Beats:
    samples = np.round(np.asarray(seconds) * 1000).astype(np.int64)
    return Beats(samples, np.zeros(len(samples), np.int64) if stretch is None else stretch)


def intervals(steps: np.ndarray, ectopic: np.ndarray | None = None) -> object:
    return intervals_of(at(np.concatenate(([0.0], np.cumsum(steps)))), 1000.0, ectopic)


class TestRate:
    def test_of_a_minute(self) -> None:
        checked = check_ecg(made(beats_at(regular(60), 60)))
        rate = summarise(checked, find_beats(checked)).rate
        assert rate.mean.value == pytest.approx(75, abs=0.2)
        assert rate.mean.low is not None
        assert rate.lowest.value == pytest.approx(75, abs=1)
        assert rate.hours == ()

    def test_lowest_and_highest_of_windows(self) -> None:
        steps = np.concatenate((np.full(60, 1.0), np.full(120, 0.5)))
        rate = heart_rate(intervals(steps), 120.0)
        assert (rate.lowest.value, rate.highest.value) == (60, 120)

    def test_none_below_ten_seconds(self) -> None:
        rate = heart_rate(intervals(np.full(9, 0.8)), 7.6)
        assert rate.mean.value is None
        assert "7.6 s" in rate.mean.reason

    def test_no_range_below_thirty(self) -> None:
        rate = heart_rate(intervals(np.full(14, 0.8)), 12.0)
        assert rate.mean.value == pytest.approx(75)
        assert "at least 4" in rate.mean.reason
        assert rate.lowest.value is None

    def test_by_the_hour(self) -> None:
        steps = np.concatenate((np.full(3600, 1.0), np.full(7200, 0.5)))
        assert heart_rate(intervals(steps), 7200.0).hours[0] == (0, pytest.approx(60, abs=0.1))


class TestPauses:
    def test_over_two_seconds_and_flagged_from_three(self) -> None:
        found = pauses(intervals(np.array([1.0, 2.5, 1.0, 3.2, 2.0])))
        assert [(pause.start, pause.seconds, pause.flagged) for pause in found] == [(1.0, 2.5, False), (4.5, 3.2, True)]

    def test_not_across_what_was_left_out(self) -> None:
        beats = at(np.array([0.0, 1.0, 9.0, 10.0]), np.array([0, 0, 1, 1]))
        assert pauses(intervals_of(beats, 1000.0)) == ()


class TestVariability:
    STEPS = np.tile([0.8, 0.9], 1100)

    def test_known_values_of_two_alternating_lengths(self) -> None:
        told = variability(intervals(self.STEPS), irregular=False)
        assert told.segments >= 4
        assert told.figures["SDNN"].value == pytest.approx(50, abs=0.2)
        assert told.figures["RMSSD"].value == pytest.approx(100, abs=0.01)
        assert told.figures["pNN50"].value == pytest.approx(100)
        assert told.figures["RMSSD"].low == pytest.approx(100, abs=0.01)
        assert told.day.value is None

    def test_of_one_segment_without_an_interval(self) -> None:
        figure = variability(intervals(self.STEPS[:400]), irregular=False).figures["SDNN"]
        assert figure.value is not None
        assert figure.low is None
        assert "segments of 5 min" in figure.reason

    @pytest.mark.parametrize(("beats", "words"), [(200, "5 minutes"), (0, "No two beats")])
    def test_not_of_short_strips(self, beats: int, words: str) -> None:
        assert words in variability(intervals(self.STEPS[:beats]), irregular=False).figures["SDNN"].reason

    def test_not_of_irregular_rhythm(self) -> None:
        assert "irregular" in variability(intervals(self.STEPS), irregular=True).figures["SDNN"].reason

    def test_not_with_many_ectopic_beats(self) -> None:
        ectopic = np.arange(len(self.STEPS) + 1) % 20 == 0
        assert "ectopic" in variability(intervals(self.STEPS, ectopic), irregular=False).figures["SDNN"].reason

    def test_few_ectopic_beats_are_left_out(self) -> None:
        steps, ectopic = self.STEPS.copy(), np.zeros(len(self.STEPS) + 1, bool)
        steps[100::200] = 0.5
        steps[101::200] = 1.2
        ectopic[101::200] = True
        told = variability(intervals(steps, ectopic), irregular=False)
        assert told.figures["SDNN"].value == pytest.approx(50, abs=0.3)


class TestIrregularity:
    def test_even_rhythm_is_not(self) -> None:
        steps = 0.8 + np.random.default_rng(0).normal(0, 0.01, 300)
        assert irregularity(intervals(steps)).share == 0

    def test_random_intervals_are(self) -> None:
        steps = np.random.default_rng(0).uniform(0.4, 1.1, 300)
        assert irregularity(intervals(steps)).share == 1

    def test_ectopic_beats_marked_are_not(self) -> None:
        steps, ectopic = np.full(300, 0.8), np.zeros(301, bool)
        steps[5::7], steps[6::7], ectopic[6::7] = 0.5, 1.1, True
        assert irregularity(intervals(steps, ectopic)).share == 0

    def test_too_few_beats_say_so(self) -> None:
        found = irregularity(intervals(np.full(20, 0.8)))
        assert not found.windows
        assert "31 beats" in found.reason

    def test_entropy_of_equal_intervals_by_hand(self) -> None:
        assert coefficient_of_sample_entropy(np.full(10, 0.5)) == pytest.approx(math.log(0.06) - math.log(0.5))

    @given(st.lists(st.floats(0.3, 2.0), min_size=3, max_size=40))
    def test_entropy_is_always_a_number(self, steps: list[float]) -> None:
        assert math.isfinite(coefficient_of_sample_entropy(np.array(steps)))


class TestReport:
    def test_claims_no_fibrillation_and_no_infarction(self) -> None:
        checked = check_ecg(made(beats_at(regular(60), 60)))
        words = " ".join(summarise(checked, find_beats(checked)).limits)
        assert "not atrial fibrillation" in words
        assert "infarction" in words
        assert "Ectopic beats were not looked for" in words

    def test_counts_what_is_marked(self) -> None:
        checked = check_ecg(made(beats_at(regular(60), 60)))
        beats = find_beats(checked)
        marks = np.arange(len(beats.samples)) % 10 == 0
        assert summarise(checked, beats, marks).ectopic == marks.sum()
        with pytest.raises(ValueError, match="marks for"):
            summarise(checked, beats, marks[1:])

    def test_none_of_a_refused_recording(self) -> None:
        checked = check_ecg(made(np.zeros(round(20 * RATE), np.float32)))
        with pytest.raises(SignalError, match="the lead was off"):
            summarise(checked, find_beats(checked))

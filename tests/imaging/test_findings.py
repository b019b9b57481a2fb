"""Sentences that agree with numbers: three bands, never reassuring above prevalence, and ranks."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from riskmodels.imaging.findings import QUANTILES, Question, log_odds, quantiles_of
from riskmodels.imaging.results import Rates
from riskmodels.imaging.targets import Target

TARGET = Target("t", ("no", "yes"), ordered=True)
ASKED = Question("a", "A", "t", 1, 0.3, "It looks like it.", "It does not look like it.", 0.8, 0.5)


def members(probability: float) -> np.ndarray:
    """Two members of the ensemble who agree."""
    return np.full((2, 1), logit(probability))


@pytest.mark.parametrize(
    ("probability", "band", "words"),
    [
        (0.1, "below", "It does not look like it."),
        (0.31, "near", "Neither clearly there"),
        (0.79, "near", "Neither clearly there"),
        (0.81, "above", "It looks like it."),
    ],
)
def test_the_sentence_follows_the_band(probability, band, words):
    finding = ASKED.find(TARGET, members(probability))
    assert finding.band == band
    assert finding.sentence.startswith(words)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_no_sentence_reassures_above_the_share_among_the_training_pictures(probability, share, one, other):
    low, high = sorted((one, other))
    asked = replace(ASKED, threshold=low, confirmation=high, prevalence=share)
    finding = asked.find(TARGET, members(probability))
    assert finding.sentence != ASKED.absent or finding.probability <= share


def test_below_its_threshold_and_above_that_share_the_sentence_says_so():
    finding = replace(ASKED, prevalence=0.2).find(TARGET, members(0.25))
    assert "not reassuring" in finding.sentence


def test_where_that_share_was_not_kept_nothing_reassures():
    assert replace(ASKED, prevalence=None).find(TARGET, members(0.01)).sentence == ""


def test_without_a_threshold_the_number_is_called_nothing():
    finding = replace(ASKED, threshold=None, confirmation=None, missing="Too few.").find(TARGET, members(0.9))
    assert finding.band == ""
    assert not finding.present
    assert finding.missing == "Too few."
    assert "neither called high nor low" in finding.sentence


def test_what_was_measured_stands_with_the_finding():
    rates = {"screening": Rates((0.9, 0.8, 1.0), (0.7, 0.6, 0.8))}
    finding = ASKED.find(TARGET, members(0.1), rates)
    assert finding.screened == rates["screening"]
    assert finding.confirmed is None


class TestRank:
    QUANTILES = quantiles_of(np.linspace(0.001, 0.999, 999))

    def test_the_card_holds_a_hundred_and_one_finite_quantiles(self):
        assert len(self.QUANTILES) == QUANTILES
        assert sorted(self.QUANTILES) == self.QUANTILES
        assert np.isfinite(quantiles_of(np.array([0.0, 1.0]))).all()

    @pytest.mark.parametrize("probability", [0.05, 0.5, 0.93])
    def test_rank_is_the_share_of_test_photos_below(self, probability):
        finding = ASKED.ranked(TARGET, members(probability), self.QUANTILES)
        assert finding.rank == pytest.approx(probability, abs=0.01)

    def test_a_picture_beyond_all_test_photos_has_the_highest_rank(self):
        assert ASKED.ranked(TARGET, members(0.99999), self.QUANTILES).rank == 1

    def test_a_ranked_finding_has_no_probability_and_reaches_nothing(self):
        finding = ASKED.ranked(TARGET, members(0.99), self.QUANTILES)
        assert isnan(finding.probability)
        assert isnan(finding.low)
        assert not finding.calibrated
        assert not finding.present
        assert finding.band == ""

    def test_without_quantiles_on_the_card_there_is_no_rank(self):
        assert ASKED.ranked(TARGET, members(0.99), ()).rank is None

    def test_log_odds_stay_finite(self):
        assert np.isfinite(log_odds([0, 1])).all()


class TestCard:
    def test_a_question_is_read_as_it_was_written(self):
        assert Question.from_dict(ASKED.to_dict()) == ASKED

    def test_a_card_of_before_has_a_threshold_for_screening_alone(self):
        told = {k: v for k, v in ASKED.to_dict().items() if k not in ("confirmation", "prevalence", "missing")}
        asked = Question.from_dict(told)
        assert asked.threshold == 0.3
        assert asked.confirmation is None

    @pytest.mark.parametrize("value", ["0.5", True, 1.5, float("nan")])
    def test_a_threshold_that_is_none_is_refused(self, value):
        with pytest.raises((TypeError, ValueError)):
            Question.from_dict(ASKED.to_dict() | {"confirmation": value})

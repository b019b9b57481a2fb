"""Two thresholds: chosen on validation pictures, measured on others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskmodels.evaluation import Plan
from riskmodels.imaging.findings import Question, rates_of
from riskmodels.imaging.image_metrics import choose_confirmation
from riskmodels.imaging.points import LEAST, choose_points, measure_points

QUESTION = Question("a", "A", "t", 1, None, "There.", "Not there.")


def sample(n: int, apart: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 2
    return label, 1 / (1 + np.exp(-(rng.normal(0, 1, n) + apart * (label - 0.5))))


@pytest.mark.parametrize("apart", [0.5, 2.0, 8.0])
def test_screening_misses_few_and_confirmation_calls_few_wrongly(apart):
    label, p = sample(400, apart)
    points = choose_points(label, p)
    assert points.screening <= points.confirmation
    assert (p[label == 1] >= points.screening).mean() >= 0.95
    assert (p[label == 0] < points.confirmation).mean() >= 0.95
    assert points.missing == ""


def test_too_few_pictures_of_a_kind_leave_its_threshold_out_and_say_why():
    label = np.array([1] * (LEAST - 1) + [0] * 30)
    p = np.linspace(1, 0, len(label))
    points = choose_points(label, p, "photos of A")
    assert points.screening is None
    assert points.confirmation is not None
    assert points.missing == f"No threshold for screening: 9 photos of A show it, {LEAST} are needed."


def test_one_kind_alone_has_no_thresholds():
    points = choose_points(np.ones(40), np.linspace(0, 1, 40))
    assert (points.screening, points.confirmation) == (None, None)
    assert "confirmation: 0 validation pictures are without it" in points.missing


def test_confirmation_is_the_lowest_threshold_with_its_specificity():
    label = np.array([0] * 20 + [1] * 3)
    score = np.concatenate([np.arange(20) / 100, [0.185, 0.5, 0.6]])
    assert choose_confirmation(label, score, 0.95) == pytest.approx(0.1825)


def test_a_highest_score_without_the_finding_leaves_no_confirmation_when_all_must_stay_below():
    assert np.isnan(choose_confirmation([0, 1, 0, 1], [0.1, 0.2, 0.9, 0.3], 1.0))


def test_what_thresholds_do_is_measured_with_intervals_and_read_back():
    label, p = sample(300, 2.0, 1)
    points = choose_points(*sample(300, 2.0, 2))
    asked = replace(QUESTION, threshold=points.screening, confirmation=points.confirmation)
    told = measure_points(asked, label, p, Plan(replicates=50))
    assert (told["with"], told["without"]) == (150, 150)
    rates = rates_of(told)
    assert rates["screening"].sensitivity[0] == pytest.approx((p[label == 1] >= points.screening).mean(), abs=1e-6)
    for value, low, high in (rates["screening"].sensitivity, rates["confirmation"].specificity):
        assert low < value < high


def test_a_threshold_that_was_not_chosen_is_not_measured():
    label, p = sample(100, 2.0)
    assert measure_points(QUESTION, label, p, Plan(replicates=20)) == {"with": 50, "without": 50}

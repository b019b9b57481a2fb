"""Intervals: deterministic, of the right width, paired, and honest when there is nothing to estimate."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.evaluation import Plan, bootstrap_mean, bootstrap_metrics, bootstrap_scores, paired_difference
from riskmodels.evaluation.bootstrap import draw_counts, interval, resample


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    p = 1 / (1 + np.exp(-rng.normal(-1, 1.2, 800)))
    return (rng.random(800) < p).astype(float), p


def test_same_seed_same_interval_other_seed_other_interval(sample):
    first, again = (bootstrap_metrics(*sample, ["auroc"], plan=Plan(100, seed=3)) for _ in range(2))
    other = bootstrap_metrics(*sample, ["auroc"], plan=Plan(100, seed=4))
    assert first == again
    assert first["auroc"].low != other["auroc"].low


def test_the_interval_does_not_depend_on_how_many_replicates_are_held_at_once(sample, monkeypatch):
    at_once = bootstrap_metrics(*sample, ["auroc", "ici"], plan=Plan(50))
    monkeypatch.setattr("riskmodels.evaluation.bootstrap._CELLS", 7 * 800)
    in_parts = bootstrap_metrics(*sample, ["auroc", "ici"], plan=Plan(50))
    for name, estimate in at_once.items():
        assert in_parts[name] == pytest.approx(estimate, abs=1e-9)


def test_spread_of_a_mean_is_its_standard_error(sample):
    label, p = sample
    found = bootstrap_metrics(label, p, ["brier"], plan=Plan(2000))["brier"]
    error = np.std((p - label) ** 2) / np.sqrt(len(p))
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(error, rel=0.06)


def test_interval_of_means_is_of_each_column_and_of_nobody_not_estimable(sample):
    values = np.column_stack(sample)
    together = np.column_stack(bootstrap_mean(values, Plan(200)))
    assert together == pytest.approx(np.array([bootstrap_mean(column, Plan(200)) for column in values.T]))
    error = values.std(axis=0) / np.sqrt(len(values))
    assert (together[:, 2] - together[:, 1]) / (2 * 1.96) == pytest.approx(error, rel=0.2)
    assert np.isnan(bootstrap_mean(np.empty((0, 2)))).all()


def test_value_lies_inside_its_interval(sample):
    found = bootstrap_metrics(*sample, plan=Plan(200))
    del found["ici"]  # a mean of distances: replicates lie above the value when calibration is good
    for estimate in found.values():
        assert estimate.low < estimate.value < estimate.high


def test_a_higher_level_gives_a_wider_interval(sample):
    narrow, wide = (
        bootstrap_metrics(*sample, ["auroc"], plan=Plan(300, level=level))["auroc"] for level in (0.8, 0.99)
    )
    assert wide.low < narrow.low < narrow.high < wide.high


def test_people_of_one_group_are_drawn_together(sample):
    label, p = sample
    once = bootstrap_metrics(label, p, ["auroc"], plan=Plan(100))
    group = np.repeat(np.arange(800), 2)
    twice = bootstrap_metrics(np.repeat(label, 2), np.repeat(p, 2), ["auroc"], plan=Plan(100, groups=group))
    assert twice["auroc"] == pytest.approx(once["auroc"])


def test_left_out_people_leave_groups_in_step(sample):
    label, p = sample
    group = np.arange(800)
    some = p.copy()
    some[:100] = np.nan
    with_gap = bootstrap_metrics(label, some, ["brier"], plan=Plan(50, groups=group))
    alone = bootstrap_metrics(label[100:], p[100:], ["brier"], plan=Plan(50, groups=group[100:]))
    assert with_gap == alone


def test_difference_of_a_score_from_itself_is_exactly_zero(sample):
    label, p = sample
    assert set(paired_difference(label, p, p, plan=Plan(50))["auroc"]) == {0.0}


def test_pairing_makes_the_interval_of_a_difference_narrower(sample):
    label, p = sample
    near = np.clip(p + np.random.default_rng(1).normal(0, 0.02, len(p)), 0, 1)
    apart = bootstrap_metrics(label, p, ["auroc"], plan=Plan(200))["auroc"]
    paired = paired_difference(label, p, near, ["auroc"], plan=Plan(200))["auroc"]
    assert paired.high - paired.low < 0.3 * (apart.high - apart.low)


def test_a_useless_score_is_worse_beyond_doubt(sample):
    label, p = sample
    noise = np.random.default_rng(2).random(len(p))
    assert paired_difference(label, p, noise, ["auroc"], plan=Plan(200))["auroc"].low > 0.1


def test_who_lacks_one_of_two_scores_is_left_out_of_both(sample):
    label, p = sample
    other = p.copy()
    other[:50] = np.nan
    found = bootstrap_scores(label, {"a": p, "b": other}, ["brier"], plan=Plan(5))
    assert found.points["a"] == pytest.approx({"brier": np.mean((p[50:] - label[50:]) ** 2)})


def test_one_class_has_neither_value_nor_interval():
    assert np.isnan(bootstrap_metrics([0, 0, 0], [0.1, 0.2, 0.3], ["auroc"], plan=Plan(20))["auroc"]).all()


def test_one_event_has_a_value_but_no_interval():
    found = bootstrap_metrics([1, 0, 0, 0], [0.9, 0.2, 0.3, 0.1], ["auroc"], plan=Plan(200))["auroc"]
    assert found.value == 1
    assert np.isnan([found.low, found.high]).all()


def test_no_replicates_give_values_without_interval(sample):
    found = bootstrap_metrics(*sample, ["auroc"], plan=Plan(0))["auroc"]
    assert found.value > 0.5
    assert np.isnan([found.low, found.high]).all()


def test_counts_are_as_many_as_asked_and_average_one():
    counts = np.concatenate(list(draw_counts(400, Plan(300))))
    assert counts.shape == (300, 400)
    assert counts.mean() == pytest.approx(1, abs=0.01)


def test_any_statistic_can_be_resampled():
    values = np.arange(100.0)
    draws = resample(lambda w: {"mean": w @ values / w.sum(axis=1)}, np.ones(100), Plan(2000))["mean"]
    assert draws.std() == pytest.approx(values.std() / 10, rel=0.06)


def test_interval_of_arrays_is_taken_for_each_element():
    draws = np.column_stack([np.linspace(0, 1, 101), np.linspace(10, 20, 101)])
    low, high = interval(draws, 0.9)
    assert low == pytest.approx([0.05, 10.5])
    assert high == pytest.approx([0.95, 19.5])

"""Slope, intercept and a new head, on made log-odds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from riskmodels.imaging.site.crossval import Known, hold_out, rates, report
from riskmodels.imaging.site.fit import cross_entropy, fit_head, fit_map
from tests.imaging.site.made import QUESTIONS, known


def test_slope_and_intercept_of_a_shifted_camera_are_found():
    found = known(1_000, slope=0.5, intercept=-1.0, features=0.0)
    fitted = fit_map(found.logits, found.wanted)
    assert fitted.slope == pytest.approx(2.0, abs=0.35)
    assert fitted.intercept == pytest.approx(2.0, abs=0.35)


def test_few_photos_that_separate_fully_give_no_endless_slope():
    logits = np.concatenate([np.full(15, -2.0), np.full(15, 2.0)])[:, None]
    fitted = fit_map(logits, (logits > 0).astype(float))
    assert 1 < fitted.slope <= 5.0001


def test_the_order_of_the_outputs_stays():
    found = known(60, slope=0.5, intercept=-1.0, features=2.0)
    fitted = fit_head(found.logits, found.pooled, found.wanted, found.strata, 0)
    told = fitted.applied(found.logits, found.pooled)
    assert (np.diff(found.logits, axis=1) <= 0).all()
    assert (np.diff(told, axis=1) <= 1e-12).all()


class TestCrossValidation:
    FOUND = known(80, slope=0.4, intercept=-1.5, features=0.0)

    def test_brier_score_after_is_lower_and_is_that_of_held_out_photos(self):
        held = hold_out(self.FOUND, self.FOUND.fit_map)
        told = report(self.FOUND, held)["severe"]
        assert told["after"]["brier"][0] < told["before"]["brier"][0]
        everything = expit(self.FOUND.fit_map(np.arange(80), 0).applied(self.FOUND.logits, self.FOUND.pooled)[:, 1])
        fitted_on_all = float(((everything - self.FOUND.truth(QUESTIONS[1])) ** 2).mean())
        assert told["after"]["brier"][0] > fitted_on_all

    def test_a_photo_is_never_judged_by_a_fit_on_it(self):
        seen: list[np.ndarray] = []

        def fit(rows: np.ndarray, seed: int):
            seen.append(rows)
            return self.FOUND.fit_map(rows, seed)

        held = hold_out(self.FOUND, fit)
        assert len(seen) == 20
        out = [np.setdiff1d(np.arange(80), rows) for rows in seen]
        assert all(np.array_equal(np.sort(np.concatenate(out[i : i + 5])), np.arange(80)) for i in range(0, 20, 5))
        first = self.FOUND.fit_map(seen[0], 0).applied(self.FOUND.logits, self.FOUND.pooled)
        assert np.allclose(held.logits[0, out[0]], first[out[0]])

    def test_loss_is_the_mean_cross_entropy_of_the_outputs(self):
        held = hold_out(self.FOUND, self.FOUND.fit_map)
        by_hand = np.mean([cross_entropy(told, self.FOUND.wanted).mean() for told in held.logits])
        assert held.loss(self.FOUND).mean() == pytest.approx(by_hand)

    def test_shares_have_wilsons_intervals(self):
        told = rates(np.array([1] * 10 + [0] * 10), np.array([[1] * 9 + [0] * 11], dtype=bool))
        assert told["sensitivity"] == pytest.approx([0.9, 0.596, 0.982], abs=1e-3)
        assert told["specificity"] == pytest.approx([1.0, 0.722, 1.0], abs=1e-3)

    def test_a_threshold_missing_in_a_fold_is_not_measured(self):
        assert rates(np.array([1, 0]), np.array([[np.nan, 1.0]]))["sensitivity"] is None

    def test_progress_is_told_and_can_end_the_work(self):
        told: list[float] = []
        hold_out(self.FOUND, self.FOUND.fit_map, told.append)
        assert told == sorted(told)
        assert told[0] == 0
        assert told[-1] < 1


def test_labels_of_one_finding_alone_fit_its_output_alone():
    found = known(100, slope=0.5, intercept=-1.0, features=0.0)
    alone = Known(found.logits, found.pooled, found.wanted[:, 1:], np.array([1]), found.strata, QUESTIONS[1:])
    assert list(report(alone, hold_out(alone, alone.fit_map))) == ["severe"]

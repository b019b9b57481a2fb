from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from riskmodels.tabular.calibration import (
    agree_with_full,
    calibrate_affine,
    calibrate_subsets,
    calibration_noise,
    unseen_logits,
)
from riskmodels.tabular.hiding import Hiding
from riskmodels.tabular.network import PAIR_COLUMNS, Weights, member_logits
from riskmodels.tabular.training import bootstrap_weights

NAMES = ("age", "glucose")
ROWS = 6000


def make_ensemble(levels: torch.Tensor) -> Weights:
    """Members (3) that say the same of everybody."""
    basis = torch.zeros(2, 2, PAIR_COLUMNS)
    basis[:, 0, 0] = basis[:, 1, 1] = 1.0
    return Weights(levels, torch.zeros(2, 2, 3, 1), basis, torch.zeros(3, 1, 2 * PAIR_COLUMNS, 2 * PAIR_COLUMNS))


def make_people() -> tuple[torch.Tensor, Weights, torch.Tensor]:
    """Two inputs, known half of the time, an ensemble that says 50 % of everybody, and what is true:
    20 % where glucose is known, 60 % where it is not."""
    generator = torch.Generator().manual_seed(0)
    z = torch.zeros(2, ROWS, 2)
    z[:, :, 0] = (torch.rand(2, ROWS, generator=generator) < 0.5).float()
    ensemble = make_ensemble(torch.zeros(3, 1))
    truth = torch.where(z[1, :, 0] == 1, 0.2, 0.6)
    return z, ensemble, torch.bernoulli(truth, generator=generator)[:, None]


def test_the_mean_estimate_of_each_subset_becomes_its_observed_mean() -> None:
    z, ensemble, labels = make_people()
    draws = bootstrap_weights(ROWS, 3, seed=1)
    places = torch.zeros(ROWS, dtype=torch.long)
    found = calibrate_subsets(z, ensemble, draws, 0, labels, torch.ones(ROWS, 1), places, Hiding(NAMES, 0.0), 0, [0])
    risk = torch.sigmoid(member_logits(z, found).mean(1))[:, 0]
    known = z[1, :, 0] == 1
    assert abs(float(risk[known].mean()) - 0.2) < 0.03
    assert abs(float(risk[~known].mean()) - 0.6) < 0.05  # little shrinkage: the people were drawn by some members


def test_whether_an_input_that_does_not_serve_the_outcome_is_known_does_not_matter() -> None:
    z, ensemble, labels = make_people()
    draws = bootstrap_weights(ROWS, 3, seed=1)
    places = torch.zeros(ROWS, dtype=torch.long)
    found = calibrate_subsets(
        z,
        ensemble,
        draws,
        0,
        labels,
        torch.ones(ROWS, 1),
        places,
        Hiding(NAMES, 0.0),
        0,
        [0],
        torch.tensor([[True], [False]]),
    )
    without = z.clone()
    without[1] = 0
    torch.testing.assert_close(member_logits(z, found), member_logits(without, found))


def test_a_survey_cycle_does_not_speak_through_what_was_measured_in_it() -> None:
    z, ensemble, _ = make_people()
    generator = torch.Generator().manual_seed(2)
    places = (z[1, :, 0] == 1).long()  # glucose was measured in one cycle only, and that cycle had more events
    labels = torch.bernoulli(torch.where(places == 1, 0.6, 0.2), generator=generator)[:, None]
    draws = bootstrap_weights(ROWS, 3, seed=1)
    found = calibrate_subsets(z, ensemble, draws, 0, labels, torch.ones(ROWS, 1), places, Hiding(NAMES, 0.0), 0, [0])
    logit = member_logits(z, found).mean(1)[:, 0]
    known = z[1, :, 0] == 1
    assert abs(float(logit[known].mean() - logit[~known].mean())) < 0.9  # log-odds differ by 1.8 between the cycles


def test_an_input_whose_effect_is_too_small_is_stretched_and_the_others_are_left() -> None:
    generator = torch.Generator().manual_seed(4)
    z = torch.zeros(2, ROWS, 2)
    z[:, :, 0] = 1.0
    z[:, :, 1] = torch.randn(2, ROWS, generator=generator)
    ensemble = make_ensemble(torch.zeros(3, 1))
    ensemble.curves[0, 1], ensemble.curves[1, 1] = 1.0, 0.5  # the second one's true effect is 1
    labels = torch.bernoulli(torch.sigmoid(z[0, :, 1] + z[1, :, 1]), generator=generator)[:, None]
    draws, places = torch.zeros(ROWS, 3), torch.zeros(ROWS, dtype=torch.long)
    weights = torch.ones(ROWS, 1)
    found = calibrate_subsets(z, ensemble, draws, 0, labels, weights, places, Hiding(NAMES, 0.0), 0, [0])
    assert abs(float(found.curves[0, 1, 0, 0]) - 1) < 0.12
    assert abs(float(found.curves[1, 1, 0, 0]) - 1) < 0.12


def test_the_slope_is_that_of_the_people_seen_and_the_level_that_of_whom_they_stand_for() -> None:
    rng = np.random.default_rng(1)
    logit = rng.normal(-1, 1, 40_000)
    rare = rng.random(len(logit)) < 0.5  # half of the people stand for nobody else, and have it more often
    chance = 1 / (1 + np.exp(-(logit + np.where(rare, 0.5, -0.5))))
    label = pd.DataFrame({"diabetes": (rng.random(len(logit)) < chance).astype(float)})
    weight = pd.DataFrame({"diabetes": np.where(rare, 0.01, 1.0)})
    slope, intercept = calibrate_affine(torch.tensor(logit)[:, None], label, weight)["diabetes"]
    assert abs(slope - 1) < 0.05
    assert abs(intercept + 0.5) < 0.05


def test_estimates_with_less_known_come_to_agree_with_those_of_all_that_is_known() -> None:
    generator = torch.Generator().manual_seed(6)
    z = torch.zeros(2, ROWS, 2)
    z[:, :, 0] = 1.0
    z[:, :, 1] = torch.randn(2, ROWS, generator=generator)
    ensemble = make_ensemble(torch.full((3, 1), -1.0))
    ensemble.curves[1, 1], ensemble.curves[1, 0] = (
        1.0,
        -1.5,
    )
    hiding = Hiding(NAMES, 1.0, ((("glucose",), 0.5), ((), 0.3)))
    draws = torch.zeros(ROWS, 3)
    found = agree_with_full(z, ensemble, draws, 0, 0, hiding, 0, torch.tensor([True, True]))
    less = z.clone()
    less[1] = 0
    full, partly = (torch.sigmoid(member_logits(part, found)[:, 0, 0]).mean() for part in (z, less))
    before = torch.sigmoid(member_logits(z, ensemble)[:, 0, 0]).mean()
    assert abs(float(full - before)) < 0.01
    assert abs(float(partly - full)) < 0.02


def test_calibration_noise_is_what_repeated_samples_show() -> None:
    rng = np.random.default_rng(5)
    fits, told = [], []
    for _ in range(150):
        logit = rng.normal(-1, 1, 800)
        label = pd.DataFrame({"diabetes": (rng.random(800) < 1 / (1 + np.exp(-logit))).astype(float)})
        values, weight = torch.tensor(logit)[:, None], label * 0 + 1
        fitted = calibrate_affine(values, label, weight)
        fits.append(fitted["diabetes"])
        told.append(calibration_noise(values, label, weight, fitted)["diabetes"])
    np.testing.assert_allclose(np.mean(told, axis=0), np.cov(np.array(fits).T), rtol=0.35)


def test_only_members_that_did_not_draw_the_person_speak() -> None:
    z, _, _ = make_people()
    levels = torch.tensor([[-1.0], [0.0], [5.0]])
    ensemble = make_ensemble(levels)
    draws = torch.ones(ROWS, 3)
    draws[0, 2] = 0
    draws[1, 0] = draws[1, 1] = 0
    found = unseen_logits(z, ensemble, draws)
    assert float(found[0]) == 5
    assert float(found[1]) == -0.5
    assert bool(found[2].isnan())


def test_affine_calibration_undoes_a_known_distortion() -> None:
    rng = np.random.default_rng(0)
    logit = rng.normal(0, 2, 20_000)
    label = pd.DataFrame({"diabetes": (rng.random(20_000) < 1 / (1 + np.exp(-logit))).astype(float)})
    distorted = torch.tensor((logit - 1) / 2)[:, None]
    slope, intercept = calibrate_affine(distorted, label, label * 0 + 1)["diabetes"]
    assert abs(slope - 2) < 0.06
    assert abs(intercept - 1) < 0.06

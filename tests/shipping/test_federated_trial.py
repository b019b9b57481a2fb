from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from riskmodels.cohorts import read_uci_heart
from riskmodels.cohorts.uci_heart import LABEL, SITES
from riskmodels.federated.coordinator import Answer
from riskmodels.federated.privacy import epsilon_of, mu_of
from riskmodels.shipping import federated_trial as trial


def test_everything_a_hospital_sends_is_within_the_budget() -> None:
    for epsilon in trial.EPSILONS:
        noise = trial.privacy_of(epsilon)
        released = [noise.count_noise, *[noise.noise] * trial.NOISY_ROUNDS]
        assert epsilon_of(mu_of(released), trial.DELTA) == pytest.approx(epsilon, rel=1e-3)


def test_a_hospitals_move_is_shortened_before_noise_is_added() -> None:
    plan = trial.plan(trial.Privacy(1.0, 0.0, 0.0))
    coordinator = trial.NoisyHospitals(plan, 0.0, 1)
    coordinator.state = [np.zeros(4)]
    far, near = Answer(100, [np.full(4, -50.0)]), Answer(300, [np.full(4, -0.01)])
    (moved,) = coordinator.averaged([far, near])
    half = trial.HOSPITAL_CLIP / 2
    np.testing.assert_allclose(moved, (half + 0.01) / 2)


def test_every_hospital_takes_part_with_its_own_patients() -> None:
    cohort = read_uci_heart()
    counts = [hospital.patients for hospital in trial.hospitals_of(cohort)]
    assert counts == [int((cohort["site"] == site).sum()) for site in SITES]


def test_table_holds_difference_and_interval_of_each_hospital() -> None:
    cohort = read_uci_heart()
    truth = cohort[LABEL].to_numpy(float) * 2 - 1
    noisy = truth + np.random.default_rng(1).normal(0, 3, len(truth))
    ways = {"pooled": [truth], "federated": [noisy], "each alone": [truth], "patients, ε = 3": [noisy, truth]}
    text = trial.document(trial.Scores(cohort, ways))
    assert "| pooled | 1.000 (1.000–1.000) |" in text
    row = next(line for line in text.splitlines() if line.startswith("| federated − pooled"))
    assert row.count("−0.") >= 5
    assert "[" in next(line for line in text.splitlines() if line.startswith("| patients, ε = 3 |"))


def test_figures_are_put_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- end -->\nafter\n")
    trial.write(page, "new")
    assert page.read_text() == "before\n<!-- figures -->\n\nnew\n\n<!-- end -->\nafter\n"

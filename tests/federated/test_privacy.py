from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.federated.coordinator import Answer, Coordinator
from riskmodels.federated.hospital import Hospital, LocalTrainer
from riskmodels.federated.plan import Plan, Privacy
from riskmodels.federated.privacy import delta_of, epsilon_of, mu_of, noise_for
from riskmodels.federated.private_gradient import private_gradient
from riskmodels.tabular.training import TrainingConfig
from tests.federated.conftest import INPUTS, patients

PLAN = Plan(INPUTS, "own_event", 3, TrainingConfig(members=0, folds=0, knots=6), Privacy(1.0, 0.0, 0.0))


class TestAccountant:
    def test_delta_of_one_release_is_the_published_formula(self) -> None:
        # Φ(−ε/μ + μ/2) − e^ε Φ(−ε/μ − μ/2) at μ = 1, from tables of the normal distribution
        assert delta_of(0.0, 1.0) == pytest.approx(0.382925, abs=1e-6)
        assert delta_of(1.0, 1.0) == pytest.approx(0.308538 - np.e * 0.066807, abs=1e-5)

    @given(st.floats(0.1, 20), st.integers(1, 500))
    def test_noise_keeps_just_the_budget_it_is_made_for(self, epsilon: float, releases: int) -> None:
        noise = noise_for(epsilon, 1e-5, releases)
        assert epsilon_of(mu_of([noise] * releases), 1e-5) == pytest.approx(epsilon, rel=1e-4)

    def test_more_noise_is_less_epsilon(self) -> None:
        assert epsilon_of(mu_of([20.0] * 50), 1e-5) < epsilon_of(mu_of([10.0] * 50), 1e-5)

    def test_it_agrees_with_a_simulation_of_the_privacy_loss(self) -> None:
        rng = np.random.default_rng(0)
        noise, releases = 6.0, 30
        drawn = rng.normal(1.0, noise, (200_000, releases))  # with the patient
        loss = ((drawn - 0.5) / noise**2).sum(1)
        epsilon = epsilon_of(mu_of([noise] * releases), 0.01)
        found = np.mean(np.maximum(0, 1 - np.exp(epsilon - loss)))
        assert found == pytest.approx(0.01, rel=0.1)


def _trainer(frame, label) -> LocalTrainer:
    """A hospital's trainer after the counting, with weights that are not zero."""
    hospital, coordinator = Hospital(frame, label, 1), Coordinator(PLAN)
    coordinator.take([Answer(hospital.patients, hospital.answer(coordinator.instruction()))])
    state = [np.random.default_rng(2).normal(0, 0.3, array.shape) for array in coordinator.state]
    local, _ = hospital.finished(type(coordinator.instruction())("fit", PLAN, 0, [coordinator.totals, *state]))
    return local


def test_one_patient_changes_a_hospitals_sum_by_no_more_than_the_clipping_length() -> None:
    trainer = _trainer(*patients(100, 3))
    n = trainer.z.shape[1]
    penalty = 2 * trainer.column_penalty[:, :, None] * trainer.parameters["curves"].detach()

    def total() -> torch.Tensor:
        found = private_gradient(trainer, PLAN.privacy, 0)
        curves = (found["curves"] - penalty) * trainer.z.shape[1]
        return torch.cat([found["bias"].view(-1) * trainer.z.shape[1], curves.reshape(-1)])

    whole, changes = total(), []
    z, targets = trainer.z, trainer.targets
    for left_out in range(n):
        kept = torch.arange(n) != left_out
        trainer.z, trainer.targets = z[:, kept], targets[kept]
        changes.append(float((whole - total()).norm()))
    assert max(changes) <= 1.0 + 1e-4
    assert max(changes) > 0.9  # some are clipped: the bound is the one in use

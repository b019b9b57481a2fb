"""Fitting with differential privacy: what is public, what is clipped and noised, what is stated."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.errors import InputError, TrainingError
from riskmodels.generated.learning.generator import Generator, make_network
from riskmodels.generated.learning.layout import Layout
from riskmodels.generated.learning.training import row_losses
from riskmodels.generated.make import make
from riskmodels.generated.privacy.budget import Budget
from riskmodels.generated.private.fit import PRIVATE, fit_private, row_gradients
from riskmodels.generated.private.public_layout import INTERVALS, public_layout
from riskmodels.vocabulary import VOCABULARY
from tests.generated.people import people

SHORT = replace(PRIVATE, least_epochs=3, batch_size=60)  # a twentieth of the members
NAMES = ["age", "bmi", "systolic_bp", "glucose", "sex", "diabetes", "smoking"]


def cohort(n: int, seed: int) -> pd.DataFrame:
    frame = people(n, seed).rename(columns={"male": "sex"})
    frame["glucose"] *= 18
    frame["smoking"] = frame.smoking.map({"never": 0.0, "former": 1.0, "current": 2.0})
    return frame[NAMES]


class TestPublicLayout:
    def test_it_is_the_same_whoever_is_in_the_table(self) -> None:
        assert public_layout(cohort(300, 0)) == public_layout(cohort(20, 1)) == public_layout(NAMES)

    def test_numbers_reach_over_the_usual_range_on_a_grid(self) -> None:
        column = public_layout(["hba1c"]).columns[0]
        assert (column.edges[0], column.edges[-1]) == pytest.approx(VOCABULARY["hba1c"].usual, abs=0.05)
        assert column.step == 0.1
        assert column.common == column.shares == ()
        drawn = column.draw(np.tile(np.arange(len(column.counts)), 50), np.random.default_rng(0))
        known = drawn[~np.isnan(drawn)]
        assert np.allclose(known * 10, np.round(known * 10))
        assert known.min() >= column.edges[0] - 0.1

    def test_skewed_numbers_have_intervals_that_grow(self) -> None:
        width = np.diff(public_layout(["triglycerides"]).columns[0].edges)
        assert len(width) == INTERVALS
        assert width[-1] > 3 * width[0]

    def test_a_value_beyond_the_usual_range_is_held_at_its_end(self) -> None:
        column = public_layout(["age"]).columns[0]
        assert column.levels(pd.Series([109.0, np.nan, 18.0])).tolist() == [len(column.counts) - 1, 0, 1]

    def test_answers_are_the_vocabularys_and_outcomes_are_yes_or_no(self) -> None:
        smoking, outcome = public_layout(["smoking", "cvd_death_10y"]).columns
        assert smoking.answers == (0.0, 0.5, 1.0, 2.0)
        assert outcome.answers == (0.0, 1.0)

    def test_other_columns_need_a_range_that_is_given(self) -> None:
        with pytest.raises(InputError, match="Nothing is publicly known of the column years"):
            public_layout(["age", "years"])
        layout = public_layout(["years", "ward"], {"years": (0, 10), "ward": ("north", "south")})
        assert layout.columns[0].edges[-1] == 10
        assert layout.columns[1].answers == ("north", "south")
        with pytest.raises(InputError, match="range of years is empty"):
            public_layout(["years"], {"years": (10, 10)})


def test_gradients_of_rows_add_up_to_that_of_the_loss_of_training() -> None:
    table = cohort(40, 0)
    layout: Layout = public_layout(table)
    torch.manual_seed(0)
    network = make_network(layout, PRIVATE)
    levels = torch.from_numpy(layout.levels(table))
    rows = list(row_gradients(network, levels, torch.randn(40, 8, generator=torch.Generator().manual_seed(1)), PRIVATE))
    row_losses(network, levels, PRIVATE, torch.Generator().manual_seed(1)).sum().backward()
    for parameter, found in zip(network.parameters(), rows, strict=True):
        assert found.shape == (40, *parameter.shape)
        assert parameter.grad is not None
        torch.testing.assert_close(found.sum(0), parameter.grad, rtol=1e-3, atol=1e-4)


def test_nobody_drawn_has_no_gradients() -> None:
    network = make_network(public_layout(NAMES), PRIVATE)
    empty = row_gradients(network, torch.zeros((0, len(NAMES)), dtype=torch.long), torch.zeros(0, 8), PRIVATE)
    assert [found.shape[0] for found in empty] == [0] * len(list(network.parameters()))


def test_what_a_budget_promises() -> None:
    assert Budget.of(math.log(3), 1e-9).best_guess == pytest.approx(0.75)
    assert Budget(1e-9).best_guess == pytest.approx(0.5, abs=1e-5)
    assert Budget(1000.0).best_guess == 1
    for wrong in ((0, 1e-5), (1, 0), (1, 1), (math.inf, 1e-5), (math.nan, 1e-5)):
        with pytest.raises(InputError, match="no privacy budget"):
            Budget.of(*wrong)


def test_delta_must_be_below_one_in_as_many_people() -> None:
    with pytest.raises(InputError, match="promises nothing to 180 people"):
        fit_private(cohort(300, 0), Budget(1.0, 0.01))


def test_without_opacus_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opacus", None)
    with pytest.raises(TrainingError, match="pip install --no-deps -r requirements-private"):
        fit_private(cohort(300, 0), Budget(1.0))


@pytest.fixture(scope="module")
def fitted() -> Generator:
    pytest.importorskip("opacus")
    return fit_private(cohort(2000, 0), Budget(3.0), SHORT, device="cpu")


def test_the_card_states_what_was_spent_and_no_losses(fitted: Generator) -> None:
    privacy = fitted.card["privacy"]
    assert 2.5 < privacy["epsilon"] <= 3.0
    assert privacy["delta"] == 1e-5
    assert privacy["people"] == fitted.card["training_rows"] == 1200
    assert privacy["steps"] == 60
    assert privacy["noise"] > 0.5
    assert "training" not in fitted.card


def test_people_are_drawn_within_the_public_ranges(fitted: Generator, tmp_path: Path) -> None:
    fitted.save(tmp_path / "private")
    drawn = Generator.load(tmp_path / "private", "cpu").sample(400, 1)
    assert list(drawn) == NAMES
    for name in ("age", "bmi", "systolic_bp", "glucose"):
        low, high = VOCABULARY[name].usual
        assert drawn[name].dropna().between(low - 1, high + 1).all()


def test_noise_differs_from_fit_to_fit(fitted: Generator) -> None:
    again = fit_private(cohort(2000, 0), Budget(3.0), SHORT, device="cpu")
    first, second = (generator.network.decoder.z.weight for generator in (fitted, again))
    assert not torch.equal(first, second)


def test_with_budget_enough_it_learns() -> None:
    pytest.importorskip("opacus")
    table = cohort(2000, 0)
    config = replace(SHORT, least_epochs=5)
    generator = fit_private(table, Budget(20.0), config, device="cpu")
    torch.manual_seed(0)
    levels = torch.from_numpy(generator.layout.levels(table))
    with torch.no_grad():
        before, after = (
            float(row_losses(network, levels, config).mean())
            for network in (make_network(generator.layout, config).eval(), generator.network)
        )
    assert after < 0.9 * before


def test_cards_of_a_private_fit_state_its_budget() -> None:
    pytest.importorskip("opacus")
    made = make(cohort(2000, 0), SHORT, budget=Budget(3.0), outcomes=["diabetes"], device="cpu")
    budget = made.cards.privacy.budget
    assert budget is not None
    assert budget == (made.generator.card["privacy"]["epsilon"], 1e-5)
    assert 2.5 < budget.epsilon <= 3.0

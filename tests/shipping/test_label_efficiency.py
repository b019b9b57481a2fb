from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.outcomes import OUTCOME
from riskmodels.shipping import label_efficiency as trial
from riskmodels.shipping.population import GLYCAEMIA
from riskmodels.tabular.hiding import Hiding

NAMES = ("age", "bmi", "waist", "sex")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "FILLING_STEPS", 300)
    monkeypatch.setattr(trial, "OUTCOME_STEPS", 200)


@pytest.fixture(scope="module")
def people() -> trial.People:
    """Waist follows from body mass index; the first outcome from age, the second has no labels but for a few."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(1_500, 4)).astype(np.float32)
    values[:, 2] = values[:, 1]
    flat = torch.tensor(np.hstack([np.ones_like(values), values]))
    targets = torch.tensor((values[:, :2] + rng.normal(0, 0.5, (1_500, 2)) > 0).astype(np.float32))
    targets[100:, 1] = torch.nan
    return trial.People(torch.zeros(4, 1_500, 2), flat, targets)


def test_what_defines_a_label_is_no_input() -> None:
    assert not {i for o in GLYCAEMIA for i in OUTCOME[o].not_inputs} & set(trial.INPUTS)
    assert "hba1c" not in trial.INPUTS


@pytest.mark.usefixtures("quick")
def test_filling_learns_what_inputs_say_of_one_another(people: trial.People) -> None:
    torch.manual_seed(0)
    error = trial.fill(trial.TwoLayers(4, 2), people, Hiding(NAMES, 0.85), 1)
    assert error < 0.95  # of four inputs two tell each other, where one of them is known


@pytest.mark.usefixtures("quick")
def test_outcomes_are_learnt_from_the_labels_there_are(people: trial.People) -> None:
    torch.manual_seed(0)
    network = trial.TwoLayers(4, 2)
    trial.learn(network, people, Hiding(NAMES, 0.2), 1)
    with torch.no_grad():
        _, logit = network(people.flat)
    assert np.corrcoef(logit[:, 0], people.flat[:, 4])[0, 1] > 0.8
    assert np.corrcoef(logit[:, 1], people.flat[:, 5])[0, 1] > 0.6


def test_hidden_input_has_neither_flag_nor_value(people: trial.People) -> None:
    keep = torch.ones(4, 1_500, dtype=torch.bool)
    keep[1] = False
    hidden = trial._hidden(people.flat, keep)
    assert not hidden[:, [1, 5]].any()
    assert (hidden[:, [0, 4]] == people.flat[:, [0, 4]]).all()


def test_table_tells_the_paired_difference() -> None:
    rows = [
        {"outcome": "diabetes", "n": 100, "way": way, "seed": seed, "auroc": 0.7 + 0.01 * i + 0.1 * seed}
        for seed in (0, 1)
        for i, way in enumerate(trial.WAYS)
    ]
    assert "| diabetes | 100 | 0.750 | 0.760 | 0.770 | +0.0100 ± 0.0000 |" in trial.table(pd.DataFrame(rows))

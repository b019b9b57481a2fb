"""Facts that do not fit together are told from those that do, and which of them it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from riskmodels.generated.learning import Generator, GeneratorConfig, fit_generator
from riskmodels.generated.learning.plausibility import plausibility
from tests.generated.clinic import people

COLUMNS = ["age", "sex", "bmi", "waist", "bp_medication"]


@pytest.fixture(scope="module")
def generator() -> Generator:
    config = GeneratorConfig(dropout=0.1, width=96, latent=4, steps=800, batch_size=64, learning_rate=5e-3)
    return fit_generator(people(2_500)[COLUMNS], config, device="cpu")


@pytest.fixture(scope="module")
def others() -> pd.DataFrame:
    return people(300, seed=5)[COLUMNS]


def test_waist_of_another_person_is_the_least_plausible_fact(generator: Generator, others: pd.DataFrame) -> None:
    slim = others.assign(bmi=22.0, waist=80.0)
    wrong = plausibility(generator, slim.assign(waist=130.0))
    assert plausibility(generator, slim)["waist"].mean() > 0.2
    assert wrong["waist"].max() < 0.05
    assert (wrong[["waist", "bmi"]].min(axis=1) == wrong.min(axis=1)).mean() > 0.9


def test_true_values_are_as_plausible_as_they_are_frequent(generator: Generator, others: pd.DataFrame) -> None:
    told = plausibility(generator, others)["bmi"]
    assert (told <= 0.1).mean() == pytest.approx(0.1, abs=0.07)


def test_unknown_values_are_not_judged(generator: Generator, others: pd.DataFrame) -> None:
    told = plausibility(generator, others)
    assert (told.isna() == others.isna()).all(axis=None)
    assert told.index.equals(others.index)


@torch.no_grad()
def test_it_is_the_generators_own_probability_by_the_rule_of_bayes(generator: Generator, others: pd.DataFrame) -> None:
    row = others.dropna().iloc[:1]
    levels = torch.from_numpy(generator.layout.levels(row))
    without, candidates = levels.clone(), []
    without[:, 4] = 0
    z, _ = generator.network.encode(generator.network.one_hot(without))
    for answer in (1, 2):
        other = levels.clone()
        other[:, 4] = answer
        told = generator.network.decode(z, generator.network.one_hot(other))
        candidates.append(-float(generator.network.losses(told, other).sum()))
    odds = np.exp(candidates[int(levels[0, 4]) - 1] - np.logaddexp(*candidates))
    expected = odds if odds < 0.5 else 1.0
    assert plausibility(generator, row)["bp_medication"].iloc[0] == pytest.approx(expected, abs=1e-4)

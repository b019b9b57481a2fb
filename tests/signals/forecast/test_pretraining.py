"""Hidden stretches: what is hidden is not seen, and filling them can be learnt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from riskmodels.signals.forecast.network import ForecastNetwork, inputs_of
from riskmodels.signals.forecast.pretraining import LONGEST, SHORTEST, filling_loss, pretrain, stretches
from riskmodels.signals.forecast.training import fit
from tests.signals.forecast.conftest import RECIPE, windows_of_waves

CPU = torch.device("cpu")


def test_every_stretch_is_one_piece_and_never_at_the_start() -> None:
    hidden = stretches(500, np.random.default_rng(0))
    assert set(hidden.sum(1)) == set(range(SHORTEST, LONGEST + 1))
    assert not hidden[:, 0].any()
    assert (np.abs(np.diff(hidden.astype(int), axis=1, append=0)).sum(1) == 2).all()


def test_what_is_hidden_does_not_change_what_is_said() -> None:
    torch.manual_seed(0)
    network, decoder = ForecastNetwork(RECIPE.shape).eval(), nn.Linear(8, 36)
    inputs = inputs_of(windows_of_waves(range(1)).part(slice(0, 4)), CPU)
    hidden = torch.from_numpy(stretches(4, np.random.default_rng(1)))
    seen: list[torch.Tensor] = []
    network.recurrent.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    for shift in (0.0, 50.0):
        filling_loss(network, decoder, inputs._replace(filled=inputs.filled + shift * hidden), hidden)
    assert torch.equal(seen[0], seen[1])


def test_it_learns_and_is_a_start() -> None:
    windows = windows_of_waves(range(3))
    recipe = replace(RECIPE, steps=30)
    filled = pretrain(windows, recipe, CPU)
    assert not torch.equal(filled.recurrent.weight_hh_l0, ForecastNetwork(recipe.shape).recurrent.weight_hh_l0)
    begun = fit(windows, replace(recipe, steps=0), CPU, start=filled)
    assert all(torch.equal(begun.state_dict()[name], t) for name, t in filled.state_dict().items())

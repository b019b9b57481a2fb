"""Learning without a future: a stretch of the three hours is hidden and the network says what was there.

What comes next is not asked, so sequences that are not to be learnt from otherwise can be used. See
:func:`riskmodels.shipping.signals.forecast_experiments.few_people` for what it saves.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import AdamW

from riskmodels.signals.forecast.network import ForecastNetwork, Inputs, inputs_of
from riskmodels.signals.forecast.training import Recipe, pace, person_weights, seen_sparsely, standardise
from riskmodels.signals.forecast.windows import HISTORY, Windows

#: cells of a hidden stretch: 15 to 60 minutes
SHORTEST, LONGEST = 3, 12


def pretrain(windows: Windows, recipe: Recipe, device: torch.device) -> ForecastNetwork:
    """A network whose recurrent part has learnt to fill hidden stretches; its heads are as new.

    Args:
        windows: usable; their futures are not looked at.
        recipe: of which shape, steps, batch, rate, decay, thin, evenness and seed are used.
        device: where.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    network = ForecastNetwork(recipe.shape).to(device)
    standardise(network, windows)
    decoder = nn.Linear(recipe.shape.hidden, HISTORY).to(device)
    optimizer = AdamW([*network.parameters(), *decoder.parameters()], recipe.rate, weight_decay=recipe.decay)
    edges = np.cumsum(person_weights(windows.person, recipe.evenness))
    network.train()
    for step in range(1, recipe.steps + 1):
        rows = np.searchsorted(edges, rng.random(recipe.batch) * edges[-1])
        part = seen_sparsely(windows.part(rows), recipe.thin, rng)
        hidden = stretches(len(part), rng)
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * pace(step / recipe.steps)
        loss = filling_loss(network, decoder, inputs_of(part, device), torch.from_numpy(hidden).to(device))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
    return network.eval()


def stretches(count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(count, 36): one hidden stretch in each; the first cell is never hidden."""
    length = rng.integers(SHORTEST, LONGEST + 1, count)
    start = rng.integers(1, HISTORY + 1 - length)
    cells = np.arange(HISTORY)
    return np.asarray((cells >= start[:, None]) & (cells < (start + length)[:, None]))


def filling_loss(network: ForecastNetwork, decoder: nn.Linear, whole: Inputs, hidden: Tensor) -> Tensor:
    """Squared error in hidden cells that held a reading, of the change since the last reading before them."""
    places = torch.arange(HISTORY, device=hidden.device)
    before = torch.where(hidden, torch.zeros_like(places), places).cummax(1).values
    shown = whole.filled.gather(1, before)
    said = decoder(network.features(whole._replace(filled=shown, seen=whole.seen * ~hidden)))
    error = (whole.filled - shown) / network.spread - said
    squared: Tensor = (error**2)[hidden & (whole.seen > 0)]
    return squared.mean()

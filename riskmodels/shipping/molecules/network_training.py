"""Trains the message-passing network on the measured compounds of all endpoints at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.molecules.endpoints import ENDPOINTS
from riskmodels.molecules.learning.graph import Graph, together
from riskmodels.molecules.learning.graph_network import GraphNetwork, Shape
from riskmodels.molecules.learning.trained_network import MOST, TrainedNetwork
from riskmodels.shipping.molecules.data import Measured
from riskmodels.shipping.say import Say

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Args:
        shape: of the network.
        epochs: times that every compound is seen.
        batch: compounds a step.
        rate: largest learning rate; it rises and falls over the run.
        decay: of the weights.
        seed: of weights and order.
    """

    shape: Shape = field(default_factory=Shape)
    epochs: int = 15
    batch: int = 64
    rate: float = 2e-3
    decay: float = 1e-4
    seed: int = 0


def train_network(
    graphs: Sequence[Graph],
    descriptors: Floats,
    measured: Mapping[str, Measured],
    recipe: Recipe,
    device: torch.device,
    say: Say,
) -> TrainedNetwork:
    """Train on compounds with a value for at least one endpoint.

    Args:
        graphs: of every compound of the library.
        descriptors: (compounds, descriptors).
        measured: values to learn from, by name of the endpoint; no others are looked at.
        recipe: how.
        device: where.
        say: told every epoch.
    """
    values = np.full((len(graphs), len(ENDPOINTS)), np.nan)
    for place, endpoint in enumerate(ENDPOINTS):
        if endpoint.name in measured:
            values[measured[endpoint.name].compounds, place] = measured[endpoint.name].values
    rows = np.flatnonzero(~np.isnan(values).all(1))
    known = ~np.isnan(values)
    means = np.array([values[known[:, c], c].mean() if known[:, c].any() else 0.0 for c in range(len(ENDPOINTS))])
    scales = np.array([values[known[:, c], c].std() if known[:, c].any() else 1.0 for c in range(len(ENDPOINTS))])
    centres, spreads = descriptors[rows].mean(0), descriptors[rows].std(0) + 1e-3
    wanted = torch.from_numpy(np.nan_to_num((values - means) / scales)).float().to(device)
    weight = torch.from_numpy(known).float().to(device)
    inputs = torch.from_numpy(np.clip((descriptors - centres) / spreads, -MOST, MOST)).float().to(device)
    torch.manual_seed(recipe.seed)
    network = GraphNetwork(recipe.shape).to(device).train()
    steps = -(-len(rows) // recipe.batch)
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, recipe.epochs * steps, pct_start=0.15)
    rng = np.random.default_rng(recipe.seed)
    for epoch in range(recipe.epochs):
        order, lost = rng.permutation(rows), 0.0
        for start in range(0, len(order), recipe.batch):
            chosen = order[start : start + recipe.batch]
            at = torch.from_numpy(chosen).to(device)
            answers = network(together([graphs[number] for number in chosen.tolist()], device), inputs[at])
            loss = (weight[at] * (answers - wanted[at]).square()).sum() / weight[at].sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            lost += float(loss.detach())
        say.line(f"epoch {epoch + 1} of {recipe.epochs}, loss {lost / steps:.3f}")
    return TrainedNetwork(network, centres, spreads, means, scales, device)

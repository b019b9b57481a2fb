"""Training: windows drawn from people, some seen as by a 15-minute sensor; the weights kept are a running average."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim import AdamW

from riskmodels.model_files.checkpoint import read_checkpoint, write_checkpoint
from riskmodels.signals.forecast.network import ForecastNetwork, Outputs, Shape, inputs_of
from riskmodels.signals.forecast.windows import LOW, Windows


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Args:
        shape: of the network.
        steps: of the optimiser.
        batch: windows a step.
        rate: highest learning rate.
        decay: weight decay.
        thin: share of the windows of 5-minute sensors that are seen as by a 15-minute one.
        low_weight: of the loss of lows beside that of the mean.
        width_weight: of the loss of the interval beside that of the mean.
        average: decay of the running average of weights.
        evenness: windows of a person with n are drawn in proportion to n to the power of this.
        seed: of everything random.
    """

    shape: Shape = field(default_factory=Shape)
    steps: int = 8000
    batch: int = 256
    rate: float = 6e-3
    decay: float = 1e-2
    thin: float = 0.25
    low_weight: float = 0.5
    width_weight: float = 0.5
    average: float = 0.999
    evenness: float = 0.5
    seed: int = 0


#: steps from one checkpoint to the next
SAVED_EVERY = 500
#: share of the steps in which the learning rate rises
WARM = 0.1
#: told step, steps, and the mean loss since it was last told
Report = Callable[[int, int, float], None]


def fit(
    train: Windows,
    recipe: Recipe,
    device: torch.device,
    report: Report | None = None,
    checkpoint: Path | None = None,
    start: ForecastNetwork | None = None,
) -> ForecastNetwork:
    """Train a network; the same for the same windows, recipe and kind of device, in one go or in several.

    Args:
        train: usable windows.
        recipe: how.
        device: where.
        report: told every 100 steps.
        checkpoint: file to go on from, and to save to.
        start: whose weights and standards it begins with; new ones when None.

    Returns:
        The network with averaged weights, on the device, in evaluation mode.

    Raises:
        TrainingError: when the checkpoint is of another run.
    """
    torch.manual_seed(recipe.seed)
    network = ForecastNetwork(recipe.shape).to(device)
    if start is None:
        standardise(network, train)
    else:
        network.load_state_dict(start.state_dict())
    averaged = ForecastNetwork(recipe.shape).to(device)
    averaged.load_state_dict(network.state_dict())
    optimizer = AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    run = json.dumps([asdict(recipe), len(train), float(train.now.sum(dtype=np.float64)), device.type])
    done = _resume(checkpoint, run, network, averaged, optimizer, device)
    edges, total = np.cumsum(person_weights(train.person, recipe.evenness)), 0.0
    network.train()
    for step in range(done + 1, recipe.steps + 1):
        rng = _seeded(recipe, step)
        rows = np.searchsorted(edges, rng.random(recipe.batch) * edges[-1])
        windows = seen_sparsely(train.part(rows), recipe.thin, rng)
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * pace(step / recipe.steps)
        loss = loss_of(network(inputs_of(windows, device)), windows, network, recipe)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        _average(averaged, network, min(recipe.average, step / (step + 10)))
        total += float(loss.detach())
        if step % 100 == 0:
            if report:
                report(step, recipe.steps, total / 100)
            total = 0.0
        if checkpoint and step % SAVED_EVERY == 0:
            states = {"network": network.state_dict(), "averaged": averaged.state_dict()}
            write_checkpoint(checkpoint, run, states, optimizer, {"step": step})
    return averaged.eval()


def pace(share: float) -> float:
    """Learning rate at a share of the steps, as a share of the highest: up for a tenth, then down along a cosine."""
    return share / WARM if share < WARM else 0.5 * (1 + np.cos(np.pi * (share - WARM) / (1 - WARM)))


def _seeded(recipe: Recipe, step: int) -> np.random.Generator:
    """Draws of one step, the same whether or not the run was interrupted before it; sets those of torch too."""
    torch.manual_seed(recipe.seed * 1_000_003 + step)
    return np.random.default_rng([recipe.seed, step])


def _resume(
    checkpoint: Path | None,
    run: str,
    network: ForecastNetwork,
    averaged: ForecastNetwork,
    optimizer: AdamW,
    device: torch.device,
) -> int:
    """Put everything where the checkpoint has it; the steps done."""
    if checkpoint is None or not checkpoint.is_file():
        return 0
    kept = read_checkpoint(checkpoint, run, device)
    network.load_state_dict(kept.states["network"])
    averaged.load_state_dict(kept.states["averaged"])
    kept.restore(optimizer)
    return int(kept.numbers["step"])


@torch.no_grad()
def _average(averaged: ForecastNetwork, network: ForecastNetwork, keep: float) -> None:
    """Move the running average towards the network's weights."""
    for old, new in zip(averaged.parameters(), network.parameters(), strict=True):
        old.lerp_(new, 1 - keep)


def standardise(network: ForecastNetwork, train: Windows) -> None:
    """Set what the network measures glucose by: mean and spread of the last readings, and usual change by step."""
    change = train.future - train.now[:, None]
    network.centre.fill_(float(train.now.mean()))
    network.spread.fill_(float(train.now.std()))
    network.usual.copy_(torch.from_numpy(np.sqrt(np.nanmean(change**2, axis=0))))


def person_weights(person: NDArray[np.str_], evenness: float) -> NDArray[np.float64]:
    """(n,) chance of each window; people with many windows count for less each when evenness is below 1."""
    _, codes, counts = np.unique(person, return_inverse=True, return_counts=True)
    return np.asarray((counts.astype(np.float64) ** (evenness - 1))[codes])


def seen_sparsely(windows: Windows, share: float, rng: np.random.Generator) -> Windows:
    """Some of the windows of 5-minute sensors as a 15-minute one would have seen them."""
    chosen = (rng.random(len(windows)) < share) & (windows.interval == 5)
    thin = windows.thinned()
    usable = thin.usable & chosen
    return Windows(
        np.where(usable[:, None], thin.history, windows.history),
        np.where(usable[:, None], thin.earlier, windows.earlier),
        windows.future,
        np.where(usable, thin.interval, windows.interval),
        windows.day,
        windows.person,
    )


def loss_of(outputs: Outputs, windows: Windows, network: ForecastNetwork, recipe: Recipe) -> Tensor:
    """Squared error of the mean, pinball loss of the interval's ends, and log loss of a low; of known cells only."""
    device = outputs.mean.device
    change = torch.from_numpy(windows.future - windows.now[:, None]).to(device)
    known = ~change.isnan()
    change = torch.where(known, change, torch.zeros_like(change))
    error = (change - outputs.mean) / network.usual
    mean = (error**2)[known].mean()
    centre = outputs.mean.detach()
    ends = pinball(change - centre + outputs.below, 0.05) + pinball(change - centre - outputs.above, 0.95)
    width = (ends / network.usual)[known].mean()
    above = torch.from_numpy((windows.now >= LOW) & windows.judged).to(device)
    label = torch.from_numpy(windows.low_ahead.astype(np.float32)).to(device)
    low = binary_cross_entropy_with_logits(outputs.low[above], label[above])
    return mean + recipe.width_weight * width + recipe.low_weight * low


def pinball(error: Tensor, level: float) -> Tensor:
    """Loss whose minimum is the quantile of that level."""
    return torch.maximum(level * error, (level - 1) * error)

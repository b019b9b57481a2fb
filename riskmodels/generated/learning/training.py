"""Fitting the autoencoder: levels of rows in, its weights out, stopped where rows it does not see are told best.

The loss is the bound on −log likelihood of a row, in nats.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from riskmodels.errors import TrainingError
from riskmodels.generated.learning.network import TableVAE, divergence

Progress = Callable[["GeneratorEpoch"], None]


@dataclass(frozen=True)
class GeneratorConfig:
    """All choices of a fit.

    The defaults were chosen on people kept apart (docs/experiments.md): the rate has come down to nothing by the epoch
    that tells watched rows best, so shares of rare answers are right, and less is learnt by heart.

    Args:
        latent, width, layers, dropout: of the network.
        steps, least_epochs: it takes as many steps, and at least as many epochs.
        batch_size, learning_rate, decay: of AdamW with a one-cycle schedule.
        patience: share of the epochs without a better loss on rows that are watched, after which it stops.
        latent_weight: of the divergence of z in the loss.
        watched, apart: shares of the rows that say when to stop, and that are kept for the cards alone.
        seed: of everything random.
    """

    latent: int = 16
    width: int = 256
    layers: int = 2
    dropout: float = 0.25
    steps: int = 1800
    least_epochs: int = 20
    batch_size: int = 128
    learning_rate: float = 2e-3
    decay: float = 1e-2
    patience: float = 1.0
    latent_weight: float = 1.0
    watched: float = 0.1
    apart: float = 0.3
    seed: int = 20261201

    def epochs(self, rows: int) -> int:
        """Epochs of a fit to so many rows."""
        return max(self.least_epochs, -(-self.steps // -(-rows // self.batch_size)))


@dataclass(frozen=True)
class GeneratorEpoch:
    """Progress after an epoch: which of how many, mean losses in nats a row, expected seconds to the end."""

    epoch: int
    epochs: int
    loss: float
    watched_loss: float
    seconds_left: float


def train_vae(
    network: TableVAE,
    rows: torch.Tensor,
    watched: torch.Tensor,
    config: GeneratorConfig,
    device: torch.device,
    progress: Progress | None = None,
) -> list[GeneratorEpoch]:
    """Fit a network in place; it ends with the weights of the epoch whose watched rows were told best.

    Args:
        network: to be fitted.
        rows: (n, c) levels.
        watched: (m, c) levels of other people.
        config: the choices.
        device: where to compute.
        progress: told each epoch; may raise to stop.

    Raises:
        TrainingError: when there are too few rows, or the loss is no number.
    """
    if len(rows) < 2 or not len(watched):
        raise TrainingError("There are too few people to learn from.", hint="Use a larger table.")
    torch.manual_seed(config.seed)
    network.to(device)
    rows, watched = rows.to(device), watched.to(device)
    steps, epochs = -(-len(rows) // config.batch_size), config.epochs(len(rows))
    optimiser = torch.optim.AdamW(network.parameters(), config.learning_rate, weight_decay=config.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.learning_rate, total_steps=steps * epochs)
    best, kept, history, started = float("inf"), None, [], time.monotonic()
    for epoch in range(1, epochs + 1):
        network.train()
        total = 0.0
        for batch in torch.randperm(len(rows), device=device).chunk(steps):
            loss = row_losses(network, rows[batch], config).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += loss.item() * len(batch)
        told = watched_loss(network, watched, config)
        left = (time.monotonic() - started) / epoch * (epochs - epoch)
        history.append(GeneratorEpoch(epoch, epochs, total / len(rows), told, left))
        if not told < float("inf"):
            raise TrainingError("The fit lost its way: its loss is no number.", hint="Lower the learning rate.")
        if told < best:
            best, kept = told, copy.deepcopy(network.state_dict())
        if progress:
            progress(history[-1])
        if epoch - min(history, key=lambda e: e.watched_loss).epoch >= config.patience * epochs:
            break
    if kept is not None:
        network.load_state_dict(kept)
    network.eval()
    return history


def row_losses(
    network: TableVAE,
    levels: torch.Tensor,
    config: GeneratorConfig,
    generator: torch.Generator | None = None,
) -> torch.Tensor:
    """(n,) bound on −log likelihood of rows (n, c), in nats."""
    hot = network.one_hot(levels)
    read = network.encode(hot)
    noise = torch.randn(read[0].shape, generator=generator, device=levels.device)
    return bound(network, hot, levels, read, noise, config.latent_weight)


def bound(
    network: TableVAE,
    hot: torch.Tensor,
    levels: torch.Tensor,
    read: tuple[torch.Tensor, torch.Tensor],
    noise: torch.Tensor,
    latent_weight: float,
) -> torch.Tensor:
    """(n,) bound on −log likelihood of rows, in nats, at one draw of z.

    Args:
        network: that tells them.
        hot, levels: the rows, (n, L) and (n, c).
        read: mean and log variance of z, as the network reads them from the rows.
        noise: (n, latent) standard normal, of z.
        latent_weight: of the divergence.
    """
    mean, log_variance = read
    z = mean + noise * (0.5 * log_variance).exp()
    missed = network.losses(network.decode(z, hot), levels).sum(1)
    return missed + latent_weight * divergence(mean, log_variance)


@torch.no_grad()
def watched_loss(network: TableVAE, watched: torch.Tensor, config: GeneratorConfig) -> float:
    """Mean loss of rows that are not learnt from, with the same draws of z each time."""
    network.eval()
    generator = torch.Generator(watched.device).manual_seed(config.seed)
    parts = [row_losses(network, part, config, generator) for part in torch.split(watched, 4096)]
    return float(torch.cat(parts).mean())

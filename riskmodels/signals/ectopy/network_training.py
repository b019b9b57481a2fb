"""Training the network of beats: sequences of windows with their labels in; fitted weights and log-odds out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from riskmodels.signals.ectopy.features import levelled
from riskmodels.signals.ectopy.frame import Floats
from riskmodels.signals.ectopy.look import LeadBeats
from riskmodels.signals.ectopy.network import BeatNetwork

#: beats of one sequence
LENGTH = 24
#: features of the trees that the network is given too
INTERVALS = ("rr before", "rr after", "rr after/before", "rr both", "rr local", "rr spread")


@dataclass(frozen=True)
class NetworkConfig:
    """How it is trained.

    Args:
        epochs: through all sequences.
        batch: sequences a step.
        rate: highest learning rate.
        decay: weight decay.
        shift: samples by which windows are moved, at most.
        scale: standard deviation of the logarithm of a random gain.
        noise: standard deviation of what is added, in the record's scale.
        weight: of a beat that is one, beside a beat that is none.
        seed: of everything random.
    """

    epochs: int = 6
    batch: int = 24
    rate: float = 4e-3
    decay: float = 1e-2
    shift: int = 3
    scale: float = 0.2
    noise: float = 0.03
    weight: float = 3.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Sequences:
    """Beats in the order of their record.

    Args:
        windows: (sequences, beats, channels, WINDOW) float32.
        intervals: (sequences, beats, numbers) float32.
        labels: (sequences, beats) float32, 1 ventricular; NaN where it does not count.
    """

    windows: Tensor
    intervals: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.windows)


def sequences_of(lead: LeadBeats, labels: Floats | None = None) -> tuple[Sequences, NDArray[np.int64]]:
    """A lead cut into sequences; the last one begins earlier where beats would be missing.

    Args:
        lead: with at least one beat.
        labels: (m,) 1, 0 or NaN; all NaN when None.

    Returns:
        The sequences, and (sequences, beats) numbers of their beats.
    """
    count = len(lead.frame.windows)
    length = min(LENGTH, count)
    starts = sorted({*range(0, count - length + 1, length), count - length})
    places = np.array(starts)[:, None] + np.arange(length)
    beats = levelled(lead.frame.windows) / lead.record.scale
    own = np.broadcast_to(levelled(lead.record.template) / lead.record.scale, beats.shape)
    windows = np.clip(np.stack([beats, own], axis=1), -6, 6).astype(np.float32)
    intervals = np.stack([lead.features[name] for name in INTERVALS], axis=1).astype(np.float32)
    told = np.full(count, np.nan) if labels is None else labels
    told = np.where(lead.frame.good, told, np.nan).astype(np.float32)
    return Sequences(*(torch.from_numpy(part[places]) for part in (windows, intervals, told))), places


def joined(parts: Sequence[Sequences]) -> Sequences:
    """Sequences of equal length in one."""
    return Sequences(*(torch.cat([getattr(p, name) for p in parts]) for name in ("windows", "intervals", "labels")))


def fit_network(train: Sequences, config: NetworkConfig, device: torch.device) -> BeatNetwork:
    """Fit; the same for the same seed on one kind of device.

    Args:
        train: what to learn from.
        config: how.
        device: where.
    """
    torch.manual_seed(config.seed)
    rng = torch.Generator().manual_seed(config.seed)
    network = BeatNetwork(train.intervals.shape[-1]).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), config.rate, weight_decay=config.decay)
    steps = -(-len(train) // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.rate, total_steps=config.epochs * steps)
    for _ in range(config.epochs):
        network.train()
        for chosen in torch.split(torch.randperm(len(train), generator=rng), config.batch):
            windows = _changed(train.windows[chosen], config, rng).to(device)
            answer = network(windows, train.intervals[chosen].to(device))
            loss = _loss(answer, train.labels[chosen].to(device), config.weight)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return network.eval()


@torch.no_grad()
def network_log_odds(network: BeatNetwork, sequences: Sequences, device: torch.device) -> Tensor:
    """(sequences, beats) on the CPU."""
    parts = zip(torch.split(sequences.windows, 64), torch.split(sequences.intervals, 64), strict=True)
    return torch.cat([network(windows.to(device), intervals.to(device)).cpu() for windows, intervals in parts])


def _changed(windows: Tensor, config: NetworkConfig, rng: torch.Generator) -> Tensor:
    """Another gain, another moment and some noise for the beat; its record's own stays."""
    count = len(windows)
    gain = torch.exp(config.scale * torch.randn(count, 1, 1, generator=rng))
    moved = int(torch.randint(-config.shift, config.shift + 1, (), generator=rng))
    beats = torch.roll(windows[:, :, 0], moved, -1)
    beats = beats * gain + config.noise * torch.randn(beats.shape, generator=rng)
    return torch.stack([beats, windows[:, :, 1]], dim=2)


def _loss(answer: Tensor, labels: Tensor, heavier: float) -> Tensor:
    counts = ~labels.isnan()
    weight = torch.where(labels == 1, heavier, 1.0) * counts
    each = nn.functional.binary_cross_entropy_with_logits(answer, labels.nan_to_num(), reduction="none")
    return (each * weight).sum() / weight.sum().clamp_min(1)

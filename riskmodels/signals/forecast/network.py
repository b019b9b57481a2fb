"""The network: a GRU over three hours of readings, with heads for mean, interval and a low within the hour.

It says by how much glucose will differ from the last reading, in units of what it usually differs by at each step. A
linear map of the readings is added to what the recurrent part says, so that part learns what a line cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, silu, softplus

from riskmodels.signals.forecast.windows import HISTORY, STEPS, Windows


@dataclass(frozen=True)
class Shape:
    """How the network is built.

    Args:
        hidden: width of the recurrent layers.
        layers: number of them.
        patch: cells that enter one step together.
        day: whether the time of day is an input.
        drop: share of the features left out in training.
    """

    hidden: int = 64
    layers: int = 1
    patch: int = 3
    day: bool = True
    drop: float = 0.1


class Inputs(NamedTuple):
    """What the network sees.

    Args:
        filled: (n, 36) mg/dL without holes.
        seen: (n, 36) 1 where a reading lies in the cell, 0 where one is repeated.
        interval: (n,) minutes between readings, 5 or 15.
        day: (n,) time of day, share of 24 hours.
    """

    filled: Tensor
    seen: Tensor
    interval: Tensor
    day: Tensor


class Outputs(NamedTuple):
    """What it says.

    Args:
        mean: (n, 12) mg/dL, difference from the last reading.
        below: (n, 12) mg/dL, from the mean down to the 5 % quantile; above 0.
        above: (n, 12) mg/dL, from the mean up to the 95 % quantile; above 0.
        low: (n,) log-odds of a reading below 70 mg/dL within the hour.
    """

    mean: Tensor
    below: Tensor
    above: Tensor
    low: Tensor


def inputs_of(windows: Windows, device: torch.device) -> Inputs:
    """Tensors of what the network sees."""
    seen = (~np.isnan(windows.history)).astype(np.float32)
    return Inputs(*(torch.from_numpy(a).to(device) for a in (windows.filled, seen, windows.interval, windows.day)))


class ForecastNetwork(nn.Module):
    """Readings → :class:`Outputs`.

    Args:
        shape: how it is built.
    """

    centre: Tensor
    spread: Tensor
    usual: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("centre", torch.tensor(150.0))
        self.register_buffer("spread", torch.tensor(60.0))
        self.register_buffer("usual", torch.ones(STEPS))
        width = shape.hidden
        between = shape.drop if shape.layers > 1 else 0.0
        self.recurrent = nn.GRU(3 * shape.patch + 1, width, shape.layers, batch_first=True, dropout=between)
        self.straight = nn.Linear(HISTORY - 1, STEPS)
        self.middle = nn.Linear(width + 4, width)
        self.heads = nn.Linear(width, 3 * STEPS + 1)
        for part in (self.straight, self.heads):
            nn.init.zeros_(part.weight)
            nn.init.zeros_(part.bias)

    def forward(self, inputs: Inputs) -> Outputs:
        """See :class:`Inputs` and :class:`Outputs`."""
        features = self.features(inputs)
        now = inputs.filled[:, -1:]
        found = self.heads(features)
        line = self.straight((inputs.filled[:, :-1] - now) / self.spread)
        mean, below, above = (found[:, i * STEPS : (i + 1) * STEPS] for i in range(3))
        return Outputs(
            (mean + line) * self.usual, softplus(below + 1) * self.usual, softplus(above + 1) * self.usual, found[:, -1]
        )

    def features(self, inputs: Inputs) -> Tensor:
        """(n, hidden): what the heads see."""
        _, state = self.recurrent(self.steps(inputs))
        turn = 2 * torch.pi * inputs.day
        around = torch.stack([turn.sin(), turn.cos()], 1) * float(self.shape.day)
        level = (inputs.filled[:, -1] - self.centre) / self.spread
        joined = torch.cat([state[-1], around, level[:, None], _sparse(inputs)], 1)
        return dropout(silu(self.middle(joined)), self.shape.drop, self.training)

    def steps(self, inputs: Inputs) -> Tensor:
        """(n, 36 / patch, …): level, difference to the cell before and mask of the cells of each step."""
        level = (inputs.filled - self.centre) / self.spread
        change = torch.diff(level, dim=1, prepend=level[:, :1]) * 8
        cells = torch.stack([level, change, inputs.seen], 2)
        count = HISTORY // self.shape.patch
        patches = cells.reshape(len(cells), count, cells.shape[2] * self.shape.patch)
        return torch.cat([patches, _sparse(inputs)[:, None].expand(-1, count, -1)], 2)


def _sparse(inputs: Inputs) -> Tensor:
    """(n, 1): 0 for a 5-minute sensor, 1 for a 15-minute one."""
    return (inputs.interval[:, None] - 5) / 10

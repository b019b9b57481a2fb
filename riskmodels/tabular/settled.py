"""Keeping settled directions while training: a move of one input against its direction is penalised.

For an input whose direction is settled (:mod:`riskmodels.directions`) a grid of values is laid over its range. In every
batch each person stands at a random step of the grid, everything else as it is (some of it hidden), and where the
log-odds move against the direction over that step the move, taken over the whole grid, is added to the loss. Curves
and pairs are judged together, so what one bends the other may straighten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import torch

from riskmodels.columns import Floats
from riskmodels.directions import Direction, direction_of
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.network import PAIR_COLUMNS, pair_columns

#: steps of a grid, people of a batch that are swept, and the tail of the training people beyond it on each side
STEPS, PEOPLE, TAIL = 24, 512, 5


@dataclass(frozen=True)
class Sweep:
    """The grid of one input.

    Args:
        input: its place.
        columns: (S, d) change of its encoded columns over each step.
        pairs: (S, m) change of its pair columns.
        signs: (S, O) +1 where the risk may not fall over the step, −1 where it may not rise, 0 where either may be.
    """

    input: int
    columns: torch.Tensor
    pairs: torch.Tensor
    signs: torch.Tensor

    def to(self, device: torch.device) -> Sweep:
        """The same on another device."""
        return Sweep(self.input, self.columns.to(device), self.pairs.to(device), self.signs.to(device))


def sweeps_of(
    frame: pd.DataFrame, encoding: Encoding, basis: torch.Tensor, outcomes: Sequence[str]
) -> tuple[Sweep, ...]:
    """The grids of all inputs whose direction is settled for one of the outcomes.

    Args:
        frame: PatientFrame of the training people.
        encoding: of the inputs.
        basis: (p, d, m) of the pair columns.
        outcomes: names, in their order.
    """
    found = []
    for i, read in enumerate(encoding.inputs):
        settled = [direction_of(outcome, read.name) for outcome in outcomes]
        known = np.sort(frame[read.name].dropna().to_numpy(float))
        if not any(settled) or len(known) <= 2 * TAIL:
            continue
        grid = np.array(read.levels) if read.levels else _grid(known[TAIL], known[-1 - TAIL], settled)
        z = torch.zeros(len(encoding.names), len(grid), encoding.width)
        z[i, :, : read.width] = torch.tensor(read.evaluate(grid)).float()
        u = pair_columns(z, basis)[:, i * PAIR_COLUMNS : (i + 1) * PAIR_COLUMNS]
        signs = [
            [0 if s is None else s.sign * (s.low <= low and high <= s.high) for s in settled]
            for low, high in pairwise(grid)
        ]
        found.append(Sweep(i, z[i].diff(dim=0), u.diff(dim=0), torch.tensor(signs, dtype=torch.float32)))
    return tuple(found)


def _grid(low: float, high: float, settled: Sequence[Direction | None]) -> Floats:
    """Equal steps over a range; where a direction begins or ends a step does so as well."""
    turns = [
        turn for direction in settled if direction for turn in (direction.low, direction.high) if low < turn < high
    ]
    return np.unique(np.r_[np.linspace(low, high, STEPS + 1), turns])


def against(
    u: torch.Tensor,
    curves: torch.Tensor,
    pairs: torch.Tensor,
    sweeps: Sequence[Sweep],
    generator: torch.Generator,
) -> torch.Tensor:
    """Mean move against settled directions over a whole grid, summed over inputs and members, (O,) log-odds.

    Args:
        u: (n, p·m) pair columns of people.
        curves: (p, d, K, O).
        pairs: (K, O, p·m, p·m).
        sweeps: of the inputs.
        generator: draws the steps (on the CPU).
    """
    u = u[:PEOPLE]
    total = u.new_zeros(curves.shape[-1])
    for sweep in sweeps:
        steps = torch.randint(len(sweep.columns), (len(u),), generator=generator).to(u.device)
        alone = torch.einsum("sd,dko->sko", sweep.columns, curves[sweep.input])[steps]
        block = pairs[:, :, sweep.input * PAIR_COLUMNS : (sweep.input + 1) * PAIR_COLUMNS]
        with_others = torch.einsum("komq,nq,nm->nko", block, u, sweep.pairs[steps])
        wrong = torch.relu(-sweep.signs[steps][:, None, :] * (alone + with_others)) * len(sweep.columns)
        total = total + wrong.mean(0).sum(0)
    return total

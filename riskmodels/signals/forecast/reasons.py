"""Reasons: integrated gradients of a forecast over the readings of the three hours before it.

The baseline is three hours flat at the last reading. What is asked beside a trace is why glucose is expected to leave
where it stands: the contributions then say what the course of the last three hours adds to a flat one. Against a
person's mean or zero the level of all readings would take nearly everything, and the course would not show.
Sundararajan M, Taly A, Yan Q. Axiomatic attribution for deep networks. ICML 2017; arXiv 1703.01365.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.signals.forecast.network import Inputs, inputs_of
from riskmodels.signals.forecast.windows import CELL, HISTORY, Floats, Windows

#: points of the Gauss–Legendre rule on the way from the baseline
POINTS = 64


@dataclass(frozen=True, eq=False)
class Reasons:
    """What every reading adds.

    Args:
        minutes: (k,) of the readings after now, 0 or less.
        mg_dl: (k,) the readings.
        contribution: (k,) in the unit of the output.
        base: what would be said after three hours flat at the last reading.
        output: what is said.
    """

    minutes: Floats
    mg_dl: Floats
    contribution: Floats
    base: float
    output: float

    @property
    def gap(self) -> float:
        """By how much base and contributions miss the output."""
        return self.output - self.base - float(self.contribution.sum())


def integrated(answer: Callable[[Inputs], torch.Tensor], windows: Windows, device: torch.device) -> Reasons:
    """Contributions of the readings of one window.

    Args:
        answer: inputs (n, …) → (n,), smooth.
        windows: one, usable.
        device: where to compute.
    """
    whole = inputs_of(windows, device)
    flat = torch.full_like(whole.filled, float(windows.now[0]))
    points, weights = np.polynomial.legendre.leggauss(POINTS)
    share = torch.tensor((points + 1) / 2, dtype=torch.float32, device=device)[:, None]
    path = (flat + share * (whole.filled - flat)).requires_grad_()
    rest = [t.expand(POINTS, *t.shape[1:]) for t in (whole.seen, whole.interval, whole.day)]
    (gradient,) = torch.autograd.grad(answer(Inputs(path, *rest)).sum(), path)
    weight = torch.tensor(weights / 2, dtype=torch.float32, device=device)[:, None]
    by_cell = ((gradient * weight).sum(0) * (whole.filled - flat)[0]).cpu().numpy().astype(np.float64)
    with torch.no_grad():
        ends = [float(answer(Inputs(cells, *whole[1:]))) for cells in (flat, whole.filled)]
    return _by_reading(by_cell, windows, ends)


def _by_reading(by_cell: Floats, windows: Windows, ends: list[float]) -> Reasons:
    """A cell that repeats a reading counts for that reading; what the two cells before the window repeat, for them."""
    cells = np.concatenate([windows.earlier[0], windows.history[0]])
    early = len(cells) - HISTORY
    places = np.arange(len(cells))
    source = np.maximum.accumulate(np.where(np.isnan(cells), -1, places))[early:]
    found: NDArray[np.int64] = np.unique(source)
    contribution = np.asarray([by_cell[source == place].sum() for place in found])
    minutes = (found - len(cells) + 1.0) * CELL
    return Reasons(np.asarray(minutes, np.float64), cells[found].astype(np.float64), contribution, *ends)

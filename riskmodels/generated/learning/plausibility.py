"""How well each fact of a person goes with all others: a table in, a probability for each cell out.

The generator gives a probability of every whole row, so also of every value a column could have instead: what is told
of a cell is exact for the generator, z being read from the row without it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from riskmodels.columns import Floats
from riskmodels.generated.learning.generator import Generator

#: candidate rows that are told at once
_BATCH = 8192


def plausibility(generator: Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Probability that a person with the same other facts has a value as unlikely as the one given, or less likely.

    Args:
        generator: fitted to people alike.
        table: with its columns.

    Returns:
        Same index, the generator's columns, 0–1; NaN where the value is unknown.
    """
    levels = torch.from_numpy(generator.layout.levels(table)).to(generator.device)
    columns = [_of_column(generator, levels, place) for place in range(levels.shape[1])]
    return pd.DataFrame(np.stack(columns, 1), index=table.index, columns=generator.layout.names)


@torch.no_grad()
def _of_column(generator: Generator, levels: torch.Tensor, place: int) -> Floats:
    """(n,) of one column."""
    candidates = len(generator.layout.columns[place].counts) - 1
    found = np.full(len(levels), np.nan)
    known = np.flatnonzero((levels[:, place] > 0).cpu().numpy())
    for rows in np.array_split(known, max(1, -(-len(known) * candidates // _BATCH))):
        told = _conditional(generator, levels[rows], place, candidates)
        given = told.gather(1, levels[rows, place][:, None] - 1)
        as_unlikely = torch.where(told <= given + 1e-9, told.exp(), 0.0).sum(1)
        found[rows] = as_unlikely.cpu().double().numpy()
    return found


def _conditional(generator: Generator, levels: torch.Tensor, place: int, candidates: int) -> torch.Tensor:
    """(n, candidates) log probabilities of the known levels of a column given the rest of each row."""
    network = generator.network
    without = levels.clone()
    without[:, place] = 0
    z, _ = network.encode(network.one_hot(without))
    every = levels.repeat_interleave(candidates, 0)
    every[:, place] = torch.arange(1, candidates + 1, device=levels.device).repeat(len(levels))
    told = network.decode(z.repeat_interleave(candidates, 0), network.one_hot(every))
    joint = -network.losses(told, every)[:, place:].sum(1)
    return joint.view(len(levels), candidates).log_softmax(1)

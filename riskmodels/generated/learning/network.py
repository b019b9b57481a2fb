"""A variational autoencoder of rows of levels whose decoder tells each column by those before it.

The encoder reads a whole row into a latent z. The decoder is told z and the row, masked so that what it says of a
column depends on z and the columns before it alone: whether it is known, and a probability of each level if it is.
One pass tells a whole row; a row is drawn in as many passes as there are columns.

Source:
    Kingma & Welling 2014, arXiv 1312.6114 (autoencoder); Germain et al. 2015, arXiv 1502.03509 (masks), with the hidden
    layers of Durkan & Nash 2019, arXiv 1904.05626.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import torch
from scipy.linalg import block_diag
from torch import nn
from torch.nn.functional import linear, logsigmoid, silu

from riskmodels.columns import Floats
from riskmodels.generated.learning.layout import Column

#: log-odds of being known in a column that everybody had
ALWAYS = 20.0


class TableVAE(nn.Module):
    """Encoder and decoder.

    Args:
        columns: c of a layout, with L levels altogether.
        latent: width of z.
        width: of the hidden layers.
        layers: hidden layers of encoder and decoder.
        dropout: share of hidden units left out in training.
    """

    scale: torch.Tensor
    column: torch.Tensor
    always: torch.Tensor
    features: torch.Tensor

    def __init__(self, columns: Sequence[Column], *, latent: int, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.sizes, self.latent = [len(column.counts) for column in columns], latent
        self.starts = [0, *accumulate(self.sizes)]
        features = torch.from_numpy(block_diag(*_blocks(columns))).float()
        constants = {
            "scale": torch.from_numpy(np.concatenate([column.scores for column in columns])).float(),
            "column": torch.repeat_interleave(torch.arange(len(columns)), torch.tensor(self.sizes)),
            "always": torch.tensor([column.counts[0] == 0 for column in columns]),
            "features": features,
        }
        for name, tensor in constants.items():
            self.register_buffer(name, tensor, persistent=False)
        told = features.shape[1]
        self.encoder = _mlp(told, width, 2 * latent, layers, dropout)
        self.decoder = _MaskedMlp(_told_columns(columns), self._said_columns(), latent, width, layers, dropout)

    def _said_columns(self) -> torch.Tensor:
        """Column of each number that the decoder says: of each level, then of each bell's middle and sharpness."""
        every = torch.arange(len(self.sizes))
        return torch.cat([self.column, every, every])

    def one_hot(self, levels: torch.Tensor) -> torch.Tensor:
        """(n, c) levels as (n, L) zeros and ones."""
        flat = levels + torch.tensor(self.starts[:-1], device=levels.device)
        hot = torch.zeros(len(levels), self.starts[-1], device=levels.device)
        return hot.scatter_(1, flat, 1.0)

    def encode(self, hot: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and log variance of z, (n, latent) each, of whole rows (n, L)."""
        mean, log_variance = self.encoder(hot @ self.features).chunk(2, 1)
        return mean, log_variance.clamp(-8, 4)

    def decode(self, z: torch.Tensor, hot: torch.Tensor) -> list[torch.Tensor]:
        """Log probabilities of the levels of each column given z and the columns before it, c times (n, levels).

        A number's are a bell on its scale and what departs from it.

        Args:
            z: (n, latent).
            hot: (n, L) the row; of it and the columns after it nothing is looked at for a column.
        """
        out = self.decoder(hot @ self.features, z)
        free, middle, sharpness = torch.split(out, [self.starts[-1], len(self.sizes), len(self.sizes)], 1)
        away = (self.scale - middle[:, self.column]) * sharpness.clamp(-4, 5).exp()[:, self.column]
        bells = torch.where(self.scale != 0, free - 0.5 * away.square(), free)
        parts = torch.split(bells, self.sizes, 1)
        return [_log_probabilities(part, bool(always)) for part, always in zip(parts, self.always, strict=True)]

    def losses(self, told: list[torch.Tensor], levels: torch.Tensor) -> torch.Tensor:
        """(n, c) −log probability of each column's level."""
        return -torch.cat([part.gather(1, levels[:, i : i + 1]) for i, part in enumerate(told)], 1)


def _log_probabilities(scores: torch.Tensor, always: bool) -> torch.Tensor:
    """(n, levels) of scores: the first says whether the column is known, the others which level it has if so."""
    known = torch.full_like(scores[:, :1], ALWAYS) if always else scores[:, :1]
    return torch.cat([logsigmoid(-known), logsigmoid(known) + scores[:, 1:].log_softmax(1)], 1)


def _blocks(columns: Sequence[Column]) -> list[Floats]:
    """(levels, F) of each column: of a number whether it is known, its place and that squared; of answers which."""
    blocks = []
    for column in columns:
        scores, known = column.scores, np.arange(len(column.counts)) > 0
        blocks.append(np.eye(len(scores)) if column.answers else np.stack([known, scores, scores**2 - known], 1))
    return blocks


def _told_columns(columns: Sequence[Column]) -> torch.Tensor:
    """Column of each of the F numbers that the network is told of a row."""
    return torch.repeat_interleave(
        torch.arange(len(columns)), torch.tensor([block.shape[1] for block in _blocks(columns)])
    )


class _MaskedLinear(nn.Module):
    """A linear layer of which only some connections are there."""

    mask: torch.Tensor

    def __init__(self, mask: torch.Tensor) -> None:
        super().__init__()
        self.linear = nn.Linear(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask.float(), persistent=False)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return linear(values, self.linear.weight * self.mask, self.linear.bias)


class _Residual(nn.Module):
    """Two masked layers that add to what they are given."""

    def __init__(self, mask: torch.Tensor, dropout: float) -> None:
        super().__init__()
        self.first, self.second, self.dropout = _MaskedLinear(mask), _MaskedLinear(mask), nn.Dropout(dropout)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        changed: torch.Tensor = self.second(self.dropout(silu(self.first(silu(hidden)))))
        return hidden + changed


class _MaskedMlp(nn.Module):
    """Hidden units of degree d see the first d columns and speak for those from the d-th on.

    Args:
        told: (F,) column of each input.
        said: (O,) column of each output.
        latent: width of z, which every unit sees.
        width, layers, dropout: of the hidden layers.
    """

    def __init__(
        self, told: torch.Tensor, said: torch.Tensor, latent: int, width: int, layers: int, dropout: float
    ) -> None:
        super().__init__()
        degree = torch.arange(width) * (int(said.max()) + 1) // width
        self.told = _MaskedLinear(told[None, :] < degree[:, None])
        self.z = nn.Linear(latent, width, bias=False)
        within = degree[None, :] <= degree[:, None]
        self.hidden = nn.Sequential(*(_Residual(within, dropout) for _ in range(layers)))
        self.said = _MaskedLinear(degree[None, :] <= said[:, None])

    def forward(self, told: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.said(silu(self.hidden(self.told(told) + self.z(z))))
        return out


def _mlp(inputs: int, width: int, outputs: int, layers: int, dropout: float) -> nn.Sequential:
    parts: list[nn.Module] = []
    for layer in range(layers):
        parts += [nn.Linear(width if layer else inputs, width), nn.SiLU(), nn.Dropout(dropout)]
    return nn.Sequential(*parts, nn.Linear(width, outputs))


def divergence(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    """(n,) Kullback–Leibler divergence of z from the standard normal."""
    return 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1)

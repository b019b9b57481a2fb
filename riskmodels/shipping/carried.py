"""Curves and pairs of a fitted model as the beginning of another: inputs that both have, in the fitted one's encoding.

A sum of two networks of one encoding is a network again. So what is carried over is added to the log-odds as an offset,
the new network is fitted and shrunk to zero as always, and both together are the new model: shrinking its own part to
zero is shrinking the whole towards what was carried over. An input that the fitted model does not know starts at zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import torch

from riskmodels.tabular.encoding import Encoding, InputEncoding
from riskmodels.tabular.model import RiskModel
from riskmodels.tabular.network import PAIR_COLUMNS, Weights, member_logits, pair_basis, select
from riskmodels.variable import Variable


@dataclass(frozen=True)
class Start:
    """An outcome of a fitted model, for another to start from.

    Args:
        outcome: its name.
        encoding: of the fitted model.
        weights: its shown network, calibrated; one member and outcome.
    """

    outcome: str
    encoding: Encoding
    weights: Weights

    @classmethod
    def of(cls, model: RiskModel, outcome: str) -> Start:
        """The network of a model's outcome with its calibration in it."""
        one = select(model.weights.members(0, 1), model.outcomes.index(outcome))
        slope, intercept = model.calibration[outcome]
        weights = Weights(slope * one.bias + intercept, slope * one.curves, one.basis, slope * one.pairs).detached()
        return cls(outcome, Encoding(model.encoding.inputs), weights)

    def encoding_of(
        self, frame: pd.DataFrame, inputs: Sequence[str], knots: int, variables: Mapping[str, Variable]
    ) -> Encoding:
        """Encodings of a cohort's inputs: the fitted model's where it has them, else learnt from the cohort."""
        have = {read.name: read for read in self.encoding.inputs}
        return Encoding(
            [
                have.get(name) or InputEncoding.fit(variables[name], frame[name].dropna().to_numpy(float), knots)
                for name in inputs
            ]
        )

    def basis_of(self, z: torch.Tensor, encoding: Encoding) -> torch.Tensor:
        """Pair columns of a cohort's inputs, (p, d, m): the fitted model's where it has them.

        Args:
            z: (p, n, d) the cohort in that encoding.
            encoding: of :meth:`encoding_of`.
        """
        own = [i for i, name in enumerate(encoding.names) if name not in self.encoding.names]
        basis = torch.zeros(*z.shape[::2], PAIR_COLUMNS)
        if own:
            part = Encoding([encoding.inputs[i] for i in own])
            basis[own, : part.width] = pair_basis(z[own][:, :, : part.width], part)
        for i, j in self._places(encoding):
            width = encoding.inputs[i].width
            basis[i, :width] = self.weights.basis[j, :width]
        return basis

    def carried(self, encoding: Encoding, basis: torch.Tensor) -> Weights:
        """The network as one of the cohort's inputs; zero for those that it does not know."""
        p, d = len(encoding.names), encoding.width
        curves, pairs = torch.zeros(p, d, 1, 1), torch.zeros(1, 1, p * PAIR_COLUMNS, p * PAIR_COLUMNS)
        places = self._places(encoding)
        for i, j in places:
            width = encoding.inputs[i].width
            curves[i, :width] = self.weights.curves[j, :width]
        to, there = (_columns([pair[side] for pair in places]) for side in (0, 1))
        pairs[0, 0, to[:, None], to[None, :]] = self.weights.pairs[0, 0, there[:, None], there[None, :]]
        return Weights(self.weights.bias, curves, basis, pairs)

    def logit(self, z: torch.Tensor, encoding: Encoding, basis: torch.Tensor) -> torch.Tensor:
        """Log-odds of the cohort's people, (n,)."""
        with torch.no_grad():
            return member_logits(z, self.carried(encoding, basis))[:, 0, 0]

    def _places(self, encoding: Encoding) -> list[tuple[int, int]]:
        """Where the inputs stand that both have: in the cohort's encoding, and in the fitted model's."""
        at = {name: j for j, name in enumerate(self.encoding.names)}
        return [(i, at[name]) for i, name in enumerate(encoding.names) if name in at]


def _columns(inputs: Sequence[int]) -> torch.Tensor:
    """Places of the pair columns of some inputs."""
    return torch.tensor([PAIR_COLUMNS * i + c for i in inputs for c in range(PAIR_COLUMNS)], dtype=torch.long)

"""A message-passing network: messages run along the bonds of a compound, and every endpoint is read off their sum.

An arrow of a bond carries what its first atom knows from its other bonds, so that no message comes straight back
(directed message passing). Where all atoms and bonds are nothing, the answer is a constant: what reasons start from.

Source: Yang et al., J Chem Inf Model 2019;59:3370 (D-MPNN).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from riskmodels.molecules.learning.graph import ATOM_CODES, BOND_CODES, Graphs

#: atoms that the sum over a compound is divided by, so that it is of the size of one
_USUAL_ATOMS = 25.0


@dataclass(frozen=True)
class Shape:
    """Size of a network.

    Args:
        hidden: numbers that an atom, an arrow and a compound carry.
        steps: times that messages are passed.
        descriptors: numbers that describe a compound as a whole.
        endpoints: answers.
        dropout: share of a compound's numbers that is left out in training.
    """

    hidden: int = 96
    steps: int = 3
    descriptors: int = 12
    endpoints: int = 6
    dropout: float = 0.1


class GraphNetwork(nn.Module):
    """Estimates of all endpoints, in the spread of each."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape, hidden = shape, shape.hidden
        self.atom_codes = nn.ModuleList(nn.Embedding(count, hidden) for count in ATOM_CODES)
        self.bond_codes = nn.ModuleList(nn.Embedding(count, hidden) for count in BOND_CODES)
        for table in (*self.atom_codes, *self.bond_codes):
            nn.init.normal_(table.weight, std=len(ATOM_CODES) ** -0.5)
        self.message = nn.Linear(hidden, hidden, bias=False)
        self.own = nn.Linear(hidden, hidden, bias=False)
        self.heard = nn.Linear(hidden, hidden, bias=False)
        self.head = nn.Sequential(
            nn.Dropout(shape.dropout),
            nn.Linear(hidden + shape.descriptors, hidden),
            nn.ReLU(),
            nn.Dropout(shape.dropout),
            nn.Linear(hidden, shape.endpoints),
        )

    def coded(self, graphs: Graphs) -> tuple[torch.Tensor, torch.Tensor]:
        """What the codes of atoms (N, hidden) and of bonds (B, hidden) stand for."""
        return _summed(self.atom_codes, graphs.atoms), _summed(self.bond_codes, graphs.bonds)

    def read(self, atoms: torch.Tensor, bonds: torch.Tensor, descriptors: torch.Tensor, graphs: Graphs) -> torch.Tensor:
        """Answers from coded atoms and bonds.

        Args:
            atoms: (N, hidden), see :meth:`coded`.
            bonds: (B, hidden).
            descriptors: (compounds, descriptors), standardised.
            graphs: how they hang together.

        Returns:
            (compounds, endpoints).
        """
        begun = torch.relu(atoms[graphs.start] + torch.cat([bonds, bonds]))
        arrows = begun
        for _ in range(self.shape.steps):
            arrived = torch.zeros_like(atoms).index_add(0, graphs.end, arrows)
            back = arrows.roll(len(bonds), 0)
            arrows = torch.relu(begun + self.message(arrived[graphs.start] - back))
        arrived = torch.zeros_like(atoms).index_add(0, graphs.end, arrows)
        known = torch.relu(self.own(atoms) + self.heard(arrived))
        compounds = known.new_zeros(graphs.count, self.shape.hidden).index_add(0, graphs.compound, known)
        answers: torch.Tensor = self.head(torch.cat([compounds / _USUAL_ATOMS, descriptors], 1))
        return answers

    def forward(self, graphs: Graphs, descriptors: torch.Tensor) -> torch.Tensor:
        """(compounds, endpoints) of graphs and (compounds, descriptors)."""
        return self.read(*self.coded(graphs), descriptors, graphs)


def _summed(tables: nn.ModuleList, codes: torch.Tensor) -> torch.Tensor:
    parts: Sequence[torch.Tensor] = [table(codes[:, place]) for place, table in enumerate(tables)]
    return torch.stack(list(parts)).sum(0)

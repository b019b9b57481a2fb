"""Compounds as graphs of coded atoms and bonds, alone and many at once, for the message-passing network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rdkit import Chem

#: atomic numbers with a code of their own; others share the last
_ELEMENTS = {number: code for code, number in enumerate((6, 7, 8, 9, 16, 17, 35, 53, 15, 5, 14, 34))}
_HYBRIDISATIONS = {Chem.HybridizationType.SP: 0, Chem.HybridizationType.SP2: 1, Chem.HybridizationType.SP3: 2}
_CHIRAL = {Chem.ChiralType.CHI_TETRAHEDRAL_CW: 1, Chem.ChiralType.CHI_TETRAHEDRAL_CCW: 2}
_ORDERS = {Chem.BondType.SINGLE: 0, Chem.BondType.DOUBLE: 1, Chem.BondType.TRIPLE: 2, Chem.BondType.AROMATIC: 3}
_SIDES = {Chem.BondStereo.STEREOE: 1, Chem.BondStereo.STEREOZ: 2}
#: how many codes there are of each property of an atom: element, neighbours, charge, hydrogens, hybridisation,
#: aromatic, handedness, smallest ring
ATOM_CODES = (13, 6, 3, 5, 4, 2, 3, 6)
#: and of a bond: order, conjugated, in a ring, side of a double bond
BOND_CODES = (5, 2, 2, 3)


@dataclass(frozen=True, eq=False)
class Graph:
    """One compound.

    Args:
        atoms: (n, 8) codes, see :data:`ATOM_CODES`.
        bonds: (b, 4) codes, see :data:`BOND_CODES`.
        ends: (b, 2) numbers of the atoms of each bond.
    """

    atoms: NDArray[np.int64]
    bonds: NDArray[np.int64]
    ends: NDArray[np.int64]


def graph_of(molecule: Chem.Mol) -> Graph:
    """A compound with at least one atom, as a graph."""
    rings = molecule.GetRingInfo()
    atoms = [
        (
            _ELEMENTS.get(atom.GetAtomicNum(), 12),
            min(atom.GetDegree(), 5),
            1 + int(np.sign(atom.GetFormalCharge())),
            min(atom.GetTotalNumHs(), 4),
            _HYBRIDISATIONS.get(atom.GetHybridization(), 3),
            int(atom.GetIsAromatic()),
            _CHIRAL.get(atom.GetChiralTag(), 0),
            max(0, min(rings.MinAtomRingSize(atom.GetIdx()), 7) - 2),
        )
        for atom in molecule.GetAtoms()
    ]
    bonds = [
        (
            _ORDERS.get(bond.GetBondType(), 4),
            int(bond.GetIsConjugated()),
            int(bond.IsInRing()),
            _SIDES.get(bond.GetStereo(), 0),
        )
        for bond in molecule.GetBonds()
    ]
    ends = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in molecule.GetBonds()]
    return Graph(
        np.array(atoms, np.int64).reshape(-1, len(ATOM_CODES)),
        np.array(bonds, np.int64).reshape(-1, len(BOND_CODES)),
        np.array(ends, np.int64).reshape(-1, 2),
    )


@dataclass(frozen=True, eq=False)
class Graphs:
    """Several compounds as one graph; each bond is two arrows, all forwards before all backwards.

    Args:
        atoms: (N, 8) codes.
        bonds: (B, 4) codes; those of arrow e are at e modulo B.
        start: (2B,) atom that each arrow comes from.
        end: (2B,) atom that it goes to.
        compound: (N,) which compound each atom is of.
        count: of compounds.
    """

    atoms: torch.Tensor
    bonds: torch.Tensor
    start: torch.Tensor
    end: torch.Tensor
    compound: torch.Tensor
    count: int


def together(graphs: Sequence[Graph], device: torch.device) -> Graphs:
    """Several compounds as one graph on a device."""
    sizes = np.array([len(graph.atoms) for graph in graphs])
    first = np.cumsum(sizes) - sizes
    ends = np.concatenate([graph.ends + offset for graph, offset in zip(graphs, first, strict=True)])
    atoms, bonds = (np.concatenate([getattr(g, part) for g in graphs]) for part in ("atoms", "bonds"))

    def moved(array: NDArray[np.int64]) -> torch.Tensor:
        return torch.from_numpy(array).to(device)

    start, end = np.concatenate([ends[:, 0], ends[:, 1]]), np.concatenate([ends[:, 1], ends[:, 0]])
    compound = np.repeat(np.arange(len(graphs)), sizes)
    return Graphs(moved(atoms), moved(bonds), moved(start), moved(end), moved(compound), len(graphs))

"""What a compound is like as a whole: size, lipophilicity, polarity, shape, acids and bases, as RDKit computes them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdMolDescriptors

#: the numbers, in order
DESCRIPTORS = (
    "log P", "polar surface", "heavy atoms", "donors", "acceptors", "rotatable bonds", "sp3 carbon share", "rings",
    "aromatic rings", "acids", "bases", "permanent charges",
)  # fmt: skip
_ACID = (
    "[$([CX3](=O)[OX2H1]),$([SX4](=O)(=O)[OX2H1,NX3H1]),$(c1nnn[nH]1),$(c1nn[nH]n1),$(c1[nH]nnn1),$([PX4](=O)[OX2H1])]"
)
#: amines whose nitrogen is next to neither aromatic ring, carbonyl nor sulfonyl; amidines and guanidines
_BASE = "[$([NX3;!$(N-[#6]=[O,S,N]);!$(N-c);!$(N-S=O);!$(N-[N,O]);!$(N-C#N)]),$([NX2;!$(N-[O,N])]=C-[NX3])]"


@cache
def _pattern(smarts: str) -> Chem.Mol:
    return Chem.MolFromSmarts(smarts)


def describe(molecule: Chem.Mol) -> NDArray[np.float64]:
    """(12,) see :data:`DESCRIPTORS`."""
    return np.array(
        [
            rdMolDescriptors.CalcCrippenDescriptors(molecule)[0],
            rdMolDescriptors.CalcTPSA(molecule),
            molecule.GetNumHeavyAtoms(),
            rdMolDescriptors.CalcNumHBD(molecule),
            rdMolDescriptors.CalcNumHBA(molecule),
            rdMolDescriptors.CalcNumRotatableBonds(molecule),
            rdMolDescriptors.CalcFractionCSP3(molecule),
            rdMolDescriptors.CalcNumRings(molecule),
            rdMolDescriptors.CalcNumAromaticRings(molecule),
            len(molecule.GetSubstructMatches(_pattern(_ACID))),
            len(molecule.GetSubstructMatches(_pattern(_BASE))),
            sum(atom.GetFormalCharge() > 0 and not _balanced(atom) for atom in molecule.GetAtoms()),
        ],
        dtype=np.float64,
    )


def _balanced(atom: Chem.Atom) -> bool:
    """A plus beside a minus, as in a nitro group or an N-oxide, is no charge of the compound."""
    return any(other.GetFormalCharge() < 0 for other in atom.GetNeighbors())

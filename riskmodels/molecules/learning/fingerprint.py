"""Fingerprints of compounds as counts of what they are made of: in go RDKit molecules, out come sparse matrices.

Three kinds stand beside one another, none folded: circular environments of atoms, the same with atoms named by what
they do (donor, acceptor, acid, base, aromatic, halogen), and pairs of atoms with the distance between them.

Sources: Rogers and Hahn, J Chem Inf Model 2010;50:742 (circular); Carhart et al., J Chem Inf Comput Sci 1985;25:64
(pairs); as RDKit computes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator
from scipy.sparse import csr_matrix

#: the kinds, in the order of everything that has an entry a kind
KINDS = ("circular", "functional", "pairs")
#: bonds from the middle of a circular environment to its edge
RADIUS = 2
#: how often each feature is in a compound, by its number in RDKit
Features = Mapping[int, int]


@cache
def _generator(kind: str) -> Any:
    if kind == "circular":
        return rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, includeChirality=True)
    if kind == "functional":
        invariants = rdFingerprintGenerator.GetMorganFeatureAtomInvGen()
        return rdFingerprintGenerator.GetMorganGenerator(
            radius=RADIUS, includeChirality=True, atomInvariantsGenerator=invariants
        )
    return rdFingerprintGenerator.GetAtomPairGenerator()


def features_of(molecule: Chem.Mol) -> tuple[Features, ...]:
    """How often each feature is in a compound, an entry a kind of :data:`KINDS`."""
    return tuple(_generator(kind).GetSparseCountFingerprint(molecule).GetNonzeroElements() for kind in KINDS)


def places_of(molecule: Chem.Mol) -> tuple[dict[int, list[tuple[int, ...]]], ...]:
    """Where each feature is: the atoms of every place where it is found, an entry a kind of :data:`KINDS`."""
    found = []
    for kind in KINDS:
        output = rdFingerprintGenerator.AdditionalOutput()
        output.AllocateBitInfoMap()
        _generator(kind).GetSparseCountFingerprint(molecule, additionalOutput=output)
        atoms_of = (lambda pair: pair) if kind == "pairs" else (lambda place: _environment(molecule, *place))
        found.append({key: [atoms_of(place) for place in places] for key, places in output.GetBitInfoMap().items()})
    return tuple(found)


def _environment(molecule: Chem.Mol, middle: int, radius: int) -> tuple[int, ...]:
    if not radius:
        return (middle,)
    bonds = [molecule.GetBondWithIdx(b) for b in Chem.FindAtomEnvironmentOfRadiusN(molecule, radius, middle)]
    return tuple(sorted({atom for bond in bonds for atom in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())}))


@dataclass(frozen=True, eq=False)
class Counts:
    """Fingerprints of one kind of n compounds, over features known beforehand.

    Args:
        matrix: (n, features) counts.
        totals: (n,) all counts of each, also of features that are not known.
    """

    matrix: csr_matrix
    totals: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.totals)

    def of(self, rows: NDArray[Any]) -> Counts:
        """Those of some compounds."""
        return Counts(self.matrix[rows], self.totals[rows])


def vocabulary(compounds: Sequence[Features]) -> NDArray[np.int64]:
    """The features of some compounds, ascending: what :func:`counted` goes by."""
    return np.unique(np.fromiter(_keys(compounds), np.int64))


def _keys(compounds: Sequence[Features]) -> Iterator[int]:
    return (key for compound in compounds for key in compound)


def counted(compounds: Sequence[Features], known: NDArray[np.int64]) -> Counts:
    """Fingerprints as a matrix.

    Args:
        compounds: features of each, of one kind.
        known: (features,) ascending, see :func:`vocabulary`.
    """
    sizes = np.array([len(compound) for compound in compounds])
    keys = np.fromiter(_keys(compounds), np.int64, sizes.sum())
    counts = np.fromiter((count for compound in compounds for count in compound.values()), np.int64, sizes.sum())
    rows = np.repeat(np.arange(len(compounds)), sizes)
    totals = np.bincount(rows, counts, len(compounds)).astype(np.float64)
    columns = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    kept = known[columns] == keys
    shape = (len(compounds), len(known))
    matrix = csr_matrix((counts[kept], (rows[kept], columns[kept])), shape=shape)
    matrix.sort_indices()
    return Counts(matrix, totals)

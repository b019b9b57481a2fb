"""Models of compounds that know nothing: numbers from the structure's size, for tests of what stands around models."""

from __future__ import annotations

from collections.abc import Sequence

from riskmodels.molecules.endpoints import ENDPOINTS, HERG, Endpoint
from riskmodels.molecules.learning.answers import AtomReasons, Estimate, Neighbour
from riskmodels.molecules.structures.structure import Structure
from riskmodels.runtime.progress import Tell, silent

#: structures without a ring are outside the domain of these
WHY = "No compound like it was learnt."


class FakeModels:
    """Answers as :class:`riskmodels.molecules.learning.model.CompoundModels` gives them."""

    version = "2026-01-31 0000"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def estimate(self, structures: Sequence[Structure], progress: Tell = silent) -> list[list[Estimate]]:
        self.asked += [structure.smiles for structure in structures]
        return [[self._estimate(structure, endpoint) for endpoint in ENDPOINTS] for structure in structures]

    def _estimate(self, structure: Structure, endpoint: Endpoint) -> Estimate:
        if not structure.mol.GetRingInfo().NumRings():
            return Estimate(endpoint, None, None, None, 0.1, False, WHY)
        value = 4 + 0.1 * structure.mol.GetNumAtoms() + (0.5 if endpoint is HERG else 0.0)
        return Estimate(endpoint, value, value - 1, value + 1, 0.6, True)

    def reasons(self, structure: Structure, endpoint: Endpoint) -> AtomReasons:
        atoms = tuple(0.1 if atom.GetSymbol() == "N" else -0.05 for atom in structure.mol.GetAtoms())
        value = 6.0
        return AtomReasons(endpoint, value, value - sum(atoms) - 0.01, atoms, 0.01)

    def neighbours(self, structure: Structure, endpoint: Endpoint, count: int) -> list[Neighbour]:
        known = [
            Neighbour(0.71, 6.2, "CCOc1ccccc1", "MoleculeACE"),
            Neighbour(0.55, 4.9, None, "Sato et al. 2021"),
        ]
        return known[:count]

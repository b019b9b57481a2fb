"""Variants of a compound: by changes that measured pairs have shown, and drawn around it by the generator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from riskmodels.molecules.better.vae import Generator
from riskmodels.molecules.pairs.cuts import joined
from riskmodels.molecules.pairs.evidence import Change, PairTable
from riskmodels.molecules.structures.structure import Structure, StructureError, standardise

#: spreads of z around the start's that are tried one after the other
RADII = (0.25, 0.5, 0.75, 1.0, 1.5)
#: compounds drawn at each
_DRAWS = 256


@dataclass(frozen=True)
class Candidate:
    """A variant.

    Args:
        structure: in standard form.
        steps: of changes from the start, each with what was seen at the endpoints; none when it was drawn.
        radius: at which it was drawn; 0 by changes.
    """

    structure: Structure
    steps: tuple[tuple[Change, ...], ...] = ()
    radius: float = 0.0

    @property
    def drawn(self) -> bool:
        """Whether the generator drew it."""
        return not self.steps


class Seen:
    """Structures that were there already, without stereochemistry.

    Args:
        structures: to begin with.
    """

    def __init__(self, structures: Iterable[Structure]) -> None:
        self._flat = {flat_smiles(structure.mol) for structure in structures}

    def new(self, mol: Chem.Mol) -> Structure | None:
        """The standard form of a molecule that is seen for the first time; None for others and for what has none."""
        flat = flat_smiles(mol)
        if flat in self._flat:
            return None
        self._flat.add(flat)
        try:
            structure = standardise(Chem.MolToSmiles(mol))
        except StructureError:
            return None
        again = flat_smiles(structure.mol)
        if again != flat and again in self._flat:
            return None
        self._flat.add(again)
        return structure


def by_pairs(start: Candidate, table: PairTable, seen: Seen) -> Iterator[Candidate]:
    """Every variant of a compound that one change makes; those of a variant have its changes before theirs.

    Args:
        start: the compound; its steps are kept.
        table: of changes.
        seen: what is not made again.
    """
    evidence: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for each in table.for_compound(start.structure):
        known = evidence[each.rest, each.change.after]
        if each.change not in known:
            known.append(each.change)
    for (rest, fragment), changes in sorted(evidence.items()):
        mol = joined(fragment, rest)
        structure = seen.new(mol) if mol is not None else None
        if structure is not None:
            yield Candidate(structure, (*start.steps, tuple(changes)))


def by_generator(start: Structure, generator: Generator, seen: Seen, number: int, seed: int) -> Iterator[Candidate]:
    """Compounds drawn around one, nearer ones first.

    Args:
        start: the compound.
        generator: that draws.
        seen: what is not given again.
        number: of compounds at most.
        seed: of the draw.
    """
    found = 0
    for place, radius in enumerate(RADII):
        for smiles in generator.around(start.mol, radius, _DRAWS, seed + place):
            mol = Chem.MolFromSmiles(smiles)
            structure = seen.new(mol) if mol is not None and mol.GetNumAtoms() else None
            if structure is None:
                continue
            yield Candidate(structure, radius=radius)
            found += 1
            if found == number:
                return


def flat_smiles(mol: Chem.Mol) -> str:
    """SMILES without stereochemistry."""
    return str(Chem.MolToSmiles(mol, isomericSmiles=False))


def likeness_to(start: Chem.Mol, others: Sequence[Chem.Mol]) -> list[float]:
    """How like each of other compounds is to one, 0–1: Tanimoto of Morgan counts, radius 2."""
    told = [_counts().GetCountFingerprint(mol) for mol in others]
    return [float(value) for value in DataStructs.BulkTanimotoSimilarity(_counts().GetCountFingerprint(start), told)]


@cache
def _counts() -> Any:
    return rdFingerprintGenerator.GetMorganGenerator(radius=2)

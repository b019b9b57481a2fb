"""What the generator draws, in the figures of MOSES: valid, unique, new. And how near to a start it draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem

from riskmodels.molecules.better.candidates import RADII, flat_smiles, likeness_to
from riskmodels.molecules.better.vae import Generator
from riskmodels.molecules.described.alerts import alerts
from riskmodels.molecules.structures.structure import StructureError, standardise

#: drawn of the prior; compounds around which is drawn; draws around each
DRAWN, STARTS, AROUND = 10_000, 20, 100
#: of drawn compounds, those that standard forms and alerts are counted in
_SOME = 1_000


@dataclass(frozen=True)
class Drawn:
    """Shares of compounds drawn.

    Args:
        number: drawn.
        valid: RDKit reads them.
        unique: distinct ones among the valid.
        standard: of these, those with a standard form, see :mod:`riskmodels.molecules.structures.structure`.
        new: of the distinct ones, those that are no training compound.
        alerted: of these, those with a structural alert.
        training_alerted: the same of training compounds.
        near: radius → share of draws that are the start itself, distinct others a start, their mean likeness to it.
    """

    number: int
    valid: float
    unique: float
    standard: float
    new: float
    alerted: float
    training_alerted: float
    near: dict[float, tuple[float, float, float]]


def judge_generator(generator: Generator, training: Sequence[Chem.Mol], seed: int = 0) -> Drawn:
    """Draw and count.

    Args:
        generator: fitted.
        training: compounds it learnt from; compared without stereochemistry.
        seed: of the draws.
    """
    mols = [Chem.MolFromSmiles(smiles) for smiles in generator.anywhere(DRAWN, seed)]
    valid = [mol for mol in mols if mol is not None and mol.GetNumAtoms()]
    distinct = {flat_smiles(mol): mol for mol in valid}
    known = {flat_smiles(mol) for mol in training}
    firsts = list(distinct.values())[:_SOME]  # in the order in which they were drawn
    new = [name for name in distinct if name not in known]
    rng = np.random.default_rng(seed)
    some = [training[place] for place in rng.choice(len(training), min(_SOME, len(training)), replace=False)]
    starts = some[:STARTS]
    return Drawn(
        number=len(mols),
        valid=len(valid) / len(mols),
        unique=len(distinct) / max(1, len(valid)),
        standard=sum(map(_has_form, firsts)) / max(1, len(firsts)),
        new=len(new) / max(1, len(distinct)),
        alerted=_alerted([distinct[name] for name in new[:_SOME]]),
        training_alerted=_alerted(some),
        near={radius: _near(generator, starts, radius, seed) for radius in RADII},
    )


def _near(generator: Generator, starts: Sequence[Chem.Mol], radius: float, seed: int) -> tuple[float, float, float]:
    same, others, likeness = [], [], []
    for start in starts:
        drawn = [mol for smiles in generator.around(start, radius, AROUND, seed) if (mol := Chem.MolFromSmiles(smiles))]
        if not drawn:
            continue
        distinct = {flat_smiles(mol): mol for mol in drawn}
        own = flat_smiles(start)
        same.append(sum(flat_smiles(mol) == own for mol in drawn) / len(drawn))
        rest = [mol for name, mol in distinct.items() if name != own]
        others.append(len(rest))
        likeness += likeness_to(start, rest) if rest else []
    return float(np.mean(same)), float(np.mean(others)), float(np.mean(likeness))


def _alerted(mols: Sequence[Chem.Mol]) -> float:
    return sum(bool(alerts(mol)) for mol in mols) / max(1, len(mols))


def _has_form(mol: Chem.Mol) -> bool:
    try:
        standardise(Chem.MolToSmiles(mol))
    except StructureError:
        return False
    return True

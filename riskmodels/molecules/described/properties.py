"""Physical properties of a compound, computed from its structure alone: numbers with their units and sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rdkit.Chem import Mol
from rdkit.Chem.Crippen import MolLogP
from rdkit.Chem.Descriptors import MolWt
from rdkit.Chem.QED import qed
from rdkit.Chem.rdMolDescriptors import (
    CalcMolFormula,
    CalcNumAromaticRings,
    CalcNumLipinskiHBA,
    CalcNumLipinskiHBD,
    CalcNumRotatableBonds,
    CalcTPSA,
)
from rdkit.Chem.rdmolops import GetFormalCharge


@dataclass(frozen=True)
class Property:
    """One computed property.

    Args:
        name: short name in code and files, with its unit where it has one.
        label: as people call it.
        unit: printed after the number; empty for counts and indices.
        decimals: printed.
        meaning: what it is and whose rule computes it.
        compute: from a sanitised structure.
        most: above it Lipinski's rule of five is broken; None where the rule does not look at it.
    """

    name: str
    label: str
    unit: str
    decimals: int
    meaning: str
    compute: Callable[[Mol], float]
    most: float | None = None

    def format(self, value: float) -> str:
        """A value with its unit: ``180.16 g/mol``."""
        return f"{value:.{self.decimals}f} {self.unit}".replace("-", "−").strip()


#: in the order of all tables; the rule of five and its counts: Lipinski CA et al., Adv Drug Deliv Rev 1997;23:3
PROPERTIES = (
    Property("weight_g_mol", "Molecular weight", "g/mol", 1, "mean over natural isotopes", MolWt, 500),
    Property(
        "logp", "logP", "", 2, "octanol over water, log10, estimated (Wildman and Crippen, 1999)", MolLogP, 5
    ),
    Property("tpsa_a2", "Polar surface", "Å²", 1, "topological, of N and O (Ertl et al., 2000)", CalcTPSA),
    Property("donors", "H-bond donors", "", 0, "hydrogens on N and O", CalcNumLipinskiHBD, 5),
    Property("acceptors", "H-bond acceptors", "", 0, "atoms of N and O", CalcNumLipinskiHBA, 10),
    Property("rotatable_bonds", "Rotatable bonds", "", 0, "single bonds, amides left out", CalcNumRotatableBonds),
    Property("aromatic_rings", "Aromatic rings", "", 0, "rings", CalcNumAromaticRings),
    Property("charge", "Charge as drawn", "e", 0, "sum of formal charges of the structure used", GetFormalCharge),
    Property("qed", "QED", "", 2, "likeness to oral drugs, 0 to 1 (Bickerton et al., 2012)", qed),
)  # fmt: skip
RULE_OF_FIVE = tuple(each for each in PROPERTIES if each.most is not None)


def properties(mol: Mol) -> dict[str, float]:
    """All properties of a structure.

    Args:
        mol: a sanitised structure of one atom or more.

    Returns:
        A value for the name of each of :data:`PROPERTIES`, in its unit.
    """
    return {each.name: float(each.compute(mol)) for each in PROPERTIES}


def rule_of_five_violations(values: Mapping[str, float]) -> list[Property]:
    """The properties that break Lipinski's rule of five; with two or more, poor absorption by mouth is likely.

    Args:
        values: as :func:`properties` gives them.
    """
    return [each for each in RULE_OF_FIVE if each.most is not None and values[each.name] > each.most]


def formula(mol: Mol) -> str:
    """The molecular formula in Hill's order: ``C9H8O4``."""
    return str(CalcMolFormula(mol))

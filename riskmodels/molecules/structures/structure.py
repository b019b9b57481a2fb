"""One compound, in the one form that all models know: a salt's partner left out, neutral, one tautomer.

Everything that was changed is said; what cannot be one organic compound is refused with what to do. Training compounds
go through the same door.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdkit import Chem
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from riskmodels.errors import InputError
from riskmodels.molecules.structures.complaints import complaints
from riskmodels.molecules.structures.counterions import partner_names

#: heavy atoms of the largest compound that is taken; those learnt from have fewer
MOST_ATOMS = 150
#: characters of the longest text that is read as SMILES
LONGEST = 2_000
#: elements of organic compounds as medicines have them
ELEMENTS = frozenset("H B C N O F Si P S Cl Se Br I".split())
#: forms that are compared for the one tautomer; more changed none of 300 training compounds
_TAUTOMERS = 50
_DRAW = "Draw the compound in any structure editor and copy its SMILES from there."
_PLACE = re.compile(r"around position (\d+)")
_OPEN_RING = re.compile(r"%(\d\d)|%\((\d+)\)|(\d)")


class StructureError(InputError):
    """A text or drawing that is not one organic compound."""


@dataclass(frozen=True)
class Structure:
    """One compound in standard form.

    Args:
        given: as it was written.
        smiles: canonical, with stereochemistry, of the standard form.
        mol: RDKit's molecule; its atoms are in the order of ``smiles``, whatever the order given.
        changes: what was changed, in words; empty when nothing was.
    """

    given: str
    smiles: str
    mol: Chem.Mol
    changes: tuple[str, ...]


def standardise(text: str) -> Structure:
    """Read SMILES.

    Args:
        text: SMILES of one compound; white space around it does not count.

    Raises:
        StructureError: when it cannot be read, or is not one organic compound of at most MOST_ATOMS heavy atoms.
    """
    smiles = text.strip()
    if not smiles:
        raise StructureError("There is no structure.", hint="Write the SMILES of one compound.")
    if len(smiles) > LONGEST:
        raise StructureError(
            f"The SMILES has {len(smiles):,} characters; {LONGEST:,} are read at most.",
            hint="Peptides, nucleic acids and polymers are not what the models learnt.",
        )
    odd = next((place for place, letter in enumerate(smiles, start=1) if not letter.isascii()), None)
    if odd is not None:  # RDKit cuts its messages within such a letter, which Python then cannot read
        raise StructureError(f"This is not SMILES: character {odd} is no letter, digit or sign of it.", hint=_DRAW)
    return standardise_mol(_parsed(smiles), smiles)


def standardise_mol(mol: Chem.Mol, given: str = "") -> Structure:
    """The standard form of a molecule that was read without being sanitised, as from a molecule file.

    Args:
        mol: as read; it is not changed.
        given: how it was written, for the record.

    Raises:
        StructureError: as :func:`standardise`.
    """
    with complaints():
        _refuse_others(mol)
        changes: list[str] = []
        try:
            whole = _sanitised(mol, changes)
            part = _one_compound(whole, changes)
            form = _one_form(part, changes)
            smiles = Chem.MolToSmiles(form)
        except (ValueError, RuntimeError) as error:  # what RDKit raises where one of its steps fails on a structure
            raise StructureError("The structure cannot be worked with.", hint=_DRAW) from error
        again = Chem.MolFromSmiles(smiles)
        if again is None:
            raise StructureError("The compound has no standard form.", hint=_DRAW)
        return Structure(given or smiles, smiles, again, tuple(changes))


def _parsed(smiles: str) -> Chem.Mol:
    asked = Chem.SmilesParserParams()
    asked.sanitize = False
    asked.removeHs = False
    asked.allowCXSMILES = False
    asked.parseName = False
    with complaints() as said:
        mol = Chem.MolFromSmiles(smiles, asked)
    if mol is None:
        raise StructureError(f"This is not SMILES: {_where(smiles, said)}.", hint=_DRAW)
    return mol


def _where(smiles: str, said: list[str]) -> str:
    """In words, what is wrong and at which character."""
    if any("unclosed ring" in text for text in said):
        return "; ".join(f"the ring opened by {ring} at character {at} is not closed" for ring, at in _open(smiles))
    at = next((int(found[1]) for text in said if (found := _PLACE.search(text))), None)
    place = f" at character {at}" if at is not None else ""
    if any("open parentheses" in text for text in said):
        return f"a parenthesis{place} is not closed"
    if any("close parentheses" in text for text in said):
        return f"a parenthesis is closed{place} that was not opened"
    return f"it cannot be read on{place}" if place else "it cannot be read"


def _open(smiles: str) -> Iterator[tuple[str, int]]:
    """Ring marks without their second one, each with its character counted from 1."""
    plain = re.sub(r"\[[^\]]*\]", lambda found: " " * len(found[0]), smiles)
    opened: dict[str, int] = {}
    for found in _OPEN_RING.finditer(plain):
        ring = next(digits for digits in found.groups() if digits).lstrip("0") or "0"
        if opened.pop(ring, None) is None:
            opened[ring] = found.start() + 1
    yield from opened.items()


def _refuse_others(mol: Chem.Mol) -> None:
    """Refuse what is no organic compound of a size that the models know, before any costly step."""
    atoms = list(mol.GetAtoms())
    if not atoms:
        raise StructureError("There is no structure.", hint="Write the SMILES of one compound, or draw it.")
    if any(atom.GetAtomicNum() == 0 or atom.HasQuery() for atom in atoms):
        raise StructureError(
            "The structure has open ends or wildcards (*), as a polymer's unit or a pattern has.",
            hint="Write one whole molecule; polymers cannot be estimated.",
        )
    if not any(atom.GetSymbol() == "C" for atom in atoms):
        raise StructureError(
            "There is no carbon in it: salts and inorganic compounds cannot be estimated.",
            hint="Write the organic compound, with or without its salt's partner.",
        )


def _sanitised(mol: Chem.Mol, changes: list[str]) -> Chem.Mol:
    problems = Chem.DetectChemistryProblems(mol)
    if problems:
        raise StructureError(f"No such compound can exist: {_impossible(mol, problems[0])}.", hint=_DRAW)
    whole = Chem.Mol(mol)
    Chem.SanitizeMol(whole)
    Chem.AssignStereochemistry(whole, cleanIt=True, force=True)
    isotopes = [atom for atom in whole.GetAtoms() if atom.GetIsotope()]
    for atom in whole.GetAtoms():
        atom.SetIsotope(0)
        atom.SetAtomMapNum(0)
    if isotopes:
        changes.append(f"labels of isotopes were left out ({len(isotopes)})")
    return Chem.RemoveHs(whole)


def _impossible(mol: Chem.Mol, problem: Any) -> str:
    kind = problem.GetType()
    if kind == "AtomValenceException":
        at = problem.GetAtomIdx()
        return f"atom {at + 1} ({mol.GetAtomWithIdx(at).GetSymbol()}) has too many bonds"
    if kind == "KekulizeException":
        atoms = sorted(at + 1 for at in problem.GetAtomIndices())
        return f"its aromatic ring has no bonds to draw it with (atoms {', '.join(map(str, atoms))})"
    return "its atoms do not fit together"


def _one_compound(whole: Chem.Mol, changes: list[str]) -> Chem.Mol:
    """The one compound among a salt's or solvate's parts."""
    parts = Chem.GetMolFrags(whole, asMols=True)
    if len(parts) == 1:
        _refuse_elements(whole)
        return whole
    organic = [part for part in parts if any(atom.GetSymbol() == "C" for atom in part.GetAtoms())]
    for part in organic:
        _refuse_elements(part)
    plain = {_plain(part): part for part in sorted(organic, key=_heavy)}
    names = partner_names()
    kept = [key for key in plain if key not in names] or [max(plain, key=lambda key: (_heavy(plain[key]), key))]
    if len(kept) > 1:
        raise StructureError(
            f"This is a mixture of {len(kept)} compounds: which one is meant cannot be known.",
            hint="Write each compound in a row of its own.",
        )
    used = plain[kept[0]]
    left = [names[key] for key in plain if key != kept[0]]
    left += sorted({CalcMolFormula(part) for part in parts if part not in organic})
    if left:
        changes.append(f"left out as the partner of a salt or crystal: {', '.join(left)}")
    if sum(_plain(part) == kept[0] for part in organic) > 1:
        changes.append("one of several copies of the compound was used")
    return used


def _refuse_elements(part: Chem.Mol) -> None:
    others = sorted({atom.GetSymbol() for atom in part.GetAtoms()} - ELEMENTS)
    if others:
        raise StructureError(
            f"It holds {', '.join(others)}: metals and their complexes cannot be estimated.",
            hint="The models learnt organic compounds of C, H, N, O, halogens, S, P, B, Si and Se.",
        )
    if any(atom.GetNumRadicalElectrons() for atom in part.GetAtoms()):
        raise StructureError("It is a radical: an atom has a free electron.", hint="Add the missing hydrogen or bond.")
    if _heavy(part) > MOST_ATOMS:
        raise StructureError(
            f"It has {_heavy(part):,} heavy atoms; {MOST_ATOMS} are taken at most.",
            hint="Peptides, nucleic acids and polymers are not what the models learnt.",
        )


def _one_form(part: Chem.Mol, changes: list[str]) -> Chem.Mol:
    """Groups written one way, no charge that a hydrogen can take away, one tautomer."""
    steps = (
        (rdMolStandardize.Normalize, "groups were written in their usual way"),
        (_uncharger().uncharge, "charges were taken away by adding or removing hydrogen"),
        (_enumerator().Canonicalize, "another tautomer of the compound is used, the one its like are learnt by"),
    )
    before = Chem.MolToSmiles(part)
    for step, words in steps:
        part = step(part)
        after = Chem.MolToSmiles(part)
        if after != before:
            changes.append(words)
        before = after
    return part


def _plain(part: Chem.Mol) -> str:
    """Canonical SMILES of a part, neutral and without stereochemistry."""
    return str(Chem.MolToSmiles(_uncharger().uncharge(part), isomericSmiles=False))


def _heavy(part: Chem.Mol) -> int:
    return int(part.GetNumHeavyAtoms())


@cache
def _uncharger() -> rdMolStandardize.Uncharger:
    return rdMolStandardize.Uncharger()


@cache
def _enumerator() -> rdMolStandardize.TautomerEnumerator:
    enumerator = rdMolStandardize.TautomerEnumerator()
    enumerator.SetMaxTautomers(_TAUTOMERS)
    enumerator.SetMaxTransforms(_TAUTOMERS)
    enumerator.SetRemoveSp3Stereo(False)
    enumerator.SetRemoveBondStereo(False)
    return enumerator

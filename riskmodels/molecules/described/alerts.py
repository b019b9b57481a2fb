"""Structural alerts: parts of a compound that make assays lie (PAINS) or that medicinal chemists avoid (Brenk).

Sources: Baell JB, Holloway GA, J Med Chem 2010;53:2719 (PAINS); Brenk R et al., ChemMedChem 2008;3:435. Both as
RDKit's catalogues hold them.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from rdkit import DataStructs, RDConfig
from rdkit.Chem import MergeQueryHs, Mol, MolFromSmarts, PatternFingerprint
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogEntry, FilterCatalogParams

PAINS, BRENK = "PAINS", "Brenk"
#: what an alert of each catalogue means
MEANING = {
    PAINS: "compounds with this part often seem to act in assays of any kind without acting on the protein",
    BRENK: "this part is avoided in screening: reactive, toxic, unstable or badly absorbed in many compounds",
}
_PAINS_SMARTS = Path(RDConfig.RDDataDir) / "Pains" / "wehi_pains.csv"
_REG_ID = re.compile(r"<regId=(?P<name>.*)>")


@dataclass(frozen=True)
class Alert:
    """A part of a compound that a catalogue warns of.

    Args:
        catalogue: :data:`PAINS` or :data:`BRENK`.
        name: the catalogue's name of the part.
        atoms: of the first place where it was found, as indices of the structure.
    """

    catalogue: str
    name: str
    atoms: tuple[int, ...]


def alerts(mol: Mol) -> list[Alert]:
    """All alerts of a structure, PAINS first; each part once, however often it is there.

    Args:
        mol: a sanitised structure.
    """
    found = [Alert(PAINS, _name(entry), _atoms(entry, mol)) for entry in _possible(mol) if entry.HasFilterMatch(mol)]
    return found + [Alert(BRENK, _name(entry), _atoms(entry, mol)) for entry in _brenk().GetMatches(mol)]


def _possible(mol: Mol) -> list[FilterCatalogEntry]:
    """The entries of PAINS that the structure's pattern fingerprint does not rule out: a tenth of them."""
    entries, needed = _pains()
    return [entries[place] for place in np.flatnonzero(~(needed & ~_bits(mol)).any(axis=1))]


@cache
def _pains() -> tuple[list[FilterCatalogEntry], np.ndarray]:
    """The entries of PAINS; and of each the fingerprint that a structure with its part has at least."""
    entries = _entries(_catalogue(FilterCatalogParams.FilterCatalogs.PAINS))
    with _PAINS_SMARTS.open(encoding="utf-8", newline="") as file:
        smarts = {match["name"]: cells[0] for cells in csv.reader(file) if (match := _REG_ID.fullmatch(cells[1]))}
    return entries, np.array([_bits(MergeQueryHs(MolFromSmarts(smarts[entry.GetDescription()]))) for entry in entries])


@cache
def _brenk() -> FilterCatalog:
    return _catalogue(FilterCatalogParams.FilterCatalogs.BRENK)


def _catalogue(kind: FilterCatalogParams.FilterCatalogs) -> FilterCatalog:
    wanted = FilterCatalogParams()
    wanted.AddCatalog(kind)
    return FilterCatalog(wanted)


def _entries(catalogue: FilterCatalog) -> list[FilterCatalogEntry]:
    return [catalogue.GetEntryWithIdx(place) for place in range(catalogue.GetNumEntries())]


def _name(entry: FilterCatalogEntry) -> str:
    return str(entry.GetDescription()).partition("(")[0]


def _bits(mol: Mol) -> np.ndarray:
    return np.frombuffer(DataStructs.BitVectToBinaryText(PatternFingerprint(mol)), np.uint8)


def _atoms(entry: FilterCatalogEntry, mol: Mol) -> tuple[int, ...]:
    first = entry.GetFilterMatches(mol)[0]
    return tuple(sorted({int(pair.target) for pair in first.atomPairs}))

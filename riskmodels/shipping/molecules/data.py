"""The measured compounds of ../shared/molecules: standardised as screened ones are, with the published split.

Sources: van Tilborg et al., J Chem Inf Model 2022;62:5938 (MoleculeACE: five sets of ChEMBL 29, with split and activity
cliffs); Sato et al., Chem-Bio Informatics J 2021;21:70 (hERG).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rdkit.Chem.Scaffolds import MurckoScaffold

from riskmodels.errors import SourceDataError
from riskmodels.molecules.endpoints import ENDPOINTS, HERG, Endpoint
from riskmodels.molecules.learning.fingerprint import Features, features_of
from riskmodels.molecules.structures.structure import Structure, StructureError, standardise
from riskmodels.runtime.hashes import file_hash
from riskmodels.runtime.progress import Tell, silent

FOLDER = "molecules"
#: MoleculeACE gives −log10 nmol/L
_FROM_NANOMOLAR = 9.0
Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """Values of one endpoint, a compound once.

    Args:
        compounds: (n,) numbers of the compounds in :class:`Data`.
        values: (n,) −log10 mol/L; the median where a compound was measured more than once.
        cliffs: (n,) whether it has an activity cliff, by MoleculeACE.
    """

    compounds: Numbers
    values: Floats
    cliffs: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.values)

    def of(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Measured:
        """Some of them."""
        return Measured(self.compounds[rows], self.values[rows], self.cliffs[rows])


@dataclass(frozen=True, eq=False)
class Data:
    """All measured compounds.

    Args:
        structures: of n different compounds.
        features: of each, see :func:`~riskmodels.molecules.learning.fingerprint.features_of`.
        table: a row a published measurement: endpoint, compound, value, test, cliff, row (in its file).
        left_out: rows whose structure is refused, by endpoint.
        hashes: SHA-256 of each endpoint's file.
    """

    structures: list[Structure]
    features: list[tuple[Features, ...]]
    table: pd.DataFrame
    left_out: dict[str, int]
    hashes: dict[str, str]

    def all_of(self, endpoint: Endpoint) -> Measured:
        """Every compound with a value, whatever part it is in."""
        return _merged(self.table[self.table.endpoint == endpoint.name])

    def training(self, endpoint: Endpoint) -> Measured:
        """The training part, without compounds that standardise to one of the test part."""
        rows = self.table[self.table.endpoint == endpoint.name]
        return _merged(rows[~rows.test & ~rows["compound"].isin(rows["compound"][rows.test])])

    def test(self, endpoint: Endpoint) -> Measured:
        """The test part as it was published, row by row."""
        rows = self.table[(self.table.endpoint == endpoint.name) & self.table.test]
        return Measured(rows["compound"].to_numpy(), rows["value"].to_numpy(), rows["cliff"].to_numpy())

    def tested(self) -> NDArray[np.bool_]:
        """(n,) compounds that are in the test part of any endpoint."""
        return np.isin(np.arange(len(self.structures)), self.table["compound"][self.table.test])


def _merged(rows: pd.DataFrame) -> Measured:
    by = rows.groupby("compound", sort=True)
    values = by["value"].median()
    return Measured(values.index.to_numpy(), values.to_numpy(), by["cliff"].any().to_numpy())


def read_data(shared: Path, progress: Tell = silent, limit: int | None = None) -> Data:
    """Read and standardise all sets; takes minutes.

    Args:
        shared: folder of shared data.
        progress: told how far it is.
        limit: rows of each file, for tests; all when None.

    Raises:
        SourceDataError: when a file is missing.
    """
    folder, parts, hashes = shared / FOLDER, [], {}
    # compounds of ChEMBL come first: their structures are shipped in this order
    for endpoint in sorted(ENDPOINTS, key=lambda one: one == HERG):
        path = folder / endpoint.file
        if not path.is_file():
            raise SourceDataError(f"{endpoint.file} is not in {folder}.", hint="Say where it is with --shared.")
        parts.append(_read(path, endpoint).head(limit or 10**9))
        hashes[endpoint.name] = file_hash(path)
    table = pd.concat(parts, ignore_index=True)
    structures, numbers = _standardised(list(table["smiles"]), progress)
    table["compound"] = numbers
    refused = table["compound"] < 0
    left_out = {str(name): int(count) for name, count in table["endpoint"][refused].value_counts().items()}
    features = [features_of(structure.mol) for structure in structures]
    return Data(structures, features, table[~refused].drop(columns="smiles"), left_out, hashes)


def _read(path: Path, endpoint: Endpoint) -> pd.DataFrame:
    read = pd.read_csv(path)
    published = "y" in read
    return pd.DataFrame(
        {
            "endpoint": endpoint.name,
            "smiles": read["smiles"],
            "value": read["y"] + _FROM_NANOMOLAR if published else read["value"],
            "test": read["split"] == "test" if published else False,
            "cliff": read["cliff_mol"] == 1 if published else False,
            "row": np.arange(len(read)),
        }
    )


def _standardised(texts: Sequence[str], progress: Tell) -> tuple[list[Structure], list[int]]:
    """The different structures, and the number of each text's; −1 where it is refused."""
    structures: list[Structure] = []
    known: dict[str, int] = {}
    by_text: dict[str, int] = {}
    for done, text in enumerate(texts):
        if text not in by_text:
            by_text[text] = _number(text, structures, known)
        if done % 500 == 0:
            progress(done / len(texts), "reading the structures")
    return structures, [by_text[text] for text in texts]


def _number(text: str, structures: list[Structure], known: dict[str, int]) -> int:
    try:
        structure = standardise(text)
    except StructureError:
        return -1
    if structure.smiles not in known:
        known[structure.smiles] = len(structures)
        structures.append(structure)
    return known[structure.smiles]


def random_folds(count: int, folds: int, seed: int = 0) -> Numbers:
    """(count,) fold of each compound, dealt at random."""
    return np.random.default_rng(seed).permutation(count) % folds


def scaffold_folds(structures: Sequence[Structure], folds: int, seed: int = 0) -> Numbers:
    """Fold of each compound: those of one Bemis–Murcko scaffold together, largest scaffolds first to the smallest fold.

    Compounds without a ring have the empty scaffold in common.
    """
    scaffolds = [MurckoScaffold.MurckoScaffoldSmiles(mol=structure.mol) for structure in structures]
    _, groups, sizes = np.unique(scaffolds, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(sizes))
    fold_of, load = np.empty(len(sizes), np.int64), np.zeros(folds, np.int64)
    for group in order[np.argsort(-sizes[order], kind="stable")]:
        fold_of[group] = load.argmin()
        load[fold_of[group]] += sizes[group]
    return fold_of[groups]

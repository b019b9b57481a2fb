"""Structures of the measured compounds: those shipped in the file beside the model; hERG's where at hand.

The compounds of ChEMBL are shipped under ChEMBL's licence (CC BY-SA 3.0); those of the hERG set are not, since its
licence was not seen: they are read from the file that ``CARERISK_COMPOUNDS`` points to the folder of.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodels.errors import ModelFileError
from riskmodels.molecules.endpoints import HERG
from riskmodels.runtime.hashes import file_hash

#: beside the models: SMILES and measured values, a compound a line, in the order of the library
COMPOUNDS = "chembl29_compounds.csv"
FOLDER_VARIABLE = "CARERISK_COMPOUNDS"
_SHIPPED = "ChEMBL 29, by MoleculeACE (van Tilborg et al. 2022), CC BY-SA 3.0"
_HERG = "Sato et al. 2021 (ChEMBL, PubChem and others)"
_NOT_SHIPPED = f"{_HERG}; its structure is not shipped, since the licence of the set was not seen"


def shipped_smiles(folder: Path, wanted_hash: str, hint: str) -> list[str]:
    """SMILES of the compounds that are shipped, first in the library.

    Args:
        folder: of the file.
        wanted_hash: SHA-256 that the model's card has of it.
        hint: what to do when it cannot be used.

    Raises:
        ModelFileError: when the file is missing or another one.
    """
    path = folder / COMPOUNDS
    if not path.is_file() or file_hash(path) != wanted_hash:
        raise ModelFileError(f"{COMPOUNDS} is not the file that the model was made with.", hint=hint)
    return [str(text) for text in pd.read_csv(path, usecols=["smiles"])["smiles"]]


def herg_smiles(
    rows: Mapping[int, int], wanted_hash: str, environment: Mapping[str, str] = os.environ
) -> dict[int, str]:
    """SMILES of compounds of the hERG set as they were published; none where the set is not at hand, or another one.

    Args:
        rows: line of the file (from 0) by number of the compound in the library.
        wanted_hash: SHA-256 that the model's card has of the file.
        environment: variables of the process.
    """
    named = environment.get(FOLDER_VARIABLE, "")
    path = Path(named) / HERG.file
    if not named or not path.is_file() or file_hash(path) != wanted_hash:
        return {}
    published: list[Any] = list(pd.read_csv(path)["smiles"])
    return {compound: str(published[line]) for compound, line in rows.items()}


def source_of(endpoint_name: str, has_structure: bool) -> str:
    """Where a measured value is from, in words.

    Args:
        endpoint_name: of the endpoint.
        has_structure: whether the compound's structure can be shown.
    """
    if endpoint_name != HERG.name:
        return _SHIPPED
    return _HERG if has_structure else _NOT_SHIPPED

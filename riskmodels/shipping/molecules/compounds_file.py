"""The file of the shipped structures with its data card: ChEMBL's compounds and values, in the order of the library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from riskmodels.molecules.endpoints import ENDPOINTS, HERG
from riskmodels.molecules.learning.known_structures import COMPOUNDS
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.molecules.data import Data, Numbers

_CARD = """# Compounds of ChEMBL 29 ({file})

{count:,} compounds with measured activity on PPARγ, PPARα, PPARδ (pEC50), thrombin and factor Xa (pKi): what the
shipped models learnt from, shown as neighbours. No person is in it.

- **Origin:** ChEMBL 29, EMBL-EBI, doi 10.6019/CHEMBL.database.29 (Mendez et al., Nucleic Acids Res 2019;47:D930), as
  curated for MoleculeACE (van Tilborg, Alenicheva, Grisoni, J Chem Inf Model 2022;62:5938).
- **Licence:** CC BY-SA 3.0 (<https://creativecommons.org/licenses/by-sa/3.0/>), ChEMBL's own; this file is under the
  same and apart from the program's licence: whoever passes it on names ChEMBL and keeps the licence.
- **Changed here:** structures in the standard form of `riskmodels/molecules/structures/structure.py`; −log10 of mol/L
  instead of nmol/L; the median where rows fall together; rows whose structure is refused are left out ({left_out}).
- **Taken from:** registry package `MoleculeACE` 3.0.0 (MIT), wheel SHA-256
  `c2028c9a75281eab53d3b3e7dc11cbc8ac970d008bac4a0d3927f11ac2024bdc`, `MoleculeACE/Data/benchmark_data/`: {members}.
  They are read as they lie in the shared data, byte for byte those of the wheel.
- **Made by:** `make train-molecules`
- **SHA-256 of {file}:** `{digest}`

## Columns

`smiles`; then one column an endpoint, −log10 mol/L, empty where not measured: {columns}.

## Traps

- Values of one column come from many laboratories, which differ by about half a log unit on one compound.
- EC50 of the PPARs are of agonists; a compound that binds without activating is not told by them.
"""


def write_compounds(data: Data, path: Path) -> list[str]:
    """Write the structures and values of ChEMBL's compounds, and the data card beside them.

    Args:
        data: all compounds.
        path: of the file.

    Returns:
        SMILES of the compounds written.
    """
    table = data.table[data.table.endpoint != HERG.name]
    values = table.groupby(["compound", "endpoint"])["value"].median().unstack()
    endpoints = [endpoint for endpoint in ENDPOINTS if endpoint != HERG]
    values = values.reindex(columns=[endpoint.name for endpoint in endpoints]).sort_index()
    if list(values.index) != list(range(len(values))):
        raise AssertionError("compounds of ChEMBL do not come first")
    smiles = [data.structures[number].smiles for number in values.index]
    values.insert(0, "smiles", smiles)
    pd.DataFrame(values).round(3).to_csv(path, index=False)
    left_out = sum(count for name, count in data.left_out.items() if name != HERG.name)
    card = _CARD.format(
        file=COMPOUNDS,
        count=len(smiles),
        left_out=left_out,
        members=", ".join(f"{one.file} (`{data.hashes[one.name][:16]}…`)" for one in endpoints),
        digest=file_hash(path),
        columns=", ".join(
            f"{one.name} ({one.title} {one.quantity}, {values[one.name].notna().sum():,})" for one in endpoints
        ),
    )
    path.with_suffix(".md").write_text(card, encoding="utf-8")
    return smiles


def herg_lines(data: Data) -> Numbers:
    """(compounds,) line of each in the hERG set's file, from 0; −1 where it is in none."""
    lines = np.full(len(data.structures), -1, np.int64)
    rows = data.table[data.table.endpoint == HERG.name]
    lines[rows["compound"]] = rows["row"]
    return lines

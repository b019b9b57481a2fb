"""The measured compounds that this room's own statistics and generator may learn from: the training parts alone.

A compound of a test part of any endpoint is left out of all of them, so that nothing learnt here has seen it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rdkit import Chem

from riskmodels.errors import SourceDataError
from riskmodels.molecules.endpoints import ENDPOINTS, Endpoint
from riskmodels.molecules.structure import StructureError, standardise

#: of the ChEMBL files, whose y is −log10 of nmol/L
_FROM_NANO = 9.0


@dataclass(frozen=True)
class Measured:
    """Compounds of one endpoint.

    Args:
        endpoint: what was measured.
        mols: standard forms, each once.
        values: −log10 mol/L; the median where a compound was measured more than once.
    """

    endpoint: Endpoint
    mols: tuple[Chem.Mol, ...]
    values: tuple[float, ...]


def measured_parts(shared: Path, say: Callable[[str], None]) -> tuple[dict[str, Measured], dict[str, Measured]]:
    """Training and test parts by endpoint; a compound of any test part is in no training part.

    Args:
        shared: folder that holds ``molecules/``.
        say: told each endpoint.

    Raises:
        SourceDataError: when a file is missing.
    """
    rows = pd.concat([_rows(shared, endpoint) for endpoint in ENDPOINTS], ignore_index=True)
    forms = {smiles: _form(smiles) for smiles in sorted(set(rows["smiles"]))}
    say(f"compounds: {len(forms):,} structures, {sum(not form for form in forms.values())} of them refused")
    rows = rows.assign(form=rows["smiles"].map(forms)).query("form != ''")
    apart = {flat(form) for form in rows.loc[rows["split"] == "test", "form"]}
    rows = rows[(rows["split"] == "test") | ~rows["form"].map(flat).isin(apart)]
    return _parts(rows[rows["split"] == "train"]), _parts(rows[rows["split"] == "test"])


def flat(smiles: str) -> str:
    """A SMILES without stereochemistry."""
    return str(Chem.MolToSmiles(Chem.MolFromSmiles(smiles), isomericSmiles=False))


def _rows(shared: Path, endpoint: Endpoint) -> pd.DataFrame:
    path = shared / "molecules" / endpoint.file
    if not path.is_file():
        raise SourceDataError(f"{path.name} is not there.", hint=f"It belongs into {path.parent}.")
    table = pd.read_csv(path)
    if "split" not in table:
        table = table.assign(split="train")
    value = table["value"] if "value" in table else table["y"] + _FROM_NANO
    return table[["smiles", "split"]].assign(value=value, endpoint=endpoint.name)


def _form(smiles: str) -> str:
    try:
        return standardise(smiles).smiles
    except StructureError:
        return ""


def _parts(rows: pd.DataFrame) -> dict[str, Measured]:
    parts = {}
    for endpoint in ENDPOINTS:
        values = rows[rows["endpoint"] == endpoint.name].groupby("form")["value"].median()
        mols = tuple(Chem.MolFromSmiles(smiles) for smiles in values.index)
        parts[endpoint.name] = Measured(endpoint, mols, tuple(map(float, values)))
    return parts

"""Pairs and generator from the shared data, and the document of how they serve.

Called by ``make train-molecules`` and ``python -m riskmodels molecules pairs|generator|optimise``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from riskmodels.molecules.better.candidates import flat_smiles
from riskmodels.molecules.better.training import fit_generator
from riskmodels.molecules.better.vae import SHIPPED, Generator
from riskmodels.molecules.endpoints import ENDPOINTS
from riskmodels.molecules.pairs.evidence import SHIPPED as PAIRS
from riskmodels.molecules.pairs.evidence import PairTable, read_table
from riskmodels.molecules.pairs.table import write_table
from riskmodels.shipping.molecules.data import Data, read_data
from riskmodels.shipping.molecules.generator_trial import judge_generator
from riskmodels.shipping.molecules.optimise_document import write_document
from riskmodels.shipping.molecules.optimise_trial import run_trial
from riskmodels.shipping.say import Say


def train_generator(shared: Path, out: Path = SHIPPED, *, say: Say, data: Data | None = None) -> Generator:
    """Train and write the generator, on compounds that are in no test part.

    Args:
        shared: folder of shared data.
        out: folder of the model.
        say: told how far it is.
        data: the compounds, where they were read before.

    Raises:
        SourceDataError: when a file is missing.
    """
    generator = fit_generator(_training_mols(data or read_data(shared)), say=say.line)
    generator.save(out)
    say.line(f"written: {out}")
    return generator


def make_pairs(shared: Path, out: Path = PAIRS, *, say: Say, data: Data | None = None) -> None:
    """Find and write the table of matched pairs, from compounds that are in no test part; arguments as above.

    Raises:
        SourceDataError: when a file is missing.
    """
    data = data or read_data(shared)
    allowed, parts = _untested(data), {}
    for endpoint in ENDPOINTS:
        measured = data.training(endpoint)
        measured = measured.of(allowed[measured.compounds])
        mols = [data.structures[number].mol for number in measured.compounds]
        parts[endpoint.name] = (mols, measured.values.tolist())
    write_table(parts, out, say.line)


def judge_optimising(shared: Path, *, say: Say, data: Data | None = None) -> None:
    """Judge the shipped table and generator and write docs/molecules_optimise.md; arguments as above.

    Raises:
        SourceDataError: when a file is missing.
        ModelFileError: when the table or the generator is missing.
    """
    data, generator, changes = data or read_data(shared), Generator.load(), read_table()
    drawn = judge_generator(generator, _training_mols(data))
    say.line("generator judged")
    write_document(changes, generator.card, drawn, run_trial(data, generator, PairTable(changes), say))


def _training_mols(data: Data) -> list[Chem.Mol]:
    return [data.structures[number].mol for number in np.flatnonzero(_untested(data))]


def _untested(data: Data) -> NDArray[np.bool_]:
    """(n,) compounds that are in no test part, nor is a stereoisomer of theirs."""
    flat = [flat_smiles(structure.mol) for structure in data.structures]
    apart = {flat[number] for number in np.flatnonzero(data.tested())}
    return np.array([name not in apart for name in flat])

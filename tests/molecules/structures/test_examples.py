"""The examples are the compounds that their names say."""

from __future__ import annotations

import pytest
from rdkit.Chem import MolFromSmiles, MolToInchiKey

from riskmodels.molecules.structures.examples import EXAMPLES, Example, example_file
from riskmodels.molecules.structures.reading import read_compounds
from riskmodels.molecules.structures.structure import standardise


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_structure_has_the_key_of_its_name(example: Example) -> None:
    assert MolToInchiKey(MolFromSmiles(example.smiles)) == example.key
    standardise(example.smiles)


def test_the_file_of_examples_has_them_all_and_a_slip() -> None:
    assert len(read_compounds(example_file()).structures) == len(EXAMPLES) + 1
